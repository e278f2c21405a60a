/// RFC 1982 arithmetic on RTP's 16-bit sequence numbers (RFC 3550 §5.1).
///
/// Numbers wrap, so "newer" means "less than half the circle ahead". A distance of exactly half counts as
/// older.
public struct SequenceNumber: RawRepresentable, Hashable, Sendable {
  /// The number as it stands in the packet.
  public let rawValue: UInt16

  /// Wraps the number of a packet.
  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  /// How many steps this is ahead of `other`: -32768 to 32767.
  public func distance(from other: SequenceNumber) -> Int {
    Int(Int16(bitPattern: rawValue &- other.rawValue))
  }

  /// Whether this comes after `other`.
  public func isNewer(than other: SequenceNumber) -> Bool {
    distance(from: other) > 0
  }

  /// The number `count` steps on; wraps.
  public func advanced(by count: Int) -> SequenceNumber {
    SequenceNumber(rawValue: rawValue &+ UInt16(truncatingIfNeeded: count))
  }
}
