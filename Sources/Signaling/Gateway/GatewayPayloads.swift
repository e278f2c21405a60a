import Base

/// The payloads that are not dispatches, as octets.
///
/// All four keys are always there: hikari requires them.
enum GatewayPayloads {
  static let heartbeatACK = payload(.heartbeatACK, "null")
  static let reconnect = payload(.reconnect, "null")
  static let invalidSession = payload(.invalidSession, "false")

  static func hello(_ interval: Interval) -> [UInt8] {
    payload(.hello, #"{"heartbeat_interval":\#(interval.milliseconds),"_trace":["[\"roost\"]"]}"#)
  }

  private static func payload(_ opcode: GatewayOpcode, _ d: String) -> [UInt8] {
    Array(#"{"op":\#(opcode.rawValue),"d":\#(d),"s":null,"t":null}"#.utf8)
  }
}
