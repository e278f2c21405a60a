import Base
import ChatCore
import JSON

/// How sessions begin, are left, resumed and ended.
extension Gateway {
  /// IDENTIFY: the token is checked here, the account by the chat core.
  mutating func identify(
    _ identify: Identify, _ handle: Handle<GatewayConnection>, at now: Moment,
    into actions: inout GatewayActions
  ) throws(GatewayCloseCode) {
    let claim = try claim(of: identify.token, handle, at: now)
    guard identifies.count(claim.user, limits.identifyRate, at: now.instant).isAllowed,
      sessions.count < sessions.capacity
    else { return invalidate(handle, into: &actions) }
    let sessionID = random.text(32, of: .hexadecimal)
    connections[handle].phase = .identifying(identify, issued: claim.issued)
    ask(
      .identify(session: sessionID), as: .user(claim.user, issued: claim.issued),
      .identify(handle, sessionID: sessionID), at: now, into: &actions)
  }

  /// What the token says; a wrong one counts against the address.
  private mutating func claim(
    of token: String, _ handle: Handle<GatewayConnection>, at now: Moment
  ) throws(GatewayCloseCode) -> TokenClaim {
    let remote = connections[handle].remote
    guard !failures.isExhausted(remote, limits.failureRate, at: now.instant) else { throw .rateLimited }
    guard let claim = tokens.verify(token.hasPrefix("Bot ") ? String(token.dropFirst(4)) : token) else {
      _ = failures.count(remote, limits.failureRate, at: now.instant)
      throw .authenticationFailed
    }
    return claim
  }

  /// An answer of the chat core.
  mutating func complete(
    _ waiting: Pending, _ reply: ChatReply, at now: Moment, into actions: inout GatewayActions
  ) {
    switch (waiting, reply) {
    case (.unneeded, _): break
    case (.leave(let session, let request, let departures), .done):
      confirmLeave(session, request, departures: departures, at: now, into: &actions)
    case (.leave, _): break
    case (.members(let session, let request), .members(let members, let notFound)):
      sendChunks(of: members, notFound: notFound, request, to: session, at: now, into: &actions)
    case (.members(let session, let request), _):
      sendChunks(of: [], notFound: [], request, to: session, at: now, into: &actions)
    case (.identify(let handle, let sessionID), .ready(let ready)):
      begin(ready, sessionID: sessionID, on: handle, at: now, into: &actions)
    case (.identify(let handle, _), .failure(let error)):
      guard connections.contains(handle) else { return }
      switch error {
      case .unavailable, .code(.overloaded):
        connections[handle].phase = .unidentified
        invalidate(handle, into: &actions)
      default: close(handle, .authenticationFailed, at: now, into: &actions)
      }
    case (.identify(let handle, _), _):
      guard connections.contains(handle) else { return }
      close(handle, .unknownError, at: now, into: &actions)
    }
  }

  private mutating func begin(
    _ ready: Ready, sessionID: String, on handle: Handle<GatewayConnection>, at now: Moment,
    into actions: inout GatewayActions
  ) {
    let user = ready.user.user
    guard connections.contains(handle),
      case .identifying(let identify, let issued) = connections[handle].phase
    else {
      // The client is gone: the core must not keep the session.
      return abandon(sessionID, at: now, into: &actions)
    }
    do throws(GatewayCloseCode) {
      let intents = try admittedIntents(identify, ready)
      try makeRoom(for: user.id, at: now, into: &actions)
      let session = GatewaySession(
        id: sessionID, user: user.id, issued: issued, isBot: user.isBot, intents: intents,
        shard: identify.shard,
        largeThreshold: user.isBot ? identify.largeThreshold : .max, connection: handle, detachedAt: nil,
        status: identify.status, buffer: ReplayBuffer(limits: limits.replay), guilds: [],
        memberLists: WindowTable(capacity: Limits.guildsPerUser))
      guard let inserted = sessions.insert(session) else { throw .unknownError }
      connections[handle].phase = .attached(inserted)
      sessionHandles[sessionID] = inserted
      accounts[user.id, default: []].append(inserted)
      for snapshot in ready.guilds { subscribe(inserted, to: snapshot.guild.id) }
      counts.identifyCount += 1
      sendReady(ready, identify, inserted, at: now, into: &actions)
      presenceChanged(of: user.id, at: now, into: &actions)
    } catch {
      abandon(sessionID, at: now, into: &actions)
      close(handle, error, at: now, into: &actions)
    }
  }

  private mutating func abandon(
    _ sessionID: String, at now: Moment, into actions: inout GatewayActions
  ) {
    // In the server's own name: the account's tokens may be void by now.
    ask(.endSession(sessionID), as: .system, .unneeded, at: now, into: &actions)
  }

  /// The intents of a bot, checked; everything for a person.
  private func admittedIntents(_ identify: Identify, _ ready: Ready) throws(GatewayCloseCode) -> Intents {
    guard ready.user.user.isBot else { return .everything }
    guard let number = identify.intents.flatMap(UInt64.init(exactly:)) else { throw .invalidIntents }
    let intents = Intents(rawValue: number)
    guard Intents.known.isSuperset(of: intents) else { throw .invalidIntents }
    let granted = Intents.granted(applicationFlags: ready.application?.flags ?? 0)
    guard granted.isSuperset(of: intents.intersection(.privileged)) else { throw .disallowedIntents }
    return intents
  }

  /// Ends the session of the account that was left longest, when there are too many.
  private mutating func makeRoom(
    for user: Snowflake, at now: Moment, into actions: inout GatewayActions
  ) throws(GatewayCloseCode) {
    let own = accounts[user] ?? []
    guard own.count >= limits.accountSessionCountMax else { return }
    var oldest: Handle<GatewaySession>?
    var oldestAt = Instant.distantFuture
    for handle in own {
      guard let detachedAt = sessions[handle].detachedAt, detachedAt < oldestAt else { continue }
      oldest = handle
      oldestAt = detachedAt
    }
    guard let oldest else { throw .tooManySessions }
    end(oldest, at: now, into: &actions)
  }

  /// RESUME: everything after the client's number again, then RESUMED.
  mutating func resume(
    _ request: ResumeRequest, _ handle: Handle<GatewayConnection>, at now: Moment,
    into actions: inout GatewayActions
  ) throws(GatewayCloseCode) {
    let claim = try claim(of: request.token, handle, at: now)
    guard let session = sessionHandles[request.sessionID], sessions[session].user == claim.user else {
      return invalidate(handle, into: &actions)
    }
    sessions[session].buffer.expire(at: now.instant)
    guard sessions[session].buffer.canReplay(after: request.sequenceNumber) else {
      // The client starts anew; nothing can ever resume this session.
      end(session, at: now, into: &actions)
      return invalidate(handle, into: &actions)
    }
    if let previous = sessions[session].connection {
      sessions[session].connection = nil
      close(previous, .unknownError, at: now, into: &actions)
    }
    connections[handle].phase = .attached(session)
    sessions[session].connection = handle
    sessions[session].detachedAt = nil
    for (number, event) in sessions[session].buffer.events(after: request.sequenceNumber) {
      send(event.frame(number), to: handle, into: &actions)
    }
    counts.resumeCount += 1
    let resumed = EncodedEvent("RESUMED") { $0.array("_trace") { $0.element("[\"roost\"]") } }
    deliver(resumed, to: session, at: now, into: &actions)
  }

  /// INVALID_SESSION without a way back: the client identifies anew, on this connection or another.
  private mutating func invalidate(
    _ handle: Handle<GatewayConnection>, into actions: inout GatewayActions
  ) {
    counts.invalidSessionCount += 1
    send(GatewayPayloads.invalidSession, to: handle, into: &actions)
  }

  /// The connection is lost; the session waits.
  mutating func detach(_ session: Handle<GatewaySession>, at now: Moment) {
    sessions[session].connection = nil
    sessions[session].detachedAt = now.instant
    timers.insert(.session(session), due: now.instant + limits.detachedMax)
  }

  /// The session is over: the core removes its voice state.
  mutating func end(_ handle: Handle<GatewaySession>, at now: Moment, into actions: inout GatewayActions) {
    guard let session = sessions.remove(handle) else { return }
    sessionHandles[session.id] = nil
    accounts[session.user]?.removeAll { $0 == handle }
    if accounts[session.user]?.isEmpty == true { accounts[session.user] = nil }
    let guilds = session.guilds.sorted()
    for guild in guilds { unsubscribe(handle, from: guild) }
    if let connection = session.connection, connections.contains(connection) {
      connections[connection].phase = .unidentified
    }
    abandon(session.id, at: now, into: &actions)
    presenceChanged(of: session.user, guilds: guilds, at: now, into: &actions)
  }
}

extension Intents {
  /// The privileged intents that an application's flags grant: the full or the limited one of each.
  static func granted(applicationFlags flags: UInt32) -> Intents {
    var granted: Intents = []
    if flags & (0b11 << 12) != 0 { granted.insert(.guildPresences) }
    if flags & (0b11 << 14) != 0 { granted.insert(.guildMembers) }
    if flags & (0b11 << 18) != 0 { granted.insert(.messageContent) }
    return granted
  }
}
