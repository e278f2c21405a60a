public import Base

/// An answer to a connectivity check, proven to come from who knows the password (RFC 8489 §9.1.4).
///
/// The counterpart of ``STUNRequest``: for the simulation, the load tool and tests.
public enum STUNResponse: Hashable, Sendable {
  /// The check succeeded; the answerer saw it come from `mapped`.
  case success(mapped: SocketAddress)

  /// The check was refused with `code`; refusals for a wrong password cannot be authentic.
  case error(code: Int, isAuthentic: Bool)

  /// Reads the answer to the request with `transactionID`; `nil` when it is not one or not believable.
  public init?(_ message: [UInt8], transactionID: [UInt8], password: [UInt8]) {
    guard message.count >= 20, transactionID.count == 12, Array(message[8..<20]) == transactionID,
      message[4..<8].elementsEqual([0x21, 0x12, 0xA4, 0x42]),
      Int(message[2]) << 8 | Int(message[3]) == message.count - 20
    else { return nil }
    let attributes = STUNAttributes(message)
    guard let fingerprint = attributes.range(of: 0x8028), fingerprint.upperBound == message.count,
      fingerprint.count == 4
    else { return nil }
    let checksum = STUNChecksum.fingerprint(Array(message[..<(fingerprint.lowerBound - 4)]))
    guard Self.word(message, fingerprint) == checksum else { return nil }
    let isAuthentic = attributes.isAuthentic(under: password)
    switch (message[0], message[1]) {
    case (0x01, 0x01):
      guard isAuthentic, let range = attributes.range(of: 0x0020),
        let mapped = Self.address(message, range)
      else { return nil }
      self = .success(mapped: mapped)
    case (0x01, 0x11):
      guard let range = attributes.range(of: 0x0009), range.count >= 4 else { return nil }
      let code = Int(message[range.lowerBound + 2] & 7) * 100 + Int(message[range.lowerBound + 3])
      self = .error(code: code, isAuthentic: isAuthentic)
    default:
      return nil
    }
  }

  private static func word(_ message: [UInt8], _ range: Range<Int>) -> UInt32 {
    message[range].reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// XOR-MAPPED-ADDRESS: family at octet 1, port at 2, address at 4, masked by cookie and transaction.
  private static func address(_ message: [UInt8], _ range: Range<Int>) -> SocketAddress? {
    let value = Array(message[range])
    guard value.count == 8 || value.count == 20 else { return nil }
    let isV4 = value.count == 8
    guard value[1] == (isV4 ? 1 : 2) else { return nil }
    let port = (UInt16(value[2]) << 8 | UInt16(value[3])) ^ 0x2112
    let octets = zip(value[4...], message[4..<20]).map { UInt64($0 ^ $1) }
    let words = (high: octets.prefix(8), low: octets.dropFirst(8))
    if isV4 {
      return SocketAddress(
        ip: IPAddress(v4: UInt32(truncatingIfNeeded: octets.reduce(0) { $0 << 8 | $1 })), port: port)
    }
    return SocketAddress(
      ip: IPAddress(high: words.high.reduce(0) { $0 << 8 | $1 }, low: words.low.reduce(0) { $0 << 8 | $1 }),
      port: port)
  }
}

/// The attributes of a STUN message, each found where it first stands.
struct STUNAttributes {
  private let message: [UInt8]
  private var found: [(type: UInt16, range: Range<Int>)] = []

  /// Walks `message` as far as it is well formed.
  init(_ message: [UInt8]) {
    self.message = message
    var offset = 20
    while message.count - offset >= 4 {
      let type = UInt16(message[offset]) << 8 | UInt16(message[offset + 1])
      let count = Int(message[offset + 2]) << 8 | Int(message[offset + 3])
      guard count <= message.count - offset - 4 else { return }
      found.append((type, offset + 4..<offset + 4 + count))
      offset += 4 + (count + 3) / 4 * 4
    }
  }

  func range(of type: UInt16) -> Range<Int>? {
    found.first { $0.type == type }?.range
  }

  /// Whether MESSAGE-INTEGRITY is right: the code of all that precedes it, under a length that ends with it.
  func isAuthentic(under password: [UInt8]) -> Bool {
    guard let integrity = range(of: 0x0008), integrity.count == 20 else { return false }
    var covered = Array(message[..<(integrity.lowerBound - 4)])
    let length = integrity.upperBound - 20
    covered[2] = UInt8(truncatingIfNeeded: length >> 8)
    covered[3] = UInt8(truncatingIfNeeded: length)
    guard let code = Digest.hmacSHA1(key: password, covered) else { return false }
    return Digest.areEqual(code, Array(message[integrity]))
  }
}
