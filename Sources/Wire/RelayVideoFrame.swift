import Base

/// One packet of a picture's layer on its way from the shard that received it to another that wants the layer.
///
/// ```
///  0       1       2       3       4               8       9       10                     16              20              24
///  ├───────┼───────┼───────┼───────┼───────────────┼───────┼───────┼───────────────────────┼───────────────┼───────────────┤
///  │   1   │   1   │ flags │ codec │     SSRC      │ place │ turn  │         index         │   timestamp   │      run      │ payload
///  └───────┴───────┴───────┴───────┴───────────────┴───────┴───────┴───────────────────────┴───────────────┴───────────────┘
///   version  video   │                               │       └ orientation, 0 unless flag 4 is set
///                    │                               └ source in the high four bits, layer in the low four
///                    └ 1: marker, 2: sent again because the other shard missed it, 4: has an orientation
/// ```
///
/// All numbers are big endian. The SSRC is the publisher's first one, that of its audio. The index counts the
/// layer's packets with rollovers, the timestamp is the layer's own clock, and the run is the one that a
/// ``RelayPicture`` named. What the payload's descriptor says is read again on the other side. Refused: what
/// ``RelayKind`` refuses, flags that are not defined, an orientation without its flag or of more than four
/// bits, and a frame without a payload.
public struct RelayVideoFrame: Hashable, Sendable {
  /// Octets before the payload.
  public static let headerCount = 24
  private static let markerFlag: UInt8 = 1
  private static let repeatedFlag: UInt8 = 2
  private static let orientationFlag: UInt8 = 4

  /// Where the packet belongs.
  public let place: Place
  /// The codec, numbered by whoever relays.
  public let codec: UInt8
  /// The packet's place in the layer, 48 bits.
  public let index: UInt64
  /// The layer's own clock, 90 kHz.
  public let timestamp: UInt32
  /// The marker bit: the last packet of a frame.
  public let isMarked: Bool
  /// Whether it is sent again.
  public let isRepeated: Bool
  /// How the picture is to be turned (3GPP TS 26.114 §7.4.5), four bits, when the sender said so.
  public let orientation: UInt8?

  /// Where a packet belongs.
  public struct Place: Hashable, Sendable {
    /// The SSRC of the publisher's audio.
    public let ssrc: UInt32
    /// Which of the publisher's pictures, 0 to 15.
    public let source: UInt8
    /// Which of the picture's layers, 0 to 15.
    public let layer: UInt8
    /// Which run of the picture.
    public let run: UInt32

    /// Makes a place of its parts.
    public init(ssrc: UInt32, source: UInt8, layer: UInt8, run: UInt32) {
      self.ssrc = ssrc
      self.source = source & 0x0F
      self.layer = layer & 0x0F
      self.run = run
    }
  }

  /// Makes a frame of its parts.
  public init(
    _ place: Place, codec: UInt8, index: UInt64, timestamp: UInt32, isMarked: Bool, isRepeated: Bool,
    orientation: UInt8?
  ) {
    self.place = place
    self.codec = codec
    self.index = index
    self.timestamp = timestamp
    self.isMarked = isMarked
    self.isRepeated = isRepeated
    self.orientation = orientation.map { $0 & 0x0F }
  }

  /// Parses `frame`, whose payload begins at ``headerCount`` and ends with it.
  public init(_ frame: Span<UInt8>) throws(WireError) {
    guard frame.count > RelayVideoFrame.headerCount else { throw .truncated }
    let flags = frame[2]
    guard RelayKind(of: frame) == .video, flags >> 3 == 0 else { throw .unsupported }
    let isOriented = flags & RelayVideoFrame.orientationFlag != 0
    guard frame[9] <= (isOriented ? 0x0F : 0) else { throw .malformed }
    codec = frame[3]
    place = Place(
      ssrc: frame.uint32(at: 4), source: frame[8] >> 4, layer: frame[8], run: frame.uint32(at: 20))
    orientation = isOriented ? frame[9] : nil
    index = UInt64(frame.uint16(at: 10)) << 32 | UInt64(frame.uint32(at: 12))
    timestamp = frame.uint32(at: 16)
    isMarked = flags & RelayVideoFrame.markerFlag != 0
    isRepeated = flags & RelayVideoFrame.repeatedFlag != 0
  }

  /// Writes the frame and its payload; gives the octets, 0 with nothing written when `slot` is too short.
  public func write(_ payload: Span<UInt8>, into slot: inout MutableSpan<UInt8>) -> Int {
    let count = RelayVideoFrame.headerCount &+ payload.count
    guard slot.count >= count else { return 0 }
    slot[0] = RelayFrame.version
    slot[1] = RelayKind.video.rawValue
    slot[2] =
      (isMarked ? RelayVideoFrame.markerFlag : 0) | (isRepeated ? RelayVideoFrame.repeatedFlag : 0)
      | (orientation == nil ? 0 : RelayVideoFrame.orientationFlag)
    slot[3] = codec
    slot.store(place.ssrc, at: 4)
    slot[8] = place.source << 4 | place.layer
    slot[9] = orientation ?? 0
    slot.store(UInt16(truncatingIfNeeded: index >> 32), at: 10)
    slot.store(UInt32(truncatingIfNeeded: index), at: 12)
    slot.store(timestamp, at: 16)
    slot.store(place.run, at: 20)
    slot.store(payload, at: RelayVideoFrame.headerCount)
    return count
  }
}
