import Base
import ChatCore
import JSON
import Testing

@testable import Signaling

/// What people ask of bots and what bots answer, with no token but the interaction's.
@Suite struct RESTInteractionTests {
  private static let callback = "/api/v10/interactions/5/abc/callback"

  private func response(_ body: String, _ query: String = "") throws -> (RESTBench, ChatRequest) {
    let bench = RESTBench()
    let action = bench.send("POST", RESTInteractionTests.callback + query, body, as: nil)
    return (bench, try #require(action?.request, "\(String(describing: action))"))
  }

  @Test func `A call is read with its session and mark`() throws {
    let body = """
      {"type":2,"application_id":"1","guild_id":"2","channel_id":"3","session_id":"s","nonce":"7",
       "data":{"id":"4","name":"ping","type":1,"options":[]}}
      """
    let command = try RESTBench().command("POST", "/api/v10/interactions", body, as: ChatFixtures.alice)
    guard case .interact(let request) = command else {
      Issue.record("\(command)")
      return
    }
    #expect(request.kind == .command && request.sessionID == "s" && request.nonce == .text("7"))
    #expect(request.data["id"]?.snowflake?.rawValue == 4)
    let wrong = RESTBench().send("POST", "/api/v10/interactions", #"{"type":9}"#, as: ChatFixtures.alice)
    for key in ["type", "application_id", "channel_id", "data"] {
      #expect(wrong?.response?.value["errors"]?[key] != nil)
    }
  }

  @Test(
    arguments: [
      (#"{"type":4,"data":{"content":"x","flags":64}}"#, 4), (#"{"type":5,"data":{"flags":64}}"#, 5),
      (#"{"type":5}"#, 5), (#"{"type":6}"#, 6), (#"{"type":7,"data":{"content":null,"components":[]}}"#, 7),
      (#"{"type":8,"data":{"choices":[]}}"#, 8),
      (#"{"type":9,"data":{"custom_id":"f","title":"t","components":[]}}"#, 9),
    ])
  func `An answer is read by its type, without a bot's token`(_ body: String, _ type: Int) throws {
    let (_, request) = try response(body)
    guard case .respond(let id, "abc", let answer) = request.command, request.actor == .nobody else {
      Issue.record("\(request)")
      return
    }
    #expect(id.rawValue == 5 && answer.type == type)
    if case .message(let draft) = answer {
      #expect(draft.flags == .ephemeral && draft.allowedMentions == .usersOnly)
    }
    if case .update(let changes) = answer {
      #expect(changes.content == .set("") && changes.components == .set([]))
    }
  }

  @Test(arguments: ["{}", #"{"type":3}"#, #"{"type":4,"data":{"content":5}}"#])
  func `An answer of no kind is a form error`(_ body: String) throws {
    let answer = RESTBench().send("POST", RESTInteractionTests.callback, body, as: nil)?.response
    #expect(answer?.value["code"]?.int == 50035)
  }

  @Test(arguments: ["", "?with_response=1", "?with_response=true"])
  func `A callback answers with a body when it is asked to`(_ query: String) throws {
    let (bench, request) = try response(#"{"type":4,"data":{"content":"x"}}"#, query)
    let result = InteractionResult(
      id: ChatFixtures.messageID, kind: .command, type: 4, message: ChatFixtures.message(ChatFixtures.bot))
    let answer = try #require(bench.complete(request, .responded(result))?.response)
    guard !query.isEmpty else {
      #expect(answer.status == 204 && answer.body == [])
      return
    }
    #expect(answer.value["interaction"]?["response_message_id"]?.snowflake == ChatFixtures.messageID)
    #expect(answer.value["resource"]?["message"]?["content"]?.string == "hello")
  }

  @Test func `A message tells which interaction it answers`() throws {
    let bench = RESTBench()
    let action = bench.send("POST", "/api/v10/webhooks/1/abc?wait=true", #"{"content":"x"}"#, as: nil)
    let request = try #require(action?.request)
    guard case .webhook(.execute(let target, _)) = request.command else {
      Issue.record("\(request)")
      return
    }
    #expect(target.message == nil && target.webhook.rawValue == 1 && target.token == "abc")
    var view = ChatFixtures.message(ChatFixtures.bot)
    view.message.interaction = InteractionMetadata(
      id: ChatFixtures.roleID, kind: .command, userID: ChatFixtures.alice.id, name: "ping", messageID: nil)
    view.message.components = [.object([.init("type", .integer(1)), .init("components", .list([]))])]
    view.interactionUser = ChatFixtures.alice
    let message = try #require(bench.complete(request, .message(view))?.response).value
    #expect(message["interaction_metadata"]?["user"]?["id"]?.snowflake == ChatFixtures.alice.id)
    #expect(message["interaction"]?["name"]?.string == "ping")
    #expect(message["components"]?.array?.first?["type"]?.int == 1)
  }

  @Test func `A person's session is told what came of it`() throws {
    let bench = GatewayBench()
    let (id, session) = try bench.identified(ChatFixtures.alice)
    let form = PlainValue.object([.init("custom_id", .text("f")), .init("title", .text("t"))])
    for payload: Payload in [
      .interactionStarted(id: ChatFixtures.roleID, nonce: .text("n")),
      .interactionSuccess(id: ChatFixtures.roleID, nonce: .text("n")),
      .autocompletion([.object([.init("name", .text("a"))])], nonce: .text("n")),
      .modal(
        id: ChatFixtures.roleID, channel: ChatFixtures.textID, ChatFixtures.application(), form,
        nonce: .text("n")),
    ] { bench.happen(payload, to: .session(session)) }
    let dispatches = bench.take(id).dispatches
    #expect(
      dispatches.map(\.name) == [
        "INTERACTION_CREATE", "INTERACTION_SUCCESS", "APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE",
        "INTERACTION_MODAL_CREATE",
      ])
    #expect(dispatches.allSatisfy { $0.d["nonce"]?.string == "n" })
    #expect(dispatches.last?.d["title"]?.string == "t")
  }
}
