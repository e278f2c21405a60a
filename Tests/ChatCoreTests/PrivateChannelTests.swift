import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Private channels")
struct PrivateChannelTests {
  private func open(_ world: inout World, _ user: Snowflake, with other: Snowflake) throws
    -> PrivateChannelView
  {
    let reply = world.ask(user, .openDirect(user: other))
    guard case .privateChannel(let view) = reply else { throw World.Unexpected(reply: reply) }
    return view
  }

  private func listed(_ world: inout World, _ user: Snowflake) throws -> [Snowflake] {
    let reply = world.ask(user, .privateChannels)
    guard case .privateChannels(let views) = reply else { throw World.Unexpected(reply: reply) }
    return views.map(\.channel.id)
  }

  private func say(_ world: inout World, _ user: Snowflake, _ channel: Snowflake, _ text: String) -> ChatReply
  {
    world.ask(user, .createMessage(channel: channel, MessageDraft(content: text)))
  }

  @Test("two people have one channel, which the other learns of with the first message")
  func opening() throws {
    var world = try World.make(.open)
    let view = try open(&world, world.ann, with: world.bob)
    #expect(view.recipients.map(\.id) == [world.bob])
    #expect(world.events.map(\.audience) == [.users([world.ann])])
    #expect(try open(&world, world.ann, with: world.bob) == view && world.events == [])
    #expect(try listed(&world, world.bob) == [])
    let said = try message(say(&world, world.ann, view.channel.id, "hi <@\(world.bob)> <@\(world.cy)>"))
    #expect(said.message.mentions == [world.bob], "others are not there")
    #expect(said.message.guildID == .noGuild && said.authorMember == nil)
    #expect(world.events.map(\.audience) == [.users([world.bob]), .users([world.ann, world.bob])])
    #expect(try listed(&world, world.bob) == [view.channel.id])
    #expect(try open(&world, world.bob, with: world.ann).channel.id == view.channel.id)
    try world.restart()
    #expect(try listed(&world, world.bob) == [view.channel.id])
    #expect(try open(&world, world.bob, with: world.ann).channel.id == view.channel.id)
  }

  @Test("nobody else may look, write or change anything")
  func strangers() throws {
    var world = try World.make(.open)
    let channel = try open(&world, world.ann, with: world.bob).channel.id
    let said = try message(say(&world, world.ann, channel, "secret")).message
    for command in [
      ChatCommand.channel(channel), .messages(channel: channel, .newest, limit: 5),
      .message(channel: channel, message: said.id), .typing(channel: channel), .deleteChannel(channel),
      .pins(channel: channel, before: nil, limit: 5), .createInvite(channel: channel, InviteParameters()),
    ] {
      #expect(world.ask(world.cy, command) == code(.missingAccess))
    }
    #expect(world.ask(.system, .channel(channel)) == .failure(.unauthorized), "not even the operator")
    #expect(
      world.ask(world.bob, .deleteMessage(channel: channel, message: said.id)) == code(.missingPermissions))
    #expect(world.ask(world.bob, .modifyChannel(channel, ChannelChanges())) == code(.missingPermissions))
    #expect(
      world.ask(world.bob, .createInvite(channel: channel, InviteParameters())) == code(.missingPermissions))
    #expect(
      world.ask(world.bob, .setOverwrite(channel: channel, .member(world.cy, allow: .viewChannel)))
        == code(.missingPermissions))
    var changes = ChannelChanges()
    changes.name = .set("x")
    #expect(
      formCodes(world.ask(world.ann, .createChannel(guild: world.guild, kind: .direct, changes)))
        == ["BASE_TYPE_CHOICES"])
  }

  @Test("reactions, pins, typing and edits reach both and name no member")
  func everything() throws {
    var world = try World.make(.open)
    let channel = try open(&world, world.ann, with: world.bob).channel.id
    let said = try message(say(&world, world.ann, channel, "x")).message
    let thumb = ReactionEmoji(id: nil, name: "👍")
    var edit = MessageChanges()
    edit.content = .set("y")
    for (user, command) in [
      (world.bob, ChatCommand.addReaction(channel: channel, message: said.id, thumb)),
      (world.bob, .pin(channel: channel, message: said.id)), (world.bob, .typing(channel: channel)),
      (world.ann, .editMessage(channel: channel, message: said.id, edit)),
      (world.ann, .deleteMessage(channel: channel, message: said.id)),
    ] {
      try expectDone(world.ask(user, command))
      #expect(!world.events.isEmpty && world.audits == [])
      #expect(world.events.allSatisfy { $0.audience == .users([world.ann, world.bob]) })
      for event in world.events {
        switch event.payload {
        case .reactionAdd(_, let member), .typing(_, _, let member, _): #expect(member == nil)
        default: break
        }
      }
    }
  }

  @Test("closing hides the channel until the next message")
  func closing() throws {
    var world = try World.make(.open)
    let channel = try open(&world, world.ann, with: world.bob).channel.id
    _ = try message(say(&world, world.ann, channel, "1"))
    try expectDone(world.ask(world.bob, .deleteChannel(channel)))
    #expect(world.events.map(\.audience) == [.users([world.bob])])
    #expect(try listed(&world, world.bob) == [] && listed(&world, world.ann) == [channel])
    _ = try message(say(&world, world.ann, channel, "2"))
    #expect(try listed(&world, world.bob) == [channel])
    let ready = world.ask(world.bob, .identify(session: "b"))
    guard case .ready(let ready) = ready else { throw World.Unexpected(reply: ready) }
    #expect(ready.privateChannels.map(\.channel.id) == [channel])
  }

  @Test("people who share no guild cannot write to each other")
  func acquaintance() throws {
    var world = try World.make(.open)
    let channel = try open(&world, world.ann, with: world.dot).channel.id
    #expect(say(&world, world.ann, channel, "hi") == code(.cannotMessageUser))
    let invite = try world.invite()
    try expectDone(world.ask(world.dot, .acceptInvite(code: invite)))
    _ = try message(say(&world, world.ann, channel, "hi"))
    try expectDone(world.ask(world.dot, .leaveGuild(world.guild)))
    #expect(say(&world, world.dot, channel, "bye") == code(.cannotMessageUser))
    guard case .messages(let read) = world.ask(world.dot, .messages(channel: channel, .newest, limit: 5))
    else {
      Issue.record("what was said stays readable")
      return
    }
    #expect(read.count == 1)
    #expect(world.ask(world.ann, .openDirect(user: world.ann)) == code(.cannotMessageUser))
    #expect(world.ask(world.ann, .openDirect(user: world.guild)) == code(.unknownUser))
  }

  @Test("bots write to people, are not told of channels, and not to one another")
  func bots() throws {
    var world = try World.make(.open)
    var bots: [Snowflake] = []
    for name in ["one", "two"] {
      guard case .bot(let application) = world.ask(.system, .createBot(name: name)) else { return }
      try expectDone(world.ask(world.ann, .addBot(guild: world.guild, bot: application.id)))
      bots.append(application.id)
    }
    let channel = try open(&world, bots[0], with: world.bob).channel.id
    #expect(world.events == [])
    _ = try message(say(&world, bots[0], channel, "beep"))
    #expect(world.ask(bots[0], .openDirect(user: bots[1])) == code(.cannotMessageUser))
    guard case .ready(let ready) = world.ask(bots[0], .identify(session: "x")) else { return }
    #expect(ready.privateChannels == [])
  }
}
