import Base
import ChatCore
import Crypto
import JSON
import Testing

@testable import Signaling

/// Bots' endpoints and the three seconds, in virtual time.
@Suite struct InteractionDeskTests {
  private static let person = Audience.user(ChatFixtures.alice.id)

  private var now = Moment(instant: .zero, wall: WallTime(milliseconds: 1_790_000_000_999))

  private static func started(_ id: UInt64) -> ChatEvent {
    ChatEvent(audience: person, payload: .interactionStarted(id: Snowflake(rawValue: id), nonce: nil))
  }

  private func at(_ milliseconds: Int64) -> Moment {
    Moment(
      instant: .zero + .milliseconds(milliseconds),
      wall: WallTime(milliseconds: now.wall.milliseconds + milliseconds))
  }

  @Test func `A silent bot fails after three seconds, one that answered does not`() {
    var desk = InteractionDesk(keys: RESTBench.keys)
    var actions: [InteractionDesk.Action] = []
    #expect(desk.deadline == .distantFuture)
    desk.chat(InteractionDeskTests.started(1), at: now, into: &actions)
    desk.chat(InteractionDeskTests.started(2), at: at(500), into: &actions)
    desk.chat(
      ChatEvent(
        audience: InteractionDeskTests.person,
        payload: .interactionSuccess(id: Snowflake(rawValue: 2), nonce: nil)), at: at(600), into: &actions)
    #expect(actions.isEmpty)
    #expect(desk.deadline == at(3_000).instant)
    desk.expire(at: at(2_999).instant, into: &actions)
    #expect(actions.isEmpty)
    desk.expire(at: at(3_000).instant, into: &actions)
    #expect(actions.compactMap(\.failed) == [Snowflake(rawValue: 1)])
    desk.expire(at: at(9_000).instant, into: &actions)
    #expect(actions.count == 1)
    #expect(desk.deadline == .distantFuture)
  }

  private func posted(_ desk: inout InteractionDesk) throws -> (InteractionView, EndpointRequest) {
    var actions: [InteractionDesk.Action] = []
    let view = ChatFixtures.interaction(.command)
    desk.chat(
      ChatEvent(
        audience: .user(view.applicationID),
        payload: .interaction(.posted(view, endpoint: "https://bot.example/x"))), at: now, into: &actions)
    guard case .send(let request)? = actions.first else { throw Missing() }
    return (view, request)
  }

  private struct Missing: Error {}

  @Test func `An endpoint is asked with a signature over time and body`() throws {
    var desk = InteractionDesk(keys: RESTBench.keys)
    let (view, request) = try posted(&desk)
    #expect(request.url == "https://bot.example/x")
    let body = try JSONValue.parse(request.body, limits: .standard)
    #expect(body["token"]?.string == view.token)
    #expect(body["type"]?.int == 2)
    func header(_ name: String) -> String { request.headers.first { $0.name == name }?.value ?? "" }
    #expect(header("X-Signature-Timestamp") == "1790000000")
    #expect(header("Content-Type") == "application/json")
    let key = try #require(RESTBench.keys.verifyKey(of: view.applicationID))
    let signed = Array("1790000000".utf8) + request.body
    let signature = octets(header("X-Signature-Ed25519"))
    #expect(SigningKey.isValid(signature, of: signed, publicKey: octets(key)))
    #expect(!SigningKey.isValid(signature, of: request.body, publicKey: octets(key)))
    #expect(RESTBench.keys.verifyKey(of: Snowflake(rawValue: 5)) != key, "each application has its own")
  }

  @Test func `Its answer becomes the callback that the bot would have sent`() throws {
    var desk = InteractionDesk(keys: RESTBench.keys)
    let (view, request) = try posted(&desk)
    var actions: [InteractionDesk.Action] = []
    let body = Array(#"{"type":4,"data":{"content":"hi"}}"#.utf8)
    desk.answered(
      request.id, .answered(status: 200, contentType: "application/json; charset=utf-8", body: body),
      into: &actions)
    guard case .callBack(let callback)? = actions.first else { throw Missing() }
    let bench = RESTBench()
    var made: [RESTAction] = []
    bench.api.receive(callback, id: 1, at: now, into: &made)
    guard case .respond(let id, let token, .message(let draft))? = made.first?.request?.command else {
      throw Missing()
    }
    #expect(id == view.id && token == view.token && draft.content == "hi")
    desk.answered(request.id, .answered(status: 200, contentType: "", body: body), into: &actions)
    #expect(actions.count == 1, "an answer counts once")
  }

  @Test(arguments: [
    EndpointAnswer.failed, .answered(status: 500, contentType: "application/json", body: [0x7B, 0x7D]),
    .answered(status: 401, contentType: "", body: []), .answered(status: 200, contentType: "", body: []),
    .answered(status: 302, contentType: "", body: [0x7B, 0x7D]),
  ])
  func `What is no answer fails at once`(_ answer: EndpointAnswer) throws {
    var desk = InteractionDesk(keys: RESTBench.keys)
    let (view, request) = try posted(&desk)
    var actions: [InteractionDesk.Action] = []
    desk.answered(request.id, answer, into: &actions)
    #expect(actions.compactMap(\.failed) == [view.id])
  }

  @Test func `202 without a body leaves the answer to the bot`() throws {
    var desk = InteractionDesk(keys: RESTBench.keys)
    let (_, request) = try posted(&desk)
    var actions: [InteractionDesk.Action] = []
    desk.answered(request.id, .answered(status: 202, contentType: "", body: []), into: &actions)
    #expect(actions.isEmpty)
  }

  private func octets(_ text: String) -> [UInt8] {
    let digits = Array(text)
    return stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(digits[$0...$0 + 1]), radix: 16)
    }
  }
}

/// PATCH of an application's endpoint: kept only after it has told a good signature from a bad one.
@Suite struct EndpointVerificationTests {
  private static let path = "/api/v10/applications/@me"
  private static let body = #"{"interactions_endpoint_url":"https://bot.example/x"}"#
  private static let application = ChatFixtures.ready(ChatFixtures.bot, guilds: []).application

  private func ping(_ bench: RESTBench) throws -> (EndpointRequest, ChatRequest) {
    let question = try #require(
      bench.send("PATCH", EndpointVerificationTests.path, EndpointVerificationTests.body)?.request)
    guard case .currentApplication = question.command else { throw Missing() }
    let application = try #require(EndpointVerificationTests.application)
    guard case .askEndpoint(let ping)? = bench.complete(question, .application(application, owner: nil))
    else { throw Missing() }
    return (ping, question)
  }

  private struct Missing: Error {}

  private func answer(_ bench: RESTBench, _ request: EndpointRequest, _ answer: EndpointAnswer) -> RESTAction?
  {
    var actions: [RESTAction] = []
    bench.api.endpointAnswered(request.id, answer, at: bench.moment, into: &actions)
    return actions.first
  }

  @Test func `An endpoint that refuses a forged PING and answers a good one is kept`() throws {
    let bench = RESTBench()
    let (forged, _) = try ping(bench)
    let refused = EndpointAnswer.answered(status: 401, contentType: "", body: [])
    guard case .askEndpoint(let good)? = answer(bench, forged, refused) else { throw Missing() }
    #expect(forged.body == good.body && forged.headers != good.headers)
    let pong = EndpointAnswer.answered(
      status: 200, contentType: "application/json", body: Array(#"{"type":1}"#.utf8))
    guard case .application(.modify(let changes))? = answer(bench, good, pong)?.request?.command else {
      throw Missing()
    }
    #expect(changes.interactionsEndpoint == .set("https://bot.example/x"))
  }

  @Test(arguments: [
    EndpointAnswer.failed, .answered(status: 200, contentType: "", body: Array(#"{"type":1}"#.utf8)),
  ])
  func `One that takes a forged PING is not kept`(_ first: EndpointAnswer) throws {
    let bench = RESTBench()
    let (forged, _) = try ping(bench)
    let response = try #require(answer(bench, forged, first)?.response)
    #expect(response.status == 400)
    #expect(response.value["errors"]?["interactions_endpoint_url"] != nil)
  }

  @Test(arguments: [#"{"type":2}"#, "", "[]", "{"])
  func `One that does not answer the good PING is not kept`(_ text: String) throws {
    let bench = RESTBench()
    let (forged, _) = try ping(bench)
    let refused = EndpointAnswer.answered(status: 401, contentType: "", body: [])
    guard case .askEndpoint(let good)? = answer(bench, forged, refused) else { throw Missing() }
    let wrong = EndpointAnswer.answered(status: 200, contentType: "", body: Array(text.utf8))
    #expect(answer(bench, good, wrong)?.response?.status == 400)
  }

  @Test func `Taking it away asks nobody`() throws {
    let command = try RESTBench().command(
      "PATCH", EndpointVerificationTests.path, #"{"interactions_endpoint_url":null,"description":"d"}"#)
    guard case .application(.modify(let changes)) = command else { throw Missing() }
    #expect(changes.interactionsEndpoint == .set(nil) && changes.description == .set("d"))
  }
}

extension InteractionDesk.Action {
  fileprivate var failed: Snowflake? {
    if case .fail(let id) = self { id } else { nil }
  }
}
