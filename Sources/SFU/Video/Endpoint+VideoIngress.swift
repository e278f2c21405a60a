internal import Base
internal import MediaControl
internal import Wire

/// The path of a video packet, from its opened receive slot to its place among the packets that wait to be
/// sent.
///
/// ```
///   payload type ─▶ codec ─▶ SSRC or rid ─▶ layer ─▶ descriptor ─▶ window, losses, clock
///     ─▶ does anybody watch? ─▶ ring (once) ─▶ staging
/// ```
extension Endpoint {
  /// Whether `ssrc` is that of a layer or its retransmissions.
  func hasLayer(under ssrc: UInt32, _ peer: Handle<Peer>) -> Bool {
    layer(under: ssrc, of: peer) != nil
  }

  /// The picture and layer of `peer` to which packets under `ssrc` belong.
  func layer(
    under ssrc: UInt32, of peer: Handle<Peer>
  ) -> (video: Handle<PublishedVideo>, index: Int, isRetransmission: Bool)? {
    if let video = peers[peer].videos.camera, let found = videos[video].layer(under: ssrc) {
      return (video, found.index, found.isRetransmission)
    }
    if let video = peers[peer].videos.screen, let found = videos[video].layer(under: ssrc) {
      return (video, found.index, found.isRetransmission)
    }
    return nil
  }

  /// Takes in an authentic packet under a payload type that its sender gave video, or drops it with a reason.
  mutating func takeVideo(
    _ meaning: VideoCodecTable.Meaning, _ header: RTPHeader, index: UInt64, _ plain: Span<UInt8>,
    _ origin: Origin
  ) {
    do throws(DropReason) {
      try receiveVideo(meaning, header, index: index, plain, origin)
    } catch {
      drop(error, origin.peer)
    }
  }

  private mutating func receiveVideo(
    _ meaning: VideoCodecTable.Meaning, _ header: RTPHeader, index: UInt64, _ plain: Span<UInt8>,
    _ origin: Origin
  ) throws(DropReason) {
    guard peers[origin.peer].permissions.mayShow else { throw .hidden }
    guard let padding = try? header.paddingCount(in: plain) else { throw .malformed }
    var packet = IngressPacket(
      ssrc: header.ssrc, index: index, timestamp: header.timestamp, isMarked: header.marker,
      payload: header.headerCount..<(plain.count - padding), audioLevel: nil)
    guard !packet.payload.isEmpty else {
      skip(packet, origin)
      throw .empty
    }
    guard packet.payload.count <= Fixed.packetCountMax else { throw .malformed }
    let isRetransmission: Bool
    let codec: VideoCodecName
    switch meaning {
    case .media(let name): (codec, isRetransmission) = (name, false)
    case .retransmission(let name): (codec, isRetransmission) = (name, true)
    }
    let (video, layer) = try locate(header, plain, of: origin.peer, isRetransmission: isRetransmission)
    if isRetransmission { packet = try original(of: packet, plain, videos[video].layers[layer]) }
    let place = VideoPlace(
      video, layer, codec, isRetransmission: isRetransmission,
      orientation: orientation(header, plain, of: origin.peer))
    try receive(packet, plain.extracting(packet.payload), place, arrival: origin.stamp, at: origin.at)
  }

  /// A packet of nothing but padding is a probe: nobody misses it.
  private mutating func skip(_ packet: IngressPacket, _ origin: Origin) {
    guard let found = layer(under: packet.ssrc, of: origin.peer), !found.isRetransmission else { return }
    videos[found.video].layers[found.index].skip(packet, at: origin.at)
    armVideo(found.video)
  }

  /// The packet that a retransmission repeats.
  private func original(
    of packet: IngressPacket, _ plain: Span<UInt8>, _ layer: borrowing PublishedLayer
  ) throws(DropReason) -> IngressPacket {
    guard let sequenceNumber = try? RTXPayload.originalSequenceNumber(plain.extracting(packet.payload)) else {
      throw .malformed
    }
    let payload = (packet.payload.lowerBound + RTXPayload.headerCount)..<packet.payload.upperBound
    // Publishers probe with retransmissions of nothing.
    guard !payload.isEmpty else { throw .empty }
    guard let index = layer.sourceIndex(of: sequenceNumber), layer.isMissing(index) else { throw .repeated }
    return IngressPacket(
      ssrc: packet.ssrc, index: index, timestamp: packet.timestamp, isMarked: packet.isMarked,
      payload: payload, audioLevel: nil)
  }

  /// The layer that a packet belongs to: by its SSRC, by the name that it carries, or because there is one.
  private mutating func locate(
    _ header: RTPHeader, _ plain: Span<UInt8>, of peer: Handle<Peer>, isRetransmission: Bool
  ) throws(DropReason) -> (Handle<PublishedVideo>, Int) {
    if let found = layer(under: header.ssrc, of: peer) {
      guard found.isRetransmission == isRetransmission else { throw .payloadType }
      return (found.video, found.index)
    }
    let id = isRetransmission ? peers[peer].extensionIDs.repairedRid : peers[peer].extensionIDs.rid
    if let id, let range = HeaderExtensions.find(id: id, in: plain, header: header) {
      for source in VideoSource.allCases {
        guard let video = peers[peer].videos[source],
          let layer = videos[video].layer(named: range, in: plain)
        else { continue }
        if isRetransmission { videos[video].layers[layer].rtxSSRC = header.ssrc }
        return (video, layer)
      }
    }
    // Without names there can be but one: the only layer of the only picture, whose SSRC is not known.
    guard let video = peers[peer].videos.single, videos[video].layers.count == 1 else { throw .unannounced }
    if isRetransmission {
      guard videos[video].layers[0].rtxSSRC == nil else { throw .unannounced }
      videos[video].layers[0].rtxSSRC = header.ssrc
    } else {
      guard videos[video].layers[0].announced.sourceSSRC == nil else { throw .unannounced }
    }
    return (video, 0)
  }

  /// Takes in a packet of a layer, from its publisher or from its publisher's shard.
  mutating func receive(
    _ packet: IngressPacket, _ payload: Span<UInt8>, _ at: VideoPlace, arrival: Instant, at now: Instant
  ) throws(DropReason) {
    guard let descriptor = try? VideoDescriptor(at.codec, payload) else { throw .malformed }
    let video = at.video
    if try videos[video].adopt(at.codec, isKeyFrame: descriptor.beginsKeyFrame, at: now) {
      codecChanged(video, at: now)
    }
    var isBroken = false
    if !at.isRetransmission {
      isBroken = try videos[video].layers[at.layer].bind(
        packet.ssrc, index: packet.index, silence: configuration.sourceSwitchSilence, at: now)
    }
    let place = try videos[video].layers[at.layer].receive(
      packet, isRetransmission: at.isRetransmission, at: now)
    if videos[video].remote == nil {
      counters.videoPackets &+= 1
    } else {
      counters.relayedFrames &+= 1
    }
    // Which layers are live, only their publisher's shard can say: it gets them all.
    if videos[video].remote == nil, videos[video].noteArrival(on: at.layer, at: now) {
      videos[video].stateChanged()
      retargetAll(video, at: now)
    }
    var shape = VideoFrameShape(descriptor, timestamp: place.timestamp, isMarked: packet.isMarked)
    shape.orientation = at.orientation
    if descriptor.beginsKeyFrame, place.isNewest {
      videos[video].layers[at.layer].beganKeyFrame(at: arrival)
    } else if isBroken || place.isBroken {
      wantKeyFrame(of: video, at.layer, at: now)
    }
    armVideo(video)
    guard videos[video].layers[at.layer].watchers > 0 else { return }
    try forward(payload, shape, place, at, arrival: arrival, at: now)
  }

  /// Keeps the packet for those who lose it and lets it wait for the members of its room.
  private mutating func forward(
    _ payload: Span<UInt8>, _ shape: VideoFrameShape, _ place: PublishedLayer.Place, _ at: VideoPlace,
    arrival: Instant, at now: Instant
  ) throws(DropReason) {
    let isKept = videos[at.video].layers[at.layer].ring.keep(
      place.index, shape, payload, in: &history, at: now)
    if !isKept { drop(.historyFull, publisherOf: at.video) }
    if staging.isFull { shedOldest() }
    let frame = StagedVideo(
      video: at.video, layer: UInt8(at.layer), isNewest: place.isNewest, index: place.index, shape: shape)
    let room = videos[at.video].room
    guard stage(StagedFrame(frame, arrival: arrival, count: payload.count), payload, in: room) else {
      throw .stagingFull
    }
    if videos[at.video].remote == nil, !rooms[room].links.isEmpty { unrelayed = rooms[room].staged.last }
  }

  /// Counts a drop at the node and, where it is here, at the publisher of `video`.
  private mutating func drop(_ reason: DropReason, publisherOf video: Handle<PublishedVideo>) {
    counters.drop(reason)
    if let publisher = videos[video].publisher { peers[publisher].counts.drop(reason) }
  }

  /// How the picture is to be turned, if the packet says so (3GPP TS 26.114 §7.4.5).
  private func orientation(_ header: RTPHeader, _ plain: Span<UInt8>, of peer: Handle<Peer>) -> UInt8 {
    guard header.hasExtension, let id = peers[peer].extensionIDs.videoOrientation,
      let range = HeaderExtensions.find(id: id, in: plain, header: header), range.count == 1
    else { return VideoFrameShape.noOrientation }
    return plain[range.lowerBound] & 0x0F
  }
}

/// Where a video packet belongs, and what is said of it outside its payload.
struct VideoPlace {
  let video: Handle<PublishedVideo>
  let layer: Int
  let codec: VideoCodecName
  let isRetransmission: Bool
  /// As ``VideoFrameShape/orientation``.
  let orientation: UInt8

  init(
    _ video: Handle<PublishedVideo>, _ layer: Int, _ codec: VideoCodecName, isRetransmission: Bool,
    orientation: UInt8
  ) {
    self.video = video
    self.layer = layer
    self.codec = codec
    self.isRetransmission = isRetransmission
    self.orientation = orientation
  }
}

extension VideoDescriptor {
  fileprivate init(_ codec: VideoCodecName, _ payload: Span<UInt8>) throws(WireError) {
    switch codec {
    case .vp8: try self.init(vp8: payload)
    case .vp9: try self.init(vp9: payload)
    case .h264: try self.init(h264: payload)
    case .h265: try self.init(h265: payload)
    case .av1: try self.init(av1: payload)
    }
  }
}
