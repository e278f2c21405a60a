import Base
import MediaControl

/// What the members of a channel are told of each other.
extension VoiceGateway {
  /// Sends `message` to the client of `peer`, numbered and kept for RESUME where its version asks for it.
  mutating func send(_ message: VoiceMessage, to peer: PeerID, into actions: inout [VoiceAction]) {
    // Field by field: a copy of the session would copy its replay buffer with the next append.
    guard let version = sessions[peer]?.version, let next = sessions[peer]?.replay.next else { return }
    let connection = sessions[peer]?.connection
    let isNumbered = message.opcode.isReplayed && version >= 8
    guard isNumbered || connection != nil else { return }
    let octets = message.octets(sequence: isNumbered ? next : nil)
    if isNumbered { sessions[peer]?.replay.append(octets) }
    if let connection { actions.append(.send(connection, .text(octets))) }
  }

  /// Sends `message` to everybody in the channel of `peer` but itself.
  mutating func tellOthers(
    of peer: PeerID, _ message: VoiceMessage, into actions: inout [VoiceAction]
  ) {
    guard let channel = sessions[peer]?.seat.channel, let members = rooms[channel] else { return }
    for other in members where other != peer { send(message, to: other, into: &actions) }
  }

  /// The users whom the client of `peer` can hear, in the order in which they came.
  func presentUsers(beside peer: PeerID) -> [Snowflake] {
    presentSessions(beside: peer).map(\.seat.user)
  }

  private func presentSessions(beside peer: PeerID) -> [VoiceSession] {
    guard let channel = sessions[peer]?.seat.channel, let members = rooms[channel] else { return [] }
    return members.compactMap { other in
      guard other != peer, let session = sessions[other], session.isPresent else { return nil }
      return session
    }
  }

  /// Introduces a member that has just got its transport to the others, and them to it.
  ///
  /// Everybody's SSRC is told at once, silent members' too: the first packet of a speaker then finds a
  /// receiver that is ready for it.
  mutating func introduce(_ peer: PeerID, into actions: inout [VoiceAction]) {
    guard let session = sessions[peer] else { return }
    for other in presentSessions(beside: peer) {
      send(VoiceMessage.speaking(of: other), to: peer, into: &actions)
    }
    tellOthers(of: peer, .clientsConnect([session.seat.user]), into: &actions)
    tellOthers(of: peer, VoiceMessage.speaking(of: session), into: &actions)
  }

  /// Takes SPEAKING of a client; the `ssrc` in it is its own business, the others know the one of READY.
  mutating func speak(_ peer: PeerID, flags: UInt8, into actions: inout [VoiceAction]) {
    guard let session = sessions[peer], session.isPresent else { return }
    let audible = session.standing.maySpeak ? flags : 0
    guard audible != session.speaking else { return }
    sessions[peer]?.speaking = audible
    if let session = sessions[peer] {
      tellOthers(of: peer, VoiceMessage.speaking(of: session), into: &actions)
    }
  }

  /// Ends a session for good: media, presence, and its socket with `code` if it has one.
  mutating func end(
    _ peer: PeerID, _ code: VoiceCloseCode?, into actions: inout [VoiceAction]
  ) {
    guard let session = sessions[peer] else { return }
    if session.isPresent {
      tellOthers(of: peer, .clientDisconnect(session.seat.user), into: &actions)
    }
    actions.append(.media(.remove(peer)))
    if let connection = session.connection {
      connections[connection] = nil
      if let code { actions.append(.close(connection, code)) }
    }
    sessions[peer] = nil
    sessionTokens[session.token] = nil
    ssrcs.remove(session.ssrc)
    if seats[session.seat.key] == peer { seats[session.seat.key] = nil }
    rooms[session.seat.channel]?.removeAll { $0 == peer }
    if rooms[session.seat.channel]?.isEmpty == true { rooms[session.seat.channel] = nil }
  }

  /// Ends a session whose user went by itself; its voice state ends with it, unless it joins anew already.
  mutating func leave(_ peer: PeerID, into actions: inout [VoiceAction]) {
    guard let seat = sessions[peer]?.seat else { return }
    end(peer, nil, into: &actions)
    guard tickets.seat(of: seat.key) == nil else { return }
    actions.append(
      .left(
        VoiceDeparture(
          server: seat.server, channel: seat.channel, user: seat.user, sessionID: seat.sessionID)))
  }
}
