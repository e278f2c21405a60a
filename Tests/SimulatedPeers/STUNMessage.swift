internal import Crypto

/// Connectivity checks as a controlling agent builds them (RFC 8445 §7.2), octet by octet.
package enum STUNMessage {
  /// A binding request with short-term credentials.
  package static func check(
    username: String, password: String, transaction: UInt64, priority: UInt32, isNominating: Bool
  ) -> [UInt8] {
    var attributes: [UInt8] = []
    append(0x0006, Array(username.utf8), to: &attributes)
    append(0x802A, [1, 2, 3, 4, 5, 6, 7, 8], to: &attributes)
    append(0x0024, bigEndian(priority), to: &attributes)
    if isNominating { append(0x0025, [], to: &attributes) }
    var message = header(attributesCount: attributes.count + 24, transaction) + attributes
    let code = Digest.hmacSHA1(key: Array(password.utf8), message) ?? []
    append(0x0008, code, to: &message)
    setLength(message.count - 20 + 8, of: &message)
    append(0x8028, bigEndian(checksum(message) ^ 0x5354_554E), to: &message)
    return message
  }

  private static func header(attributesCount: Int, _ transaction: UInt64) -> [UInt8] {
    var message: [UInt8] = [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, 0, 0, 0, 0]
    message += bigEndian(UInt32(truncatingIfNeeded: transaction >> 32))
    message += bigEndian(UInt32(truncatingIfNeeded: transaction))
    setLength(attributesCount, of: &message)
    return message
  }

  private static func setLength(_ count: Int, of message: inout [UInt8]) {
    message[2] = UInt8(truncatingIfNeeded: count >> 8)
    message[3] = UInt8(truncatingIfNeeded: count)
  }

  private static func append(_ type: UInt16, _ value: [UInt8], to message: inout [UInt8]) {
    message += [
      UInt8(truncatingIfNeeded: type >> 8), UInt8(truncatingIfNeeded: type),
      UInt8(truncatingIfNeeded: value.count >> 8), UInt8(truncatingIfNeeded: value.count),
    ]
    message += value
    while message.count % 4 != 0 { message.append(0) }
  }

  private static func bigEndian(_ word: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(24 - 8 * $0)) }
  }

  /// CRC-32 as FINGERPRINT uses it (RFC 8489 §14.7), bit by bit.
  private static func checksum(_ octets: [UInt8]) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    for octet in octets {
      crc ^= UInt32(octet)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    return ~crc
  }
}
