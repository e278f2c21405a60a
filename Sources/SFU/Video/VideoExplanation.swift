public import Base
public import MediaControl

/// What a peer shows of one source, layer by layer: the answer to "why does nobody see me?".
public struct PictureExplanation: Hashable, Sendable {
  /// One encoding.
  public struct Layer: Hashable, Sendable {
    /// What signaling said of it.
    public let announced: VideoLayer
    /// The SSRC under which it arrives; `nil` before its first packet when it was not announced.
    public let sourceSSRC: UInt32?
    /// Whether it arrives while its siblings do.
    public let isLive: Bool
    /// Packets received by themselves, and those of them that were late or repeated.
    public let received: UInt64
    /// Packets lost on the way here, repaired ones included.
    public let lost: UInt64
    /// Packets that came as retransmissions because we had asked.
    public let repaired: UInt32
    /// Packets that are missing at present and are being asked for.
    public let missing: Int
    /// Key frames that have begun.
    public let keyFrames: UInt32
    /// Key frames that the publisher was asked for.
    public let keyFrameRequests: UInt32
    /// Subscribers that get it or wait for it.
    public let watchers: Int
    /// When its last packet came.
    public let lastPacket: Instant?
  }

  /// Camera or screen.
  public let source: VideoSource
  /// The SSRC under which everybody receives it.
  public let ssrc: UInt32
  /// The codec of all layers; `nil` before the first packet.
  public let codec: VideoCodecName?
  /// Whether the peer may not show it.
  public let isHidden: Bool
  /// Its layers as they were announced.
  public let layers: [Layer]
}

/// What a peer receives of another one's picture: the answer to "why this layer?".
public struct ViewExplanation: Hashable, Sendable {
  /// Whose picture it is.
  public let publisher: PeerID
  /// Its SSRC.
  public let ssrc: UInt32
  /// The quality that the peer wants of it, 0 to 100.
  public let quality: UInt8
  /// The layer that it gets; `nil` for none.
  public let current: Int?
  /// The layer that it should get: another than `current` while a key frame is awaited.
  public let target: Int?
  /// How often it was switched to a layer, the first time included.
  public let switches: UInt32
  /// Packets sent to the peer, modulo 2^32.
  public let packets: UInt32
  /// Packets sent to it again, modulo 2^32.
  public let retransmitted: UInt32
}

extension Endpoint {
  /// What `peer` shows.
  func pictures(of peer: Handle<Peer>) -> [PictureExplanation] {
    var pictures: [PictureExplanation] = []
    for source in VideoSource.allCases {
      guard let video = peers[peer].videos[source] else { continue }
      pictures.append(
        PictureExplanation(
          source: source, ssrc: videos[video].ssrc, codec: videos[video].codec,
          isHidden: videos[video].isHidden, layers: videos[video].layers.map(PictureExplanation.Layer.init)))
    }
    return pictures
  }

  /// What `peer` sees or could see, in the order in which the pictures began.
  func views(of peer: Handle<Peer>) -> [ViewExplanation] {
    var views: [ViewExplanation] = []
    for video in rooms[peers[peer].room].videos where videos[video].publisher != peer {
      let row = videos[video].subscriptions[peers[peer].position]
      views.append(
        ViewExplanation(
          publisher: identity(of: videos[video].owner).1.peer, ssrc: videos[video].ssrc,
          quality: row.quality, current: row.current == SubscribedVideo.none ? nil : Int(row.current),
          target: row.target == SubscribedVideo.none ? nil : Int(row.target), switches: row.switchCount,
          packets: row.packetCount, retransmitted: row.retransmittedCount))
    }
    return views
  }
}

extension PictureExplanation.Layer {
  fileprivate init(_ layer: PublishedLayer) {
    self.init(
      announced: layer.announced, sourceSSRC: layer.sourceSSRC, isLive: layer.isLive,
      received: layer.reception.received, lost: layer.reception.lost, repaired: layer.repairedCount,
      missing: layer.losses.count, keyFrames: layer.keyFrameCount,
      keyFrameRequests: layer.keyFrameRequestCount, watchers: layer.watchers, lastPacket: layer.lastPacket)
  }
}
