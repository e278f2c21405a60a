import Base

/// The 96 bits that pair a STUN response with its request.
public struct STUNTransactionID: Hashable, Sendable {
  /// The first four octets.
  public let high: UInt32
  /// The last eight octets.
  public let low: UInt64

  /// Makes an id of its two words.
  public init(high: UInt32, low: UInt64) {
    self.high = high
    self.low = low
  }
}

/// One STUN attribute: its type and where its value lies.
public struct STUNAttribute: Hashable, Sendable {
  /// The attribute's type; see the constants.
  public let type: UInt16
  /// The value's octets in the message, without padding.
  public let range: Range<Int>

  /// USERNAME (RFC 8489 §14.3).
  public static let username: UInt16 = 0x0006
  /// MESSAGE-INTEGRITY (§14.5).
  public static let messageIntegrity: UInt16 = 0x0008
  /// XOR-MAPPED-ADDRESS (§14.2).
  public static let xorMappedAddress: UInt16 = 0x0020
  /// PRIORITY (RFC 8445 §7.1.1).
  public static let priority: UInt16 = 0x0024
  /// USE-CANDIDATE (RFC 8445 §7.1.2).
  public static let useCandidate: UInt16 = 0x0025
  /// FINGERPRINT (RFC 8489 §14.7).
  public static let fingerprint: UInt16 = 0x8028
}

/// The frame of a STUN message (RFC 8489 §5, §14): enough to find whom it is for.
///
/// ```
///  0              2              4              8                         20
///  ├──────────────┼──────────────┼──────────────┼─────────────────────────┤
///  │00│   type    │ length, 4 × n│ 2112A442     │ transaction id          │ attributes …
///  └──────────────┴──────────────┴──────────────┴─────────────────────────┘
///  attribute:  type u16 │ length u16 │ value, filled up to a multiple of 4
/// ```
///
/// The whole walk over the attributes is done here, once. Refused: fewer than 20 octets, set top bits,
/// another cookie, a length that is not a multiple of 4 or not the datagram's, an attribute that reaches
/// behind the end, more than ``attributeCountMax`` attributes, FINGERPRINT anywhere but last or not of four
/// octets, MESSAGE-INTEGRITY not of twenty. Integrity and checksum are not computed: `Crypto` does that.
public struct STUNHeader: Equatable, Sendable {
  /// Octets of the header.
  public static let count = 20
  /// The word at octet 4 of every message.
  public static let magicCookie: UInt32 = 0x2112_A442
  /// The method of connectivity checks and consent.
  public static let bindingMethod: UInt16 = 1
  /// More attributes than any check carries (Chromium sends 9); fewer would refuse what a client may add.
  public static let attributeCountMax = 32

  /// The four classes of messages.
  public enum MessageClass: UInt8, Hashable, Sendable {
    case request = 0, indication = 1, success = 2, error = 3
  }

  /// The message's class.
  public let messageClass: MessageClass
  /// The message's method, 12 bits.
  public let method: UInt16
  /// Octets of all attributes.
  public let length: Int
  /// The transaction.
  public let transactionID: STUNTransactionID
  /// Where MESSAGE-INTEGRITY begins; `nil` when there is none.
  public let integrityOffset: Int?
  /// Whether FINGERPRINT is there, in its only place: last.
  public let hasFingerprint: Bool

  /// Whether this is a Binding request.
  public var isBindingRequest: Bool { messageClass == .request && method == STUNHeader.bindingMethod }

  /// Parses the frame of `message`, which is one whole datagram.
  public init(_ message: Span<UInt8>) throws(WireError) {
    guard message.count >= STUNHeader.count else { throw .truncated }
    let type = message.uint16(at: 0)
    guard type & 0xC000 == 0, message.uint32(at: 4) == STUNHeader.magicCookie else { throw .malformed }
    length = Int(message.uint16(at: 2))
    guard length & 3 == 0 else { throw .malformed }
    guard STUNHeader.count &+ length <= message.count else { throw .truncated }
    guard STUNHeader.count &+ length == message.count else { throw .malformed }
    // RFC 8489 §5: the class bits C1 and C0 lie between the method's bits.
    let classBits = UInt8(truncatingIfNeeded: (type >> 7 & 2) | (type >> 4 & 1))
    messageClass = MessageClass(rawValue: classBits) ?? .request
    method = (type >> 2 & 0xF80) | (type >> 1 & 0x70) | (type & 0xF)
    transactionID = STUNTransactionID(high: message.uint32(at: 8), low: message.uint64(at: 12))

    var walk = STUNAttributeWalk()
    var seen = 0
    var integrity: Int?
    var fingerprint = false
    while let attribute = try walk.next(in: message) {
      seen &+= 1
      guard seen <= STUNHeader.attributeCountMax else { throw .excessive }
      guard !fingerprint else { throw .malformed }
      if attribute.type == STUNAttribute.messageIntegrity {
        guard attribute.range.count == 20 else { throw .malformed }
        integrity = integrity ?? attribute.range.lowerBound &- 4
      } else if attribute.type == STUNAttribute.fingerprint {
        guard attribute.range.count == 4 else { throw .malformed }
        fingerprint = true
      }
    }
    integrityOffset = integrity
    hasFingerprint = fingerprint
  }

  /// Where the value of the first attribute `type` lies in `message`, the one that was parsed.
  ///
  /// Attributes behind MESSAGE-INTEGRITY are not authenticated and therefore not found (§14.5).
  public func find(_ type: UInt16, in message: Span<UInt8>) -> Range<Int>? {
    let end = integrityOffset ?? message.count
    var walk = STUNAttributeWalk()
    while let attribute = try? walk.next(in: message), attribute.range.lowerBound <= end {
      if attribute.type == type { return attribute.range }
    }
    return nil
  }

  /// Splits USERNAME of an incoming check: `receiver's ufrag ‖ ":" ‖ sender's ufrag` (RFC 8445 §7.2.2).
  ///
  /// `nil` without USERNAME, without a colon or when a side is empty.
  public func username(in message: Span<UInt8>) -> (local: Range<Int>, remote: Range<Int>)? {
    guard let name = find(STUNAttribute.username, in: message) else { return nil }
    for index in name where message[index] == 0x3A {
      guard index > name.lowerBound, index &+ 1 < name.upperBound else { return nil }
      return (name.lowerBound..<index, (index &+ 1)..<name.upperBound)
    }
    return nil
  }
}

/// A walk over the attributes of a STUN message, padding included.
public struct STUNAttributeWalk: Sendable {
  private var offset = STUNHeader.count

  /// Starts behind the header.
  public init() {}

  /// The next attribute of `message`, `nil` at the end; refuses one that reaches behind it.
  public mutating func next(in message: Span<UInt8>) throws(WireError) -> STUNAttribute? {
    guard offset < message.count else { return nil }
    guard offset &+ 4 <= message.count else { throw .truncated }
    let type = message.uint16(at: offset)
    let count = Int(message.uint16(at: offset &+ 2))
    let start = offset &+ 4
    let padded = (count &+ 3) & ~3
    guard start &+ padded <= message.count else { throw .truncated }
    offset = start &+ padded
    return STUNAttribute(type: type, range: start..<(start &+ count))
  }
}
