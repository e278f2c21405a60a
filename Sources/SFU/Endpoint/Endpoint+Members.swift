internal import Base
internal import MediaControl

/// Admission, permissions and removal: who is in which room.
extension Endpoint {
  mutating func admit(_ admission: PeerAdmission) {
    guard peersByID[admission.peer] == nil, ssrcs[admission.ssrc] == nil else {
      return counters.drop(.duplicateAdmission)
    }
    guard let room = room(admission.room) else {
      pending.append(.failed(admission.peer, .capacityExceeded))
      return counters.drop(.admissionsFull)
    }
    guard rooms[room].members.count < configuration.limits.membersPerRoom,
      let peer = peers.insert(Peer(admission, room: room))
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
  }

  mutating func permit(_ id: PeerID, _ permissions: MediaPermissions) {
    guard let peer = peersByID[id] else { return counters.drop(.unknownPeer) }
    guard permissions.version > peers[peer].permissions.version else { return counters.drop(.staleVersion) }
    peers[peer].permissions = permissions
  }

  mutating func remove(_ id: PeerID) {
    guard let peer = peersByID[id] else { return counters.drop(.unknownPeer) }
    dropTransport(of: peer)
    let room = peers[peer].room
    for track in rooms[room].publications where tracks[track].unsubscribe(peer) != nil {
      counters.subscriptions -= 1
    }
    if let track = peers[peer].track { unpublish(track) }
    rooms[room].leave(peer)
    closeIfEmpty(room)
    ssrcs.remove(peers[peer].admission.ssrc)
    peersByID[id] = nil
    _ = peers.remove(peer)
  }

  private mutating func room(_ id: RoomID) -> Handle<Room>? {
    if let room = roomsByID[id] { return room }
    let room = rooms.insert(Room(id: id))
    roomsByID[id] = room
    return room
  }

  private mutating func closeIfEmpty(_ room: Handle<Room>) {
    guard rooms[room].members.isEmpty else { return }
    roomsByID[rooms[room].id] = nil
    _ = rooms.remove(room)
  }

  /// Makes the track of `publisher` and subscribes every other member.
  mutating func publish(_ publisher: Handle<Peer>, sourceSSRC: UInt32, at now: Instant) -> Handle<
    PublishedTrack
  >? {
    let room = peers[publisher].room
    let track = tracks.insert(
      PublishedTrack(
        publisher: publisher, room: room, ssrc: peers[publisher].admission.ssrc, sourceSSRC: sourceSSRC))
    guard let track else { return nil }
    peers[publisher].track = track
    tracks[track].subscriptions.reserveCapacity(rooms[room].members.count)
    for member in rooms[room].members where member != publisher { subscribe(member, to: track) }
    rooms[room].publish(track)
    armReports(of: track, at: now)
    return track
  }

  private mutating func subscribe(_ subscriber: Handle<Peer>, to track: Handle<PublishedTrack>) {
    guard counters.subscriptions < configuration.limits.subscriptions else {
      return counters.drop(.subscriptionsFull)
    }
    counters.subscriptions += 1
    // RFC 3711 §3.3.1: below 2^15, so that a lost first packet cannot mislead the rollover counter.
    let fresh = random.next() & 0x7FFF
    let ssrc = tracks[track].ssrc
    let revived = peers[subscriber].webRTC?.srtp?.revive(ssrc: ssrc)
    let epoch = peers[subscriber].keyEpoch
    tracks[track].subscriptions.append(
      SubscribedTrack(
        subscriber: subscriber, firstIndex: (revived ?? nil) ?? fresh,
        timestampOffset: UInt32(truncatingIfNeeded: random.next()), keyEpoch: epoch))
  }

  private mutating func unpublish(_ track: Handle<PublishedTrack>) {
    rooms[tracks[track].room].unpublish(track)
    deadlines.set(.distantFuture, for: peers.capacity + Int(track.index))
    guard let ended = tracks.remove(track) else { return }
    counters.subscriptions -= ended.subscriptions.count
    for subscription in ended.subscriptions {
      let epoch = peers[subscription.subscriber].keyEpoch
      guard let next = subscription.nextIndex(under: epoch) else { continue }
      peers[subscription.subscriber].webRTC?.srtp?.retire(ssrc: ended.ssrc, next: next)
    }
  }
}
