public import Base
public import ChatCore

/// The main gateway: connections, sessions, fan-out.
///
/// A pure value owned by one loop. /// It is told what came (messages, closed connections, outputs of the chat core, time) and appends what is
/// to be done to a sink; it knows no socket and no clock. Contract: instants never decrease; after any
/// call, read ``deadline`` again; outputs of the chat core are handed in in their order, each exactly once;
/// every ``GatewayAction/chat(_:)`` gets exactly one reply. Calls for connections that it does not know, or
/// no longer knows, do nothing.
///
/// ```
/// opened ─▶ HELLO        received IDENTIFY ─▶ chat(identify) ─▶ reply ready ─▶ READY, GUILD_CREATE…
/// closed ─▶ session waits     received RESUME ─▶ replay, RESUMED      event ─▶ dispatches
/// ```
public struct Gateway<Random: RandomSource>: ~Copyable {
  /// Who waits for an answer of the chat core.
  enum Pending: Sendable {
    case identify(Handle<GatewayConnection>, sessionID: String)
    case members(Handle<GatewaySession>, MemberRequest)
    /// A session leaves voice; `departures` is how many it had been told of before.
    case leave(Handle<GatewaySession>, VoiceStateRequest, departures: UInt64)
    case unneeded
  }

  enum Timer: Sendable {
    case connection(Handle<GatewayConnection>)
    case session(Handle<GatewaySession>)
  }

  let configuration: GatewayConfiguration
  let tokens: TokenAuthority
  var random: Random
  var connections: Slab<GatewayConnection>
  var connectionHandles: [ConnectionID: Handle<GatewayConnection>] = [:]
  var sessions: Slab<GatewaySession>
  var sessionHandles: [String: Handle<GatewaySession>] = [:]
  /// Sessions of an account, oldest first.
  var accounts: [Snowflake: [Handle<GatewaySession>]] = [:]
  /// Sessions subscribed to a guild, in the order in which they came.
  var subscribers: [Snowflake: [Handle<GatewaySession>]] = [:]
  /// Statuses that accounts with sessions chose; what is missing is offline.
  var statuses: [Snowflake: Presence.Status] = [:]
  var pending: [UInt64: Pending] = [:]
  var nextRequest: UInt64 = 0
  var timers = DeadlineQueue<Timer>()
  var identifies: WindowTable<Snowflake>
  var failures: WindowTable<IPAddress>
  /// What has been counted; the numbers of connections and sessions are in ``statistics``.
  var counts = GatewayStatistics()

  /// Makes a gateway without connections.
  public init(configuration: GatewayConfiguration, tokens: TokenAuthority, random: Random) {
    self.configuration = configuration
    self.tokens = tokens
    self.random = random
    connections = Slab(capacity: configuration.limits.connectionCountMax)
    sessions = Slab(capacity: configuration.limits.sessionCountMax)
    identifies = WindowTable(capacity: configuration.limits.rateTableCapacity)
    failures = WindowTable(capacity: configuration.limits.rateTableCapacity)
  }

  var limits: GatewayLimits { configuration.limits }

  /// When ``expire(at:into:)`` is to be called next.
  public var deadline: Instant { timers.earliest }

  /// What was counted until now.
  public var statistics: GatewayStatistics {
    var result = counts
    result.connectionCount = connections.count
    result.sessionCount = sessions.count
    return result
  }

  /// A WebSocket was opened with `query`; answers HELLO.
  public mutating func opened(
    _ id: ConnectionID, query: String, from remote: IPAddress, at now: Moment,
    into actions: inout GatewayActions
  ) {
    do throws(GatewayCloseCode) {
      let query = try GatewayQuery(query)
      let connection = GatewayConnection(
        id: id, remote: remote, version: query.version, compresses: query.compresses, at: now.instant)
      guard connectionHandles[id] == nil, let handle = connections.insert(connection) else {
        counts.refusedCount += 1
        throw .unknownError
      }
      connectionHandles[id] = handle
      timers.insert(.connection(handle), due: connections[handle].deadline(limits))
      send(GatewayPayloads.hello(limits.heartbeatInterval), to: handle, into: &actions)
    } catch {
      counts.countClose(error)
      actions.append(.close(id, code: error.rawValue, reason: error.reason))
    }
  }

  /// A client sent a message.
  public mutating func received(
    _ message: SocketMessage, _ id: ConnectionID, at now: Moment, into actions: inout GatewayActions
  ) {
    guard let handle = connectionHandles[id] else { return }
    counts.receivedCount += 1
    do throws(GatewayCloseCode) {
      try receive(message.octets, handle, at: now, into: &actions)
    } catch {
      close(handle, error, at: now, into: &actions)
    }
  }

  /// A WebSocket is gone: `code` is that of the client's Close frame, `nil` when TCP was lost.
  public mutating func closed(
    _ id: ConnectionID, code: UInt16?, at now: Moment, into actions: inout GatewayActions
  ) {
    guard let handle = connectionHandles[id] else { return }
    let ends = code == GatewayCloseCode.normal.rawValue || code == GatewayCloseCode.goingAway.rawValue
    forget(handle, endsSession: ends, at: now, into: &actions)
  }

  /// An output of the chat core, in its order.
  public mutating func chat(_ output: ChatOutput, at now: Moment, into actions: inout GatewayActions) {
    switch output {
    case .reply(let id, let reply):
      guard let waiting = pending.removeValue(forKey: id) else { return }
      complete(waiting, reply, at: now, into: &actions)
    case .event(let event): dispatch(event, at: now, into: &actions)
    }
  }

  /// Does what is due at `now`.
  public mutating func expire(at now: Moment, into actions: inout GatewayActions) {
    while let timer = timers.popDue(at: now.instant) {
      switch timer {
      case .connection(let handle):
        guard connections.contains(handle) else { continue }
        let due = connections[handle].deadline(limits)
        if due <= now.instant {
          close(handle, .sessionTimedOut, at: now, into: &actions)
        } else {
          timers.insert(timer, due: due)
        }
      case .session(let handle):
        guard sessions.contains(handle), let detachedAt = sessions[handle].detachedAt else { continue }
        let due = detachedAt + limits.detachedMax
        if due <= now.instant {
          end(handle, at: now, into: &actions)
        } else {
          timers.insert(timer, due: due)
        }
      }
    }
  }

  /// Asks every client to come back (op 7) and closes all connections; for a stop of the process.
  public mutating func shutDown(at now: Moment, into actions: inout GatewayActions) {
    for index in 0..<connections.capacity {
      guard let handle = connections.handle(at: index) else { continue }
      send(GatewayPayloads.reconnect, to: handle, into: &actions)
      close(handle, .unknownError, at: now, into: &actions)
    }
  }

  // MARK: Connections

  private mutating func receive(
    _ octets: [UInt8], _ handle: Handle<GatewayConnection>, at now: Moment, into actions: inout GatewayActions
  ) throws(GatewayCloseCode) {
    guard connections[handle].messages.admits(at: now.instant, limits.messageRate) else {
      throw .rateLimited
    }
    guard octets.count <= payloadCountMax(handle) else { throw .decodeError }
    let (opcode, d) = try ClientPayload.envelope(octets)
    guard ClientPayload.isKnown(opcode) else { throw .unknownOpcode }
    switch (connections[handle].phase, GatewayOpcode(rawValue: opcode)) {
    case (.attached, .identify), (.attached, .resume), (.identifying, .identify), (.identifying, .resume):
      throw .alreadyAuthenticated
    case (.unidentified, _), (.identifying, _):
      // A presence sent on the heels of IDENTIFY is no error, only early.
      if case .identifying = connections[handle].phase, opcode == 3 { return }
      guard ClientPayload.isAllowedUnidentified(opcode) else { throw .notAuthenticated }
    case (.attached, _): break
    }
    try perform(try ClientPayload(opcode: opcode, d), handle, at: now, into: &actions)
  }

  private func payloadCountMax(_ handle: Handle<GatewayConnection>) -> Int {
    // IDENTIFY may be a user account's: only afterwards is it known who speaks.
    guard case .attached(let session) = connections[handle].phase, sessions.contains(session) else {
      return limits.userPayloadCountMax
    }
    return sessions[session].isBot ? limits.botPayloadCountMax : limits.userPayloadCountMax
  }

  private mutating func perform(
    _ payload: ClientPayload, _ handle: Handle<GatewayConnection>, at now: Moment,
    into actions: inout GatewayActions
  ) throws(GatewayCloseCode) {
    switch payload {
    case .heartbeat(let acknowledged):
      connections[handle].heartbeatAt = now.instant
      if let acknowledged, case .attached(let session) = connections[handle].phase {
        sessions[session].buffer.acknowledge(acknowledged)
      }
      send(GatewayPayloads.heartbeatACK, to: handle, into: &actions)
    case .identify(let identify): try self.identify(identify, handle, at: now, into: &actions)
    case .resume(let request): try resume(request, handle, at: now, into: &actions)
    case .ignored: break
    case .presenceUpdate, .voiceStateUpdate, .requestMembers, .requestSoundboardSounds,
      .requestChannelInfo:
      guard case .attached(let session) = connections[handle].phase, sessions.contains(session) else {
        throw .notAuthenticated
      }
      request(payload, of: session, on: handle, at: now, into: &actions)
    }
  }

  mutating func send(
    _ payload: [UInt8], to handle: Handle<GatewayConnection>, into actions: inout GatewayActions
  ) {
    let message = connections[handle].encode(payload)
    actions.append(.send(connections[handle].id, message))
  }

  mutating func close(
    _ handle: Handle<GatewayConnection>, _ code: GatewayCloseCode, at now: Moment,
    into actions: inout GatewayActions
  ) {
    counts.countClose(code)
    actions.append(.close(connections[handle].id, code: code.rawValue, reason: code.reason))
    forget(handle, endsSession: !code.keepsSession, at: now, into: &actions)
  }

  private mutating func forget(
    _ handle: Handle<GatewayConnection>, endsSession: Bool, at now: Moment,
    into actions: inout GatewayActions
  ) {
    let phase = connections[handle].phase
    connectionHandles[connections[handle].id] = nil
    _ = connections.remove(handle)
    guard case .attached(let session) = phase, sessions.contains(session),
      sessions[session].connection == handle
    else { return }
    if endsSession {
      end(session, at: now, into: &actions)
    } else {
      detach(session, at: now)
    }
  }

  /// Asks the chat core in the name of `actor`.
  mutating func ask(
    _ command: ChatCommand, as actor: Actor, _ waiting: Pending, at now: Moment,
    into actions: inout GatewayActions
  ) {
    nextRequest &+= 1
    let id = ChatRequestOrigin.gateway.id(nextRequest)
    pending[id] = waiting
    actions.append(.chat(ChatRequest(id: id, actor: actor, command: command, at: now.wall)))
  }
}
