public import Base
internal import MediaControl

/// Fan-out by listener: all packets that wait for one listener are sealed and sent in a row.
///
/// So its keys are fetched from memory once for all of them, and equal ones leave as one segmented send.
/// Rooms take turns in *rounds*: the frames that waited when a round began, at most
/// ``Fixed/roundCountMax``, go to one member after the other, each track's in order of arrival, the tracks'
/// in the order that makes few sends of them (``RunPlan``). What arrives meanwhile waits for the next round,
/// so that nobody gets a track's packets in another order than they came in.
///
/// ```
///                 frame 1  frame 2  frame 3 │ frame 4        members that join come last,
///   member 1         ✓        ✓        ✓    │                a row that leaves is filled on its
///   member 2         ▶        ·        ·    │                own side of `served` (RowRemoval)
///   member 3         ·        ·        ·    │
///                 ╰──── the round ─────╯      the next round
/// ```
///
/// What a member may hear or say is looked at when a packet is sent, not when it came.
extension Endpoint {
  /// When the oldest packet that waits to be sent reached the machine; `distantFuture` when none waits.
  public var stagedSince: Instant {
    guard let turns, let frame = staging.first(of: rooms[turns.first].staged) else { return .distantFuture }
    return frame.arrival
  }

  /// Seals and sends packets that wait, at most `budget`.
  ///
  /// A listener's packets of one round stay together, so that the call's first listener may exceed a budget
  /// of less than 64. A room that is not finished lets those behind it have their turn before the rest of it.
  /// Call again, with commands and timers in between, until ``stagedSince`` is `distantFuture`.
  public mutating func transmitStaged(
    at now: Instant, budget: Int, into sink: inout some TransmitSink & ~Copyable
  ) {
    var left = budget
    while left > 0, let room = turns?.first {
      if rooms[room].roundCount == 0 { beginRound(of: room, at: now) }
      let isDone = advance(room, &left, isFirst: left == budget, into: &sink)
      if isDone { endRound(of: room) }
      if isDone && rooms[room].staged.count == 0 { endTurn() } else { rotate() }
      if !isDone { return }
    }
  }

  /// Lets `frame` wait for the members of `room`; false when there is no slot.
  mutating func stage(_ frame: StagedFrame, _ payload: Span<UInt8>, in room: Handle<Room>) -> Bool {
    // Who is alone is heard by nobody.
    guard rooms[room].members.count > 1 || !rooms[room].links.isEmpty else { return true }
    let isWaiting = rooms[room].staged.count > 0
    guard staging.append(frame, payload, to: &rooms[room].staged) else { return false }
    if !isWaiting { takeTurn(room) }
    return true
  }

  /// Withdraws what waits of a track whose publisher was muted or is leaving.
  mutating func withdraw(_ track: Handle<PublishedTrack>, _ reason: DropReason) {
    let revoked = staging.revoke(track, in: rooms[tracks[track].room].staged)
    for _ in 0..<revoked { drop(reason, publisherOf: track) }
  }

  /// Forgets what waits in a room that closes.
  mutating func unstage(_ room: Handle<Room>) {
    guard rooms[room].staged.count > 0 else { return }
    while rooms[room].staged.count > 0 { staging.removeFirst(of: &rooms[room].staged) }
    // Rare: brings the room to the front of those that wait.
    while let first = turns?.first, first != room { rotate() }
    endTurn()
  }

  /// Drops the oldest packet that is not being sent, for the sake of a newer one.
  ///
  /// The first room in the queue has waited longest; what is in the middle of a round stays.
  mutating func shedOldest() {
    for _ in 0..<Fixed.shedProbesMax {
      guard let room = turns?.first else { return }
      guard rooms[room].roundCount == 0, let frame = staging.first(of: rooms[room].staged) else {
        rotate()
        continue
      }
      if !frame.isRevoked { drop(.stagingFull, author(of: frame)) }
      staging.removeFirst(of: &rooms[room].staged)
      if rooms[room].staged.count == 0 { endTurn() }
      return
    }
  }

  private mutating func beginRound(of room: Handle<Room>, at now: Instant) {
    while let frame = staging.first(of: rooms[room].staged), isOver(frame, at: now) {
      staging.removeFirst(of: &rooms[room].staged)
    }
    let count = min(rooms[room].staged.count, Fixed.roundCountMax)
    staging.arrange(&rooms[room].staged, count: count)
    rooms[room].roundCount = count
    rooms[room].served = 0
  }

  /// Whether nobody is to get `frame` any more; counts one that is too old.
  private mutating func isOver(_ frame: StagedFrame, at now: Instant) -> Bool {
    let author = author(of: frame)
    guard author != .gone else { return true }
    guard !frame.isRevoked, now - frame.arrival > configuration.stagedAgeMax else { return false }
    drop(.late, author)
    return true
  }

  /// Who sent a frame that waits.
  private enum Author: Equatable {
    case member(Handle<Peer>)
    /// Somebody whose transport is on another shard.
    case remote
    /// The frame's track or picture is not here any more.
    case gone
  }

  private func author(of frame: StagedFrame) -> Author {
    if let video = frame.video?.video {
      guard videos.contains(video) else { return .gone }
      return videos[video].publisher.map { .member($0) } ?? .remote
    }
    guard let track = frame.track, tracks.contains(track) else { return .gone }
    return tracks[track].publisher.map { .member($0) } ?? .remote
  }

  private mutating func drop(_ reason: DropReason, _ author: Author) {
    switch author {
    case .member(let peer): drop(reason, peer)
    case .remote: counters.drop(reason)
    case .gone: break
    }
  }

  private mutating func endRound(of room: Handle<Room>) {
    for _ in 0..<rooms[room].roundCount { staging.removeFirst(of: &rooms[room].staged) }
    rooms[room].roundCount = 0
    rooms[room].served = 0
  }

  /// Serves members of `room` while their frames fit into `left`; whether all are served.
  private mutating func advance(
    _ room: Handle<Room>, _ left: inout Int, isFirst: Bool, into sink: inout some TransmitSink & ~Copyable
  ) -> Bool {
    let count = rooms[room].roundCount
    guard count > 0 else { return true }
    var mayExceed = isFirst
    while rooms[room].served < rooms[room].members.count {
      guard count <= left || mayExceed else { return false }
      serve(rooms[room].served, of: room, into: &sink)
      rooms[room].served += 1
      left -= count
      mayExceed = false
    }
    return true
  }

  /// Sends the round's frames to one member.
  private mutating func serve(
    _ position: Int, of room: Handle<Room>, into sink: inout some TransmitSink & ~Copyable
  ) {
    let member = rooms[room].members[position]
    let (receiver, reason) = peers[member].receiver()
    var slot = rooms[room].staged.first
    for _ in 0..<rooms[room].roundCount {
      if let track = staging[slot].track {
        if tracks.contains(track), tracks[track].publisher != member {
          if let receiver, !staging[slot].isRevoked {
            let row = Row(position: position, member: member)
            send(slot, of: track, to: row, receiver, into: &sink)
          } else {
            tracks[track].subscriptions[position].withhold()
            // What was revoked was counted then.
            if !staging[slot].isRevoked { drop(reason, member) }
          }
        }
      } else {
        sendVideo(slot, to: Row(position: position, member: member), into: &sink)
      }
      slot = staging[slot].next
    }
  }

  /// Sends the audio in `slot` to one member.
  private mutating func send(
    _ slot: Int, of track: Handle<PublishedTrack>, to row: Row, _ receiver: Receiver,
    into sink: inout some TransmitSink & ~Copyable
  ) {
    let ssrc = tracks[track].ssrc
    let outcome = tracks[track].subscriptions[row.position].send(
      slot, of: staging, under: ssrc, to: receiver, &peers[row.member], into: &sink)
    switch outcome {
    case .sent(let octets):
      peers[row.member].counts.sent &+= 1
      counters.forwardedPackets &+= 1
      counters.forwardedOctets &+= UInt64(octets)
    case .dropped(let reason):
      drop(reason, row.member)
    }
  }

  /// Sends the picture's packet in `slot` to one member, if it watches.
  private mutating func sendVideo(
    _ slot: Int, to row: Row, into sink: inout some TransmitSink & ~Copyable
  ) {
    guard let video = staging[slot].video, videos.contains(video.video),
      videos[video.video].publisher != row.member
    else { return }
    let reason = videos[video.video].deliver(
      (slot, staging[slot], video), of: staging, row.position, to: &peers[row.member], &counters, into: &sink)
    if let reason { drop(reason, row.member) }
  }

  // Turns: a queue of rooms, linked through them.

  private mutating func takeTurn(_ room: Handle<Room>) {
    guard let turns else { return self.turns = (room, room) }
    rooms[turns.last].successor = room
    self.turns = (turns.first, room)
  }

  private mutating func endTurn() {
    guard let turns else { return }
    let next = rooms[turns.first].successor
    rooms[turns.first].successor = nil
    self.turns = next.map { ($0, turns.last) }
  }

  /// Puts the first room behind the last.
  private mutating func rotate() {
    guard let room = turns?.first else { return }
    endTurn()
    takeTurn(room)
  }
}

/// A member and its row in every track.
private struct Row {
  let position: Int
  let member: Handle<Peer>
}

/// What became of a packet for one receiver.
private enum Outcome {
  case sent(octets: Int)
  case dropped(DropReason)
}

extension StagedFrame {
  /// What a receiver's copy of a packet of audio says in its header.
  fileprivate func egress(
    ssrc: UInt32, index: UInt64, timestampOffset: UInt32, to receiver: Receiver
  ) -> EgressFrame {
    var level: (id: UInt8, value: UInt8)?
    if let value = audioLevel, let id = receiver.audioLevelID { level = (id, value) }
    var count: UInt8 = 0
    if receiver.takesPadding { count = receiver.audioLevelID == nil ? padding.plain : padding.levelled }
    return EgressFrame(
      ssrc: ssrc, index: index, timestamp: timestamp &+ timestampOffset, isMarked: isMarked,
      payloadType: receiver.opusPayloadType, audioLevel: level, padding: count)
  }
}

extension SubscribedTrack {
  /// Seals the packet in `slot` for the subscriber of this row and sends it.
  fileprivate mutating func send(
    _ slot: Int, of staging: borrowing Staging, under ssrc: UInt32, to receiver: Receiver,
    _ peer: inout Peer, into sink: inout some TransmitSink & ~Copyable
  ) -> Outcome {
    guard let index = map(staging[slot].index, keyEpoch: receiver.keyEpoch) else {
      return .dropped(.withheld)
    }
    let egress = staging[slot].egress(
      ssrc: ssrc, index: index, timestampOffset: timestampOffset, to: receiver)
    let payload = staging.payload(slot, count: staging[slot].count)
    var octets = 0
    sink.transmit(to: receiver.address, origin: staging[slot].arrival) { slot in
      octets = peer.seal(egress, payload: payload, into: &slot)
      return octets
    }
    guard octets > 0 else { return .dropped(.sealFailed) }
    sent(payloadCount: payload.count)
    return .sent(octets: octets)
  }
}
