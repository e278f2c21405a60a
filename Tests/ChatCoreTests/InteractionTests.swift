import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Interactions")
struct InteractionTests {
  /// A bot with the command "ping", the channel and what Bob's call of it looks like.
  private struct Scene {
    let bot: Snowflake
    var call: InteractionRequest
  }

  private func scene(
    _ world: inout World, _ body: (inout CommandChanges) -> Void = { _ in }
  ) throws -> Scene {
    let bot = try world.addBot()
    let scope = CommandScope(application: bot, guild: nil)
    let reply = world.ask(bot, .createCommand(scope, CommandTests.changes("ping", body)))
    guard case .command(let command, _) = reply else { throw World.Unexpected(reply: reply) }
    var call = InteractionRequest(
      kind: .command, applicationID: bot, channelID: world.text,
      data: .object([.init("id", .id(command.id)), .init("name", .text("ping"))]))
    call.nonce = .text("n")
    return Scene(bot: bot, call: call)
  }

  /// What the bot was told.
  private func started(_ world: inout World, _ request: InteractionRequest) throws -> InteractionView {
    let reply = world.ask(world.bob, .interact(request))
    guard reply == .done else { throw World.Unexpected(reply: reply) }
    for event in world.events {
      if case .interactionCreate(let view) = event.payload { return view }
    }
    throw World.Unexpected(reply: reply)
  }

  private func answer(
    _ world: inout World, _ view: InteractionView, _ response: InteractionResponse
  ) -> ChatReply {
    world.ask(.nobody, .respond(interaction: view.id, token: view.token, response))
  }

  private func draft(_ text: String, _ body: (inout MessageDraft) -> Void = { _ in }) -> MessageDraft {
    var draft = MessageDraft(content: text)
    body(&draft)
    return draft
  }

  private static let button = PlainValue.object([
    .init("type", .integer(1)),
    .init(
      "components",
      .list([
        .object([
          .init("type", .integer(2)), .init("style", .integer(1)), .init("label", .text("go")),
          .init("custom_id", .text("go")),
        ])
      ])),
  ])

  @Test("answers bring files, also those that only one person sees")
  func files() throws {
    var world = try World.make(.open)
    let scene = try scene(&world)
    let view = try started(&world, scene.call)
    let file = AttachmentTests.draft("x.png")
    let reply = answer(
      &world, view,
      .message(
        draft(
          "",
          {
            $0.attachments = [file]
            $0.flags = .ephemeral
          })))
    guard case .responded(let result) = reply, let made = result.message?.message else {
      throw World.Unexpected(reply: reply)
    }
    let attachment = try #require(made.attachments.first)
    func served(_ world: inout World, _ id: Snowflake) -> ChatReply {
      world.ask(.system, .attachment(channel: world.text, id: id))
    }
    #expect(served(&world, attachment.id) == .attachment(attachment))
    #expect(world.ask(.system, .referencedBlobs([file.file.blob])) == .blobs([file.file.blob]))
    let target = InteractionTarget(application: scene.bot, token: view.token, message: made.id)
    var changes = MessageChanges()
    changes.attachments = .set([
      .keep(attachment.id, description: .keep), .add(AttachmentTests.draft("y.png", "b")),
    ])
    let edited = try message(world.ask(.nobody, .editInteractionMessage(target, changes))).message
    #expect(edited.attachments.map(\.filename) == ["x.png", "y.png"])
    #expect(served(&world, edited.attachments[1].id) == .attachment(edited.attachments[1]))
    try expectDone(world.ask(.nobody, .deleteInteractionMessage(target)))
    #expect(served(&world, attachment.id) == code(.unknownMessage))
    #expect(world.ask(.system, .referencedBlobs([file.file.blob])) == .blobs([]))
    let more = InteractionTarget(application: scene.bot, token: view.token, message: nil)
    let shared = try message(
      world.ask(.nobody, .followUp(more, draft("", { $0.attachments = [file] })))
    ).message
    #expect(shared.attachments.first?.file == file.file)
    try world.restart()
    #expect(served(&world, shared.attachments[0].id) == .attachment(shared.attachments[0]))
  }

  @Test("a call reaches the bot and its answer everybody")
  func call() throws {
    var world = try World.make(.open)
    let scene = try scene(&world)
    let view = try started(&world, scene.call)
    #expect(
      world.events.map(\.audience) == [
        .user(world.bob), .members(guild: world.guild, only: [scene.bot]),
      ])
    #expect(view.data["name"]?.text == "ping" && view.user.id == world.bob && view.member != nil)
    let reply = answer(&world, view, .message(draft("pong <@\(world.bob)>")))
    guard case .responded(let result) = reply, let made = result.message else {
      throw World.Unexpected(reply: reply)
    }
    #expect(made.message.kind == .chatCommand && made.author.id == scene.bot)
    #expect(made.message.interaction?.userID == world.bob && made.interactionUser?.id == world.bob)
    #expect(
      world.events.map(\.payload) == [
        .messageCreate(made), .interactionSuccess(id: view.id, nonce: .text("n")),
      ])
    #expect(answer(&world, view, .message(draft("x"))) == code(.alreadyAcknowledged))
    try world.restart()
    let kept = try message(world.ask(world.cy, .message(channel: world.text, message: made.message.id)))
    #expect(kept.message == made.message)
  }

  @Test("a token holds for 15 minutes, the first answer for three seconds, and nobody else's")
  func tokens() throws {
    var world = try World.make(.open)
    let scene = try scene(&world)
    let late = try started(&world, scene.call)
    world.now += Limits.interactionAnswer
    #expect(answer(&world, late, .message(draft("x"))) == code(.unknownInteraction))
    let view = try started(&world, scene.call)
    let target = InteractionTarget(application: scene.bot, token: view.token, message: nil)
    #expect(world.ask(.nobody, .followUp(target, draft("early"))) == code(.unknownWebhook))
    #expect(
      world.ask(.nobody, .respond(interaction: late.id, token: view.token, .deferredMessage([])))
        == code(.unknownInteraction))
    try expectDone(answer(&world, view, .message(draft("x"))))
    _ = try message(world.ask(.nobody, .followUp(target, draft("more"))))
    let wrong = InteractionTarget(application: world.ann, token: view.token, message: nil)
    #expect(world.ask(.nobody, .followUp(wrong, draft("x"))) == code(.unknownWebhook))
    world.now += Limits.interactionAge
    #expect(world.ask(.nobody, .followUp(target, draft("x"))) == code(.unknownWebhook))
    #expect(world.ask(.nobody, .interactionMessage(target)) == code(.unknownWebhook))
  }

  @Test("what was deferred is filled by the first message that follows", arguments: [true, false])
  func deferral(isEdit: Bool) throws {
    var world = try World.make(.open)
    let scene = try scene(&world)
    let view = try started(&world, scene.call)
    guard case .responded(let result) = answer(&world, view, .deferredMessage([])),
      let loading = result.message?.message
    else {
      Issue.record("not deferred")
      return
    }
    #expect(loading.flags == .loading && loading.content == "")
    let target = InteractionTarget(application: scene.bot, token: view.token, message: nil)
    var changes = MessageChanges()
    changes.content = .set("done")
    let filled = try message(
      world.ask(
        .nobody, isEdit ? .editInteractionMessage(target, changes) : .followUp(target, draft("done"))))
    #expect(filled.message.id == loading.id && filled.message.flags == [] && filled.message.editedAt == nil)
    guard case .messageUpdate? = world.events.first?.payload else {
      Issue.record("\(world.events)")
      return
    }
    let more = try message(world.ask(.nobody, .followUp(target, draft("more"))))
    #expect(more.message.id != loading.id)
    var named = target
    named.message = more.message.id
    #expect(world.ask(.nobody, .deleteInteractionMessage(named)) == .done)
    #expect(world.ask(.nobody, .interactionMessage(named)) == code(.unknownMessage))
    #expect(try message(world.ask(.nobody, .interactionMessage(target))).message.content == "done")
    let others = try world.say(world.ann, "mine")
    named.message = others.id
    #expect(world.ask(.nobody, .deleteInteractionMessage(named)) == code(.unknownMessage))
  }

  @Test("an ephemeral answer is for one person and is never stored")
  func ephemeral() throws {
    var world = try World.make(.open)
    let scene = try scene(&world)
    let view = try started(&world, scene.call)
    let secret = draft("psst") {
      $0.flags = .ephemeral
      $0.components = [InteractionTests.button]
    }
    guard case .responded(let result) = answer(&world, view, .message(secret)), let made = result.message
    else {
      Issue.record("no answer")
      return
    }
    #expect(
      world.events.first?.audience == .members(guild: world.guild, only: [world.bob, scene.bot]))
    #expect(
      world.ask(world.bob, .message(channel: world.text, message: made.message.id)) == code(.unknownMessage))
    var press = InteractionRequest(
      kind: .component, applicationID: scene.bot, channelID: world.text,
      data: .object([.init("component_type", .integer(2)), .init("custom_id", .text("go"))]))
    press.messageID = made.message.id
    #expect(world.ask(world.cy, .interact(press)) == code(.unknownMessage), "others do not see it")
    let pressed = try started(&world, press)
    var changes = MessageChanges()
    changes.content = .set("gone")
    changes.components = .set([])
    guard case .responded(let updated) = answer(&world, pressed, .update(changes)) else {
      Issue.record("not updated")
      return
    }
    #expect(updated.message?.message.content == "gone" && updated.message?.message.id == made.message.id)
    let target = InteractionTarget(application: scene.bot, token: view.token, message: nil)
    #expect(try message(world.ask(.nobody, .interactionMessage(target))).message.content == "gone")
    #expect(world.ask(.nobody, .deleteInteractionMessage(target)) == .done)
    #expect(world.ask(.nobody, .interactionMessage(target)) == code(.unknownMessage))
  }

  @Test("arguments are checked, and ids in them resolved as far as the caller sees")
  func options() throws {
    var world = try World.make(.open)
    let required = PlainValue.Field("required", .bool(true))
    let scene = try scene(&world) {
      $0.options = .set([
        CommandTests.option(3, "text", [required, .init("max_length", .integer(3))]),
        CommandTests.option(4, "count", [.init("max_value", .integer(5))]), CommandTests.option(6, "who"),
        CommandTests.option(7, "where"), CommandTests.option(9, "any"),
      ])
    }
    let secret = try world.makeChannel(.text, "secret", [.everyone(of: world.guild, deny: .viewChannel)])
    func with(_ options: [(String, PlainValue)], _ kind: InteractionKind = .command) -> InteractionRequest {
      var call = scene.call
      call.kind = kind
      let values = options.map { PlainValue.object([.init("name", .text($0.0)), .init("value", $0.1)]) }
      call.data = .object((scene.call.data.fields ?? []) + [.init("options", .list(values))])
      return call
    }
    let (bob, text, guild) = (world.bob, world.text, world.guild)
    for wrong: [(String, PlainValue)] in [
      [], [("text", .text("long"))], [("text", .integer(1))], [("text", .text("a")), ("count", .integer(6))],
      [("text", .text("a")), ("else", .text("b"))], [("text", .text("a")), ("who", .text("x"))],
    ] {
      #expect(!formCodes(world.ask(bob, .interact(with(wrong)))).isEmpty, "\(wrong)")
    }
    let view = try started(
      &world,
      with([
        ("text", .text("a")), ("who", .id(bob)), ("where", .id(secret.id)), ("any", .id(guild)),
      ]))
    #expect(view.resolved.users.map(\.id) == [bob] && view.resolved.members.count == 1)
    #expect(view.resolved.channels == [], "Bob cannot see it")
    #expect(view.resolved.roles.map(\.id) == [guild])
    let typing = try started(&world, with([("text", .text("lo"))], .autocomplete))
    #expect(typing.kind == .autocomplete)
    #expect(formCodes(answer(&world, typing, .message(draft("x")))).count == 1)
    let choice = PlainValue.object([.init("name", .text("n")), .init("value", .text("v"))])
    try expectDone(answer(&world, typing, .choices([choice])))
    #expect(world.events.map(\.payload) == [.autocompletion([choice], nonce: .text("n"))])
    #expect(text == scene.call.channelID)
  }

  @Test("a pressed button changes its message; what is not there cannot be pressed")
  func components() throws {
    var world = try World.make(.open)
    let bot = try world.addBot()
    let posted = try message(
      world.ask(
        bot, .createMessage(channel: world.text, draft("", { $0.components = [InteractionTests.button] }))))
    #expect(posted.message.components == [InteractionTests.button])
    try world.restart()
    var press = InteractionRequest(
      kind: .component, applicationID: bot, channelID: world.text,
      data: .object([.init("custom_id", .text("go"))]))
    press.messageID = posted.message.id
    let view = try started(&world, press)
    #expect(view.message?.message.id == posted.message.id && view.data["component_type"]?.int == 2)
    try expectDone(answer(&world, view, .deferredUpdate))
    let target = InteractionTarget(application: bot, token: view.token, message: nil)
    var changes = MessageChanges()
    changes.content = .set("pressed")
    #expect(
      try message(world.ask(.nobody, .editInteractionMessage(target, changes))).message.id
        == posted.message.id)
    press.data = .object([.init("custom_id", .text("else"))])
    #expect(formCodes(world.ask(world.bob, .interact(press))) == ["COMPONENT_VALIDATION_FAILED"])
    let people = world.ask(
      world.bob,
      .createMessage(channel: world.text, draft("", { $0.components = [InteractionTests.button] })))
    #expect(people == code(.emptyMessage), "people have no components")
    let twice = draft("x") { $0.components = [InteractionTests.button, InteractionTests.button] }
    #expect(
      formCodes(world.ask(bot, .createMessage(channel: world.text, twice)))
        == ["COMPONENT_CUSTOM_ID_DUPLICATED"])
  }

  @Test("a form is shown to the caller and sent back once")
  func modals() throws {
    var world = try World.make(.open)
    let scene = try scene(&world)
    let view = try started(&world, scene.call)
    let modal = PlainValue.object([
      .init("custom_id", .text("form")), .init("title", .text("t")),
      .init("components", .list([InteractionTests.button])),
    ])
    #expect(formCodes(answer(&world, view, .modal(.object([])))).count == 3)
    try expectDone(answer(&world, view, .modal(modal)))
    guard case .modal(_, _, _, modal, _)? = world.events.first?.payload else {
      Issue.record("\(world.events)")
      return
    }
    let form = InteractionRequest(
      kind: .modal, applicationID: scene.bot, channelID: world.text,
      data: .object([.init("custom_id", .text("form")), .init("components", .list([]))]))
    #expect(world.ask(world.cy, .interact(form)) == code(.unknownInteraction), "it was not shown to Cy")
    let sent = try started(&world, form)
    #expect(sent.kind == .modal && sent.data["custom_id"]?.text == "form")
    try expectDone(answer(&world, sent, .message(draft("thanks"))))
    #expect(world.ask(world.bob, .interact(form)) == code(.unknownInteraction))
  }

  @Test("who may not call is refused")
  func refusals() throws {
    var world = try World.make(.open)
    let scene = try scene(&world) { $0.defaultPermissions = .set(.manageGuild) }
    #expect(world.ask(world.bob, .interact(scene.call)) == code(.missingPermissions))
    #expect(world.ask(world.dot, .interact(scene.call)) == code(.missingAccess))
    #expect(world.ask(scene.bot, .interact(scene.call)) == code(.botsNotAllowed))
    var call = scene.call
    call.data = .object([.init("id", .id(world.guild))])
    #expect(world.ask(world.ann, .interact(call)) == code(.unknownCommand))
    call.applicationID = world.bob
    #expect(world.ask(world.ann, .interact(call)) == code(.unknownApplication))
    try expectDone(
      world.ask(
        world.ann,
        .setOverwrite(
          channel: world.text, .everyone(of: world.guild, deny: .useApplicationCommands))))
    _ = try world.give(world.bob, .manageGuild)
    #expect(world.ask(world.bob, .interact(scene.call)) == code(.missingPermissions))
    try expectDone(world.ask(world.ann, .kick(guild: world.guild, user: scene.bot)))
    #expect(world.ask(world.ann, .interact(scene.call)) == code(.missingAccess))
  }

  @Test("commands work in a private channel with the bot")
  func privateChannels() throws {
    var world = try World.make(.open)
    let scene = try scene(&world)
    guard case .privateChannel(let view) = world.ask(world.bob, .openDirect(user: scene.bot)) else { return }
    var call = scene.call
    call.channelID = view.channel.id
    let started = try started(&world, call)
    #expect(started.guild == nil && started.member == nil)
    #expect(world.events.last?.audience == .users([scene.bot]))
    guard case .responded(let result) = answer(&world, started, .message(draft("hi"))) else { return }
    #expect(result.message?.message.guildID == .noGuild)
    #expect(world.events.first?.audience == .users([world.bob, scene.bot]))
  }
}
