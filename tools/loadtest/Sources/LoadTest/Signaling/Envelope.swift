internal import JSON

/// Reads what is common to both gateways' messages.
enum Envelope {
  /// The largest message that a client here reads: GUILD_CREATE of a large guild.
  private static let limits = JSONLimits(depth: 64, octets: 32 << 20)

  /// The opcode, when the message begins with it as Roost's and Discord's do; `nil` asks for ``parse(_:)``.
  ///
  /// A thousand members tell each other a million SPEAKINGs: those must not be parsed to be skipped.
  static func leadingOpcode(_ octets: [UInt8]) -> Int? {
    let prefix = Array("{\"op\":".utf8)
    guard octets.starts(with: prefix) else { return nil }
    var value: Int?
    for octet in octets.dropFirst(prefix.count).prefix(4) {
      guard octet >= 0x30, octet <= 0x39 else { return octet == 0x2C || octet == 0x7D ? value : nil }
      value = (value ?? 0) * 10 + Int(octet - 0x30)
    }
    return nil
  }

  static func parse(_ octets: [UInt8]) -> JSONValue? {
    // A server that sends something else is reported by the caller.
    try? JSONValue.parse(octets, limits: limits)
  }
}
