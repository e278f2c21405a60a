public import Base
internal import MediaControl

/// Fan-out by listener: all packets that wait for one listener are sealed and sent in a row.
///
/// So its keys are fetched from memory once for all of them, and equal ones leave as one segmented send.
/// Rooms take turns in *rounds*: the frames that waited when a round began, at most
/// ``Fixed/roundCountMax``, go to one member after the other, in order of arrival. What arrives meanwhile
/// waits for the next round, so that nobody gets a track's packets in another order than they came in.
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
    guard let turns, let frame = staging[rooms[turns.first].staged.first] else { return .distantFuture }
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
      guard rooms[room].roundCount == 0, let frame = staging[rooms[room].staged.first] else {
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
    while let frame = staging[rooms[room].staged.first], isOver(frame, at: now) {
      staging.removeFirst(of: &rooms[room].staged)
    }
    rooms[room].roundCount = min(rooms[room].staged.count, Fixed.roundCountMax)
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
      return videos.contains(video) ? .member(videos[video].publisher) : .gone
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
    var slot = rooms[room].staged.first
    for _ in 0..<rooms[room].roundCount {
      guard let frame = staging[slot] else { return }
      let author = author(of: frame)
      if author != .gone, author != .member(member) {
        var reason: DropReason?
        if let track = frame.track {
          reason = tracks[track].deliver(
            (slot, frame), of: staging, position, to: &peers[member], &counters, into: &sink)
        } else if let video = frame.video {
          reason = videos[video.video].deliver(
            (slot, frame, video), of: staging, position, to: &peers[member], &counters, into: &sink)
        }
        if let reason { drop(reason, member) }
      }
      slot = frame.next
    }
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

extension PublishedTrack {
  /// Sends a frame to the subscriber in row `position`, or says why not.
  fileprivate mutating func deliver(
    _ staged: (slot: Int, frame: StagedFrame), of staging: borrowing Staging, _ position: Int,
    to peer: inout Peer, _ counters: inout EndpointStatistics,
    into sink: inout some TransmitSink & ~Copyable
  ) -> DropReason? {
    let frame = staged.frame
    guard !frame.isRevoked else {
      // Counted when it was revoked.
      subscriptions[position].withhold()
      return nil
    }
    guard peer.permissions.mayHear else {
      subscriptions[position].withhold()
      return .deafened
    }
    guard let address = peer.egressAddress else {
      subscriptions[position].withhold()
      return .receiverNotReady
    }
    guard let index = subscriptions[position].map(frame.index, keyEpoch: peer.keyEpoch) else {
      return .withheld
    }
    let mapped = EgressFrame(
      ssrc: ssrc, index: index, timestamp: frame.timestamp &+ subscriptions[position].timestampOffset,
      isMarked: frame.isMarked, audioLevel: frame.audioLevel)
    let payload = staging.payload(staged.slot, count: frame.count)
    var count = 0
    sink.transmit(to: address, origin: frame.arrival) { slot in
      count = peer.seal(mapped, payload: payload, into: &slot)
      return count
    }
    guard count > 0 else { return .sealFailed }
    subscriptions[position].sent(payloadCount: payload.count)
    peer.counts.sent &+= 1
    counters.forwardedPackets &+= 1
    counters.forwardedOctets &+= UInt64(count)
    return nil
  }
}
