public import Base
public import MediaControl
internal import Wire

/// A room that spans shards: streams out to the shards that have listeners, streams in from them.
///
/// ```
///   shard 0                                     shard 1
///   PublishedTrack ─▶ rows of members here      RelayFrame ─▶ PublishedTrack ─▶ rows of members there
///          └─▶ SequenceMap of the link ─▶ RelayFrame ──╯
/// ```
///
/// Pictures cross layer by layer, those that somebody beyond wants; see `Endpoint+RelayVideo.swift`.
/// Each stream crosses each link once, and what came over a link goes to members only: every shard of the
/// room has a link to every other (full mesh, split horizon). What a publisher may say is decided where its
/// packets come in.
extension Endpoint {
  /// Sends the frame that was staged just now to the other shards of its room.
  ///
  /// At once and not when its turn comes: on the other side it gathers a second time.
  mutating func relay(into sink: inout some TransmitSink & ~Copyable) {
    let slot = unrelayed
    unrelayed = Staging.none
    guard slot != Staging.none else { return }
    if let video = staging[slot].video { return relay(slot, of: video, into: &sink) }
    guard let track = staging[slot].track, tracks.contains(track) else { return }
    let frame = staging[slot]
    let room = tracks[track].room
    for position in rooms[room].links.indices {
      let link = rooms[room].links[position]
      guard link.listeners > 0 else {
        tracks[track].relays[position].withhold()
        continue
      }
      guard let index = tracks[track].relays[position].map(frame.index) else {
        counters.drop(.withheld)
        continue
      }
      let relayed = RelayFrame(
        ssrc: tracks[track].ssrc, index: index, timestamp: frame.timestamp, isMarked: frame.isMarked,
        audioLevel: frame.audioLevel)
      let isTaken = sink.relay(to: link.shard, origin: frame.arrival) { octets in
        relayed.write(staging.payload(slot, count: frame.count), into: &octets)
      }
      if isTaken { counters.relayedPackets &+= 1 } else { counters.drop(.relayFull) }
    }
  }

  /// Takes in a frame that `shard` relayed; it reached the machine at `arrival`, not after `now`.
  ///
  /// A packet waits like one of a member here for ``transmitStaged(at:budget:into:)``. O(1), but for the first
  /// frame of a stream, which makes a row for every member, and for news of a picture's layers.
  public mutating func receiveRelayed(
    _ frame: Span<UInt8>, from shard: ShardID, arrival: Instant, at now: Instant,
    into sink: inout some TransmitSink & ~Copyable
  ) {
    switch RelayKind(of: frame) {
    case .audio: takeRelayedAudio(frame, from: shard, arrival: arrival, at: now)
    case .video: takeRelayedVideo(frame, from: shard, arrival: arrival, at: now)
    case .picture: takePicture(frame, from: shard, at: now)
    case .demand: takeDemand(frame, from: shard, at: now)
    case .repeats: takeRepeats(frame, from: shard, at: now, into: &sink)
    case nil: counters.drop(.malformed)
    }
  }

  private mutating func takeRelayedAudio(
    _ frame: Span<UInt8>, from shard: ShardID, arrival: Instant, at now: Instant
  ) {
    guard let header = try? RelayFrame(frame),
      frame.count - RelayFrame.headerCount <= Fixed.packetCountMax
    else { return counters.drop(.malformed) }
    guard let remote = remoteSSRCs[header.ssrc], remotes[remote].shard == shard else {
      return counters.drop(.unknownRelay)
    }
    if staging.isFull { shedOldest() }
    guard !staging.isFull else { return counters.drop(.stagingFull) }
    guard let track = remotes[remote].track ?? publish(remote, at: now) else {
      return counters.drop(.subscriptionsFull)
    }
    let packet = IngressPacket(
      ssrc: header.ssrc, index: header.index, timestamp: header.timestamp, isMarked: header.isMarked,
      payload: RelayFrame.headerCount..<frame.count, audioLevel: header.audioLevel)
    guard let place = tracks[track].receive(packet, at: now) else { return counters.drop(.stale) }
    counters.relayedFrames &+= 1
    let staged = StagedFrame(
      track: track, index: place.index, timestamp: place.timestamp, isMarked: packet.isMarked,
      audioLevel: packet.audioLevel, arrival: arrival, count: packet.payload.count)
    guard stage(staged, frame.extracting(packet.payload), in: remotes[remote].room) else {
      return counters.drop(.stagingFull)
    }
  }
}

/// Which members of a room are on other shards, as signaling says.
extension Endpoint {
  mutating func admitRemote(_ members: [RemoteMember]) {
    for member in members {
      let admission = member.admission
      guard peersByID[admission.peer] == nil, remotesByID[admission.peer] == nil,
        ssrcs[admission.ssrc] == nil, remoteSSRCs[admission.ssrc] == nil
      else {
        counters.drop(.duplicateAdmission)
        continue
      }
      guard let room = room(admission.room) else {
        counters.drop(.admissionsFull)
        continue
      }
      let remote = remotes.insert(RemotePeer(member, room: room, place: rooms[room].remotes.count))
      guard let remote else {
        counters.drop(.admissionsFull)
        closeIfEmpty(room)
        continue
      }
      remotesByID[admission.peer] = remote
      // Never full: as many entries as remote peers, and this SSRC is new.
      _ = remoteSSRCs.insert(remote, for: admission.ssrc)
      if rooms[room].link(remote, to: member.shard) {
        for track in rooms[room].publications where tracks[track].remote == nil {
          tracks[track].relays.append(SequenceMap(first: 0))
        }
        for video in rooms[room].videos where videos[video].remote == nil {
          videos[video].addLink()
          armVideo(video)
        }
      }
      if admission.permissions.mayHear { rooms[room].countListeners(on: member.shard, 1) }
    }
  }

  mutating func permit(remote: Handle<RemotePeer>, _ permissions: MediaPermissions, at now: Instant) {
    let before = remotes[remote].permissions
    guard permissions.version > before.version else { return counters.drop(.staleVersion) }
    remotes[remote].permissions = permissions
    if before.mayHear != permissions.mayHear {
      rooms[remotes[remote].room].countListeners(on: remotes[remote].shard, permissions.mayHear ? 1 : -1)
    }
    if !permissions.maySpeak, let track = remotes[remote].track { withdraw(track, .muted) }
    showVideos(of: .remote(remote), at: now)
  }

  mutating func remove(remote: Handle<RemotePeer>) {
    let room = remotes[remote].room
    let place = remotes[remote].place
    if let track = remotes[remote].track {
      withdraw(track, .unpublished)
      unpublish(track)
    }
    unpublishVideos(of: .remote(remote))
    if remotes[remote].permissions.mayHear { rooms[room].countListeners(on: remotes[remote].shard, -1) }
    if let ended = rooms[room].unlink(at: place, from: remotes[remote].shard) {
      for track in rooms[room].publications where tracks[track].remote == nil {
        tracks[track].relays.remove(at: ended)
      }
      for video in rooms[room].videos where videos[video].remote == nil {
        videos[video].removeLink(at: ended)
        armVideo(video)
      }
    }
    if place < rooms[room].remotes.count { remotes[rooms[room].remotes[place]].place = place }
    remoteSSRCs.remove(remotes[remote].admission.ssrc)
    remotesByID[remotes[remote].admission.peer] = nil
    _ = remotes.remove(remote)
    closeIfEmpty(room)
  }

  /// Forgets the members on other shards of a room that has none here any more.
  mutating func closeRoom(_ id: RoomID) {
    guard let room = roomsByID[id] else { return }
    guard rooms[room].members.isEmpty else { return counters.drop(.roomInUse) }
    // The last one's removal closes the room.
    while rooms.contains(room), let remote = rooms[room].remotes.last { self.remove(remote: remote) }
  }

  /// Makes the track of a stream that comes from another shard, with a row for every member.
  private mutating func publish(_ remote: Handle<RemotePeer>, at now: Instant) -> Handle<PublishedTrack>? {
    let room = remotes[remote].room
    let ssrc = remotes[remote].admission.ssrc
    let track = publish(
      PublishedTrack(publisher: nil, remote: remote, room: room, ssrc: ssrc, sourceSSRC: ssrc), at: now)
    remotes[remote].track = track
    return track
  }
}
