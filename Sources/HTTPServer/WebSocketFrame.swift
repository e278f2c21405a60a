/// Frame opcodes of RFC 6455 §5.2 that are defined.
public enum WebSocketOpcode: UInt8, Sendable {
  case continuation = 0x0
  case text = 0x1
  case binary = 0x2
  case close = 0x8
  case ping = 0x9
  case pong = 0xA

  /// Whether frames of this kind are control frames: at most 125 octets and never fragmented.
  public var isControl: Bool { rawValue & 0x8 != 0 }
}

/// Close codes of RFC 6455 §7.4.
public enum WebSocketCloseCode {
  /// The purpose is fulfilled.
  public static let normal: UInt16 = 1000
  /// The server goes down.
  public static let goingAway: UInt16 = 1001
  /// The peer broke the protocol.
  public static let protocolError: UInt16 = 1002
  /// Stands for a Close frame without a code; never sent.
  public static let noStatus: UInt16 = 1005
  /// A text was not UTF-8.
  public static let invalidPayload: UInt16 = 1007
  /// A message was too long.
  public static let tooBig: UInt16 = 1009
  /// The server restarts.
  public static let serviceRestart: UInt16 = 1012

  /// Whether a Close frame may carry `code` (§7.4.1 and IANA's registry).
  public static func isSendable(_ code: UInt16) -> Bool {
    switch code {
    case 1000...1003, 1007...1014, 3000...4999: true
    default: false
    }
  }
}

/// Writes frames.
///
///     0               1               2               3
///     |F|RSV|opcode   |M|  length (7)   |  length (16 or 64), masking key, payload …
public enum WebSocketFrame {
  /// The longest payload of a control frame.
  public static let controlCountMax = 125

  /// A whole frame as a server sends it: final, not masked.
  public static func octets(_ opcode: WebSocketOpcode, _ payload: [UInt8]) -> [UInt8] {
    var frame = header(opcode, count: payload.count, isMasked: false)
    frame.append(contentsOf: payload)
    return frame
  }

  /// A frame as a client sends it, masked with `key`; for load tools and tests.
  public static func octets(
    _ opcode: WebSocketOpcode, _ payload: [UInt8], key: UInt32, isFinal: Bool
  ) -> [UInt8] {
    var frame = header(opcode, count: payload.count, isMasked: true)
    if !isFinal { frame[0] &= 0x7F }
    for shift in [24, 16, 8, 0] { frame.append(UInt8(truncatingIfNeeded: key >> UInt32(shift))) }
    for (index, octet) in payload.enumerated() {
      frame.append(octet ^ UInt8(truncatingIfNeeded: key >> UInt32(24 - (index & 3) * 8)))
    }
    return frame
  }

  /// The payload of a Close frame: `code` and as much of `reason` as fits whole characters.
  public static func closePayload(_ code: UInt16, _ reason: String) -> [UInt8] {
    var payload = [UInt8(truncatingIfNeeded: code >> 8), UInt8(truncatingIfNeeded: code)]
    for character in reason.unicodeScalars {
      let encoded = Array(String(character).utf8)
      guard payload.count + encoded.count <= controlCountMax else { break }
      payload.append(contentsOf: encoded)
    }
    return payload
  }

  static func header(_ opcode: WebSocketOpcode, count: Int, isMasked: Bool) -> [UInt8] {
    var frame: [UInt8] = []
    frame.reserveCapacity(14 + count)
    let mask: UInt8 = isMasked ? 0x80 : 0
    frame.append(0x80 | opcode.rawValue)
    switch count {
    case ..<126:
      frame.append(mask | UInt8(truncatingIfNeeded: count))
    case ..<0x1_0000:
      frame.append(mask | 126)
      for shift in [8, 0] { frame.append(UInt8(truncatingIfNeeded: count >> shift)) }
    default:
      frame.append(mask | 127)
      for shift in stride(from: 56, through: 0, by: -8) {
        frame.append(UInt8(truncatingIfNeeded: count >> shift))
      }
    }
    return frame
  }
}
