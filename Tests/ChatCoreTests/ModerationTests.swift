import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Roles and moderation")
struct ModerationTests {
  private func patch(_ user: Snowflake, _ world: borrowing World, _ body: (inout MemberChanges) -> Void)
    -> ChatCommand
  {
    var changes = MemberChanges()
    body(&changes)
    return .modifyMember(guild: world.guild, user: user, changes)
  }

  @Test("roles are made and changed below one's own, with permissions one has")
  func roles() throws {
    var world = try World.make(.open)
    let chief = try world.give(world.bob, [.manageRoles, .kickMembers])
    var raise = RoleChanges()
    raise.position = .set(5)
    try expectDone(world.ask(world.ann, .modifyRole(guild: world.guild, role: chief.id, raise)))

    var changes = RoleChanges()
    changes.name = .set("helpers")
    changes.permissions = .set(.kickMembers)
    changes.color = .set(0xABCDEF)
    let reply = world.ask(world.bob, .createRole(guild: world.guild, changes))
    guard case .role(let helpers) = reply else { throw World.Unexpected(reply: reply) }
    #expect(helpers.name == "helpers" && helpers.position == 1 && helpers.color == 0xABCDEF)
    #expect(
      world.events == [
        ChatEvent(
          audience: .guild(world.guild), payload: .roleCreate(guild: world.guild, helpers))
      ])
    changes.permissions = .set([.kickMembers, .banMembers])
    #expect(
      world.ask(world.bob, .createRole(guild: world.guild, changes)) == code(.missingPermissions))
    #expect(
      world.ask(world.bob, .modifyRole(guild: world.guild, role: helpers.id, changes))
        == code(.missingPermissions))
    #expect(
      world.ask(world.bob, .modifyRole(guild: world.guild, role: chief.id, RoleChanges()))
        == code(.missingPermissions), "not one's own highest")
    changes = RoleChanges()
    changes.position = .set(6)
    #expect(
      world.ask(world.bob, .modifyRole(guild: world.guild, role: helpers.id, changes))
        == code(.missingPermissions), "not above oneself")
    #expect(
      world.ask(world.bob, .deleteRole(guild: world.guild, role: world.guild)) == code(.invalidRole))
    #expect(
      world.ask(world.cy, .deleteRole(guild: world.guild, role: helpers.id))
        == code(.missingPermissions))
    try expectDone(
      world.ask(
        world.bob, .addMemberRole(guild: world.guild, user: world.cy, role: helpers.id)))
    #expect(
      world.ask(world.bob, .addMemberRole(guild: world.guild, user: world.cy, role: chief.id))
        == code(.missingPermissions))
    try expectDone(world.ask(world.bob, .deleteRole(guild: world.guild, role: helpers.id)))
    let member = try #require(try world.wholeGuild().members.first { $0.user.id == world.cy })
    #expect(member.member.roles == [])
    try world.restart()
    #expect(try world.wholeGuild().guild.roles.map(\.id) == [world.guild, chief.id])
  }

  @Test("@everyone keeps its name and place, and its permissions count at once")
  func everyone() throws {
    var world = try World.make(.open)
    var changes = RoleChanges()
    changes.name = .set("all")
    changes.position = .set(9)
    changes.permissions = .set([.viewChannel])
    let reply = world.ask(world.ann, .modifyRole(guild: world.guild, role: world.guild, changes))
    guard case .role(let role) = reply else { throw World.Unexpected(reply: reply) }
    #expect(role.name == "@everyone" && role.position == 0)
    #expect(
      world.ask(world.bob, .createMessage(channel: world.text, MessageDraft(content: "x")))
        == code(.missingPermissions))
  }

  @Test("nicknames: one's own with CHANGE_NICKNAME, others' with MANAGE_NICKNAMES and rank")
  func nicknames() throws {
    var world = try World.make(.open)
    let own = world.ask(world.bob, patch(world.bob, world) { $0.nick = .set(" Bobby ") })
    guard case .member(let view) = own else { throw World.Unexpected(reply: own) }
    #expect(view.member.nick == "Bobby" && view.user.id == world.bob)
    #expect(
      world.events == [ChatEvent(audience: .guild(world.guild), payload: .memberUpdate(view))])
    let other = patch(world.bob, world) { $0.nick = .set("x") }
    #expect(world.ask(world.cy, other) == code(.missingPermissions))
    _ = try world.give(world.cy, .manageNicknames)
    try expectDone(world.ask(world.cy, other))
    #expect(
      world.ask(world.cy, patch(world.ann, world) { $0.nick = .set("x") })
        == code(.missingPermissions))
    let long = patch(world.bob, world) { $0.nick = .set(String(repeating: "n", count: 33)) }
    #expect(formCodes(world.ask(world.bob, long)) == ["BASE_TYPE_MAX_LENGTH"])
    let removed = world.ask(world.bob, patch(world.bob, world) { $0.nick = .set("") })
    guard case .member(let plain) = removed else { throw World.Unexpected(reply: removed) }
    #expect(plain.member.nick == nil)
  }

  @Test("a time-out silences, ends voice, and ends by itself")
  func timeouts() throws {
    var world = try World.make(.open)
    try expectDone(world.join(world.bob, world.voice))
    let until = WallTime(milliseconds: world.now + 60_000)
    let command = patch(world.bob, world) { $0.timedOutUntil = .set(until) }
    #expect(world.ask(world.cy, command) == code(.missingPermissions))
    try expectDone(world.ask(world.ann, command))
    #expect(world.events.count == 2, "the member and its voice state")
    let create = ChatCommand.createMessage(channel: world.text, MessageDraft(content: "x"))
    #expect(world.ask(world.bob, create) == code(.missingPermissions))
    try expectDone(world.join(world.bob, world.voice))
    #expect(world.events == [], "no CONNECT")
    world.now += 60_000
    try expectDone(world.ask(world.bob, create))
    let long = WallTime(milliseconds: world.now + Limits.timeoutMax + 1_000)
    let tooLong = patch(world.bob, world) { $0.timedOutUntil = .set(long) }
    #expect(formCodes(world.ask(world.ann, tooLong)) == ["DATE_TIME_TYPE_INVALID"])
    #expect(
      world.ask(world.ann, patch(world.ann, world) { $0.timedOutUntil = .set(until) })
        == code(.missingPermissions))
  }

  @Test("a refused field of a PATCH undoes the others")
  func atomic() throws {
    var world = try World.make(.open)
    _ = try world.give(world.cy, .manageNicknames)
    let command = patch(world.bob, world) {
      $0.nick = .set("x")
      $0.isMuted = .set(true)
    }
    #expect(world.ask(world.cy, command) == code(.targetNotInVoice))
    #expect(world.events == [])
    let member = try #require(try world.wholeGuild().members.first { $0.user.id == world.bob })
    #expect(member.member.nick == nil)
  }
}
