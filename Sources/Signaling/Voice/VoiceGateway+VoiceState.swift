public import Base
public import ChatCore
public import MediaControl

/// What comes from the chat core, from the media plane and from the clock.
extension VoiceGateway {
  /// Takes a user's voice state as the chat core now has it.
  ///
  /// One without a channel ends the user's session and ticket in that guild, as does one of another channel
  /// or main gateway session: the socket is closed with 4014. Otherwise the media plane gets the new
  /// permissions, and a mute is announced at once.
  public mutating func voiceStateChanged(
    _ state: VoiceState, at now: Instant, into actions: inout [VoiceAction]
  ) {
    let key = VoiceSeatKey(server: state.guildID, user: state.userID)
    guard let channel = state.channelID else {
      tickets.withdraw(key)
      if let peer = seats[key] { end(peer, .disconnected, at: now, into: &actions) }
      return
    }
    let seat = VoiceSeat(state, channel: channel)
    let standing = VoiceStanding(state)
    tickets.update(seat, standing)
    guard let peer = seats[key], let session = sessions[peer] else { return }
    guard session.seat == seat else {
      end(peer, .disconnected, at: now, into: &actions)
      return
    }
    guard session.standing != standing else { return }
    sessions[peer]?.standing = standing
    let permissions = standing.permissions(version: nextPermissionVersion())
    tellShards(ofRoom: channel, .permit(peer, permissions), into: &actions)
    if !standing.maySpeak { speak(peer, flags: 0, at: now, into: &actions) }
    refreshPicture(of: peer, at: now, into: &actions)
  }

  /// Voice states come in their order, so counting them here is enough to tell older from newer.
  mutating func nextPermissionVersion() -> UInt64 {
    permissionVersion &+= 1
    return permissionVersion
  }

  /// Takes what the media plane reports.
  public mutating func media(
    _ event: MediaEvent, at now: Instant, into actions: inout [VoiceAction]
  ) {
    switch event {
    case .connected(let peer):
      if sessions[peer] == nil { statistics.strayMediaEvents &+= 1 }
    case .audioStarted(let peer, _):
      guard let session = sessions[peer] else {
        statistics.strayMediaEvents &+= 1
        return
      }
      // The client sent none, or its SPEAKING is still on the way.
      if session.speaking == 0 { speak(peer, flags: 1, at: now, into: &actions) }
    case .failed(let peer, let failure):
      guard let session = sessions[peer] else {
        statistics.strayMediaEvents &+= 1
        return
      }
      fail(session, failure, at: now, into: &actions)
    }
  }

  private mutating func fail(
    _ session: VoiceSession, _ failure: TransportFailure, at now: Instant,
    into actions: inout [VoiceAction]
  ) {
    switch failure {
    case .consentExpired:
      // With its socket open the client sees the same and selects a protocol anew; without, it is gone.
      guard session.connection == nil else { return }
      statistics.abandoned &+= 1
      leave(session.peer, at: now, into: &actions)
    case .handshakeFailed, .fingerprintMismatch:
      statistics.transportsFailed &+= 1
      end(session.peer, .transportFailed, at: now, into: &actions)
      actions.append(.left(VoiceDeparture(session.seat)))
    case .capacityExceeded:
      statistics.transportsFailed &+= 1
      end(session.peer, .serverCrashed, at: now, into: &actions)
      actions.append(.left(VoiceDeparture(session.seat)))
    }
  }

  /// Does what the time asks for; call it at ``deadline``.
  public mutating func expire(at now: Instant, into actions: inout [VoiceAction]) {
    announceDue(at: now, into: &actions)
    guard now >= nextSweep else { return }
    // Sorted, because a dictionary's order differs from run to run.
    let silent = connections.filter { $0.value.deadline <= now }.keys
    for connection in silent.sorted(by: { $0.rawValue < $1.rawValue }) {
      statistics.timedOut &+= 1
      close(connection, .sessionTimeout, at: now, into: &actions)
    }
    let lost = sessions.values.filter {
      $0.connection == nil && $0.lostAt + VoiceLimits.lingerTime <= now
    }
    for session in lost.sorted(by: { $0.peer.rawValue < $1.peer.rawValue }) {
      statistics.abandoned &+= 1
      leave(session.peer, at: now, into: &actions)
    }
    tickets.expire(at: now)
    nextSweep = .distantFuture
    if !connections.isEmpty || !sessions.isEmpty || !tickets.isEmpty { wake(at: now) }
  }
}

extension VoiceDeparture {
  init(_ seat: VoiceSeat) {
    self.init(server: seat.server, channel: seat.channel, user: seat.user, sessionID: seat.sessionID)
  }
}
