import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Threads")
struct ThreadTests {
  @Test("a thread of a message has its id, and the message tells of it")
  func fromMessage() throws {
    var world = try World.make(.open)
    let said = try world.say(world.bob, "what about lunch?")
    let reply = world.ask(
      world.cy,
      .thread(.createFromMessage(channel: world.text, message: said.id, ThreadDraft(name: "Lunch Plans"))))
    let made = try thread(reply)
    #expect(made.id == said.id && made.kind == .publicThread && made.parentID == world.text)
    #expect(made.name == "Lunch Plans" && made.thread?.ownerID == world.cy)
    #expect(made.thread?.archiveMinutes == 1_440 && made.thread?.memberCount == 1)
    #expect(made.thread?.messageCount == 0, "what it began with is not counted")
    #expect(world.happened == ["create", "joined", "edited", "said 21"])
    #expect(world.audits.map(\.action) == [.threadCreate])
    guard case .messageUpdate(let view)? = world.events.dropFirst(2).first?.payload else { return }
    #expect(view.message.flags.contains(.hasThread) && view.thread?.id == said.id)

    let read = try message(world.ask(world.ann, .message(channel: world.text, message: said.id)))
    #expect(read.thread?.name == "Lunch Plans")
    guard case .messages(let inside) = world.ask(world.ann, .messages(channel: made.id, .newest, limit: 5)),
      let starter = inside.first, case .message(let referenced) = starter.referenced
    else {
      Issue.record("the thread begins with its message")
      return
    }
    #expect(starter.message.kind == .threadStarter && referenced.message.id == said.id)
    #expect(
      world.ask(
        world.ann, .thread(.createFromMessage(channel: world.text, message: said.id, ThreadDraft(name: "b"))))
        == code(.threadExists))
    #expect(
      world.ask(world.ann, .deleteMessage(channel: made.id, message: starter.message.id))
        == code(.systemMessage))

    try expectDone(world.ask(world.bob, .deleteMessage(channel: world.text, message: said.id)))
    #expect(try world.known(made.id).name == "Lunch Plans", "the thread outlives the message")
    guard case .messages(let later) = world.ask(world.ann, .messages(channel: made.id, .newest, limit: 5))
    else { return }
    #expect(later.first?.referenced == .deleted)
  }

  @Test("a thread without a message is told of in its channel; a private one is not")
  func withoutMessage() throws {
    var world = try World.make(.open)
    let open = try world.makeThread(world.bob, .publicThread, "open")
    #expect(world.happened == ["create", "joined", "said 18"])
    guard case .messageCreate(let notice)? = world.events.last?.payload else { return }
    #expect(notice.message.content == "open" && notice.message.reference?.channelID == open.id)
    #expect(notice.message.reference?.messageID == nil && notice.message.channelID == world.text)
    let hidden = try world.makeThread(world.bob, .privateThread, "hidden")
    #expect(world.happened == ["create", "joined"])
    #expect(world.threadEvents.allSatisfy { $0.1 == [world.ann, world.bob] }, "the maker and who manages")
    #expect(hidden.thread?.isInvitable == true)
    for (user, kind, wanted) in [
      (world.bob, ChannelKind.announcementThread, ErrorCode.wrongChannelType),
      (world.dot, .publicThread, .missingAccess), (world.bob, .forum, .wrongChannelType),
    ] {
      #expect(
        world.ask(
          user, .thread(.create(channel: world.text, kind: kind, ThreadDraft(name: "x")))) == code(wanted))
    }
    let news = try world.makeChannel(.announcement, "news", [])
    let made = try thread(
      world.ask(
        world.bob, .thread(.create(channel: news.id, kind: .announcementThread, ThreadDraft(name: "x")))))
    #expect(made.kind == .announcementThread)
    let inside = world.ask(
      world.bob, .thread(.create(channel: open.id, kind: .publicThread, ThreadDraft(name: "x"))))
    #expect(inside == code(.wrongChannelType), "threads hold no threads")
  }

  @Test("names, times and rates have bounds")
  func bounds() throws {
    var world = try World.make(.open)
    var draft = ThreadDraft(name: " ")
    draft.archiveMinutes = 61
    draft.rateLimitPerUser = 21_601
    let reply = world.ask(
      world.bob, .thread(.create(channel: world.text, kind: .publicThread, draft)))
    #expect(formCodes(reply) == ["BASE_TYPE_BAD_LENGTH", "BASE_TYPE_CHOICES", "NUMBER_TYPE_MAX"])
    try expectDone(world.modify(world.ann, world.text) { $0.threadSettings.archiveMinutes = .set(60) })
    #expect(try world.makeThread(world.bob, .publicThread, "a").thread?.archiveMinutes == 60)
  }

  @Test("writing needs SEND_MESSAGES_IN_THREADS and not SEND_MESSAGES; making has its own permissions")
  func permissions() throws {
    var world = try World.make(.open)
    let made = try world.makeThread(world.ann, .publicThread, "a")
    func deny(_ permissions: Permissions, _ world: inout World) throws {
      try expectDone(
        world.ask(
          world.ann,
          .setOverwrite(channel: world.text, .everyone(of: world.guild, deny: permissions))))
    }
    try deny(.sendMessages, &world)
    try expectDone(world.say(world.bob, in: made.id, "still"))
    #expect(world.say(world.bob, in: world.text, "no") == code(.missingPermissions))
    try deny(.sendMessagesInThreads, &world)
    #expect(world.say(world.bob, in: made.id, "no") == code(.missingPermissions))
    #expect(world.ask(world.bob, .typing(channel: made.id)) == code(.missingPermissions))
    try deny([.createPublicThreads, .createPrivateThreads], &world)
    for kind in [ChannelKind.publicThread, .privateThread] {
      #expect(
        world.ask(
          world.bob, .thread(.create(channel: world.text, kind: kind, ThreadDraft(name: "x"))))
          == code(.missingPermissions))
    }
    try deny(.viewChannel, &world)
    #expect(world.ask(world.bob, .channel(made.id)) == code(.missingAccess), "the parent's overwrites hold")
    let overwrite = ChatCommand.setOverwrite(
      channel: made.id, .everyone(of: world.guild, deny: .viewChannel))
    for command in [
      overwrite, .createInvite(channel: made.id, InviteParameters()),
      .deleteOverwrite(channel: made.id, target: world.guild),
    ] {
      #expect(world.ask(world.ann, command) == code(.wrongChannelType))
    }
  }

  @Test("whoever writes or is mentioned follows; messages are numbered and counted")
  func counting() throws {
    var world = try World.make(.open)
    let made = try world.makeThread(world.ann, .publicThread, "a")
    let first = try message(world.say(world.bob, in: made.id, "one")).message
    #expect(world.happened == ["joined", "said 0"])
    let second = try message(world.say(world.bob, in: made.id, "two <@\(world.cy)>")).message
    #expect(world.happened == ["joined", "said 0"])
    #expect(try world.members(of: made.id) == [world.ann, world.bob, world.cy])
    #expect(first.position == 0 && second.position == 1)
    try expectDone(world.ask(world.bob, .deleteMessage(channel: made.id, message: first.id)))
    let now = try world.known(made.id)
    #expect(now.thread?.messageCount == 1 && now.thread?.totalMessageCount == 2)
    #expect(now.lastMessageID == second.id)
    try world.restart()
    #expect(try world.known(made.id) == now)
    try expectDone(world.ask(world.ann, .kick(guild: world.guild, user: world.bob)))
    #expect(world.happened.contains("left"))
    #expect(try world.members(of: made.id) == [world.ann, world.cy])
    try world.restart()
    #expect(try world.members(of: made.id) == [world.ann, world.cy], "the membership went with the guild's")
  }

  @Test("reactions, pins and bulk deletion work in threads")
  func insides() throws {
    var world = try World.make(.open)
    let made = try world.makeThread(world.bob, .privateThread, "a")
    let said = try message(world.say(world.bob, in: made.id, "one")).message
    let other = try message(world.say(world.bob, in: made.id, "two")).message
    let thumb = ReactionEmoji(id: nil, name: "👍")
    for command in [
      ChatCommand.addReaction(channel: made.id, message: said.id, thumb),
      .pin(channel: made.id, message: said.id), .typing(channel: made.id),
      .deleteMessages(channel: made.id, [said.id, other.id]),
    ] {
      try expectDone(world.ask(world.ann, command))
      #expect(
        world.events.allSatisfy {
          $0.audience == .viewers(guild: world.guild, channel: made.id, only: [world.ann, world.bob])
        })
      #expect(world.ask(world.cy, command) == code(.missingAccess))
    }
  }

  @Test("deleting a thread frees its message; deleting the channel takes its threads")
  func deletion() throws {
    var world = try World.make(.open)
    let said = try world.say(world.bob, "a")
    let made = try thread(
      world.ask(
        world.bob, .thread(.createFromMessage(channel: world.text, message: said.id, ThreadDraft(name: "a"))))
    )
    #expect(world.ask(world.bob, .deleteChannel(made.id)) == code(.missingPermissions))
    try expectDone(world.ask(world.ann, .deleteChannel(made.id)))
    #expect(world.happened == ["delete", "edited"])
    #expect(world.audits.map(\.action) == [.threadDelete])
    #expect(world.ask(world.ann, .channel(made.id)) == code(.unknownChannel))
    let again = try thread(
      world.ask(
        world.bob, .thread(.createFromMessage(channel: world.text, message: said.id, ThreadDraft(name: "b"))))
    )
    _ = try message(world.say(world.bob, in: again.id, "in it"))
    try expectDone(world.ask(world.ann, .deleteChannel(world.text)))
    #expect(!world.happened.contains("delete"))
    #expect(world.ask(world.ann, .channel(again.id)) == code(.unknownChannel))
    try world.restart()
    #expect(world.ask(world.ann, .channel(again.id)) == code(.unknownChannel))
    #expect(try list(world.ask(world.ann, .thread(.active(guild: world.guild)))).threads == [])
  }

  @Test("a guild has a thousand active threads, and slow mode holds for making them")
  func limits() throws {
    var world = try World.make(.open)
    try expectDone(world.modify(world.ann, world.text) { $0.rateLimitPerUser = .set(60) })
    _ = try world.makeThread(world.bob, .publicThread, "a")
    guard
      case .failure(.slowMode) = world.ask(
        world.bob, .thread(.create(channel: world.text, kind: .publicThread, ThreadDraft(name: "b"))))
    else {
      Issue.record("slow mode holds")
      return
    }
    let first = try world.makeThread(world.ann, .privateThread, "first")
    for _ in 2..<Limits.activeThreads { _ = try world.makeThread(world.ann, .privateThread, "x") }
    let more = ChatCommand.thread(
      .create(channel: world.text, kind: .privateThread, ThreadDraft(name: "y")))
    #expect(world.ask(world.ann, more) == code(.tooManyThreads))
    try expectDone(world.modify(world.ann, first.id) { $0.thread.isArchived = .set(true) })
    try expectDone(world.ask(world.ann, more))
    #expect(world.say(world.ann, in: first.id, "wake") == code(.tooManyThreads))
  }
}
