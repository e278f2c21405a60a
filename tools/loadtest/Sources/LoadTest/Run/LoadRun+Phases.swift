internal import Base
internal import Net

/// How a run goes on: joining, measuring, ending, and the seconds between.
extension LoadRun {
  /// Timers of all members, and newcomers at the pace of the ramp.
  func sweep(at now: Instant) {
    if phase == .joining {
      let due = Int((now - startedAt).seconds * Double(options.ramp)) + 1
      while connectedNext < members.count, connectedNext < due, mayOpen(members[connectedNext]) {
        open(members[connectedNext], at: now)
        connectedNext += 1
      }
    }
    for member in members {
      if member.isAlive {
        expire(member, at: now)
      } else if member.stage == .leaving, now - member.leftAt >= LoadRun.leaveTimeout {
        member.disconnect(to: .idle)
      }
    }
    if phase == .joining { endJoining(at: now) }
  }

  /// Whether it is a member's turn to join.
  private func mayOpen(_ member: Member) -> Bool {
    guard !member.seat.isLate else { return false }
    guard options.adapter.listenersAwaitSpeakers, member.seat.speaker == nil else { return true }
    return lanes.allSatisfy { members[$0].isConnected || members[$0].stage == .failed }
  }

  /// Goes on when everybody is connected and hears somebody, or has failed.
  private func endJoining(at now: Instant) {
    guard connectedNext >= members.count(where: { !$0.seat.isLate }) else { return }
    if phaseEnd == .distantFuture { phaseEnd = now + LoadRun.joinTimeout }
    let hasJoined = members.allSatisfy {
      $0.seat.isLate || $0.stage == .failed || ($0.isConnected && ($0.hasHeard || !expectsAudio($0)))
    }
    guard hasJoined || now >= phaseEnd else { return }
    for member in members where !member.seat.isLate && !member.isConnected && member.stage != .failed {
      fail(member, "did not connect within \(LoadRun.joinTimeout.milliseconds / 1_000) s: \(member.stage)")
    }
    usage.join(at: now)
    phase = .settling
    phaseEnd = now + LoadRun.settleTime
  }

  func advancePhase(at now: Instant) {
    switch phase {
    case .settling where now >= phaseEnd: mark(at: now)
    case .measuring:
      takeSteps(at: now)
      if now >= phaseEnd { stop(at: now) }
    case .draining where now >= phaseEnd: finish(at: now)
    case .leaving where now >= phaseEnd || members.allSatisfy { $0.stage != .leaving }: phase = .done
    default: break
    }
  }

  /// Whether somebody else of the room speaks.
  private func expectsAudio(_ member: Member) -> Bool {
    hears(member)
      && (0..<options.speakers).contains { speaker in
        guard let lane = lane(of: speaker, in: member.seat.room), lane != member.index else { return false }
        return members[lane].speaks
      }
  }

  /// Whether the member's connection brings anybody's audio.
  private func hears(_ member: Member) -> Bool {
    options.adapter.speakersHear || member.seat.speaker == nil
  }

  /// Begins the measured time.
  private func mark(at now: Instant) {
    phase = .measuring
    markedAt = now
    phaseEnd = now + options.duration
    measurements.begin()
    for member in members {
      for speaker in 0..<options.speakers {
        guard let lane = lane(of: speaker, in: member.seat.room) else { continue }
        member.tallies[speaker]?.restart(from: members[lane].nextNumber)
        member.views[speaker]?.restart()
        // Who is connected and never heard anything must not go uncounted.
        if member.isConnected, hears(member), lane != member.index, member.tallies[speaker] == nil {
          member.tallies[speaker] = StreamTally(from: members[lane].nextNumber)
        }
      }
    }
    usage.mark(at: now)
  }

  /// Ends the measured time: nobody sends any more, what is under way may arrive.
  func stop(at now: Instant) {
    phase = .draining
    stoppedAt = now
    phaseEnd = now + LoadRun.settleTime
    usage.stop(at: now)
  }

  func finish(at now: Instant) {
    if phase == .draining {
      for member in members where member.isConnected { close(member, isLeaving: false) }
    }
    phase = .leaving
    phaseEnd = now + LoadRun.leaveTimeout
    for member in members where member.isAlive { member.leave(at: now) }
  }

  /// Adds what a member heard to the totals; one that leaves is owed nothing after the last it heard.
  func close(_ member: Member, isLeaving: Bool) {
    closeVideo(member, at: phase == .draining ? stoppedAt : MonotonicClock.now())
    for speaker in 0..<options.speakers {
      guard let tally = member.tallies[speaker], let lane = lane(of: speaker, in: member.seat.room) else {
        continue
      }
      let end = isLeaving ? tally.heardEnd : members[lane].nextNumber
      measurements.totals.add(tally, until: end)
      member.tallies[speaker] = nil
      member.latencies[speaker] = nil
      member.transits[speaker] = nil
    }
  }

  /// The member that is speaker number `speaker` of `room`.
  func lane(of speaker: Int, in room: Int) -> Int? {
    // The roster begins with the speakers, room by room.
    let index = speaker * options.rooms + room
    return index < members.count ? index : nil
  }

  private func takeSteps(at now: Instant) {
    while stepNext < plan.steps.count, markedAt + plan.steps[stepNext].at <= now {
      take(plan.steps[stepNext].action, at: now)
      stepNext += 1
    }
  }

  private func take(_ action: ScenarioPlan.Action, at now: Instant) {
    switch action {
    case .join(let index):
      if members[index].stage == .leaving { members[index].disconnect(to: .idle) }
      if members[index].stage == .idle { open(members[index], at: now) }
    case .leave(let index):
      guard members[index].isConnected else { return }
      close(members[index], isLeaving: true)
      members[index].leave(at: now)
    case .mute(let index): setMute(members[index], true, at: now)
    case .unmute(let index): setMute(members[index], false, at: now)
    case .giveFloor(let speaker): giveFloor(to: speaker, at: now)
    }
  }

  private func setMute(_ member: Member, _ isMuted: Bool, at now: Instant) {
    guard member.isConnected else { return }
    member.isMuted = isMuted
    send(
      member.gateway.join(
        JoinRequest(guild: target.guild, channel: target.channels[member.seat.room], isMuted: isMuted)),
      member, isMain: true)
    silence(member)
    if !isMuted { awaitFirst(of: member, at: now) }
  }

  /// Measures how long it takes until the others hear `member`, who is allowed to speak from now on.
  func awaitFirst(of member: Member, at now: Instant) {
    guard let speaker = member.seat.speaker else { return }
    member.unmutedAt = now
    member.hearers = Set(rooms[member.seat.room].filter { $0 != member.index && members[$0].isConnected })
    for index in member.hearers { members[index].tallies[speaker]?.excuse(from: member.nextNumber) }
  }

  /// What its listeners do not hear of `member` from now on is no gap.
  func silence(_ member: Member) {
    guard let speaker = member.seat.speaker else { return }
    for index in rooms[member.seat.room] {
      members[index].tallies[speaker]?.expectSilence(before: member.nextNumber)
      members[index].latencies[speaker] = nil
      members[index].transits[speaker] = nil
    }
  }

  func endSecond(at now: Instant) {
    secondAt = now + .seconds(1)
    let joined = members.count(where: \.isConnected)
    let reading = usage.second(at: now)
    measurements.endSecond(at: (now - startedAt).seconds) {
      $0.joined = joined
      $0.serverCPU = reading.serverCPU
      $0.serverResident = reading.resident
      $0.toolCPU = reading.toolCPU
    }
    panel.show(self, at: now)
  }
}
