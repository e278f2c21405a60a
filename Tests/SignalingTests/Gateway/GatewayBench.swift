import Base
import ChatCore
import JSON
import Testing

@testable import Signaling

/// A gateway with a clock that the test moves, a chat core that answers at once, and clients that are lines
/// of JSON.
final class GatewayBench {
  /// What the gateway wanted sent or closed.
  enum Seen: Equatable {
    case frame(opcode: Int, number: UInt64?, name: String?, JSONValue)
    case close(UInt16)
  }

  static let authority = TokenAuthority(secret: [UInt8](repeating: 7, count: 32))
  /// The defaults with small tables, which are quicker to make.
  static var limits: GatewayLimits {
    var limits = GatewayLimits()
    limits.connectionCountMax = 200
    limits.sessionCountMax = 200
    return limits
  }

  static let address = IPAddress(v4: 0x0A00_0001)

  var gateway: Gateway<SeededRandom>
  var now = Instant.zero
  /// What `identify` is answered with, by user.
  var ready: [Snowflake: Ready] = [:]
  /// Refuses every IDENTIFY with this.
  var refusal: ChatError?
  /// Whether the chat core's answers are held back in `held`.
  var holdsReplies = false
  var held: [ChatOutput] = []
  /// Every request to the chat core, in order.
  private(set) var requests: [ChatRequest] = []
  private var seen: [ConnectionID: [Seen]] = [:]
  private var connectionCount: UInt64 = 0

  init(limits: GatewayLimits = GatewayBench.limits, seed: UInt64 = 1) {
    var configuration = GatewayConfiguration(resumeURL: "wss://roost.example")
    configuration.limits = limits
    gateway = Gateway(
      configuration: configuration, tokens: GatewayBench.authority, random: SeededRandom(seed: seed))
    ready[ChatFixtures.bot.id] = ChatFixtures.ready(ChatFixtures.bot)
    ready[ChatFixtures.alice.id] = ChatFixtures.ready(ChatFixtures.alice)
  }

  var moment: Moment {
    Moment(instant: now, wall: WallTime(milliseconds: 1_790_000_000_000 + now.nanoseconds / 1_000_000))
  }

  static func token(_ user: User) -> String {
    authority.mint(user: user.id, at: WallTime(milliseconds: 1_780_000_000_000)) ?? ""
  }

  /// Opens a connection and takes its HELLO.
  func open(_ query: String = "v=10&encoding=json", from address: IPAddress = address) -> ConnectionID {
    connectionCount += 1
    let id = ConnectionID(rawValue: connectionCount)
    var actions = GatewayActions()
    gateway.opened(id, query: query, from: address, at: moment, into: &actions)
    perform(&actions)
    return id
  }

  func send(_ text: String, on id: ConnectionID) {
    var actions = GatewayActions()
    gateway.received(.text(Array(text.utf8)), id, at: moment, into: &actions)
    perform(&actions)
  }

  func send(octets: [UInt8], on id: ConnectionID) {
    var actions = GatewayActions()
    gateway.received(.binary(octets), id, at: moment, into: &actions)
    perform(&actions)
  }

  func close(_ id: ConnectionID, code: UInt16?) {
    var actions = GatewayActions()
    gateway.closed(id, code: code, at: moment, into: &actions)
    perform(&actions)
  }

  func happen(_ payload: Payload, to audience: Audience) {
    chat(.event(ChatEvent(audience: audience, payload: payload)))
  }

  func chat(_ output: ChatOutput) {
    var actions = GatewayActions()
    gateway.chat(output, at: moment, into: &actions)
    perform(&actions)
  }

  func serveVoice(_ session: String, endpoint: String = "127.0.0.1:9") {
    var actions = GatewayActions()
    gateway.dispatchVoiceServerUpdate(
      session: session, guild: ChatFixtures.guildID, token: "t", endpoint: endpoint, at: moment,
      into: &actions)
    perform(&actions)
  }

  /// Moves the clock, expiring whatever falls due on the way.
  func advance(_ interval: Interval) {
    let end = now + interval
    while gateway.deadline <= end {
      now = max(now, gateway.deadline)
      expire()
    }
    now = end
    expire()
  }

  /// What a connection was sent since the last call.
  func take(_ id: ConnectionID) -> [Seen] {
    defer { seen[id] = [] }
    return seen[id] ?? []
  }

  /// Opens, identifies and takes everything up to READY and the guilds.
  func identified(
    _ user: User = ChatFixtures.bot, intents: Int = 0x1FFFF, extra: String = ""
  ) throws -> (ConnectionID, session: String) {
    let id = open()
    identify(id, user, intents: intents, extra: extra)
    let frames = take(id)
    let session = frames.dispatches.first { $0.name == "READY" }?.d["session_id"]?.string
    return (id, try #require(session))
  }

  func identify(_ id: ConnectionID, _ user: User, intents: Int = 0x1FFFF, extra: String = "") {
    let token = GatewayBench.token(user)
    send(#"{"op":2,"d":{"token":"\#(token)","intents":\#(intents),"properties":{}\#(extra)}}"#, on: id)
  }

  func resume(_ id: ConnectionID, _ user: User, session: String, after number: UInt64) {
    let token = GatewayBench.token(user)
    send(#"{"op":6,"d":{"token":"\#(token)","session_id":"\#(session)","seq":\#(number)}}"#, on: id)
  }

  private func expire() {
    var actions = GatewayActions()
    gateway.expire(at: moment, into: &actions)
    perform(&actions)
  }

  private func perform(_ actions: inout GatewayActions) {
    for action in actions.drain() {
      switch action {
      case .send(let id, let message): seen[id, default: []].append(GatewayBench.read(message.octets))
      case .close(let id, let code, _): seen[id, default: []].append(.close(code))
      case .chat(let request): answer(request)
      }
    }
  }

  private func answer(_ request: ChatRequest) {
    requests.append(request)
    let reply: ChatReply
    switch (request.command, request.actor) {
    case (.identify, .user(let user, _)):
      reply = refusal.map { .failure($0) } ?? ready[user].map { .ready($0) } ?? .failure(.unauthorized)
    case (.requestMembers, _): return
    default: reply = .done
    }
    let output = ChatOutput.reply(id: request.id, reply)
    if holdsReplies { held.append(output) } else { chat(output) }
  }

  private static func read(_ octets: [UInt8]) -> Seen {
    let value = (try? JSONValue.parse(octets, limits: JSONLimits(depth: 64, octets: 1 << 24))) ?? .null
    return .frame(
      opcode: value["op"]?.int ?? -1, number: value["s"]?.int.map { UInt64($0) },
      name: value["t"]?.string, value["d"] ?? .null)
  }
}

extension [GatewayBench.Seen] {
  var closes: [UInt16] {
    compactMap { if case .close(let code) = $0 { code } else { nil } }
  }

  var dispatches: [(number: UInt64, name: String, d: JSONValue)] {
    compactMap {
      guard case .frame(0, let number?, let name?, let d) = $0 else { return nil }
      return (number, name, d)
    }
  }

  var names: [String] { dispatches.map(\.name) }

  var opcodes: [Int] {
    compactMap { if case .frame(let opcode, _, _, _) = $0 { opcode } else { nil } }
  }
}
