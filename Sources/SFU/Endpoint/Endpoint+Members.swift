internal import Base
internal import MediaControl

/// Admission, permissions and removal: who is in which room.
extension Endpoint {
  mutating func admit(_ admission: PeerAdmission) {
    guard peersByID[admission.peer] == nil, ssrcs[admission.ssrc] == nil,
      remotesByID[admission.peer] == nil, remoteSSRCs[admission.ssrc] == nil
    else {
      return counters.drop(.duplicateAdmission)
    }
    guard let room = room(admission.room) else {
      pending.append(.failed(admission.peer, .capacityExceeded))
      return counters.drop(.admissionsFull)
    }
    let position = rooms[room].members.count
    let rows = rooms[room].publications.count + rooms[room].videos.count
    guard counters.subscriptions + rows <= configuration.limits.subscriptions else {
      pending.append(.failed(admission.peer, .capacityExceeded))
      return counters.drop(.subscriptionsFull)
    }
    guard position < configuration.limits.membersPerRoom,
      let peer = peers.insert(Peer(admission, room: room, position: position))
    else {
      pending.append(.failed(admission.peer, .capacityExceeded))
      closeIfEmpty(room)
      return counters.drop(.admissionsFull)
    }
    peersByID[admission.peer] = peer
    // Never full: as many entries as peers, and this SSRC is new.
    _ = ssrcs.insert(peer, for: admission.ssrc)
    rooms[room].join(peer)
    for track in rooms[room].publications { subscribe(peer, to: track) }
    for video in rooms[room].videos { subscribe(peer, toVideo: video) }
    counters.subscriptions += rows
  }

  mutating func permit(_ id: PeerID, _ permissions: MediaPermissions, at now: Instant) {
    if let remote = remotesByID[id] { return permit(remote: remote, permissions, at: now) }
    guard let peer = peersByID[id] else { return counters.drop(.unknownPeer) }
    guard permissions.version > peers[peer].permissions.version else { return counters.drop(.staleVersion) }
    peers[peer].permissions = permissions
    if !permissions.maySpeak, let track = peers[peer].track { withdraw(track, .muted) }
    showVideos(of: .member(peer), at: now)
  }

  mutating func remove(_ id: PeerID) {
    if let remote = remotesByID[id] { return remove(remote: remote) }
    guard let peer = peersByID[id] else { return counters.drop(.unknownPeer) }
    dropTransport(of: peer)
    if let track = peers[peer].track {
      withdraw(track, .unpublished)
      unpublish(track)
    }
    unpublishVideos(of: .member(peer))
    let room = peers[peer].room
    removeRows(of: peer, in: room)
    closeIfEmpty(room)
    ssrcs.remove(peers[peer].admission.ssrc)
    peersByID[id] = nil
    _ = peers.remove(peer)
  }

  /// Takes the member's row out of every parallel array of its room.
  private mutating func removeRows(of peer: Handle<Peer>, in room: Handle<Room>) {
    let removal = rooms[room].removal(at: peers[peer].position)
    for track in rooms[room].publications { _ = removal.apply(to: &tracks[track].subscriptions) }
    for video in rooms[room].videos {
      videos[video].unwatch(removal.position)
      _ = removal.apply(to: &videos[video].subscriptions)
      armVideo(video)
    }
    counters.subscriptions -= rooms[room].publications.count + rooms[room].videos.count
    rooms[room].leave(removal)
    for position in [removal.position, removal.hole] where position < rooms[room].members.count {
      peers[rooms[room].members[position]].position = position
    }
  }

  mutating func room(_ id: RoomID) -> Handle<Room>? {
    if let room = roomsByID[id] { return room }
    let room = rooms.insert(Room(id: id))
    roomsByID[id] = room
    return room
  }

  mutating func closeIfEmpty(_ room: Handle<Room>) {
    guard rooms[room].members.isEmpty, rooms[room].remotes.isEmpty else { return }
    unstage(room)
    roomsByID[rooms[room].id] = nil
    _ = rooms.remove(room)
  }

  /// Makes the track of `publisher`, with a row for every member; `nil` when they do not fit.
  mutating func publish(_ publisher: Handle<Peer>, sourceSSRC: UInt32, at now: Instant) -> Handle<
    PublishedTrack
  >? {
    let track = publish(
      PublishedTrack(
        publisher: publisher, remote: nil, room: peers[publisher].room,
        ssrc: peers[publisher].admission.ssrc, sourceSSRC: sourceSSRC), at: now)
    peers[publisher].track = track
    return track
  }

  /// Takes in a track with a row for every member of its room; `nil` when they do not fit.
  mutating func publish(_ made: consuming PublishedTrack, at now: Instant) -> Handle<PublishedTrack>? {
    let room = made.room
    let members = rooms[room].members.count
    // Those who receive it: the row of a publisher who is here is never used.
    let receivers = made.remote == nil ? members - 1 : members
    let links = made.remote == nil ? rooms[room].links.count : 0
    guard counters.subscriptions + receivers <= configuration.limits.subscriptions,
      let track = tracks.insert(made)
    else { return nil }
    tracks[track].subscriptions.reserveCapacity(members)
    for member in rooms[room].members { subscribe(member, to: track) }
    for _ in 0..<links { tracks[track].relays.append(SequenceMap(first: 0)) }
    counters.subscriptions += receivers
    rooms[room].publish(track)
    armReports(of: track, at: now)
    return track
  }

  /// Adds the row of `subscriber`, which comes behind those of the members before it.
  private mutating func subscribe(_ subscriber: Handle<Peer>, to track: Handle<PublishedTrack>) {
    // RFC 3711 §3.3.1: below 2^15, so that a lost first packet cannot mislead the rollover counter.
    let fresh = random.next() & 0x7FFF
    let ssrc = tracks[track].ssrc
    let revived = peers[subscriber].webRTC?.srtp?.revive(ssrc: ssrc)
    let epoch = peers[subscriber].keyEpoch
    tracks[track].subscriptions.append(
      SubscribedTrack(
        firstIndex: (revived ?? nil) ?? fresh, timestampOffset: UInt32(truncatingIfNeeded: random.next()),
        keyEpoch: epoch))
  }

  mutating func unpublish(_ track: Handle<PublishedTrack>) {
    let room = tracks[track].room
    rooms[room].unpublish(track)
    deadlines.set(.distantFuture, for: peers.capacity + Int(track.index))
    guard let ended = tracks.remove(track) else { return }
    counters.subscriptions -= ended.subscriptions.count - (ended.remote == nil ? 1 : 0)
    for (position, subscription) in ended.subscriptions.enumerated() {
      let subscriber = rooms[room].members[position]
      guard let next = subscription.nextIndex(under: peers[subscriber].keyEpoch) else { continue }
      peers[subscriber].webRTC?.srtp?.retire(ssrc: ended.ssrc, next: next)
    }
  }
}
