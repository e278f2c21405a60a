internal import Base
internal import MediaControl
internal import Wire

/// Pictures across shards: each layer that somebody beyond wants crosses each link once.
///
/// ```
///   publisher's shard                              shard with viewers
///     PublishedLayer ─▶ RelayVideoFrame ─────────▶ PublishedLayer ─▶ ring, rows of members there
///     state of layers ─▶ RelayPicture ───────────▶ which layers there are
///     watchers, key frames ◀──────── RelayDemand ◀─ which of them rows get or wait for, key frames
///     ring ◀──────────────────────── RelayRepeats ◀ what a full ring lost
/// ```
///
/// A shard with viewers keeps packets for them itself and answers their NACKs; only what did not cross is
/// asked for over the link. Requests for key frames are coalesced there, and again where the publisher is.
/// State and demand are whole each time and repeated until the ring takes them; who makes its side of a
/// picture later begins (``PictureDemand/isStateDue``, ``PictureRequest/isGreetingDue``).
extension Endpoint {
  // The publisher's shard.

  /// Sends the video that was staged just now to the shards that want its layer.
  mutating func relay(
    _ slot: Int, of staged: StagedVideo, into sink: inout some TransmitSink & ~Copyable
  ) {
    let video = staged.video
    guard videos.contains(video), let publisher = videos[video].publisher, let codec = videos[video].codec
    else { return }
    let room = videos[video].room
    let place = RelayVideoFrame.Place(
      ssrc: peers[publisher].admission.ssrc, source: videos[video].source.rawValue, layer: staged.layer,
      run: videos[video].run)
    let relayed = RelayVideoFrame(
      place, codec: codec.relayNumber, index: staged.index, staged.shape, isRepeated: false)
    let (arrival, count) = (staging[slot].arrival, staging[slot].count)
    for position in rooms[room].links.indices where videos[video].crosses(staged.layer, over: position) {
      let isTaken = sink.relay(to: rooms[room].links[position].shard, origin: arrival) { octets in
        relayed.write(staging.payload(slot, count: count), into: &octets)
      }
      if isTaken { counters.relayedPackets &+= 1 } else { counters.drop(.relayFull) }
    }
  }

  /// Tells other shards what layers there are, those that have yet to hear of it.
  mutating func tellLinks(
    of video: Handle<PublishedVideo>, at now: Instant, into sink: inout some TransmitSink & ~Copyable
  ) {
    guard videos[video].isRelayDue, videos[video].relayNotBefore <= now,
      let publisher = videos[video].publisher
    else { return }
    let room = videos[video].room
    let ssrc = peers[publisher].admission.ssrc
    for position in rooms[room].links.indices where videos[video].demands[position].isStateDue {
      let state = videos[video].state(ssrc: ssrc, over: position)
      let isTaken = sink.relay(to: rooms[room].links[position].shard, origin: now) { state.write(into: &$0) }
      videos[video].setStateDue(!isTaken, over: position)
      if !isTaken { postponeRelay(of: video, at: now) }
    }
  }

  /// Another shard says which layers it wants.
  mutating func takeDemand(_ frame: Span<UInt8>, from shard: ShardID, at now: Instant) {
    guard let demand = try? RelayDemand(frame) else { return counters.drop(.malformed) }
    guard let (video, position) = shown(demand.ssrc, demand.source, to: shard) else {
      return counters.drop(.unknownRelay)
    }
    if demand.run == videos[video].run {
      videos[video].demand(demand.layers, over: position)
      for layer in videos[video].layers.indices
      where (demand.keys & demand.layers) >> UInt8(layer) & 1 == 1 {
        wantKeyFrame(of: video, layer, at: now)
      }
    } else {
      videos[video].demand(0, over: position)
      videos[video].setStateDue(true, over: position)
    }
    armVideo(video)
  }

  /// Another shard says which packets it misses.
  mutating func takeRepeats(
    _ frame: Span<UInt8>, from shard: ShardID, at now: Instant,
    into sink: inout some TransmitSink & ~Copyable
  ) {
    guard let repeats = try? RelayRepeats(frame) else { return counters.drop(.malformed) }
    guard let (video, position) = shown(repeats.ssrc, repeats.source, to: shard),
      repeats.run == videos[video].run, Int(repeats.layer) < videos[video].layers.count,
      videos[video].crosses(repeats.layer, over: position)
    else { return counters.drop(.unknownRelay) }
    let items = NACKItems(RelayRepeats.headerCount..<frame.count)
    var allowance = Fixed.retransmissionsPerDatagram
    for index in 0..<items.count {
      guard let item = items.item(index, in: frame) else { return }
      for step in 0...16 as ClosedRange<UInt16> where item.contains(step: step) {
        guard allowance > 0 else { return counters.drop(.retransmissionsSpent) }
        allowance -= 1
        repeatRelayed(item.first &+ step, of: video, Int(repeats.layer), to: shard, at: now, into: &sink)
      }
    }
  }

  /// The picture of a member here, and the link to `shard`; O(links).
  private func shown(
    _ ssrc: UInt32, _ source: UInt8, to shard: ShardID
  ) -> (video: Handle<PublishedVideo>, position: Int)? {
    guard let peer = ssrcs[ssrc], let source = VideoSource(rawValue: source),
      let video = peers[peer].videos[source],
      let position = rooms[peers[peer].room].links.firstIndex(where: { $0.shard == shard })
    else { return nil }
    return (video, position)
  }

  private mutating func repeatRelayed(
    _ sequenceNumber: UInt16, of video: Handle<PublishedVideo>, _ layer: Int, to shard: ShardID,
    at now: Instant, into sink: inout some TransmitSink & ~Copyable
  ) {
    guard let publisher = videos[video].publisher, let codec = videos[video].codec,
      let index = videos[video].layers[layer].index(of: sequenceNumber),
      let kept = videos[video].layers[layer].ring.find(index)
    else { return counters.drop(.forgotten) }
    let place = RelayVideoFrame.Place(
      ssrc: peers[publisher].admission.ssrc, source: videos[video].source.rawValue, layer: UInt8(layer),
      run: videos[video].run)
    let relayed = RelayVideoFrame(
      place, codec: codec.relayNumber, index: index, kept.shape, isRepeated: true)
    let isTaken = sink.relay(to: shard, origin: now) { octets in
      relayed.write(videos[video].layers[layer].ring.payload(kept, in: history), into: &octets)
    }
    guard isTaken else { return counters.drop(.relayFull) }
    counters.relayedPackets &+= 1
    counters.repeatedRelays &+= 1
  }

  // The shard with viewers.

  /// The publisher's shard says which layers there are.
  mutating func takePicture(_ frame: Span<UInt8>, from shard: ShardID, at now: Instant) {
    guard let state = try? RelayPicture(frame) else { return counters.drop(.malformed) }
    guard let video = relayed(state.ssrc, state.source, by: shard), videos[video].layout == state.layout
    else { return counters.drop(.unknownRelay) }
    let changed = videos[video].take(state, at: now)
    if changed.codec {
      codecChanged(video, at: now)
    } else if changed.layers {
      retargetAll(video, at: now)
    }
    armVideo(video)
  }

  /// The publisher's shard sends a packet.
  mutating func takeRelayedVideo(
    _ frame: Span<UInt8>, from shard: ShardID, arrival: Instant, at now: Instant
  ) {
    guard let header = try? RelayVideoFrame(frame),
      frame.count - RelayVideoFrame.headerCount <= Fixed.packetCountMax,
      let codec = VideoCodecName(relayNumber: header.codec)
    else { return counters.drop(.malformed) }
    let layer = Int(header.place.layer)
    guard let video = relayed(header.place.ssrc, header.place.source, by: shard),
      videos[video].run == header.place.run, layer < videos[video].layers.count
    else { return counters.drop(.unknownRelay) }
    let packet = IngressPacket(
      ssrc: header.place.run, index: header.index, timestamp: header.timestamp, isMarked: header.isMarked,
      payload: RelayVideoFrame.headerCount..<frame.count, audioLevel: nil)
    let place = VideoPlace(
      video, layer, codec, isRetransmission: header.isRepeated,
      orientation: header.orientation ?? VideoFrameShape.noOrientation)
    do throws(DropReason) {
      try receive(packet, frame.extracting(packet.payload), place, arrival: arrival, at: now)
    } catch {
      counters.drop(error)
    }
  }

  /// Asks the publisher's shard for layers, for key frames, and for what did not cross.
  mutating func requestOverLink(
    _ video: Handle<PublishedVideo>, at now: Instant, into sink: inout some TransmitSink & ~Copyable
  ) {
    guard let remote = videos[video].remote else { return }
    let isTelling = videos[video].isRelayDue && videos[video].relayNotBefore <= now
    let wanted = videos[video].run == 0 ? 0 : videos[video].watchedLayers
    var keys: UInt8 = 0
    for layer in videos[video].layers.indices
    where isTelling && (wanted & ~videos[video].request.layers) >> UInt8(layer) & 1 == 1 {
      // Nothing of it came lately, whatever its viewers got before.
      wantKeyFrame(of: video, layer, at: now)
    }
    for layer in videos[video].layers.indices where videos[video].layers[layer].isRequestDue(at: now) {
      var items: [NACKItem] = []
      let isKeyFrameDue = videos[video].layers[layer].takeRequests(
        at: now, roundTrip: Fixed.lossRequestIntervalMin, &items)
      if isKeyFrameDue { keys |= 1 << UInt8(layer) }
      if !items.isEmpty {
        requestRepeats(items, of: video, layer, from: remotes[remote], at: now, into: &sink)
      }
    }
    guard keys != 0 || isTelling else { return }
    let demand = RelayDemand(
      ssrc: remotes[remote].admission.ssrc, source: videos[video].source.rawValue, run: videos[video].run,
      layers: wanted, keys: keys)
    let isTaken = sink.relay(to: remotes[remote].shard, origin: now) { demand.write(into: &$0) }
    if isTaken { videos[video].asked(for: wanted) } else { postponeRelay(of: video, at: now) }
  }

  private mutating func requestRepeats(
    _ items: [NACKItem], of video: Handle<PublishedVideo>, _ layer: Int, from remote: RemotePeer,
    at now: Instant, into sink: inout some TransmitSink & ~Copyable
  ) {
    let repeats = RelayRepeats(
      ssrc: remote.admission.ssrc, source: videos[video].source.rawValue, layer: UInt8(layer),
      run: videos[video].run)
    let isTaken = sink.relay(to: remote.shard, origin: now) { repeats.write(items.span, into: &$0) }
    // Otherwise they are asked for again in a moment.
    if !isTaken { counters.drop(.relayFull) }
  }

  /// The picture of a member on `shard`.
  private func relayed(_ ssrc: UInt32, _ source: UInt8, by shard: ShardID) -> Handle<PublishedVideo>? {
    guard let remote = remoteSSRCs[ssrc], remotes[remote].shard == shard,
      let source = VideoSource(rawValue: source)
    else { return nil }
    return remotes[remote].videos[source]
  }

  /// The ring was full: what was to be said is said again soon.
  private mutating func postponeRelay(of video: Handle<PublishedVideo>, at now: Instant) {
    counters.drop(.relayFull)
    videos[video].relayNotBefore = now + Fixed.relayRetry
  }
}

extension RelayVideoFrame {
  /// A frame of what a layer's packet said.
  fileprivate init(_ place: Place, codec: UInt8, index: UInt64, _ shape: VideoFrameShape, isRepeated: Bool) {
    let isOriented = shape.orientation != VideoFrameShape.noOrientation
    self.init(
      place, codec: codec, index: index, timestamp: shape.timestamp, isMarked: shape.isMarked,
      isRepeated: isRepeated, orientation: isOriented ? shape.orientation : nil)
  }
}
