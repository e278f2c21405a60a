import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Audit log")
struct AuditTests {
  private func log(_ world: inout World, _ body: (inout AuditQuery) -> Void = { _ in }) throws -> [AuditEntry]
  {
    var query = AuditQuery(limit: 100)
    body(&query)
    let reply = world.ask(world.ann, .auditLog(guild: world.guild, query))
    guard case .auditLog(let view) = reply else { throw World.Unexpected(reply: reply) }
    return view.entries
  }

  @Test("every action with power leaves one line with its fields, actor and reason")
  func actions() throws {
    var world = try World.make(.open)
    let guild = world.guild
    var name = GuildChanges()
    name.name = .set("Nest")
    let role = try world.makeRole(RoleChanges())
    #expect(world.audits.map(\.action) == [.roleCreate])
    _ = world.ask(world.ann, .modifyGuild(guild, name))
    #expect(
      world.audits.first?.changes == [AuditChange(key: "name", old: .text("Roost"), new: .text("Nest"))])
    func expect(
      _ command: ChatCommand, _ actions: [AuditAction], target: Snowflake?,
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      try expectDone(world.ask(world.ann, command), sourceLocation: sourceLocation)
      #expect(world.audits.map(\.action) == actions, sourceLocation: sourceLocation)
      #expect(world.audits.allSatisfy { $0.userID == world.ann && $0.guildID == guild })
      #expect(world.audits.last?.targetID == target, sourceLocation: sourceLocation)
    }
    var rename = RoleChanges()
    rename.name = .set("r")
    try expect(.modifyRole(guild: guild, role: role.id, rename), [.roleUpdate], target: role.id)
    try expect(
      .moveRoles(guild: guild, [RolePlacement(role: role.id, position: 4)]), [.roleUpdate], target: role.id)
    try expect(
      .addMemberRole(guild: guild, user: world.bob, role: role.id), [.memberRoles], target: world.bob)
    let deny = PermissionOverwrite.everyone(of: guild, deny: .sendMessages)
    try expect(.setOverwrite(channel: world.text, deny), [.overwriteCreate], target: world.text)
    try expect(
      .setOverwrite(channel: world.text, .everyone(of: guild, deny: .viewChannel)), [.overwriteUpdate],
      target: world.text)
    try expect(.deleteOverwrite(channel: world.text, target: guild), [.overwriteDelete], target: world.text)
    var topic = ChannelChanges()
    topic.topic = .set("t")
    try expect(.modifyChannel(world.text, topic), [.channelUpdate], target: world.text)
    var both = MemberChanges()
    both.nick = .set("n")
    both.roles = .set([])
    try expect(
      .modifyMember(guild: guild, user: world.bob, both), [.memberUpdate, .memberRoles], target: world.bob)
    let said = try world.say(world.bob, "x")
    try expect(.deleteMessage(channel: world.text, message: said.id), [.messageDelete], target: world.bob)
    let more = try [world.say(world.bob, "1").id, world.say(world.bob, "2").id]
    try expect(.deleteMessages(channel: world.text, more), [.messageBulkDelete], target: world.text)
    let invite = try world.invite()
    try expect(.deleteInvite(code: invite), [.inviteDelete], target: nil)
    try expect(.kick(guild: guild, user: world.cy), [.memberKick], target: world.cy)
    try expect(.banMember(guild: guild, user: world.bob, BanParameters()), [.memberBan], target: world.bob)
    try expect(.unban(guild: guild, user: world.bob), [.memberUnban], target: world.bob)
    try expect(.deleteRole(guild: guild, role: role.id), [.roleDelete], target: role.id)
    try expect(.deleteChannel(world.voice), [.channelDelete], target: world.voice)
    let kept = try log(&world)
    #expect(kept.map(\.id) == kept.map(\.id).sorted(by: >))
    try world.restart()
    #expect(try log(&world) == kept)
  }

  @Test("moves and disconnections are told with their channel")
  func voice() throws {
    var world = try World.make(.open)
    let other = try world.makeChannel(.voice, "other", [])
    try expectDone(world.join(world.bob, world.voice))
    var changes = MemberChanges()
    for (channel, action) in [(other.id, AuditAction.memberMove), (nil, .memberDisconnect)] {
      changes.channelID = .set(channel)
      try expectDone(world.ask(world.ann, .modifyMember(guild: world.guild, user: world.bob, changes)))
      #expect(world.audits.map(\.action) == [action])
    }
    #expect(try log(&world)[1].options == [.init("channel_id", .id(other.id)), .init("count", .text("1"))])
  }

  @Test("what everybody may do to themselves and what was refused leaves no line")
  func silence() throws {
    var world = try World.make(.open)
    let said = try world.say(world.bob, "x")
    try expectDone(world.ask(world.bob, .deleteMessage(channel: world.text, message: said.id)))
    _ = world.ask(world.bob, .kick(guild: world.guild, user: world.cy))
    try expectDone(world.ask(world.bob, .leaveGuild(world.guild)))
    #expect(try log(&world).map(\.action) == [.inviteCreate], "the world's own")
  }

  @Test("the log is filtered, paged and only for those who may read it")
  func queries() throws {
    var world = try World.make(.open)
    _ = try world.give(world.bob, [.viewAuditLog, .kickMembers])
    try expectDone(world.ask(world.bob, .kick(guild: world.guild, user: world.cy)))
    let kick = try #require(world.audits.first)
    let bob = world.bob
    #expect(try log(&world) { $0.user = bob } == [kick])
    #expect(try log(&world) { $0.action = AuditAction.memberKick.rawValue } == [kick])
    #expect(try log(&world) { $0.action = 999 } == [])
    let all = try log(&world)
    #expect(try log(&world) { $0.limit = 2 } == Array(all.prefix(2)))
    #expect(try log(&world) { $0.anchor = .before(all[1].id) } == Array(all.dropFirst(2)))
    #expect(try log(&world) { $0.anchor = .after(all[2].id) } == [all[1], all[0]])
    #expect(formCodes(world.ask(world.ann, .auditLog(guild: world.guild, AuditQuery(limit: 101)))).count == 1)
    #expect(
      world.ask(world.dot, .auditLog(guild: world.guild, AuditQuery(limit: 1))) == code(.missingAccess))
    let invite = try world.invite()
    try expectDone(world.ask(world.dot, .acceptInvite(code: invite)))
    #expect(
      world.ask(world.dot, .auditLog(guild: world.guild, AuditQuery(limit: 1))) == code(.missingPermissions))
  }

  @Test("only those who may read the log are told, also after their roles change")
  func audience() throws {
    var world = try World.make(.open)
    func told() throws -> Set<Snowflake>? {
      _ = try world.makeRole(RoleChanges())
      guard case .members(_, let only)? = world.auditAudiences.first else { return nil }
      return only
    }
    #expect(try told() == [world.ann])
    let reader = try world.give(world.bob, .viewAuditLog)
    #expect(try told() == [world.ann, world.bob])
    var changes = MemberChanges()
    changes.timedOutUntil = .set(WallTime(milliseconds: world.now + 60_000))
    try expectDone(world.ask(world.ann, .modifyMember(guild: world.guild, user: world.bob, changes)))
    #expect(try told() == [world.ann], "a time-out takes the permission away")
    world.now += 60_000
    #expect(try told() == [world.ann, world.bob])
    try expectDone(
      world.ask(world.ann, .removeMemberRole(guild: world.guild, user: world.bob, role: reader.id)))
    #expect(try told() == [world.ann])
    _ = try world.give(world.cy, .administrator)
    #expect(try told() == [world.ann, world.cy])
  }

  @Test("entries older than 45 days go with the next one")
  func retention() throws {
    var world = try World.make(.open)
    world.now += Limits.auditAge + 60_000
    let role = try world.makeRole(RoleChanges())
    #expect(try log(&world).map(\.targetID) == [role.id])
  }
}
