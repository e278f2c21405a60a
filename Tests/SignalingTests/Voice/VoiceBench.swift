import Base
import ChatCore
import Glibc
import JSON
import MediaControl
import Signaling
import Testing

/// A voice gateway with a clock that the test moves, and clients that are a line of JSON each.
final class VoiceBench {
  static let guild = Snowflake(rawValue: 1_200_000_000_000_000_001)
  static let channel = Snowflake(rawValue: 1_200_000_000_000_000_011)
  static let fingerprint = [UInt8](repeating: 0xAB, count: 32)
  /// A node whose shards have the ports 50,001 and up.
  static func node(shards: Int) -> MediaNodeDescription {
    MediaNodeDescription(
      shards: (0..<UInt16(shards)).map {
        [SocketAddress(ip: IPAddress(v4: 0xCB00_710A), port: 50_001 + $0)]
      }, fingerprint: fingerprint)
  }

  var gateway: VoiceGateway<SeededRandom>
  var now = Instant.zero
  /// What the gateway wanted since the last `take`.
  private(set) var actions: [VoiceAction] = []
  /// Where a test lets a single call put its actions.
  var extra: [VoiceAction] = []
  private var connectionCount: UInt64 = 0

  init(seed: UInt64 = 1, shards: Int = 1, configure: (inout VoiceGatewayConfiguration) -> Void = { _ in }) {
    var configuration = VoiceGatewayConfiguration(
      endpoint: "voice1.example:443", node: VoiceBench.node(shards: shards))
    configure(&configuration)
    gateway = VoiceGateway(configuration: configuration, random: SeededRandom(seed: seed))
  }

  static func user(_ number: UInt64) -> Snowflake { Snowflake(rawValue: 1_100_000_000_000_000_000 + number) }

  static func state(_ user: UInt64, channel: Snowflake? = channel, session: String? = nil) -> VoiceState {
    VoiceState(
      guildID: guild, userID: self.user(user), channelID: channel, sessionID: session ?? "main-\(user)")
  }

  // Inputs.

  func open(query: String = "v=8") -> ConnectionID {
    connectionCount += 1
    let connection = ConnectionID(rawValue: connectionCount)
    gateway.opened(
      connection, query: query, from: SocketAddress(ip: .loopbackV4, port: 1), at: now, into: &actions)
    return connection
  }

  func say(_ connection: ConnectionID, _ text: String) {
    gateway.received(connection, .text(Array(text.utf8)), at: now, into: &actions)
  }

  func close(_ connection: ConnectionID, code: UInt16?) {
    gateway.closed(connection, code: code, at: now, into: &actions)
  }

  func change(_ state: VoiceState) { gateway.voiceStateChanged(state, at: now, into: &actions) }

  func media(_ event: MediaEvent) { gateway.media(event, at: now, into: &actions) }

  /// Moves the clock in steps of the gateway's own deadlines.
  func pass(_ interval: Interval) {
    let end = now + interval
    while gateway.deadline <= end {
      now = max(now, gateway.deadline)
      gateway.expire(at: now, into: &actions)
    }
    now = end
  }

  func admit(_ state: VoiceState) throws -> String {
    let channel = try #require(state.channelID)
    let assignment = VoiceAssignment(state: state, channelID: channel)
    let ticket = gateway.admit(assignment, at: now)
    return try #require(ticket).token
  }

  // Whole steps of a client.

  static func identify(_ state: VoiceState, token: String) -> String {
    """
    {"op":0,"d":{"server_id":"\(state.guildID)","user_id":"\(state.userID)",\
    "session_id":"\(state.sessionID)","token":"\(token)","max_dave_protocol_version":1}}
    """
  }

  static func resume(_ state: VoiceState, token: String, acknowledged: Int?) -> String {
    let acknowledgement = acknowledged.map { ",\"seq_ack\":\($0)" } ?? ""
    return """
      {"op":7,"d":{"server_id":"\(state.guildID)","session_id":"\(state.sessionID)",\
      "token":"\(token)"\(acknowledgement)}}
      """
  }

  static let selectUDP = """
    {"op":1,"d":{"protocol":"udp","data":{"address":"198.51.100.7","port":50123,\
    "mode":"aead_xchacha20_poly1305_rtpsize"}}}
    """

  /// Admits and connects user `number` and lets it select the UDP protocol.
  func join(_ number: UInt64, query: String = "v=8", session: String? = nil) throws -> Member {
    let state = VoiceBench.state(number, session: session)
    let token = try admit(state)
    let connection = open(query: query)
    say(connection, VoiceBench.identify(state, token: token))
    let admission = try #require(admissions.last)
    say(connection, VoiceBench.selectUDP)
    return Member(
      connection: connection, state: state, token: token, peer: admission.peer, ssrc: admission.ssrc)
  }

  struct Member {
    let connection: ConnectionID
    let state: VoiceState
    let token: String
    let peer: PeerID
    let ssrc: UInt32
    var user: Snowflake { state.userID }
  }

  // Outputs.

  func take() -> [VoiceAction] {
    defer { actions = [] }
    return actions
  }

  var admissions: [PeerAdmission] {
    commands.compactMap { if case .admit(let admission) = $0 { admission } else { nil } }
  }

  var sessionCount: Int { gateway.sessionCount }

  var statistics: VoiceStatistics { gateway.statistics }

  var commands: [MediaCommand] {
    actions.compactMap { if case .media(_, let command) = $0 { command } else { nil } }
  }

  /// The commands to one shard.
  func commands(to shard: UInt8) -> [MediaCommand] {
    actions.compactMap {
      if case .media(ShardID(rawValue: shard), let command) = $0 { command } else { nil }
    }
  }

  var departures: [VoiceDeparture] {
    actions.compactMap { if case .left(let departure) = $0 { departure } else { nil } }
  }

  func code(of connection: ConnectionID) -> VoiceCloseCode? {
    actions.compactMap { if case .close(connection, let code) = $0 { code } else { nil } }.first
  }

  /// The messages to `connection` as text.
  func texts(to connection: ConnectionID) -> [String] {
    actions.compactMap {
      guard case .send(connection, let message) = $0 else { return nil }
      return String(decoding: message.octets, as: UTF8.self)
    }
  }

  func messages(to connection: ConnectionID) throws -> [JSONValue] {
    try texts(to: connection).map {
      try JSONValue.parse(Array($0.utf8), limits: JSONLimits(depth: 8, octets: 100_000))
    }
  }

  func messages(_ op: Int, to connection: ConnectionID) throws -> [JSONValue] {
    try messages(to: connection).filter { $0["op"]?.int == op }
  }
}

/// How many inputs a fuzz test tries: ROOST_FUZZ_RUNS, or 20 000.
let voiceFuzzRuns: Int = {
  // Safe: the environment is only read, and copied at once.
  guard let text = unsafe getenv("ROOST_FUZZ_RUNS"), let runs = unsafe Int(String(cString: text)) else {
    return 20_000
  }
  return runs
}()
