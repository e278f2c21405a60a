/// Builds connectivity checks as a full, controlling agent sends them (RFC 8445 §7.2).
///
/// For the simulation, the load tool and tests: made on our own byte layout with OpenSSL's HMAC, so that it
/// checks libnice's code and is checked by it. Not for the packet path: it allocates.
public struct STUNRequest: Sendable {
  /// The role that the sender claims, with its tie-breaker.
  public enum Role: Hashable, Sendable {
    case controlling(UInt64)
    case controlled(UInt64)
  }

  /// `remote:local` as the sender sees it: the receiver's fragment first.
  public var username: [UInt8]

  /// The receiver's password.
  public var password: [UInt8]

  /// The role the request claims.
  public var role: Role

  /// The priority a peer-reflexive candidate learnt from the check would have.
  public var priority: UInt32

  /// Whether the check nominates its pair.
  public var useCandidate: Bool

  /// Further attributes, put before MESSAGE-INTEGRITY.
  public var extra: [(type: UInt16, value: [UInt8])] = []

  /// Makes a check.
  public init(
    username: [UInt8], password: [UInt8], role: Role, priority: UInt32, useCandidate: Bool
  ) {
    self.username = username
    self.password = password
    self.role = role
    self.priority = priority
    self.useCandidate = useCandidate
  }

  /// The octets of the request under `transactionID`, of which twelve octets are used.
  public func message(transactionID: [UInt8]) -> [UInt8] {
    var message = STUNMessageWriter(type: 0x0001, transactionID: transactionID)
    message.append(0x0006, username)
    message.append(0x0024, bigEndian(UInt64(priority), 4))
    switch role {
    case .controlling(let tieBreaker): message.append(0x802A, bigEndian(tieBreaker, 8))
    case .controlled(let tieBreaker): message.append(0x8029, bigEndian(tieBreaker, 8))
    }
    if useCandidate { message.append(0x0025, []) }
    for attribute in extra { message.append(attribute.type, attribute.value) }
    return message.finished(password: password)
  }

  private func bigEndian(_ word: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
  }
}

/// Appends attributes behind a STUN header (RFC 8489 §5, §14).
struct STUNMessageWriter {
  private(set) var octets: [UInt8]

  init(type: UInt16, transactionID: [UInt8]) {
    octets = [UInt8(type >> 8), UInt8(type & 0xFF), 0, 0, 0x21, 0x12, 0xA4, 0x42]
    octets += transactionID.prefix(12)
    octets += [UInt8](repeating: 0, count: 20 - octets.count)
  }

  mutating func append(_ type: UInt16, _ value: [UInt8]) {
    let count = UInt16(clamping: value.count)
    octets += [UInt8(type >> 8), UInt8(type & 0xFF), UInt8(count >> 8), UInt8(count & 0xFF)]
    octets += value
    while octets.count % 4 != 0 { octets.append(0) }
    setLength(following: 0)
  }

  /// The message with MESSAGE-INTEGRITY and FINGERPRINT; both count themselves into the length first.
  consuming func finished(password: [UInt8]) -> [UInt8] {
    setLength(following: 24)
    append(0x0008, Digest.hmacSHA1(key: password, octets) ?? [UInt8](repeating: 0, count: 20))
    setLength(following: 8)
    let checksum = STUNChecksum.fingerprint(octets)
    append(0x8028, [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: checksum >> $0) })
    return octets
  }

  private mutating func setLength(following count: Int) {
    let length = UInt16(clamping: octets.count - 20 + count)
    octets[2] = UInt8(length >> 8)
    octets[3] = UInt8(length & 0xFF)
  }
}

/// The value of FINGERPRINT (RFC 8489 §14.7).
enum STUNChecksum {
  /// CRC-32 of ITU V.42, exclusive-ored with "STUN".
  static func fingerprint(_ octets: [UInt8]) -> UInt32 {
    var remainder: UInt32 = .max
    for octet in octets {
      remainder ^= UInt32(octet)
      for _ in 0..<8 {
        remainder = remainder & 1 == 0 ? remainder >> 1 : remainder >> 1 ^ 0xEDB8_8320
      }
    }
    return ~remainder ^ 0x5354_554E
  }
}
