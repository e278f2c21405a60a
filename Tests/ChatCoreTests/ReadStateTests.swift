import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Read states")
struct ReadStateTests {
  /// What READY tells a person about a channel.
  private func told(_ world: inout World, _ user: Snowflake, _ channel: Snowflake) throws -> ReadStateView? {
    let reply = world.ask(user, .identify(session: "r\(user)"))
    guard case .ready(let ready) = reply else { throw World.Unexpected(reply: reply) }
    return ready.personal.readStates.first { $0.state.channelID == channel }
  }

  private func count(_ world: inout World, _ user: Snowflake) throws -> Int {
    let channel = world.text
    return try told(&world, user, channel)?.mentionCount ?? 0
  }

  private func read(_ channel: Snowflake, _ message: Snowflake, manual: Bool = false) -> ChatCommand {
    .readState(.read(ReadMark(channel: channel, message: message, isManual: manual)))
  }

  @Test("writing reads the channel, reading is told to the person's sessions alone")
  func reading() throws {
    var world = try World.make(.open)
    let said = try world.say(world.ann, "hello")
    #expect(try told(&world, world.ann, world.text)?.state.lastReadID == said.id)
    #expect(try told(&world, world.bob, world.text) == nil)
    try expectDone(world.ask(world.bob, read(world.text, said.id)))
    #expect(world.events.map(\.audience) == [.user(world.bob)])
    guard case .personal(.read(let view, isManual: false))? = world.events.first?.payload else {
      Issue.record("\(world.events)")
      return
    }
    #expect(view.state.lastReadID == said.id && view.mentionCount == 0 && view.state.version == 1)
    try expectDone(world.ask(world.bob, read(world.text, said.id)))
    #expect(world.events == [], "nothing new was read")
    try world.restart()
    #expect(try told(&world, world.bob, world.text)?.state == view.state)
  }

  @Test("nothing is read before it is written, and going back needs the person's wish")
  func bounds() throws {
    var world = try World.make(.open)
    let first = try world.say(world.ann, "<@\(world.bob)>")
    let second = try world.say(world.ann, "<@\(world.bob)>")
    try expectDone(world.ask(world.bob, read(world.text, Snowflake(rawValue: .max))))
    #expect(try told(&world, world.bob, world.text)?.state.lastReadID == second.id)
    try expectDone(world.ask(world.bob, read(world.text, first.id)))
    #expect(try told(&world, world.bob, world.text)?.state.lastReadID == second.id)
    try expectDone(world.ask(world.bob, read(world.text, first.id, manual: true)))
    let back = try told(&world, world.bob, world.text)
    #expect(back?.state.lastReadID == first.id && back?.state.mentions == [second.id])
  }

  @Test("mentions by name, role and @everyone count once each, and are gone when read or deleted")
  func mentions() throws {
    var world = try World.make(.open)
    let role = try world.give(world.bob, [])
    let first = try world.say(world.ann, "<@\(world.bob)> @everyone <@&\(role.id)>")
    #expect(
      try count(&world, world.bob) == 1 && count(&world, world.cy) == 1 && count(&world, world.ann) == 0)
    let second = try world.say(world.ann, "<@&\(role.id)>")
    let third = try world.say(world.ann, "<@\(world.bob)>")
    #expect(try count(&world, world.bob) == 3 && count(&world, world.cy) == 1)
    try world.restart()
    #expect(try count(&world, world.bob) == 3 && count(&world, world.cy) == 1)
    try expectDone(world.ask(world.bob, read(world.text, first.id)))
    #expect(try count(&world, world.bob) == 2)
    try expectDone(world.ask(world.ann, .deleteMessages(channel: world.text, [second.id, third.id])))
    #expect(try count(&world, world.bob) == 0 && count(&world, world.cy) == 1)
    try expectDone(world.ask(world.ann, .deleteMessage(channel: world.text, message: first.id)))
    #expect(try count(&world, world.cy) == 0)
  }

  @Test("who cannot see the channel, came later or does not want it is not mentioned")
  func unmentioned() throws {
    var world = try World.make(.open)
    _ = try world.say(world.ann, "@everyone")
    let code = try world.invite()
    try expectDone(world.ask(world.dot, .acceptInvite(code: code)))
    #expect(try count(&world, world.dot) == 0, "it was said before Dot came")
    var changes = NotificationChanges()
    changes.suppressesEveryone = .set(true)
    try expectDone(world.ask(world.cy, .modifyNotifications(guild: world.guild, changes)))
    #expect(try count(&world, world.cy) == 0)
    let hidden = try world.makeChannel(.text, "hidden", [.everyone(of: world.guild, deny: .viewChannel)])
    let draft = MessageDraft(content: "<@\(world.bob)> @everyone")
    let said = try message(world.ask(world.ann, .createMessage(channel: hidden.id, draft))).message
    #expect(try told(&world, world.bob, hidden.id) == nil)
    #expect(world.ask(world.bob, read(hidden.id, said.id)) == ChatCoreTests.code(.missingAccess))
    #expect(world.disk.readStates.allSatisfy { $0.channelID != hidden.id || $0.userID == world.ann })
  }

  @Test("an @everyone costs one note, however many members there are")
  func cost() throws {
    var world = try World.make(.open)
    let before = world.disk.readStates.count
    _ = try world.say(world.ann, "@everyone")
    #expect(world.disk.readStates.count == before + 1, "the author's own")
    #expect(world.disk.wideMentionCount == 1)
    for _ in 0..<Limits.wideMentions + 5 { _ = try world.say(world.ann, "@here") }
    #expect(world.disk.wideMentionCount == Limits.wideMentions)
    #expect(try count(&world, world.bob) == Limits.wideMentions)
  }

  @Test("every message of a private channel counts, up to a limit")
  func privateChannels() throws {
    var world = try World.make(.open)
    let reply = world.ask(world.ann, .openDirect(user: world.bob))
    guard case .privateChannel(let view) = reply else { throw World.Unexpected(reply: reply) }
    let id = view.channel.id
    for _ in 0..<Limits.unreadMentions + 2 {
      try expectDone(world.ask(world.ann, .createMessage(channel: id, MessageDraft(content: "x"))))
    }
    #expect(try told(&world, world.bob, id)?.mentionCount == Limits.unreadMentions)
    #expect(try told(&world, world.ann, id)?.mentionCount == 0)
  }

  @Test("a guild and several channels are read at once; what may not be seen is passed over")
  func several() throws {
    var world = try World.make(.open)
    let first = try world.say(world.ann, "<@\(world.bob)>")
    try expectDone(world.ask(world.bob, .readState(.readGuild(world.guild))))
    #expect(try told(&world, world.bob, world.text)?.state.lastReadID == first.id)
    let second = try world.say(world.ann, "<@\(world.bob)>")
    let marks = [
      ReadMark(channel: Snowflake(rawValue: 1), message: second.id, isManual: false),
      ReadMark(channel: world.text, message: second.id, isManual: false),
    ]
    try expectDone(world.ask(world.bob, .readState(.readAll(marks))))
    #expect(try told(&world, world.bob, world.text)?.state.lastReadID == second.id)
    let many = [ReadMark](repeating: marks[1], count: Limits.readMarks + 1)
    #expect(formCodes(world.ask(world.bob, .readState(.readAll(many)))) == ["BASE_TYPE_MAX_LENGTH"])
    #expect(
      world.ask(world.dot, .readState(.readGuild(world.guild))) == ChatCoreTests.code(.missingAccess))
  }

  @Test("pins are seen once, and a forgotten state is gone")
  func pins() throws {
    var world = try World.make(.open)
    let said = try world.say(world.ann, "pin me")
    try expectDone(world.ask(world.ann, .pin(channel: world.text, message: said.id)))
    try expectDone(world.ask(world.bob, .readState(.readPins(channel: world.text))))
    #expect(world.events.map(\.audience) == [.user(world.bob)])
    #expect(try told(&world, world.bob, world.text)?.state.pinsReadAt != nil)
    try expectDone(world.ask(world.bob, .readState(.readPins(channel: world.text))))
    #expect(world.events == [])
    try expectDone(world.ask(world.bob, .readState(.forget(channel: world.text))))
    #expect(try told(&world, world.bob, world.text) == nil)
  }

  @Test("bots have no read states, and states go with members and channels")
  func cascades() throws {
    var world = try World.make(.open)
    let bot = try world.addBot()
    let said = try world.say(world.ann, "<@\(bot)> <@\(world.bob)>")
    #expect(world.ask(bot, read(world.text, said.id)) == ChatCoreTests.code(.botsNotAllowed))
    #expect(Set(world.disk.readStates.map(\.userID)) == [world.ann, world.bob])
    try expectDone(world.ask(world.bob, .leaveGuild(world.guild)))
    #expect(Set(world.disk.readStates.map(\.userID)) == [world.ann])
    try expectDone(world.ask(world.ann, .deleteChannel(world.text)))
    #expect(world.disk.readStates == [])
  }
}
