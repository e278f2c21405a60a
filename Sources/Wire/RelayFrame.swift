import Base

/// What a frame between two shards is about: its second octet.
public enum RelayKind: UInt8, Hashable, Sendable {
  /// A packet of audio: ``RelayFrame``.
  case audio = 0
  /// A packet of a layer of a picture: ``RelayVideoFrame``.
  case video = 1
  /// Which layers of a picture there are: ``RelayPicture``.
  case picture = 2
  /// Which layers the other shard wants: ``RelayDemand``.
  case demand = 3
  /// Which packets the other shard misses: ``RelayRepeats``.
  case repeats = 4

  /// The kind of `frame`; `nil` for another version, an unknown kind or fewer than two octets.
  public init?(of frame: Span<UInt8>) {
    guard frame.count >= 2, frame[0] == RelayFrame.version else { return nil }
    self.init(rawValue: frame[1])
  }
}

/// One packet of audio on its way from the shard that received it to another that has listeners for it.
///
/// It was opened and numbered where it came in, and is sealed for each listener where it goes: so it travels
/// in plaintext, with what an egress header needs. In one process it passes through memory; the layout is a
/// datagram's, so that nodes can be linked the same way over a channel that protects it.
///
/// ```
///  0       1       2       3       4               8                              16              20
///  ├───────┼───────┼───────┼───────┼───────────────┼──────────────────────────────┼───────────────┤
///  │   1   │ kind  │ flags │ level │     SSRC      │            index             │   timestamp   │ payload
///  └───────┴───────┴───────┴───────┴───────────────┴──────────────────────────────┴───────────────┘
///    version 0 audio   │       └ RFC 6464's octet, 0 unless flag 2 is set
///                      └ 1: marker, 2: has a level
/// ```
///
/// All numbers are big endian. The SSRC is the one under which listeners receive the stream. The index counts
/// the stream's packets with rollovers: what was lost before is a gap, what was withheld on purpose is not.
/// Refused: another version or kind, flags that are not defined, a level without its flag, an index of more
/// than the 48 bits that SRTP can carry (RFC 3711 §3.3.1), and a frame without a payload.
public struct RelayFrame: Hashable, Sendable {
  /// Octets before the payload.
  public static let headerCount = 20
  static let version: UInt8 = 1
  private static let markerFlag: UInt8 = 1
  private static let levelFlag: UInt8 = 2

  /// The SSRC under which listeners receive the stream.
  public let ssrc: UInt32
  /// The packet's place in the stream.
  public let index: UInt64
  /// The stream's own clock.
  public let timestamp: UInt32
  /// The marker bit.
  public let isMarked: Bool
  /// RFC 6464's octet, when the sender gave one.
  public let audioLevel: UInt8?

  /// Makes a frame of its parts.
  public init(ssrc: UInt32, index: UInt64, timestamp: UInt32, isMarked: Bool, audioLevel: UInt8?) {
    self.ssrc = ssrc
    self.index = index
    self.timestamp = timestamp
    self.isMarked = isMarked
    self.audioLevel = audioLevel
  }

  /// Parses `frame`, whose payload begins at ``headerCount`` and ends with it.
  public init(_ frame: Span<UInt8>) throws(WireError) {
    guard frame.count > RelayFrame.headerCount else { throw .truncated }
    let flags = frame[2]
    guard RelayKind(of: frame) == .audio,
      flags & ~(RelayFrame.markerFlag | RelayFrame.levelFlag) == 0
    else { throw .unsupported }
    let hasLevel = flags & RelayFrame.levelFlag != 0
    index = frame.uint64(at: 8)
    guard hasLevel || frame[3] == 0, index >> 48 == 0 else { throw .malformed }
    ssrc = frame.uint32(at: 4)
    timestamp = frame.uint32(at: 16)
    isMarked = flags & RelayFrame.markerFlag != 0
    audioLevel = hasLevel ? frame[3] : nil
  }

  /// Writes the frame and its payload; gives the octets, 0 with nothing written when `slot` is too short.
  public func write(_ payload: Span<UInt8>, into slot: inout MutableSpan<UInt8>) -> Int {
    let count = RelayFrame.headerCount &+ payload.count
    guard slot.count >= count else { return 0 }
    slot[0] = RelayFrame.version
    slot[1] = RelayKind.audio.rawValue
    slot[2] =
      (isMarked ? RelayFrame.markerFlag : 0) | (audioLevel == nil ? 0 : RelayFrame.levelFlag)
    slot[3] = audioLevel ?? 0
    slot.store(ssrc, at: 4)
    slot.store(index, at: 8)
    slot.store(timestamp, at: 16)
    slot.store(payload, at: RelayFrame.headerCount)
    return count
  }
}
