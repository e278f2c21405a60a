import Base

/// What a publisher's shard says of a picture to each other shard of its room.
///
/// ```
///  0       1       2       3       4               8               12              16      17      18      19
///  ├───────┼───────┼───────┼───────┼───────────────┼───────────────┼───────────────┼───────┼───────┼───────┤
///  │   1   │   2   │source │ codec │     SSRC      │      run      │    layout     │ seen  │ live  │crosses│
///  └───────┴───────┴───────┴───────┴───────────────┴───────────────┴───────────────┴───────┴───────┴───────┘
/// ```
///
/// Sent when it changes, when a link begins and when the other shard asks. The run is not 0, and is another
/// one each time that the layers are counted anew. The layout tells two announcements of different layers
/// apart. `seen`, `live` and `crosses` have a bit for each layer, the lowest for layer 0; the last says what
/// the other shard is taken to want. The codec is 255 before the first packet. Refused: what ``RelayKind`` refuses, another length, and run 0.
public struct RelayPicture: Hashable, Sendable {
  /// Octets of a frame.
  public static let count = 19
  /// Instead of a codec, before the first packet.
  public static let noCodec: UInt8 = 0xFF

  /// The SSRC of the publisher's audio.
  public let ssrc: UInt32
  /// Which of the publisher's pictures.
  public let source: UInt8
  /// The codec of all layers, numbered by whoever relays.
  public let codec: UInt8
  /// Which run of the picture.
  public let run: UInt32
  /// What the layers are.
  public let layout: UInt32
  /// Which layers have arrived at all.
  public let seen: UInt8
  /// Which layers arrive at present.
  public let live: UInt8
  /// Which layers are sent to the other shard, as long as it says nothing else.
  public let crosses: UInt8

  /// Makes a frame of its parts.
  public init(
    ssrc: UInt32, source: UInt8, codec: UInt8, run: UInt32, layout: UInt32, seen: UInt8, live: UInt8,
    crosses: UInt8
  ) {
    self.ssrc = ssrc
    self.source = source
    self.codec = codec
    self.run = run
    self.layout = layout
    self.seen = seen
    self.live = live
    self.crosses = crosses
  }

  /// Parses `frame`.
  public init(_ frame: Span<UInt8>) throws(WireError) {
    guard RelayKind(of: frame) == .picture else { throw .unsupported }
    guard frame.count == RelayPicture.count else { throw .malformed }
    source = frame[2]
    codec = frame[3]
    ssrc = frame.uint32(at: 4)
    run = frame.uint32(at: 8)
    layout = frame.uint32(at: 12)
    seen = frame[16]
    live = frame[17]
    crosses = frame[18]
    guard run != 0 else { throw .malformed }
  }

  /// Writes the frame; gives its octets, 0 with nothing written when `slot` is too short.
  public func write(into slot: inout MutableSpan<UInt8>) -> Int {
    guard slot.count >= RelayPicture.count else { return 0 }
    slot[0] = RelayFrame.version
    slot[1] = RelayKind.picture.rawValue
    slot[2] = source
    slot[3] = codec
    slot.store(ssrc, at: 4)
    slot.store(run, at: 8)
    slot.store(layout, at: 12)
    slot[16] = seen
    slot[17] = live
    slot[18] = crosses
    return RelayPicture.count
  }
}

/// What a shard with viewers wants of a picture, told to the shard of its publisher.
///
/// ```
///  0       1       2       3       4               8               12      13
///  ├───────┼───────┼───────┼───────┼───────────────┼───────────────┼───────┤
///  │   1   │   3   │source │layers │     SSRC      │      run      │ keys  │
///  └───────┴───────┴───────┴───────┴───────────────┴───────────────┴───────┘
/// ```
///
/// `layers` has a bit for each layer that is to cross, and replaces what was wanted before; `keys` has one for
/// each of which a key frame is needed. Run 0, or one that is over, wants nothing but a ``RelayPicture``.
/// Refused: what ``RelayKind`` refuses and another length.
public struct RelayDemand: Hashable, Sendable {
  /// Octets of a frame.
  public static let count = 13

  /// The SSRC of the publisher's audio.
  public let ssrc: UInt32
  /// Which of the publisher's pictures.
  public let source: UInt8
  /// Which run of the picture; 0 when none is known.
  public let run: UInt32
  /// Which layers are wanted.
  public let layers: UInt8
  /// Of which layers a key frame is needed.
  public let keys: UInt8

  /// Makes a frame of its parts.
  public init(ssrc: UInt32, source: UInt8, run: UInt32, layers: UInt8, keys: UInt8) {
    self.ssrc = ssrc
    self.source = source
    self.run = run
    self.layers = layers
    self.keys = keys
  }

  /// Parses `frame`.
  public init(_ frame: Span<UInt8>) throws(WireError) {
    guard RelayKind(of: frame) == .demand else { throw .unsupported }
    guard frame.count == RelayDemand.count else { throw .malformed }
    source = frame[2]
    layers = frame[3]
    ssrc = frame.uint32(at: 4)
    run = frame.uint32(at: 8)
    keys = frame[12]
  }

  /// Writes the frame; gives its octets, 0 with nothing written when `slot` is too short.
  public func write(into slot: inout MutableSpan<UInt8>) -> Int {
    guard slot.count >= RelayDemand.count else { return 0 }
    slot[0] = RelayFrame.version
    slot[1] = RelayKind.demand.rawValue
    slot[2] = source
    slot[3] = layers
    slot.store(ssrc, at: 4)
    slot.store(run, at: 8)
    slot[12] = keys
    return RelayDemand.count
  }
}

/// Which packets of a layer a shard with viewers misses, told to the shard of its publisher.
///
/// ```
///  0       1       2       3       4               8               12
///  ├───────┼───────┼───────┼───────┼───────────────┼───────────────┼─────────────────────
///  │   1   │   4   │source │ layer │     SSRC      │      run      │ items of a NACK …
///  └───────┴───────┴───────┴───────┴───────────────┴───────────────┴─────────────────────
/// ```
///
/// The items are those of RFC 4585 §6.2.1, over the low sixteen bits of the layer's indices. Refused: what
/// ``RelayKind`` refuses, a frame without an item, and one that ends within an item.
public struct RelayRepeats: Hashable, Sendable {
  /// Octets before the items.
  public static let headerCount = 12

  /// The SSRC of the publisher's audio.
  public let ssrc: UInt32
  /// Which of the publisher's pictures.
  public let source: UInt8
  /// Which of the picture's layers.
  public let layer: UInt8
  /// Which run of the picture.
  public let run: UInt32

  /// Makes a frame of its parts.
  public init(ssrc: UInt32, source: UInt8, layer: UInt8, run: UInt32) {
    self.ssrc = ssrc
    self.source = source
    self.layer = layer
    self.run = run
  }

  /// Parses `frame`, whose items begin at ``headerCount`` and end with it.
  public init(_ frame: Span<UInt8>) throws(WireError) {
    guard RelayKind(of: frame) == .repeats else { throw .unsupported }
    guard frame.count > RelayRepeats.headerCount else { throw .truncated }
    guard (frame.count - RelayRepeats.headerCount).isMultiple(of: NACKItem.count) else { throw .malformed }
    source = frame[2]
    layer = frame[3]
    ssrc = frame.uint32(at: 4)
    run = frame.uint32(at: 8)
  }

  /// Writes the frame with as many of `items` as fit; gives its octets, 0 when not even one does.
  public func write(_ items: Span<NACKItem>, into slot: inout MutableSpan<UInt8>) -> Int {
    let fitting = min(items.count, (slot.count &- RelayRepeats.headerCount) / NACKItem.count)
    guard fitting > 0 else { return 0 }
    slot[0] = RelayFrame.version
    slot[1] = RelayKind.repeats.rawValue
    slot[2] = source
    slot[3] = layer
    slot.store(ssrc, at: 4)
    slot.store(run, at: 8)
    for index in 0..<fitting {
      let start = RelayRepeats.headerCount &+ index &* NACKItem.count
      slot.store(items[index].first, at: start)
      slot.store(items[index].following, at: start &+ 2)
    }
    return RelayRepeats.headerCount &+ fitting &* NACKItem.count
  }
}
