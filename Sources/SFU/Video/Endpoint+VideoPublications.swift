internal import Base
internal import MediaControl

/// Who shows what and who wants to see it: pictures by announcement, a row for every member, and the layer
/// that each row should get.
extension Endpoint {
  mutating func publishVideo(_ id: PeerID, _ publication: VideoPublication, at now: Instant) {
    guard let peer = peersByID[id] else { return counters.drop(.unknownPeer) }
    let source = publication.source
    guard publication.version > peers[peer].videos.version(of: source) else {
      return counters.drop(.staleVersion)
    }
    peers[peer].videos.setVersion(publication.version, of: source)
    let layers = publication.layers.prefix(Fixed.layersPerSource)
    if let video = peers[peer].videos[source] {
      if isSame(videos[video], as: layers) {
        for (index, layer) in layers.enumerated() { videos[video].layers[index].announce(layer) }
        return retargetAll(video, at: now)
      }
      unpublishVideo(video)
    }
    guard !layers.isEmpty else { return }
    let room = peers[peer].room
    let members = rooms[room].members.count
    guard rooms[room].videos.count < configuration.limits.videosPerRoom,
      counters.subscriptions + members - 1 <= configuration.limits.subscriptions
    else { return drop(.videosFull, peer) }
    let made = videos.insert(
      PublishedVideo(publisher: peer, room: room, admission: peers[peer].admission, source, layers))
    guard let video = made else { return drop(.videosFull, peer) }
    peers[peer].videos[source] = video
    videos[video].isHidden = !peers[peer].permissions.mayShow
    videos[video].subscriptions.reserveCapacity(members)
    for member in rooms[room].members { subscribe(member, toVideo: video) }
    counters.subscriptions += members - 1
    rooms[room].publish(video)
    armVideoReports(of: video, at: now)
  }

  private func isSame(_ video: borrowing PublishedVideo, as layers: ArraySlice<VideoLayer>) -> Bool {
    guard video.layers.count == layers.count else { return false }
    for (index, layer) in layers.enumerated() where !video.layers[index].isSame(as: layer) { return false }
    return true
  }

  mutating func wantVideo(_ id: PeerID, _ wants: VideoWants, at now: Instant) {
    guard let peer = peersByID[id] else { return counters.drop(.unknownPeer) }
    guard wants.version > peers[peer].videos.wantsVersion else { return counters.drop(.staleVersion) }
    peers[peer].videos.want(wants)
    let position = peers[peer].position
    for video in rooms[peers[peer].room].videos {
      let quality = peers[peer].videos.quality(of: videos[video].ssrc)
      guard quality != videos[video].subscriptions[position].quality else { continue }
      videos[video].subscriptions[position].quality = quality
      // Who changes its mind all the time must not cost everybody a key frame each time.
      let mayAsk = videos[video].subscriptions[position].mayRequestKeyFrame(at: now)
      retarget(position, of: video, at: mayAsk ? now : now + Fixed.keyFrameRequestCost)
      armVideo(video)
    }
  }

  /// Adds the row of `subscriber`, which comes behind those of the members before it.
  mutating func subscribe(_ subscriber: Handle<Peer>, toVideo video: Handle<PublishedVideo>) {
    // RFC 3711 §3.3.1: below 2^15, so that a lost first packet cannot mislead the rollover counter.
    let fresh = random.next()
    let ssrc = videos[video].ssrc
    let rtxSSRC = videos[video].rtxSSRC
    let media = peers[subscriber].webRTC?.srtp?.revive(ssrc: ssrc) ?? nil
    let rtx = peers[subscriber].webRTC?.srtp?.revive(ssrc: rtxSSRC) ?? nil
    var row = SubscribedVideo(
      firstIndex: media ?? fresh & 0x7FFF, firstRTXIndex: rtx ?? fresh >> 16 & 0x7FFF,
      timestamp: UInt32(truncatingIfNeeded: fresh >> 32), keyEpoch: peers[subscriber].keyEpoch)
    row.quality = peers[subscriber].videos.quality(of: ssrc)
    videos[video].subscriptions.append(row)
  }

  /// Ends a picture; everybody's streams of it are remembered as far as their keys live.
  mutating func unpublishVideo(_ video: Handle<PublishedVideo>) {
    let room = videos[video].room
    rooms[room].unpublish(video)
    deadlines.set(.distantFuture, for: videoOwner(video))
    let source = videos[video].source
    peers[videos[video].publisher].videos[source] = nil
    for layer in videos[video].layers.indices { videos[video].layers[layer].ring.release(to: &history) }
    guard let ended = videos.remove(video) else { return }
    counters.subscriptions -= ended.subscriptions.count - 1
    for (position, row) in ended.subscriptions.enumerated() {
      let subscriber = rooms[room].members[position]
      guard let next = row.nextIndices(under: peers[subscriber].keyEpoch) else { continue }
      peers[subscriber].webRTC?.srtp?.retire(ssrc: ended.ssrc, next: next.media)
      if let rtx = next.rtx { peers[subscriber].webRTC?.srtp?.retire(ssrc: ended.rtxSSRC, next: rtx) }
    }
  }

  /// Ends all pictures of a member that leaves.
  mutating func unpublishVideos(of peer: Handle<Peer>) {
    for source in VideoSource.allCases {
      if let video = peers[peer].videos[source] { unpublishVideo(video) }
    }
  }

  /// The publisher may show from now on, or may not any more.
  mutating func showVideos(of peer: Handle<Peer>, at now: Instant) {
    let isHidden = !peers[peer].permissions.mayShow
    for source in VideoSource.allCases {
      guard let video = peers[peer].videos[source], videos[video].isHidden != isHidden else { continue }
      videos[video].isHidden = isHidden
      retargetAll(video, at: now)
    }
  }

  /// The peer has new keys: its packets are counted from there, and so is what it receives.
  mutating func detachVideos(of peer: Handle<Peer>, at now: Instant) {
    for source in VideoSource.allCases {
      guard let video = peers[peer].videos[source] else { continue }
      for layer in videos[video].layers.indices { videos[video].layers[layer].detach() }
    }
    restartVideos(for: peer, at: now) { $0.stop() }
  }

  /// The peer's transport ends: it gets nothing any more.
  mutating func stopVideos(for peer: Handle<Peer>) {
    let position = peers[peer].position
    for video in rooms[peers[peer].room].videos {
      videos[video].interrupt(position) { row in
        row.target = SubscribedVideo.none
        row.stop()
      }
    }
  }

  /// Takes the codecs of a transport's offer.
  ///
  /// Other ones under the same keys begin everything anew: what went out could not be repeated as it was.
  mutating func takeCodecs(
    _ codecs: [VideoCodec], audio: UInt8, _ extensions: HeaderExtensionMap, of peer: Handle<Peer>,
    at now: Instant
  ) {
    let table = VideoCodecTable(codecs, audio: audio)
    guard table != peers[peer].codecs || extensions != peers[peer].extensionIDs else { return }
    peers[peer].codecs = table
    peers[peer].extensionIDs = extensions
    restartVideos(for: peer, at: now) { $0.forget() }
  }

  /// Everything that the peer receives begins anew with key frames, after `body` has prepared the rows.
  mutating func restartVideos(
    for peer: Handle<Peer>, at now: Instant, _ body: (inout SubscribedVideo) -> Void
  ) {
    let position = peers[peer].position
    for video in rooms[peers[peer].room].videos { videos[video].interrupt(position, body) }
    retargetMember(peer, at: now)
  }

  /// Chooses the member's layers again.
  mutating func retargetMember(_ peer: Handle<Peer>, at now: Instant) {
    for video in rooms[peers[peer].room].videos {
      retarget(peers[peer].position, of: video, at: now)
      armVideo(video)
    }
  }

  /// Chooses every subscriber's layer again: something about the layers has changed.
  ///
  /// O(members).
  mutating func retargetAll(_ video: Handle<PublishedVideo>, at now: Instant) {
    for position in videos[video].subscriptions.indices { retarget(position, of: video, at: now) }
    armVideo(video)
  }

  private mutating func retarget(_ position: Int, of video: Handle<PublishedVideo>, at now: Instant) {
    let member = rooms[videos[video].room].members[position]
    let publisher = videos[video].publisher
    guard member != publisher, let codec = videos[video].codec else { return }
    let isReady = peers[member].egressAddress != nil
    let isAble = isReady && peers[member].codecs.payloadType(of: codec) != nil
    if isReady, !isAble { drop(.codecMissing, member) }
    let wasWaitingFor = videos[video].subscriptions[position].target
    guard let awaited = videos[video].retarget(position, isAble: isAble),
      awaited != Int(wasWaitingFor) || videos[video].subscriptions[position].current == SubscribedVideo.none
    else { return }
    wantKeyFrame(of: video, awaited, at: now)
  }

  /// The publisher encodes with another codec from here on: nobody's row can go on, nothing can be repeated.
  mutating func codecChanged(_ video: Handle<PublishedVideo>, at now: Instant) {
    for layer in videos[video].layers.indices {
      videos[video].layers[layer].losses.giveUp()
      videos[video].layers[layer].ring.release(to: &history)
    }
    for position in videos[video].subscriptions.indices { videos[video].interrupt(position) { $0.forget() } }
    retargetAll(video, at: now)
  }
}
