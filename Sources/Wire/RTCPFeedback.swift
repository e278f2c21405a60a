import Base

/// Formats of feedback packets (RFC 4585 §6.2, §6.3; RFC 5104 §4.3).
public enum RTCPFeedbackFormat {
  /// Generic NACK, transport-layer.
  public static let nack: UInt8 = 1
  /// Picture loss indication, payload-specific.
  public static let pictureLoss: UInt8 = 1
  /// Full intra request, payload-specific.
  public static let fullIntra: UInt8 = 4
}

/// One item of a generic NACK (RFC 4585 §6.2.1): a lost packet and which of the sixteen after it are lost.
///
/// ```
///  0     2     4
///  ├─────┼─────┤
///  │ PID │ BLP │   bit n of BLP, from the least significant on: packet PID + n + 1 is lost too
///  └─────┴─────┘
/// ```
public struct NACKItem: Hashable, Sendable {
  /// Octets of an item.
  public static let count = 4

  /// The first lost packet.
  public let first: UInt16
  /// The sixteen after it, the next in the lowest bit.
  public private(set) var following: UInt16

  /// Makes an item of its fields.
  public init(first: UInt16, following: UInt16) {
    self.first = first
    self.following = following
  }

  /// Adds a lost packet; false when it is not among the sixteen after the first.
  public mutating func add(_ sequenceNumber: UInt16) -> Bool {
    let step = sequenceNumber &- first
    guard (1...16).contains(step) else { return false }
    following |= 1 << (step &- 1)
    return true
  }

  /// Whether packet `first + step` is lost, `step` being 0 to 16.
  public func contains(step: UInt16) -> Bool {
    step == 0 || step <= 16 && following >> (step &- 1) & 1 == 1
  }
}

/// The items of a generic NACK, found without a copy.
public struct NACKItems: Hashable, Sendable {
  private let range: Range<Int>

  /// Takes the control information of a ``RTCPPacket/transportFeedback(format:sender:media:_:)``.
  ///
  /// An incomplete item at its end is ignored.
  public init(_ range: Range<Int>) {
    self.range = range
  }

  /// How many items there are.
  public var count: Int { range.count / NACKItem.count }

  /// Item `index`; `nil` when there is no such item in `compound`.
  public func item(_ index: Int, in compound: Span<UInt8>) -> NACKItem? {
    guard index >= 0, index < count, range.upperBound <= compound.count else { return nil }
    let start = range.lowerBound &+ NACKItem.count &* index
    return NACKItem(first: compound.uint16(at: start), following: compound.uint16(at: start &+ 2))
  }
}

/// The entries of a full intra request (RFC 5104 §4.3.1): SSRC (4), command number (1), reserved (3).
public struct FullIntraEntries: Hashable, Sendable {
  /// Octets of an entry.
  public static let entryCount = 8
  private let range: Range<Int>

  /// Takes the control information of a ``RTCPPacket/payloadFeedback(format:sender:media:_:)``.
  ///
  /// An incomplete entry at its end is ignored.
  public init(_ range: Range<Int>) {
    self.range = range
  }

  /// How many entries there are.
  public var count: Int { range.count / FullIntraEntries.entryCount }

  /// Whose key frame entry `index` asks for, and the command's number; `nil` when there is no such entry.
  public func entry(_ index: Int, in compound: Span<UInt8>) -> (ssrc: UInt32, number: UInt8)? {
    guard index >= 0, index < count, range.upperBound <= compound.count else { return nil }
    let start = range.lowerBound &+ FullIntraEntries.entryCount &* index
    return (compound.uint32(at: start), compound[start &+ 4])
  }
}
