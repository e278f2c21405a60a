import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Applications' endpoints, and silence")
struct EndpointTests {
  private func call(_ world: inout World, _ bot: Snowflake) throws -> InteractionRequest {
    let reply = world.ask(
      bot, .createCommand(CommandScope(application: bot, guild: nil), CommandTests.changes("ping")))
    guard case .command(let command, _) = reply else { throw World.Unexpected(reply: reply) }
    var call = InteractionRequest(
      kind: .command, applicationID: bot, channelID: world.text,
      data: .object([.init("id", .id(command.id))]))
    call.nonce = .text("n")
    return call
  }

  private func modify(_ world: inout World, _ bot: Snowflake, endpoint: String?) -> ChatReply {
    var changes = ApplicationChanges()
    changes.interactionsEndpoint = .set(endpoint)
    return world.ask(bot, .application(.modify(changes)))
  }

  @Test("interactions go to the endpoint while there is one, also after a restart")
  func endpoint() throws {
    var world = try World.make(.open)
    let bot = try world.addBot()
    let call = try call(&world, bot)
    guard case .application(let application, _) = modify(&world, bot, endpoint: "https://b.example/i")
    else {
      Issue.record("not changed")
      return
    }
    #expect(application.interactionsEndpoint == "https://b.example/i")
    try world.restart()
    #expect(world.ask(world.bob, .interact(call)) == .done)
    let posted = world.events.contains { event in
      if case .interaction(.posted(let view, "https://b.example/i")) = event.payload {
        return view.applicationID == bot
      }
      return false
    }
    #expect(posted)
    _ = modify(&world, bot, endpoint: nil)
    #expect(world.ask(world.bob, .interact(call)) == .done)
    let created = world.events.contains { if case .interactionCreate = $0.payload { true } else { false } }
    #expect(created)
  }

  @Test("only the bot changes its application, within bounds")
  func bounds() throws {
    var world = try World.make(.open)
    let bot = try world.addBot()
    #expect(modify(&world, world.ann, endpoint: "https://x/") == code(.onlyBots))
    var changes = ApplicationChanges()
    changes.description = .set(String(repeating: "x", count: Limits.applicationDescriptionLength + 1))
    #expect(isForm(world.ask(bot, .application(.modify(changes))), ["description"]))
    let long = String(repeating: "x", count: Limits.endpointLength + 1)
    #expect(isForm(modify(&world, bot, endpoint: long), ["interactions_endpoint_url"]))
  }

  private func isForm(_ reply: ChatReply, _ path: [String]) -> Bool {
    if case .failure(.form(let problems)) = reply { problems.map(\.path) == [path] } else { false }
  }

  @Test("who is silent fails once, and may not answer any more")
  func silence() throws {
    var world = try World.make(.open)
    let bot = try world.addBot()
    let call = try call(&world, bot)
    #expect(world.ask(world.bob, .interact(call)) == .done)
    let view = try #require(
      world.events.compactMap { event -> InteractionView? in
        if case .interactionCreate(let view) = event.payload { view } else { nil }
      }.first)
    let fail = ChatCommand.application(.failInteraction(view.id))
    #expect(world.ask(world.bob, fail) == code(.general))
    #expect(world.ask(.system, fail) == .done)
    #expect(
      world.events == [
        ChatEvent(
          audience: .user(world.bob),
          payload: .interaction(.failure(id: view.id, nonce: .text("n"))))
      ])
    #expect(world.ask(.system, fail) == .done)
    #expect(world.events.isEmpty)
    let late = world.ask(
      .nobody,
      .respond(interaction: view.id, token: view.token, .message(MessageDraft(content: "late"))))
    #expect(late == code(.alreadyAcknowledged))
    #expect(world.ask(.system, .application(.failInteraction(world.guild))) == .done)
  }

  @Test("who has answered does not fail")
  func answered() throws {
    var world = try World.make(.open)
    let bot = try world.addBot()
    let call = try call(&world, bot)
    #expect(world.ask(world.bob, .interact(call)) == .done)
    let view = try #require(
      world.events.compactMap { event -> InteractionView? in
        if case .interactionCreate(let view) = event.payload { view } else { nil }
      }.first)
    _ = world.ask(.nobody, .respond(interaction: view.id, token: view.token, .deferredMessage([])))
    #expect(world.ask(.system, .application(.failInteraction(view.id))) == .done)
    #expect(world.events.isEmpty)
  }
}
