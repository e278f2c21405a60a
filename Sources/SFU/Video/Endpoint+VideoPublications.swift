internal import Base
internal import MediaControl

/// Who shows what and who wants to see it: pictures by announcement, a row for every member, and the layer
/// that each row should get.
extension Endpoint {
  mutating func publishVideo(_ id: PeerID, _ publication: VideoPublication, at now: Instant) {
    let owner: VideoOwner
    if let remote = remotesByID[id] {
      owner = .remote(remote)
    } else if let peer = peersByID[id] {
      owner = .member(peer)
    } else {
      return counters.drop(.unknownPeer)
    }
    let source = publication.source
    var shown = pictures(of: owner)
    guard publication.version > shown.version(of: source) else { return counters.drop(.staleVersion) }
    shown.setVersion(publication.version, of: source)
    setPictures(shown, of: owner)
    let layers = publication.layers.prefix(Fixed.layersPerSource)
    if let video = shown[source] {
      if isSame(videos[video], as: layers) {
        for (index, layer) in layers.enumerated() { videos[video].layers[index].announce(layer) }
        return retargetAll(video, at: now)
      }
      unpublishVideo(video)
    }
    guard !layers.isEmpty else { return }
    guard show(source, layers, of: owner, at: now) else {
      counters.drop(.videosFull)
      if let peer = owner.member { peers[peer].counts.drop(.videosFull) }
      return
    }
  }

  /// Makes a picture, with a row for every member; false when there is no room for it.
  private mutating func show(
    _ source: VideoSource, _ layers: ArraySlice<VideoLayer>, of owner: VideoOwner, at now: Instant
  ) -> Bool {
    let (room, admission, permissions) = identity(of: owner)
    let members = rooms[room].members.count
    // Those who receive it: the row of a publisher who is here is never used.
    let receivers = owner.remote == nil ? members - 1 : members
    guard rooms[room].videos.count < configuration.limits.videosPerRoom,
      counters.subscriptions + receivers <= configuration.limits.subscriptions
    else { return false }
    let run = UInt32(truncatingIfNeeded: random.next()) | 1
    let made = videos.insert(
      PublishedVideo(of: owner, room: room, admission: admission, source, layers, run: run))
    guard let video = made else { return false }
    var shown = pictures(of: owner)
    shown[source] = video
    setPictures(shown, of: owner)
    videos[video].isHidden = !permissions.mayShow
    videos[video].subscriptions.reserveCapacity(members)
    for member in rooms[room].members { subscribe(member, toVideo: video) }
    if owner.remote == nil { for _ in rooms[room].links { videos[video].addLink() } }
    counters.subscriptions += receivers
    rooms[room].publish(video)
    if let peer = owner.member, peers[peer].voice != nil { leadVideo(video, to: peer) }
    armVideoReports(of: video, at: now)
    return true
  }

  /// Lets packets of Discord's transport under the announced SSRCs of `video` find `peer`.
  ///
  /// Who announced an SSRC first has it; signaling lets members announce only those of their own blocks.
  mutating func leadVideo(_ video: Handle<PublishedVideo>, to peer: Handle<Peer>) {
    for layer in videos[video].layers.indices {
      let announced = videos[video].layers[layer].announced
      for ssrc in [announced.sourceSSRC, announced.rtxSSRC] {
        guard let ssrc, ssrcs[ssrc] == nil, videoSSRCs[ssrc] == nil else { continue }
        if !videoSSRCs.insert(peer, for: ssrc) { drop(.videosFull, peer) }
      }
    }
  }

  private mutating func unleadVideo(_ video: Handle<PublishedVideo>, from peer: Handle<Peer>) {
    for layer in videos[video].layers.indices {
      let announced = videos[video].layers[layer].announced
      for ssrc in [announced.sourceSSRC, announced.rtxSSRC] {
        if let ssrc, videoSSRCs[ssrc] == peer { videoSSRCs.remove(ssrc) }
      }
    }
  }

  /// What a member here or on another shard shows.
  private func pictures(of owner: VideoOwner) -> PeerVideos {
    switch owner {
    case .member(let peer): peers[peer].videos
    case .remote(let remote): remotes[remote].videos
    }
  }

  private mutating func setPictures(_ shown: PeerVideos, of owner: VideoOwner) {
    switch owner {
    case .member(let peer): peers[peer].videos = shown
    case .remote(let remote): remotes[remote].videos = shown
    }
  }

  func identity(of owner: VideoOwner) -> (Handle<Room>, PeerAdmission, MediaPermissions) {
    switch owner {
    case .member(let peer): (peers[peer].room, peers[peer].admission, peers[peer].permissions)
    case .remote(let remote): (remotes[remote].room, remotes[remote].admission, remotes[remote].permissions)
    }
  }

  private func isSame(_ video: borrowing PublishedVideo, as layers: ArraySlice<VideoLayer>) -> Bool {
    guard video.layers.count == layers.count else { return false }
    for (index, layer) in layers.enumerated() where !video.layers[index].isSame(as: layer) { return false }
    return true
  }

  mutating func wantVideo(_ id: PeerID, _ wants: VideoWants, at now: Instant) {
    guard let peer = peersByID[id] else { return counters.drop(.unknownPeer) }
    guard wants.version > peers[peer].wants.version else { return counters.drop(.staleVersion) }
    peers[peer].wants.take(wants)
    let position = peers[peer].position
    for video in rooms[peers[peer].room].videos {
      let quality = peers[peer].wants.quality(of: videos[video].ssrc)
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
    row.quality = peers[subscriber].wants.quality(of: ssrc)
    videos[video].subscriptions.append(row)
  }

  /// Ends a picture; everybody's streams of it are remembered as far as their keys live.
  mutating func unpublishVideo(_ video: Handle<PublishedVideo>) {
    let room = videos[video].room
    rooms[room].unpublish(video)
    deadlines.set(.distantFuture, for: videoOwner(video))
    let source = videos[video].source
    let owner = videos[video].owner
    if let peer = owner.member { unleadVideo(video, from: peer) }
    var shown = pictures(of: owner)
    shown[source] = nil
    setPictures(shown, of: owner)
    for layer in videos[video].layers.indices { videos[video].layers[layer].ring.release(to: &history) }
    guard let ended = videos.remove(video) else { return }
    counters.subscriptions -= ended.subscriptions.count - (ended.remote == nil ? 1 : 0)
    for (position, row) in ended.subscriptions.enumerated() {
      let subscriber = rooms[room].members[position]
      guard let next = row.nextIndices(under: peers[subscriber].keyEpoch) else { continue }
      peers[subscriber].webRTC?.srtp?.retire(ssrc: ended.ssrc, next: next.media)
      if let rtx = next.rtx { peers[subscriber].webRTC?.srtp?.retire(ssrc: ended.rtxSSRC, next: rtx) }
    }
  }

  /// Ends all pictures of a member that leaves.
  mutating func unpublishVideos(of owner: VideoOwner) {
    for source in VideoSource.allCases {
      if let video = pictures(of: owner)[source] { unpublishVideo(video) }
    }
  }

  /// The publisher may show from now on, or may not any more.
  mutating func showVideos(of owner: VideoOwner, at now: Instant) {
    let isHidden = !identity(of: owner).2.mayShow
    for source in VideoSource.allCases {
      guard let video = pictures(of: owner)[source], videos[video].isHidden != isHidden else { continue }
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
      armVideo(video)
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
    guard member != videos[video].publisher, let codec = videos[video].codec else { return }
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
    videos[video].stateChanged()
    retargetAll(video, at: now)
  }
}
