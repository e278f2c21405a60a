import Base

/// Elements of an RTP header extension (RFC 8285 §4.2, §4.3), found without a copy.
///
/// ```
/// one-byte form, profile BEDE          two-byte form, profile 100x
///  ├────┬────┼─────────────┤            ├──────┬──────┼──────────┤
///  │ ID │L   │ L + 1 octets│            │  ID  │  L   │ L octets │      octet 0 is padding
///  └────┴────┴─────────────┘            └──────┴──────┴──────────┘
/// ```
///
/// Id 15 of the one-byte form ends the walk, and so does an element that reaches behind the body: what
/// came before it counts. Other profiles hold no elements.
public struct HeaderExtensions: Sendable {
  private var offset: Int
  private let end: Int
  private let form: HeaderExtensionForm?

  /// One element.
  public struct Element: Hashable, Sendable {
    /// Its local identifier, 1 to 14, or 1 to 255 in the two-byte form.
    public let id: UInt8
    /// Where its data lie in the packet; may be empty in the two-byte form.
    public let range: Range<Int>
  }

  /// Starts a walk over the extension of a packet with this `header`.
  public init(_ header: RTPHeader) {
    offset = header.extensionOffset
    end = header.extensionOffset &+ header.extensionCount
    form = header.hasExtension ? HeaderExtensionForm(profile: header.extensionProfile) : nil
  }

  /// The next element of `packet`, the one whose header the walk was started with; `nil` at the end.
  public mutating func next(in packet: Span<UInt8>) -> Element? {
    guard let form, end <= packet.count else { return nil }
    while offset < end {
      let first = packet[offset]
      guard first != 0 else {
        offset &+= 1
        continue
      }
      guard let element = HeaderExtensions.element(form, first, at: offset, end, packet) else {
        offset = end
        return nil
      }
      offset = element.range.upperBound
      return element
    }
    return nil
  }

  private static func element(
    _ form: HeaderExtensionForm, _ first: UInt8, at offset: Int, _ end: Int, _ packet: Span<UInt8>
  ) -> Element? {
    let id: UInt8
    let start: Int
    let count: Int
    switch form {
    case .oneByte:
      id = first >> 4
      // RFC 8285 §4.2: an id of 0 with a length is padding that lies; 15 means "stop".
      guard id != 0, id != 15 else { return nil }
      start = offset &+ 1
      count = Int(first & 0x0F) &+ 1
    case .twoByte:
      guard offset &+ 1 < end else { return nil }
      id = first
      start = offset &+ 2
      count = Int(packet[offset &+ 1])
    }
    guard start &+ count <= end else { return nil }
    return Element(id: id, range: start..<(start &+ count))
  }

  /// Where the data of the first element `id` lie in `packet`; `nil` when there is none.
  public static func find(id: UInt8, in packet: Span<UInt8>, header: RTPHeader) -> Range<Int>? {
    guard header.hasExtension else { return nil }
    var walk = HeaderExtensions(header)
    while let element = walk.next(in: packet) {
      if element.id == id { return element.range }
    }
    return nil
  }
}

/// The two forms of header extension elements.
public enum HeaderExtensionForm: Hashable, Sendable {
  case oneByte, twoByte

  /// The form that `profile` names; `nil` for any other use of the extension.
  public init?(profile: UInt16) {
    if profile == 0xBEDE {
      self = .oneByte
    } else if profile & 0xFFF0 == 0x1000 {
      self = .twoByte
    } else {
      return nil
    }
  }

  /// The word that names the form.
  public var profile: UInt16 { self == .oneByte ? 0xBEDE : 0x1000 }
}

/// Header extension elements to be written, in order, without allocation.
///
/// Build it once per packet or once per receiver, then pass it to ``RTPFields/write(into:extensions:)``.
public struct HeaderExtensionBlock: Sendable {
  /// Octets of all elements: level, send time, transport-cc, a `mid` of 16 and as much again.
  public static let capacity = 64

  /// The form of all elements.
  public let form: HeaderExtensionForm
  @usableFromInline var octets = InlineArray<64, UInt8>(repeating: 0)
  @usableFromInline var count = 0

  /// Makes an empty block.
  @inlinable
  public init(form: HeaderExtensionForm) {
    self.form = form
  }

  /// Octets of the block, filled up to whole words.
  @inlinable public var paddedCount: Int { (count &+ 3) & ~3 }

  /// Adds an element of the low `count` octets of `value`, big endian; see ``append(id:_:)``.
  @discardableResult
  @inlinable
  public mutating func append(id: UInt8, value: UInt32, count: Int) -> Bool {
    guard (1...4).contains(count), begin(id: id, count: count) else { return false }
    for index in 0..<count {
      push(UInt8(truncatingIfNeeded: value >> UInt32(8 &* (count &- 1 &- index))))
    }
    return true
  }

  /// Adds an element with `octets` as its data.
  ///
  /// `false`, with nothing added, when the block is full or the form cannot express id or length: 1 to 14
  /// and 1 to 16 octets in the one-byte form, 1 to 255 and 0 to 255 octets in the two-byte form.
  @discardableResult
  @inlinable
  public mutating func append(id: UInt8, _ octets: Span<UInt8>) -> Bool {
    guard begin(id: id, count: octets.count) else { return false }
    for index in 0..<octets.count { push(octets[index]) }
    return true
  }

  @inlinable
  mutating func begin(id: UInt8, count elementCount: Int) -> Bool {
    switch form {
    case .oneByte:
      guard (1...14).contains(id), (1...16).contains(elementCount) else { return false }
      guard count &+ 1 &+ elementCount <= HeaderExtensionBlock.capacity else { return false }
      push(id << 4 | UInt8(truncatingIfNeeded: elementCount &- 1))
    case .twoByte:
      guard id > 0, elementCount <= 255 else { return false }
      guard count &+ 2 &+ elementCount <= HeaderExtensionBlock.capacity else { return false }
      push(id)
      push(UInt8(truncatingIfNeeded: elementCount))
    }
    return true
  }

  @inlinable
  mutating func push(_ octet: UInt8) {
    octets[count] = octet
    count &+= 1
  }

  @inlinable
  func copy(into packet: inout MutableSpan<UInt8>, at offset: Int) {
    for index in 0..<paddedCount { packet[offset &+ index] = octets[index] }
  }
}
