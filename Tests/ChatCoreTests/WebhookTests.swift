import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Webhooks")
struct WebhookTests {
  private func make(_ world: inout World, _ user: Snowflake? = nil) throws -> Webhook {
    let reply = world.ask(
      user ?? world.ann, .webhook(.create(channel: world.text, name: " Herald ", avatar: "ab")))
    guard case .webhook(.webhook(let view)) = reply else { throw World.Unexpected(reply: reply) }
    return view.webhook
  }

  private func target(_ webhook: Webhook, _ message: Snowflake? = nil) -> WebhookTarget {
    var target = WebhookTarget(webhook: webhook.id, token: "")
    target.secret = webhook.secret
    target.message = message
    return target
  }

  private func execute(
    _ world: inout World, _ webhook: Webhook, _ content: String,
    _ body: (inout WebhookDraft) -> Void = { _ in }
  ) -> ChatReply {
    var draft = WebhookDraft(message: MessageDraft(content: content))
    body(&draft)
    return world.ask(.nobody, .webhook(.execute(target(webhook), draft)))
  }

  private func listed(_ reply: ChatReply) throws -> [Snowflake] {
    guard case .webhook(.webhooks(let views)) = reply else { throw World.Unexpected(reply: reply) }
    return views.map(\.webhook.id)
  }

  @Test("MANAGE_WEBHOOKS makes, lists, changes and ends them; each change is told and in the audit log")
  func managing() throws {
    var world = try World.make(.open)
    let create = ChatCommand.webhook(.create(channel: world.text, name: "x", avatar: nil))
    #expect(world.ask(world.bob, create) == code(.missingPermissions))
    #expect(world.ask(world.dot, create) == code(.missingAccess))
    _ = try world.give(world.bob, .manageWebhooks)
    let webhook = try make(&world, world.bob)
    #expect(webhook.name == "Herald" && webhook.secret.count == Limits.webhookSecretLength)
    #expect(webhook.creatorID == world.bob && webhook.applicationID == nil)
    #expect(
      world.events == [
        ChatEvent(
          audience: .viewers(guild: world.guild, channel: world.text, only: nil),
          payload: .webhook(.updated(guild: world.guild, channel: world.text)))
      ])
    #expect(world.audits.map(\.action) == [.webhookCreate] && world.audits[0].targetID == webhook.id)
    #expect(!world.audits[0].changes.contains { $0.new == .text(webhook.secret) }, "no token in the log")
    #expect(try listed(world.ask(world.bob, .webhook(.ofChannel(world.text)))) == [webhook.id])
    #expect(try listed(world.ask(world.bob, .webhook(.ofGuild(world.guild)))) == [webhook.id])
    #expect(world.ask(world.cy, .webhook(.ofGuild(world.guild))) == code(.missingPermissions))
    #expect(world.ask(world.cy, .webhook(.get(.manager(webhook.id)))) == code(.missingPermissions))

    var changes = WebhookChanges()
    changes.name = .set("Crier")
    changes.channelID = .set(world.voice)
    let moved = world.ask(world.bob, .webhook(.modify(.manager(webhook.id), changes)))
    guard case .webhook(.webhook(let view)) = moved else { throw World.Unexpected(reply: moved) }
    #expect(view.webhook.name == "Crier" && view.webhook.channelID == world.voice)
    #expect(world.events.count == 2 && world.audits.map(\.action) == [.webhookUpdate])
    try world.restart()
    #expect(try listed(world.ask(world.bob, .webhook(.ofChannel(world.voice)))) == [webhook.id])
    let log = world.ask(world.ann, .auditLog(guild: world.guild, AuditQuery(limit: 5)))
    guard case .auditLog(let page) = log else { throw World.Unexpected(reply: log) }
    #expect(page.webhooks.map(\.webhook.id) == [webhook.id])
    #expect(world.ask(world.cy, .webhook(.delete(.manager(webhook.id)))) == code(.missingPermissions))
    try expectDone(world.ask(world.bob, .webhook(.delete(.manager(webhook.id)))))
    #expect(world.audits.map(\.action) == [.webhookDelete])
    #expect(world.ask(world.bob, .webhook(.get(.manager(webhook.id)))) == code(.unknownWebhook))
  }

  @Test("a channel has at most fifteen, names have bounds, categories and private channels have none")
  func bounds() throws {
    var world = try World.make(.open)
    for name in ["", " ", String(repeating: "n", count: 81)] {
      #expect(
        formCodes(world.ask(world.ann, .webhook(.create(channel: world.text, name: name, avatar: nil))))
          == ["BASE_TYPE_BAD_LENGTH"])
    }
    for _ in 0..<Limits.webhooksPerChannel { _ = try make(&world) }
    let create = ChatCommand.webhook(.create(channel: world.text, name: "x", avatar: nil))
    #expect(world.ask(world.ann, create) == code(.tooManyWebhooks))
    let category = try world.makeChannel(.category, "c", [])
    #expect(
      world.ask(world.ann, .webhook(.create(channel: category.id, name: "x", avatar: nil)))
        == code(.wrongChannelType))
    guard case .privateChannel(let direct) = world.ask(world.ann, .openDirect(user: world.bob)) else {
      Issue.record("no channel")
      return
    }
    #expect(
      world.ask(world.ann, .webhook(.create(channel: direct.channel.id, name: "x", avatar: nil)))
        == code(.wrongChannelType))
  }

  @Test("whoever has the token speaks, edits and deletes as the webhook, and is shown no maker")
  func speaking() throws {
    var world = try World.make(.open)
    let webhook = try make(&world)
    let view = try message(
      execute(&world, webhook, "hello @everyone <@\(world.bob)>") {
        $0.username = "Town crier"
        $0.message.allowedMentions = .usersOnly
      })
    #expect(view.author.id == webhook.id && view.author.username == "Town crier" && view.author.isBot)
    #expect(view.author.avatar == "ab" && view.authorMember == nil)
    #expect(view.message.mentions == [world.bob] && !view.message.mentionsEveryone)
    #expect(
      world.events == [
        ChatEvent(
          audience: .viewers(guild: world.guild, channel: world.text, only: nil),
          payload: .messageCreate(view))
      ])
    let id = view.message.id
    #expect(try message(world.ask(.nobody, .webhook(.message(target(webhook, id))))).message == view.message)
    var changes = MessageChanges()
    changes.content = .set("edited")
    let edited = try message(world.ask(.nobody, .webhook(.editMessage(target(webhook, id), changes))))
    #expect(edited.message.content == "edited" && edited.author.username == "Town crier")
    #expect(world.events.map(\.payload) == [.messageUpdate(edited)])
    try world.restart()
    #expect(
      try message(world.ask(world.cy, .message(channel: world.text, message: id))).author == view.author)
    let own = try world.say(world.ann, "mine")
    #expect(
      world.ask(.nobody, .webhook(.deleteMessage(target(webhook, own.id)))) == code(.unknownMessage),
      "only its own messages")
    try expectDone(world.ask(.nobody, .webhook(.deleteMessage(target(webhook, id)))))
    #expect(world.audits == [] && world.events.count == 1)

    let shown = world.ask(.nobody, .webhook(.get(.token(webhook.id, secret: webhook.secret))))
    guard case .webhook(.webhook(let bare)) = shown else { throw World.Unexpected(reply: shown) }
    #expect(bare.creator == nil && bare.webhook == webhook)
    for secret in [nil, "", "wrong"] as [String?] {
      let holder = WebhookHolder.token(webhook.id, secret: secret)
      #expect(world.ask(.nobody, .webhook(.get(holder))) == code(.invalidWebhookToken))
      #expect(world.ask(.nobody, .webhook(.delete(holder))) == code(.invalidWebhookToken))
      var target = target(webhook)
      target.secret = secret
      let draft = WebhookDraft(message: MessageDraft(content: "x"))
      #expect(world.ask(.nobody, .webhook(.execute(target, draft))) == code(.invalidWebhookToken))
    }
    try expectDone(
      world.ask(.nobody, .webhook(.delete(.token(webhook.id, secret: webhook.secret)))))
    #expect(execute(&world, webhook, "x") == code(.unknownWebhook))
  }

  private static func row(_ customID: String?) -> PlainValue {
    var button: [PlainValue.Field] = [.init("type", .integer(2)), .init("label", .text("go"))]
    if let customID {
      button += [.init("style", .integer(1)), .init("custom_id", .text(customID))]
    } else {
      button += [.init("style", .integer(5)), .init("url", .text("https://example.org"))]
    }
    return .object([.init("type", .integer(1)), .init("components", .list([.object(button)]))])
  }

  @Test("empty messages are refused; buttons only where an application would answer them")
  func messages() throws {
    var world = try World.make(.open)
    let webhook = try make(&world)
    #expect(execute(&world, webhook, " ") == code(.emptyMessage))
    #expect(
      formCodes(execute(&world, webhook, "x") { $0.username = String(repeating: "n", count: 81) })
        == ["BASE_TYPE_BAD_LENGTH"])
    let bare = try message(execute(&world, webhook, "x") { $0.message.components = [Self.row(nil)] })
    #expect(bare.message.components == [], "only with with_components")
    let linked = try message(
      execute(&world, webhook, "x") {
        $0.message.components = [Self.row(nil)]
        $0.hasComponents = true
      })
    #expect(linked.message.components.count == 1)
    #expect(
      formCodes(
        execute(&world, webhook, "x") {
          $0.message.components = [Self.row("go")]
          $0.hasComponents = true
        }) == ["APPLICATION_COMPONENTS_FORBIDDEN"])

    let bot = try world.addBot()
    _ = try world.give(bot, .manageWebhooks)
    let own = try make(&world, bot)
    #expect(own.applicationID == bot)
    let said = try message(execute(&world, own, "x") { $0.message.components = [Self.row("go")] })
    var press = InteractionRequest(
      kind: .component, applicationID: bot, channelID: world.text,
      data: .object([.init("component_type", .integer(2)), .init("custom_id", .text("go"))]))
    press.messageID = said.message.id
    try expectDone(world.ask(world.bob, .interact(press)))
    let asked = world.events.compactMap { event in
      if case .interactionCreate(let view) = event.payload { view.message } else { nil }
    }
    #expect(asked == [said])
  }

  @Test("a channel takes its webhooks along, a guild too")
  func cascade() throws {
    var world = try World.make(.open)
    let channel = try world.makeChannel(.text, "gone", [])
    let reply = world.ask(world.ann, .webhook(.create(channel: channel.id, name: "x", avatar: nil)))
    guard case .webhook(.webhook(let view)) = reply else { throw World.Unexpected(reply: reply) }
    try expectDone(world.ask(world.ann, .deleteChannel(channel.id)))
    #expect(execute(&world, view.webhook, "x") == code(.unknownWebhook))
    let other = try make(&world)
    try expectDone(world.ask(world.ann, .deleteGuild(world.guild)))
    #expect(execute(&world, other, "x") == code(.unknownWebhook))
    try world.restart()
    #expect(execute(&world, other, "x") == code(.unknownWebhook))
  }
}
