import Base
import ChatCore
import JSON
import Testing

@testable import Signaling

/// A REST API with a clock that the test moves.
final class RESTBench {
  static let authority = TokenAuthority(secret: [UInt8](repeating: 9, count: 32))
  static let keys = ApplicationKeys(secret: [UInt8](repeating: 9, count: 32))
  static let address = IPAddress(v4: 0x0A00_0001)

  var api: RESTAPI
  var now = Instant.zero
  private var count: UInt64 = 0

  init(_ change: (inout RESTLimits) -> Void = { _ in }) {
    var configuration = RESTConfiguration(
      apiURL: "https://roost.example/api", gatewayURL: "wss://roost.example", region: "roost",
      decoyHash: "decoy")
    change(&configuration.limits)
    api = RESTAPI(configuration: configuration, tokens: RESTBench.authority, keys: RESTBench.keys)
  }

  var moment: Moment {
    Moment(instant: now, wall: WallTime(milliseconds: 1_790_000_000_000 + now.nanoseconds / 1_000_000))
  }

  static func token(_ user: User) -> String {
    let token = authority.mint(user: user.id, at: WallTime(milliseconds: 1_780_000_000_000)) ?? ""
    return user.isBot ? "Bot \(token)" : token
  }

  /// Sends a request; a body is JSON unless `headers` say otherwise.
  func send(
    _ method: String, _ target: String, _ body: String = "", as user: User? = ChatFixtures.bot,
    headers: [(String, String)] = [("Content-Type", "application/json")], from: IPAddress = address
  ) -> RESTAction? {
    var headers = headers
    if let user { headers.append(("authorization", RESTBench.token(user))) }
    return send(method, target, octets: Array(body.utf8), headers: headers, from: from)
  }

  func send(
    _ method: String, _ target: String, octets: [UInt8], headers: [(String, String)],
    from: IPAddress = address
  ) -> RESTAction? {
    count += 1
    let parts = target.split(separator: "?", maxSplits: 1)
    let request = RESTRequest(
      method: method, path: String(parts.first ?? ""), query: parts.count == 2 ? String(parts[1]) : "",
      headers: headers, body: octets, remote: from)
    var actions: [RESTAction] = []
    api.receive(request, id: count, at: moment, into: &actions)
    #expect(actions.count == 1)
    return actions.first
  }

  func complete(_ request: ChatRequest, _ reply: ChatReply) -> RESTAction? {
    var actions: [RESTAction] = []
    api.complete(request.id, reply, at: moment, into: &actions)
    return actions.first
  }

  /// The command that a request becomes.
  func command(
    _ method: String, _ target: String, _ body: String = "", as user: User? = ChatFixtures.bot
  ) throws -> ChatCommand {
    let action = send(method, target, body, as: user)
    return try #require(action?.request, "\(String(describing: action))").command
  }
}

extension RESTAction {
  var request: ChatRequest? {
    if case .chat(let request) = self { request } else { nil }
  }

  var response: RESTResponse? {
    if case .respond(_, let response) = self { response } else { nil }
  }
}

extension RESTResponse {
  var value: JSONValue { (try? JSONValue.parse(body, limits: .standard)) ?? .null }

  func header(_ name: String) -> String? { headers.first { $0.0 == name }?.1 }
}
