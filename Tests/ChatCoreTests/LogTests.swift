import Base
import ChatCore
import ChatTesting
import Testing

/// The event log: written with the change, told again after a crash.
@Suite("Event log")
struct LogTests {
  /// The payloads that a start tells again.
  private func missed(_ world: inout World) throws -> [Payload] {
    try world.restart()
    return World.events(try world.service.missed()).map(\.payload)
  }

  @Test("a batch is one entry, in the transaction of its changes; what does not last has none")
  func entries() throws {
    var world = try World.make(.open)
    let before = world.disk.tables.log.entries.count
    let commands = (0..<20).map { index in
      (
        Actor.user(world.bob, issued: WallTime(milliseconds: world.now)),
        ChatCommand.createMessage(channel: world.text, MessageDraft(content: "\(index)"))
      )
    }
    _ = world.perform(commands)
    let log = world.disk.tables.log.entries
    #expect(
      log.count == before + 1 && log.last?.events.map(\.kind) == Array(repeating: .messageCreate, count: 20))
    #expect(log.map(\.offset) == Array(1...UInt64(log.count)))
    try expectDone(world.ask(world.bob, .typing(channel: world.text)))
    _ = world.ask(world.bob, .messages(channel: world.text, .newest, limit: 1))
    #expect(world.disk.tables.log.entries.count == before + 1)
    world.disk.fault = .commit
    _ = world.ask(world.bob, .createMessage(channel: world.text, MessageDraft(content: "lost")))
    world.disk.fault = .none
    #expect(world.disk.tables.log.entries.count == before + 1, "what is undone is not logged")
    _ = try world.say(world.bob, "next")
    #expect(world.disk.tables.log.entries.last?.offset == UInt64(before + 2))
  }

  @Test("what was not acknowledged is told again after a crash, in its order, and the rest is not")
  func again() throws {
    var world = try World.make(.open)
    _ = try world.say(world.bob, "told")
    world.service.acknowledge(through: world.service.logOffset)
    let said = try world.say(world.bob, "untold")
    let emoji = ReactionEmoji(id: nil, name: "👍")
    _ = world.ask(world.cy, .addReaction(channel: world.text, message: said.id, emoji))
    let gone = try world.say(world.bob, "gone")
    _ = world.ask(world.bob, .deleteMessage(channel: world.text, message: gone.id))
    let missed = try missed(&world)
    #expect(missed.count == 3, "\(missed)")
    guard case .messageCreate(let view)? = missed.first,
      case .reactionAdd(let reaction, let member) = missed[1],
      case .messageDelete(_, _, let deleted) = missed[2]
    else {
      Issue.record("\(missed)")
      return
    }
    #expect(view.message == said && reaction.userID == world.cy && reaction.emoji == emoji)
    #expect(member?.user.id == world.cy && deleted == gone.id)
  }

  @Test("an acknowledgement is kept with the next transaction, and never goes back")
  func acknowledging() throws {
    var world = try World.make(.open)
    world.service.acknowledge(through: world.service.logOffset)
    world.service.acknowledge(through: 0)
    world.service.acknowledge(through: .max)
    let newest = world.service.logOffset
    _ = try world.say(world.bob, "next")
    #expect(world.disk.tables.log.consumers[.gateway] == newest)
    #expect(try missed(&world).count == 1)
  }

  @Test("what is told again goes only to those who may see it now")
  func permissions() throws {
    var world = try World.make(.open)
    world.service.acknowledge(through: world.service.logOffset)
    _ = try world.say(world.bob, "before")
    try expectDone(
      world.ask(world.ann, .setOverwrite(channel: world.text, .everyone(of: world.guild, deny: .viewChannel)))
    )
    try world.restart()
    for event in World.events(try world.service.missed()) {
      if case .messageCreate = event.payload {
        guard case .viewers(_, _, let only) = event.audience else {
          Issue.record("\(event.audience)")
          continue
        }
        #expect(only == [world.ann])
      }
      if case .channelDelete(let channel) = event.payload {
        #expect(channel.id == world.text)
        #expect(event.audience == .members(guild: world.guild, only: [world.bob, world.cy]))
      }
    }
  }

  @Test("everything that moderators do is told again")
  func moderation() throws {
    var world = try World.make(.open)
    world.service.acknowledge(through: world.service.logOffset)
    let role = try world.makeRole(RoleChanges())
    try expectDone(world.ask(world.ann, .deleteRole(guild: world.guild, role: role.id)))
    _ = try world.invite()
    var changes = ChannelChanges()
    changes.name = .set("short-lived")
    guard
      case .channel(let channel) = world.ask(
        world.ann, .createChannel(guild: world.guild, kind: .text, changes))
    else { return }
    _ = world.ask(world.ann, .deleteChannel(channel.id))
    try expectDone(world.ask(world.ann, .banMember(guild: world.guild, user: world.cy, BanParameters())))
    let missed = try missed(&world)
    #expect(missed.contains(.roleDelete(guild: world.guild, role: role.id)))
    #expect(
      missed.contains { if case .channelDelete(let gone) = $0 { gone.name == channel.name } else { false } })
    #expect(missed.contains { if case .inviteCreate = $0 { true } else { false } })
    #expect(missed.contains { if case .banAdd(_, let user) = $0 { user.id == world.cy } else { false } })
    #expect(
      missed.contains { if case .memberRemove(_, let user) = $0 { user.id == world.cy } else { false } })
  }
}
