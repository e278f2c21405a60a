import Base

/// What the first octets of a video payload say of the frame that the packet belongs to.
///
/// As much as forwarding needs: where a decoder may begin, which temporal layer it is, and where the numbers
/// stand that must stay continuous when a receiver is switched to another encoding. Each codec has an
/// initialiser of its own; none of them looks at more than headers, and none believes a length that points
/// behind the payload. A plain value; offsets are octets from the start of the payload.
public struct VideoDescriptor: Hashable, Sendable {
  /// Whether a decoder that has nothing may begin with this packet.
  public var beginsKeyFrame = false
  /// Whether the packet is the first of a frame; false when the format does not say.
  public var beginsFrame = false
  /// The temporal layer; 0 is the base, and what formats without layers say.
  public var temporalID: UInt8 = 0
  /// The spatial layer of VP9.
  public var spatialID: UInt8 = 0
  /// The picture id of VP8 or VP9, where there is one.
  public var pictureID: PictureID?
  /// TL0PICIDX of VP8 or VP9, where there is one.
  public var baseLayerIndex: BaseLayerIndex?

  /// A packet that continues a frame without layers.
  public init() {}

  /// A running number of pictures.
  public struct PictureID: Hashable, Sendable {
    /// Its value, below 2^7 or 2^15.
    public let value: UInt16
    /// Whether it has 15 bits in two octets, not 7 in one.
    public let isLong: Bool
    /// Where it stands.
    public let offset: UInt8

    /// Numbers that its form can hold.
    public var mask: UInt16 { isLong ? 0x7FFF : 0x7F }
  }

  /// A running number of base layer frames, modulo 256.
  public struct BaseLayerIndex: Hashable, Sendable {
    /// Its value.
    public let value: UInt8
    /// Where it stands.
    public let offset: UInt8
  }
}

/// A position in a payload that only moves forward and never past the end.
struct PayloadCursor {
  private(set) var offset: Int
  private let end: Int

  init(_ payload: Span<UInt8>) {
    offset = 0
    end = payload.count
  }

  /// Octets that are left.
  var rest: Int { end &- offset }

  /// Takes one octet.
  mutating func octet(of payload: Span<UInt8>) throws(WireError) -> UInt8 {
    guard offset < end else { throw .truncated }
    let octet = payload[offset]
    offset &+= 1
    return octet
  }

  /// Takes a big-endian 16-bit word.
  mutating func word(of payload: Span<UInt8>) throws(WireError) -> Int {
    guard rest >= 2 else { throw .truncated }
    let word = Int(payload.uint16(at: offset))
    offset &+= 2
    return word
  }

  /// Passes over `count` octets, which must be there.
  mutating func skip(_ count: Int) throws(WireError) {
    guard count <= rest else { throw .truncated }
    offset &+= count
  }

  /// Takes a picture id: seven bits, or fifteen when the first bit says so.
  mutating func pictureID(of payload: Span<UInt8>) throws(WireError) -> VideoDescriptor.PictureID {
    let start = offset
    let first = try octet(of: payload)
    // A descriptor has at most nine octets before it.
    let place = UInt8(truncatingIfNeeded: start)
    guard first & 0x80 != 0 else {
      return VideoDescriptor.PictureID(value: UInt16(first), isLong: false, offset: place)
    }
    let second = try octet(of: payload)
    return VideoDescriptor.PictureID(
      value: UInt16(first & 0x7F) << 8 | UInt16(second), isLong: true, offset: place)
  }

  /// Takes TL0PICIDX.
  mutating func baseLayerIndex(of payload: Span<UInt8>) throws(WireError) -> VideoDescriptor.BaseLayerIndex {
    let place = UInt8(truncatingIfNeeded: offset)
    return VideoDescriptor.BaseLayerIndex(value: try octet(of: payload), offset: place)
  }
}
