public import Base
import MediaControl

/// Discord's voice gateway, versions 4 to 9 (voice.md): sockets and voice sessions in, actions out.
///
/// Pure and synchronous; owned by the signaling loop. It never sees a datagram: the media plane is told by
/// ``MediaCommand`` and answers by ``MediaEvent``. Instants never decrease from call to call; after every
/// call, read ``deadline`` again.
///
/// ```
///  admit ──▶ ticket ── IDENTIFY ──▶ session ── SELECT_PROTOCOL ──▶ present ── leaves ──▶ gone
///              │ 60 s                  │ socket lost: lingers 45 s, RESUME comes back
///              ▼                       ▼
///            void            kicked, moved, replaced: closed with 4014
/// ```
///
/// A session has an SSRC of its own and a PeerID that is never used again. A user has one session in a
/// guild: a further IDENTIFY, or a voice state of another main gateway session, ends the older one.
public struct VoiceGateway<Random: RandomSource>: ~Copyable {
  let configuration: VoiceGatewayConfiguration
  var random: Random

  var connections: [ConnectionID: VoiceConnection] = [:]
  var sessions: [PeerID: VoiceSession] = [:]
  var tickets = VoiceTickets()
  var failures = VoiceFailures()
  /// Which shard holds whose media.
  package internal(set) var placement: ShardPlacement

  /// The peers of each channel, in the order of their IDENTIFY: every fan-out follows it.
  var rooms: [Snowflake: [PeerID]] = [:]
  /// Who decodes what in each channel.
  var codecTallies: [Snowflake: VoiceCodecTally] = [:]
  /// What the members of a channel are about to be told of each other.
  var announcements: [Snowflake: VoiceAnnouncements] = [:]
  /// When the first of these is due.
  var nextAnnouncement = Instant.distantFuture
  /// What newcomers to a channel are told of those who are there; missing until somebody comes.
  var presences: [Snowflake: VoiceMessage] = [:]
  /// The sessions by the token of their IDENTIFY, for RESUME.
  var sessionTokens: [String: PeerID] = [:]
  /// The one session of a user in a guild.
  var seats: [VoiceSeatKey: PeerID] = [:]
  /// The SSRC blocks in use.
  var ssrcs: Set<UInt32> = []
  var peerCount: UInt64 = 0
  var permissionVersion: UInt64 = 0
  var nextSweep = Instant.distantFuture

  /// What was counted so far.
  public internal(set) var statistics = VoiceStatistics()

  /// Makes a gateway without sessions.
  public init(configuration: VoiceGatewayConfiguration, random: Random) {
    self.configuration = configuration
    self.random = random
    placement = ShardPlacement(shards: configuration.node.shards.count, policy: configuration.spread)
  }

  /// When `expire` wants to be called next.
  public var deadline: Instant { min(nextSweep, nextAnnouncement) }

  /// How many sessions there are, lingering ones included.
  public var sessionCount: Int { sessions.count }

  /// Takes a new socket, whose URL had `query`, and greets it.
  public mutating func opened(
    _ connection: ConnectionID, query: String, from address: SocketAddress, at now: Instant,
    into actions: inout [VoiceAction]
  ) {
    statistics.opened &+= 1
    guard connections.count < VoiceLimits.connectionsMax, !failures.isExhausted(address.ip, at: now) else {
      statistics.rateLimited &+= 1
      actions.append(.close(connection, .rateLimited))
      return
    }
    guard let version = VoiceGateway.version(of: query), (4...9).contains(version) else {
      actions.append(.close(connection, .badRequest))
      return
    }
    connections[connection] = VoiceConnection(
      version: version, address: address.ip,
      rate: VoiceRate(
        burst: VoiceLimits.messageBurst, perSecond: VoiceLimits.messagesPerSecond, at: now),
      deadline: now + VoiceLimits.identifyTimeout)
    wake(at: now)
    actions.append(.send(connection, .text(VoiceMessage.hello(version: version).octets())))
  }

  /// Takes a whole message of an open socket; JSON may come in either kind of frame.
  public mutating func received(
    _ connection: ConnectionID, _ message: SocketMessage, at now: Instant,
    into actions: inout [VoiceAction]
  ) {
    guard connections[connection] != nil else { return }
    do throws(VoiceCloseCode) {
      guard connections[connection]?.rate.take(at: now) == true else { throw .rateLimited }
      let octets = message.octets
      if case .binary = message, octets.first != UInt8(ascii: "{") {
        guard connections[connection]?.peer != nil else { throw .notAuthenticated }
        // Binary messages that are no JSON belong to end-to-end encryption: READY's version 0 offered none.
        statistics.ignored &+= 1
        return
      }
      try perform(
        try VoiceRequest(octets, hasSession: connections[connection]?.peer != nil), of: connection, at: now,
        into: &actions)
    } catch {
      switch error {
      case .malformedPayload: statistics.malformed &+= 1
      case .rateLimited: statistics.rateLimited &+= 1
      default: break
      }
      close(connection, error, at: now, into: &actions)
    }
  }

  /// Takes the end of a socket: `code` of the peer's Close frame, `nil` when the connection was lost.
  ///
  /// 1000 and 1001 say that the user left; after anything else the session waits for RESUME.
  public mutating func closed(
    _ connection: ConnectionID, code: UInt16?, at now: Instant, into actions: inout [VoiceAction]
  ) {
    guard let closing = connections.removeValue(forKey: connection), let peer = closing.peer else { return }
    if code == 1000 || code == 1001 {
      leave(peer, at: now, into: &actions)
    } else {
      detach(peer, at: now)
    }
  }

  private mutating func perform(
    _ request: VoiceRequest, of connection: ConnectionID, at now: Instant,
    into actions: inout [VoiceAction]
  ) throws(VoiceCloseCode) {
    let peer = connections[connection]?.peer
    if case .unknownOpcode = request {
      guard peer != nil else { throw .unknownOpcode }
      // Newer clients say things that mean nothing here; closing would only break them.
      statistics.ignored &+= 1
      return
    }
    switch request {
    case .stray: statistics.ignored &+= 1
    case .heartbeat(let heartbeat): beat(heartbeat, connection, peer, at: now, into: &actions)
    case .identify(let identify):
      guard peer == nil else { throw .alreadyAuthenticated }
      try self.identify(identify, connection, at: now, into: &actions)
    case .resume(let resume):
      guard peer == nil else { throw .alreadyAuthenticated }
      try self.resume(resume, connection, at: now, into: &actions)
    default:
      guard let peer else { throw .notAuthenticated }
      try performOfSession(request, peer, at: now, into: &actions)
    }
  }

  private mutating func performOfSession(
    _ request: VoiceRequest, _ peer: PeerID, at now: Instant, into actions: inout [VoiceAction]
  ) throws(VoiceCloseCode) {
    switch request {
    case .selectUDP(let mode, let codecs):
      try selectUDP(peer, mode: mode, codecs: codecs, at: now, into: &actions)
    case .selectWebRTC(let fragment, let codecs):
      try selectWebRTC(peer, fragment: fragment, codecs: codecs, at: now, into: &actions)
    case .selectUnknownProtocol: throw .unknownProtocol
    case .speaking(let flags): speak(peer, flags: flags, at: now, into: &actions)
    case .video(let video): show(peer, video, at: now, into: &actions)
    case .wants(let wants): want(peer, wants, into: &actions)
    case .sessionUpdate(let codecs):
      // Payload types are agreed with the transport; this only says what the client can do now.
      if sessions[peer]?.isPresent == true { take(codecs, of: peer, into: &actions) }
    case .backendVersion: send(.backendVersion, to: peer, into: &actions)
    default: statistics.ignored &+= 1
    }
  }

  private mutating func beat(
    _ heartbeat: VoiceHeartbeat, _ connection: ConnectionID, _ peer: PeerID?, at now: Instant,
    into actions: inout [VoiceAction]
  ) {
    if let peer {
      connections[connection]?.deadline = now + VoiceLimits.heartbeatTimeout
      if let acknowledged = heartbeat.acknowledged { sessions[peer]?.replay.acknowledge(acknowledged) }
    }
    actions.append(.send(connection, .text(VoiceMessage.heartbeatACK(heartbeat).octets())))
  }

  /// Closes a socket of ours; its session waits for RESUME where the code allows one.
  mutating func close(
    _ connection: ConnectionID, _ code: VoiceCloseCode, at now: Instant, into actions: inout [VoiceAction]
  ) {
    actions.append(.close(connection, code))
    guard let closing = connections.removeValue(forKey: connection), let peer = closing.peer else { return }
    detach(peer, at: now)
  }

  private mutating func detach(_ peer: PeerID, at now: Instant) {
    sessions[peer]?.connection = nil
    sessions[peer]?.lostAt = now
    wake(at: now)
  }

  /// Has `expire` called again while anything may run out.
  mutating func wake(at now: Instant) {
    nextSweep = min(nextSweep, now + VoiceLimits.sweepInterval)
  }

  private static func version(of query: String) -> Int? {
    for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
      guard pair.starts(with: "v=".utf8) else { continue }
      return Int(String(decoding: pair.dropFirst(2), as: UTF8.self))
    }
    return nil
  }
}
