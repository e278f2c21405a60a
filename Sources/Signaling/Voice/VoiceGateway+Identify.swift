public import Base
public import ChatCore
import MediaControl

/// Admission, IDENTIFY and RESUME.
extension VoiceGateway {
  /// Lets the user of `assignment` connect; what VOICE_SERVER_UPDATE has to say, `nil` when the table is full.
  ///
  /// An older ticket of the user in that guild becomes worthless. A session of the user goes on until the
  /// new IDENTIFY replaces it.
  public mutating func admit(_ assignment: VoiceAssignment, at now: Instant) -> VoiceTicket? {
    let token = random.text(32, of: .alphanumeric)
    let seat = VoiceSeat(assignment.state, channel: assignment.channelID)
    guard tickets.add(seat, VoiceStanding(assignment.state), token: token, at: now) else {
      statistics.ticketsRefused &+= 1
      return nil
    }
    wake(at: now)
    return VoiceTicket(token: token, endpoint: configuration.endpoint)
  }

  mutating func identify(
    _ identify: VoiceIdentify, _ connection: ConnectionID, at now: Instant,
    into actions: inout [VoiceAction]
  ) throws(VoiceCloseCode) {
    let ticket: VoiceTickets.Ticket
    do throws(VoiceCloseCode) {
      ticket = try admitted(identify, at: now)
    } catch {
      refuse(connection, at: now)
      throw error
    }
    let seat = ticket.seat
    tickets.withdraw(seat.key)
    if let older = seats[seat.key] { end(older, .disconnected, at: now, into: &actions) }
    guard sessions.count < configuration.sessionsMax else {
      statistics.sessionsRefused &+= 1
      actions.append(.left(VoiceDeparture(seat)))
      throw .serverCrashed
    }
    let peer = makeSession(ticket, identify, connection, at: now)
    statistics.identified &+= 1
    guard let session = sessions[peer] else { return }
    admit(session, into: &actions)
    send(.ready(of: session, address: announcedAddress(for: peer)), to: peer, into: &actions)
    // Right after READY, and also when nobody is here: some clients read their socket only between
    // the steps of IP discovery, and this message wakes them.
    send(presence(beside: peer), to: peer, into: &actions)
  }

  private func admitted(
    _ identify: VoiceIdentify, at now: Instant
  ) throws(VoiceCloseCode) -> VoiceTickets.Ticket {
    guard let ticket = tickets.ticket(identify.token, at: now) else { throw .authenticationFailed }
    let seat = ticket.seat
    guard seat.server == identify.server else { throw .serverNotFound }
    guard seat.user == identify.user else { throw .authenticationFailed }
    guard seat.sessionID == identify.sessionID, identify.channel == nil || identify.channel == seat.channel
    else { throw .sessionInvalid }
    return ticket
  }

  private mutating func refuse(_ connection: ConnectionID, at now: Instant) {
    statistics.refused &+= 1
    guard let address = connections[connection]?.address else { return }
    failures.record(address, at: now)
  }

  private mutating func makeSession(
    _ ticket: VoiceTickets.Ticket, _ identify: VoiceIdentify, _ connection: ConnectionID, at now: Instant
  ) -> PeerID {
    let seat = ticket.seat
    peerCount &+= 1
    let peer = PeerID(rawValue: peerCount)
    let version = connections[connection]?.version ?? 8
    sessions[peer] = VoiceSession(
      peer: peer, seat: seat, token: identify.token, ssrc: unusedSSRC(),
      shard: placement.place(in: seat.channel).shard, streamOffers: identify.streams,
      standing: ticket.standing, connection: connection, lostAt: now, version: version)
    sessionTokens[identify.token] = peer
    seats[seat.key] = peer
    rooms[seat.channel, default: []].append(peer)
    connections[connection]?.peer = peer
    connections[connection]?.deadline = now + VoiceLimits.heartbeatTimeout
    return peer
  }

  /// A random SSRC whose fifteen successors are free too, for the video layers of the same connection.
  private mutating func unusedSSRC() -> UInt32 {
    while true {
      let ssrc = UInt32(truncatingIfNeeded: random.next()) & 0x7FFF_FFFF & ~VoiceSession.blockMask
      if ssrc != 0, ssrcs.insert(ssrc).inserted { return ssrc }
    }
  }

  mutating func resume(
    _ resume: VoiceResume, _ connection: ConnectionID, at now: Instant,
    into actions: inout [VoiceAction]
  ) throws(VoiceCloseCode) {
    let version = connections[connection]?.version ?? 8
    let missed: [[UInt8]]
    let peer: PeerID
    do throws(VoiceCloseCode) {
      peer = try known(resume)
      missed = try missedMessages(of: peer, after: resume.acknowledged, version: version)
    } catch {
      refuse(connection, at: now)
      throw error
    }
    if let older = sessions[peer]?.connection {
      // The client knows that this one is dead, or it would not have opened another.
      connections[older] = nil
      actions.append(.close(older, .sessionInvalid))
    }
    sessions[peer]?.connection = connection
    sessions[peer]?.version = version
    connections[connection]?.peer = peer
    connections[connection]?.deadline = now + VoiceLimits.heartbeatTimeout
    statistics.resumed &+= 1
    for message in missed { actions.append(.send(connection, .text(message))) }
    send(.resumed, to: peer, into: &actions)
  }

  private func known(_ resume: VoiceResume) throws(VoiceCloseCode) -> PeerID {
    // RESUME names no user. A main session sits in one channel of a guild, so the token finds it; a wrong
    // token for a living session and a session that is gone look the same from outside.
    guard let peer = sessionTokens[resume.token], let session = sessions[peer],
      session.seat.server == resume.server, session.seat.sessionID == resume.sessionID
    else { throw .sessionInvalid }
    return peer
  }

  private func missedMessages(
    of peer: PeerID, after acknowledged: UInt16?, version: Int
  ) throws(VoiceCloseCode) -> [[UInt8]] {
    // Before version 8 messages were not numbered: the client lives with what it missed.
    guard version >= 8 else { return [] }
    guard let missed = sessions[peer]?.replay.messages(after: acknowledged) else { throw .sessionInvalid }
    return missed
  }
}
