internal import Base
internal import MediaControl

/// One picture of one member, in one or several layers, and who receives which of them.
///
/// Owned by the endpoint's table of videos. Made by an announcement of signaling, gone with the next one or
/// with its publisher. Its `subscriptions` are parallel to the members of its ``Room``.
struct PublishedVideo: ~Copyable {
  /// Whose picture it is; if its transport is on another shard, what comes is what that shard relayed.
  let owner: VideoOwner
  let room: Handle<Room>
  let source: VideoSource
  /// The SSRC under which every subscriber receives it, and that of its retransmissions.
  let ssrc: UInt32
  let rtxSSRC: UInt32
  /// The codec of all layers: that of the last key frame; `nil` before the first packet.
  private(set) var codec: VideoCodecName?
  private var codecSince = Instant(nanoseconds: .min)
  /// Says on the room's links since when layers and indices are counted; 0 while another shard has not said.
  var run: UInt32
  /// Whether the publisher may not show: nobody gets anything.
  var isHidden = false

  var layers: [PublishedLayer]
  var subscriptions: [SubscribedVideo] = []
  /// What each of the room's links wants: parallel to ``Room/links``; of a remote picture, none.
  var demands: [PictureDemand] = []
  /// What its own shard was asked for, of a remote picture.
  var request = PictureRequest()
  /// When the links may be told again, after one that was full.
  var relayNotBefore = Instant.zero
  /// Where the next round of sender reports goes on.
  var reportCursor = 0
  /// What its timer is set to.
  var armed = Instant.distantFuture
  var nextReceiverReport = Instant.distantFuture
  var nextSenderReports = Instant.distantFuture

  init(
    of owner: VideoOwner, room: Handle<Room>, admission: PeerAdmission, _ source: VideoSource,
    _ layers: some Sequence<VideoLayer>, run: UInt32
  ) {
    self.owner = owner
    self.room = room
    self.source = source
    self.run = owner.remote == nil ? run : 0
    ssrc = source.ssrc(after: admission.ssrc)
    rtxSSRC = source.rtxSSRC(after: admission.ssrc)
    self.layers = layers.map { PublishedLayer($0) }
  }

  /// Who shows it, if its transport is here.
  var publisher: Handle<Peer>? { owner.member }
  /// Who shows it, if its transport is on another shard.
  var remote: Handle<RemotePeer>? { owner.remote }

  /// The layer to which a packet under `ssrc` belongs, as original or as retransmission.
  func layer(under ssrc: UInt32) -> (index: Int, isRetransmission: Bool)? {
    for index in layers.indices {
      if layers[index].sourceSSRC == ssrc { return (index, false) }
      if layers[index].rtxSSRC == ssrc { return (index, true) }
    }
    return nil
  }

  /// The layer that carries the name at `range` of `packet`.
  func layer(named range: Range<Int>, in packet: Span<UInt8>) -> Int? {
    for index in layers.indices where layers[index].rid.count == range.count {
      var isSame = true
      for position in 0..<range.count {
        if layers[index].rid[position] != packet[range.lowerBound + position] { isSame = false }
      }
      if isSame { return index }
    }
    return nil
  }

  /// Sees to it that `codec` is the one of all layers.
  ///
  /// A change is taken with a key frame and at most once a second: it costs every subscriber's row.
  /// - Returns: whether it changed.
  /// - Throws: `payloadType` when it may not change now.
  mutating func adopt(
    _ codec: VideoCodecName, isKeyFrame: Bool, at now: Instant
  ) throws(DropReason) -> Bool {
    guard codec != self.codec else { return false }
    // What another shard relays, it has taken.
    guard remote != nil || self.codec == nil || isKeyFrame && now - codecSince >= .seconds(1) else {
      throw .payloadType
    }
    self.codec = codec
    codecSince = now
    return true
  }

  /// Notes that a packet of `layer` has come; whether this changes which layers are live.
  ///
  /// A layer stalls when its siblings go on without it: a publisher drops its best layers when its network
  /// or processor cannot carry them, and says nothing. All silent together, as an idle screen is, are live.
  mutating func noteArrival(on layer: Int, at now: Instant) -> Bool {
    var isChanged = !layers[layer].isLive
    layers[layer].isLive = true
    for other in layers.indices where other != layer && layers[other].isLive {
      if layers[other].isSilent(for: Fixed.layerStall, at: now) {
        layers[other].isLive = false
        isChanged = true
      }
    }
    return isChanged
  }

  /// The layer for a subscriber that wants `quality`; ``SubscribedVideo/none`` when there is none.
  ///
  /// The best one that is no better than wanted, or else the least; live ones before stalled ones.
  func choice(for quality: UInt8) -> UInt8 {
    guard quality > 0, !isHidden else { return SubscribedVideo.none }
    return choice(for: quality, isLive: true) ?? choice(for: quality, isLive: false) ?? SubscribedVideo.none
  }

  private func choice(for quality: UInt8, isLive: Bool) -> UInt8? {
    var best: Int?
    for index in layers.indices {
      guard layers[index].announced.isActive, layers[index].isSeen, !isLive || layers[index].isLive else {
        continue
      }
      guard let chosen = best else {
        best = index
        continue
      }
      let quality1 = layers[index].announced.quality
      let quality2 = layers[chosen].announced.quality
      let isBetter =
        quality2 > quality ? quality1 < quality2 : quality1 <= quality && quality1 > quality2
      if isBetter { best = index }
    }
    return best.map { UInt8($0) }
  }

  /// Chooses again for one row; gives the layer whose key frame it now waits for.
  mutating func retarget(_ position: Int, isAble: Bool) -> Int? {
    let target = isAble ? choice(for: subscriptions[position].quality) : SubscribedVideo.none
    unwatch(position)
    subscriptions[position].target = target
    if target == SubscribedVideo.none { subscriptions[position].stop() }
    watch(position)
    return subscriptions[position].isWaiting ? Int(target) : nil
  }

  /// Ends what a row gets, so that a key frame must begin it anew.
  mutating func interrupt(_ position: Int, _ body: (inout SubscribedVideo) -> Void) {
    unwatch(position)
    body(&subscriptions[position])
    watch(position)
  }

  /// How a packet goes to the row; see ``SubscribedVideo/place(_:layer:index:isNewest:arrival:)``.
  mutating func place(_ frame: StagedVideo, arrival: Instant, _ position: Int) -> SwitchingMap.Shift? {
    let before = subscriptions[position].current
    let shift = subscriptions[position].place(
      frame.shape, layer: frame.layer, index: frame.index, isNewest: frame.isNewest, arrival: arrival)
    let after = subscriptions[position].current
    if before != after {
      // The row counted for both; the target, which is the new one, it keeps.
      let target = subscriptions[position].target
      if before != SubscribedVideo.none, before != target { layers[Int(before)].watchers -= 1 }
    }
    return shift
  }

  /// A row that goes away stops counting.
  mutating func unwatch(_ position: Int) {
    count(subscriptions[position], -1)
  }

  private mutating func watch(_ position: Int) {
    count(subscriptions[position], 1)
  }

  private mutating func count(_ row: SubscribedVideo, _ step: Int) {
    if row.current != SubscribedVideo.none { layers[Int(row.current)].watchers += step }
    if row.isWaiting { layers[Int(row.target)].watchers += step }
  }

  /// When something is to be done for it next.
  var deadline: Instant {
    var deadline = min(nextReceiverReport, nextSenderReports)
    if isRelayDue { deadline = min(deadline, relayNotBefore) }
    for index in layers.indices {
      // Two at a time: with more, `min` takes a heap block in debug builds.
      deadline = min(deadline, min(layers[index].losses.deadline, layers[index].keyFrames.deadline))
    }
    return deadline
  }
}

/// Whose picture it is: a member's of this shard, or one's of another.
enum VideoOwner: Hashable {
  case member(Handle<Peer>)
  case remote(Handle<RemotePeer>)

  var member: Handle<Peer>? {
    if case .member(let peer) = self { return peer }
    return nil
  }

  var remote: Handle<RemotePeer>? {
    if case .remote(let remote) = self { return remote }
    return nil
  }
}

/// A video packet that waits to be sent, besides what every ``StagedFrame`` says.
struct StagedVideo {
  let video: Handle<PublishedVideo>
  let layer: UInt8
  /// Whether it was the newest of its layer when it came.
  let isNewest: Bool
  let index: UInt64
  let shape: VideoFrameShape
}
