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
    if isNumbered { sessions[peer]?.replay.append(message) }
    if let connection { actions.append(.send(connection, .text(octets))) }
  }

  /// CLIENTS_CONNECT with the users of whom the channel of `peer`, a newcomer, has been told, in the order in
  /// which they came.
  ///
  /// Those of whom it has not are announced to everybody in a moment, to `peer` too. Who comes between two
  /// announcements gets the same octets: in a crowd a list for each would cost the square of it.
  mutating func presence(beside peer: PeerID) -> VoiceMessage {
    guard let channel = sessions[peer]?.seat.channel else { return .clientsConnect([]) }
    if let known = presences[channel] { return known }
    let users = (rooms[channel] ?? []).compactMap { other in
      sessions[other].flatMap { $0.isAnnounced ? $0.seat.user : nil }
    }
    let message = VoiceMessage.clientsConnect(users)
    presences[channel] = message
    return message
  }

  /// Takes SPEAKING of a client; the `ssrc` in it is its own business, the others know the one of READY.
  mutating func speak(
    _ peer: PeerID, flags: UInt8, at now: Instant, into actions: inout [VoiceAction]
  ) {
    guard let session = sessions[peer], session.isPresent else { return }
    let audible = session.standing.maySpeak ? flags : 0
    guard audible != session.speaking else { return }
    sessions[peer]?.speaking = audible
    sessions[peer]?.hasSpoken = true
    if let session = sessions[peer] {
      tellOthers(of: peer, VoiceMessage.speaking(of: session), at: now, into: &actions)
    }
  }

  /// Ends a session for good: media, presence, and its socket with `code` if it has one.
  mutating func end(
    _ peer: PeerID, _ code: VoiceCloseCode?, at now: Instant, into actions: inout [VoiceAction]
  ) {
    guard let session = sessions[peer] else { return }
    removeMedia(of: session, into: &actions)
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
    presences[session.seat.channel] = nil
    forgetCodecs(of: session, into: &actions)
    dismiss(session, at: now, into: &actions)
  }

  /// Ends a session whose user went by itself; its voice state ends with it, unless it joins anew already.
  mutating func leave(_ peer: PeerID, at now: Instant, into actions: inout [VoiceAction]) {
    guard let seat = sessions[peer]?.seat else { return }
    end(peer, nil, at: now, into: &actions)
    guard tickets.seat(of: seat.key) == nil else { return }
    actions.append(
      .left(
        VoiceDeparture(
          server: seat.server, channel: seat.channel, user: seat.user, sessionID: seat.sessionID)))
  }
}
