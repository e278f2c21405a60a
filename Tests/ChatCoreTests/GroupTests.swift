import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Groups")
struct GroupTests {
  private func befriend(_ world: inout World, _ user: Snowflake, _ others: [Snowflake]) throws {
    for other in others {
      try expectDone(world.ask(user, .relationship(.befriend(other))))
      try expectDone(world.ask(other, .relationship(.befriend(user))))
    }
  }

  private func view(_ reply: ChatReply) throws -> PrivateChannelView {
    guard case .privateChannel(let view) = reply else { throw World.Unexpected(reply: reply) }
    return view
  }

  /// A group of Ann, who owns it, Bob and Cy.
  private func group(_ world: inout World) throws -> Channel {
    try befriend(&world, world.ann, [world.bob, world.cy])
    return try view(world.ask(world.ann, .openGroup([world.bob, world.cy]))).channel
  }

  private func kinds(_ world: borrowing World) -> [MessageKind] {
    world.events.compactMap {
      if case .messageCreate(let view) = $0.payload { view.message.kind } else { nil }
    }
  }

  @Test("friends make a group, which everybody in it sees as its own")
  func making() throws {
    var world = try World.make(.open)
    #expect(world.ask(world.ann, .openGroup([world.bob])) == code(.cannotMessageUser), "no friend yet")
    let group = try group(&world)
    #expect(group.recipients == [world.ann, world.bob, world.cy] && group.group?.ownerID == world.ann)
    #expect(world.events.map(\.audience) == group.recipients.map { .users([$0]) })
    let said = MessageDraft(content: "hello <@\(world.cy)> <@\(world.dot)>")
    let sent = try message(world.ask(world.bob, .createMessage(channel: group.id, said)))
    #expect(sent.message.mentions == [world.cy])
    #expect(world.events.map(\.audience) == [.users([world.ann, world.bob, world.cy])])
    for command in [
      ChatCommand.channel(group.id), .messages(channel: group.id, .newest, limit: 5),
      .addRecipient(channel: group.id, user: world.dot), .modifyChannel(group.id, ChannelChanges()),
    ] {
      #expect(world.ask(world.dot, command) == code(.missingAccess))
    }
    try world.restart()
    #expect(try view(world.ask(world.cy, .channel(group.id))).channel.group == group.group)
  }

  @Test("a friend is brought, is told, and everybody reads of it")
  func adding() throws {
    var world = try World.make(.open)
    let group = try group(&world)
    let add = ChatCommand.addRecipient(channel: group.id, user: world.dot)
    #expect(world.ask(world.bob, add) == code(.cannotMessageUser))
    try befriend(&world, world.bob, [world.dot])
    try expectDone(world.ask(world.bob, add))
    #expect(kinds(world) == [.recipientAdd])
    #expect(
      world.events.map(\.audience) == [
        .users([world.dot]), .users([world.ann, world.bob, world.cy]),
        .users([world.ann, world.bob, world.cy, world.dot]),
      ])
    try expectDone(world.ask(world.bob, add))
    #expect(world.events == [])
    try expectDone(world.ask(world.dot, .messages(channel: group.id, .newest, limit: 5)))
  }

  @Test("a channel of two becomes a new group and stays")
  func widening() throws {
    var world = try World.make(.open)
    try befriend(&world, world.ann, [world.bob, world.cy])
    let direct = try view(world.ask(world.ann, .openDirect(user: world.bob))).channel
    let made = try view(world.ask(world.ann, .addRecipient(channel: direct.id, user: world.cy))).channel
    #expect(made.kind == .group && made.id != direct.id && made.recipients.count == 3)
    #expect(try view(world.ask(world.ann, .openDirect(user: world.bob))).channel.id == direct.id)
  }

  @Test("the owner sends people away, others only themselves; an owner who leaves is followed")
  func leaving() throws {
    var world = try World.make(.open)
    let group = try group(&world)
    #expect(
      world.ask(world.bob, .removeRecipient(channel: group.id, user: world.cy)) == code(.missingPermissions))
    try expectDone(world.ask(world.ann, .removeRecipient(channel: group.id, user: world.cy)))
    #expect(kinds(world) == [.recipientRemove])
    #expect(world.events.first?.audience == .users([world.cy]))
    #expect(world.ask(world.cy, .channel(group.id)) == code(.missingAccess))
    #expect(world.ask(world.cy, .privateChannels) == .privateChannels([]))
    try expectDone(world.ask(world.ann, .deleteChannel(group.id)))
    #expect(try view(world.ask(world.bob, .channel(group.id))).channel.group?.ownerID == world.bob)
    try expectDone(world.ask(world.bob, .deleteChannel(group.id)))
    #expect(world.ask(world.bob, .channel(group.id)) == code(.unknownChannel), "the last one took it along")
    try world.restart()
    #expect(world.ask(world.bob, .channel(group.id)) == code(.unknownChannel))
  }

  @Test("name, picture and owner change, and messages tell")
  func changing() throws {
    var world = try World.make(.open)
    let group = try group(&world)
    var changes = ChannelChanges()
    changes.name = .set(" Nest ")
    changes.icon = .set("blob")
    let named = try view(world.ask(world.bob, .modifyChannel(group.id, changes))).channel
    #expect(named.name == "Nest" && named.group?.icon == "blob")
    #expect(kinds(world) == [.nameChange, .iconChange])
    #expect(
      world.disk.fault == .none && world.ask(.system, .picture(.groupIcon(group.id))) == .picture("blob"))
    changes = ChannelChanges()
    changes.takesNameAway = true
    #expect(try view(world.ask(world.cy, .modifyChannel(group.id, changes))).channel.name == "")
    changes = ChannelChanges()
    changes.ownerID = .set(world.cy)
    #expect(world.ask(world.bob, .modifyChannel(group.id, changes)) == code(.missingPermissions))
    #expect(
      try view(world.ask(world.ann, .modifyChannel(group.id, changes))).channel.group?.ownerID == world.cy)
    #expect(kinds(world) == [] && world.events.count == 3)
    changes = ChannelChanges()
    changes.name = .set(String(repeating: "x", count: Limits.groupNameLength + 1))
    #expect(formCodes(world.ask(world.ann, .modifyChannel(group.id, changes))) == ["BASE_TYPE_MAX_LENGTH"])
  }

  @Test("ten is the most")
  func limit() throws {
    var world = try World.make(.open)
    let ids = (1...UInt64(Limits.groupRecipients)).map(Snowflake.init(rawValue:))
    #expect(world.ask(world.ann, .openGroup(ids)) == code(.tooManyRecipients))
  }
}
