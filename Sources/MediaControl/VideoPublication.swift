/// Which of a peer's pictures a stream carries.
///
/// Each has SSRCs of its own after the peer's admission SSRC, under which every subscriber receives it.
public enum VideoSource: UInt8, CaseIterable, Hashable, Sendable {
  case camera = 0
  case screen = 1

  /// The SSRC under which subscribers receive this source of the peer that was admitted with `audio`.
  ///
  /// The voice gateway keeps fifteen successors of every audio SSRC free: camera 1, screen 3.
  public func ssrc(after audio: UInt32) -> UInt32 {
    audio &+ 1 &+ 2 &* UInt32(rawValue)
  }

  /// The SSRC of its retransmissions: Discord's web client takes it to be the stream's plus one.
  public func rtxSSRC(after audio: UInt32) -> UInt32 {
    ssrc(after: audio) &+ 1
  }
}

/// One encoding of a source: a simulcast layer, or all of a source without simulcast.
public struct VideoLayer: Hashable, Sendable {
  /// Under which SSRC the publisher sends it.
  ///
  /// `nil` when its packets say their `rid` instead, as browsers do with simulcast.
  public let sourceSSRC: UInt32?
  /// Under which SSRC the publisher repeats it (RFC 4588); `nil` when unknown: learnt from `repairedRid`.
  public let rtxSSRC: UInt32?
  /// The layer's name, as RFC 8851's `rid` or Discord's stream has it.
  public let rid: String
  /// How good it is among its source's layers, 1 to 100.
  public let quality: UInt8
  /// Whether the publisher means to send it now.
  public let isActive: Bool
  /// The most that the publisher said of it; `nil` where it said nothing.
  public let bounds: VideoBounds

  /// Makes a layer of its parts.
  public init(
    sourceSSRC: UInt32?, rtxSSRC: UInt32?, rid: String, quality: UInt8, isActive: Bool, bounds: VideoBounds
  ) {
    self.sourceSSRC = sourceSSRC
    self.rtxSSRC = rtxSSRC
    self.rid = rid
    self.quality = quality
    self.isActive = isActive
    self.bounds = bounds
  }
}

/// The most that a layer may have; for explanations and later for allocation, never trusted.
public struct VideoBounds: Hashable, Sendable {
  /// Pixels across.
  public let width: UInt16?
  /// Pixels down.
  public let height: UInt16?
  /// Bits a second.
  public let bitrate: UInt32?
  /// Frames a second.
  public let framerate: UInt16?

  /// Makes bounds of their parts.
  public init(width: UInt16?, height: UInt16?, bitrate: UInt32?, framerate: UInt16?) {
    self.width = width
    self.height = height
    self.bitrate = bitrate
    self.framerate = framerate
  }

  /// Nothing was said.
  public static let unknown = VideoBounds(width: nil, height: nil, bitrate: nil, framerate: nil)
}

/// What a peer says it sends of one source: voice gateway op 12, C→S.
///
/// Versioned, so that an older list never overwrites a newer one: count all publications and wants of a
/// peer, whatever their source.
public struct VideoPublication: Hashable, Sendable {
  /// Counts this peer's publications of this source; a lower or equal one is ignored.
  public let version: UInt64
  /// Which picture.
  public let source: VideoSource
  /// Its layers; none ends the source.
  public let layers: [VideoLayer]

  /// Makes a publication of its parts.
  public init(version: UInt64, source: VideoSource, layers: [VideoLayer]) {
    self.version = version
    self.source = source
    self.layers = layers
  }
}

/// How much of one stream a subscriber wants.
public struct VideoWant: Hashable, Sendable {
  /// The SSRC under which the subscriber receives it: ``VideoSource/ssrc(after:)``.
  public let ssrc: UInt32
  /// 0 for nothing, 100 for the best there is.
  public let quality: UInt8

  /// Makes a want of its parts.
  public init(ssrc: UInt32, quality: UInt8) {
    self.ssrc = ssrc
    self.quality = quality
  }
}

/// What a subscriber wants to see: voice gateway op 15, C→S.
///
/// Replaces what it wanted before. A subscriber that never said gets the best of everything, as
/// `{"any": 100}` asks for.
public struct VideoWants: Hashable, Sendable {
  /// Counts this peer's wants; a lower or equal one is ignored.
  public let version: UInt64
  /// The quality of streams that are not in `streams`, 0 to 100.
  public let others: UInt8
  /// Streams by name; the first entry of an SSRC counts.
  public let streams: [VideoWant]

  /// Makes wants of their parts.
  public init(version: UInt64, others: UInt8, streams: [VideoWant]) {
    self.version = version
    self.others = others
    self.streams = streams
  }
}
