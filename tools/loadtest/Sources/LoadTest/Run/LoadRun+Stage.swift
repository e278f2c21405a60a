internal import Base
internal import Net

/// A real stage: its moderator's connection, and what members and moderator want of it.
extension LoadRun {
  /// Tells the moderator's socket from the members'.
  static let moderatorToken = UInt64.max

  /// A speaker has come to the stage: it asks to speak, and is let.
  func greet(_ member: Member, at now: Instant) {
    guard moderator != nil, let user = member.gateway.user else { return }
    moderate(.askToSpeak(token: member.token), at: now)
    moderate(.invite(user: user), at: now)
  }

  /// Gives the floor to one speaker of each room; on a stage the others step down.
  func giveFloor(to speaker: Int, at now: Instant) {
    for index in lanes {
      let member = members[index]
      let isNext = member.seat.speaker == speaker
      if moderator != nil, isNext != member.hasFloor, let user = member.gateway.user {
        moderate(isNext ? .invite(user: user) : .stepDown(token: member.token), at: now)
      }
      let isNew = isNext && !member.hasFloor
      member.hasFloor = isNext
      silence(member)
      // What the server has not let through yet is the handover's cost, not loss.
      if moderator != nil, isNew { awaitFirst(of: member, at: now) }
    }
  }

  private func moderate(_ change: StageModerator.Change, at now: Instant) {
    guard moderator?.ask(change) == false else { return advanceModerator(at: now) }
    measurements.failures["the moderator has too much to do", default: 0] += 1
  }

  /// Sends the next request and takes what has come.
  func advanceModerator(at now: Instant) {
    guard var moderator else { return }
    defer { self.moderator = moderator }
    if moderatorConnection == nil {
      guard !moderator.isIdle, let connection = openModerator() else { return }
      moderatorConnection = connection
    }
    guard let connection = moderatorConnection else { return }
    var hasEnded = false
    if case .ended = connection.flush() { hasEnded = true }
    var input: [UInt8] = []
    if case .ended = connection.read(into: &input) { hasEnded = true }
    if case .refused(let status) = moderator.receive(input, at: now) {
      measurements.failures["a change on the stage was answered with \(status)", default: 0] += 1
    }
    if let request = moderator.request(at: now), case .ended = connection.write(request) { hasEnded = true }
    if hasEnded {
      moderatorConnection = nil
      return moderator.disconnected()
    }
    let interest: EventPoll.Interest = connection.wantsWriting ? .readableAndWritable : .readable
    // Without the change of interest the sweep looks again.
    _ = try? poll.change(connection.descriptor, token: LoadRun.moderatorToken, interest: interest)
  }

  private func openModerator() -> (any StreamConnection)? {
    do {
      let connection = try TLSConnection(to: gatewayTarget.address, host: gatewayTarget.host, tls)
      try poll.add(
        connection.descriptor, token: LoadRun.moderatorToken, interest: .readableAndWritable)
      return connection
    } catch {
      measurements.failures["the moderator cannot connect: \(error)", default: 0] += 1
      return nil
    }
  }
}
