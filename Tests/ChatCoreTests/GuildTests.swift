import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Guilds, channels, members, invites")
struct GuildTests {
  @Test("a new guild has @everyone, a text and a voice channel and its owner")
  func create() throws {
    var world = try World.make(.open)
    let made = try snapshot(world.ask(world.dot, .createGuild(name: " Nest ", owner: nil)))
    #expect(made.guild.name == "Nest" && made.guild.ownerID == world.dot)
    #expect(made.guild.roles.map(\.id) == [made.guild.id])
    #expect(made.channels.map(\.kind) == [.text, .voice])
    #expect(made.members.map(\.user.id) == [world.dot] && made.memberCount == 1)
    #expect(
      world.events == [ChatEvent(audience: .user(world.dot), payload: .guildCreate(made))])
    #expect(
      formCodes(world.ask(world.dot, .createGuild(name: "x", owner: nil)))
        == ["BASE_TYPE_BAD_LENGTH"])
    let operated = try snapshot(
      world.ask(.system, .createGuild(name: "Demo", owner: world.bob)))
    #expect(operated.guild.ownerID == world.bob)
    guard case .guilds(let rows) = world.ask(world.bob, .currentGuilds) else { return }
    #expect(rows.map(\.isOwner) == [false, true])
    #expect(rows.last?.permissions == .all && rows.first?.permissions == .newGuildDefault)
    try world.restart()
    #expect(try snapshot(world.ask(world.dot, .guild(made.guild.id))) == made)
  }

  @Test("joining tells the newcomer, the others and the system channel, in that order")
  func join() throws {
    var world = try World.make(.open)
    let invite = try world.invite()
    try expectDone(world.ask(world.dot, .acceptInvite(code: invite)))
    #expect(
      world.events.map(\.audience) == [
        .user(world.dot), .guildExcept(world.guild, user: world.dot),
        .viewers(guild: world.guild, channel: world.text, only: nil),
      ])
    guard case .messageCreate(let welcome)? = world.events.last?.payload else {
      Issue.record("no message")
      return
    }
    #expect(welcome.message.kind == .join && welcome.author.id == world.dot)
    try expectDone(world.ask(world.dot, .acceptInvite(code: invite)))
    #expect(world.events == [], "a member already")
    var edit = MessageChanges()
    edit.content = .set("x")
    #expect(
      world.ask(
        world.dot, .editMessage(channel: world.text, message: welcome.message.id, edit))
        == code(.systemMessage))
  }

  @Test("leaving and being kicked end voice and membership; the owner stays")
  func leave() throws {
    var world = try World.make(.open)
    try expectDone(world.join(world.bob, world.voice))
    #expect(world.ask(world.bob, .leaveGuild(world.guild)) == .done)
    #expect(
      world.events.map(\.audience) == [
        .viewers(guild: world.guild, channel: world.voice, only: nil),
        .guildExcept(world.guild, user: world.bob), .user(world.bob),
      ])
    #expect(world.events.last?.payload == .guildDelete(guild: world.guild))
    #expect(world.ask(world.bob, .guild(world.guild)) == code(.missingAccess))
    #expect(world.ask(world.ann, .leaveGuild(world.guild)) == code(.invalidGuild))
    let kick = ChatCommand.kick(guild: world.guild, user: world.ann)
    #expect(world.ask(world.cy, kick) == code(.missingPermissions))
    _ = try world.give(world.cy, .kickMembers)
    #expect(world.ask(world.cy, kick) == code(.missingPermissions), "nobody kicks the owner")
    #expect(
      world.ask(world.ann, .kick(guild: world.guild, user: world.dot)) == code(.unknownMember))
    #expect(world.ask(world.ann, .kick(guild: world.guild, user: world.cy)) == .done)
    #expect(try world.wholeGuild().members.map(\.user.id) == [world.ann])
  }

  @Test("channels are made, changed and deleted by those who manage them")
  func channels() throws {
    var world = try World.make(.open)
    var changes = ChannelChanges()
    changes.name = .set("Öff Topic")
    let create = ChatCommand.createChannel(guild: world.guild, kind: .text, changes)
    #expect(world.ask(world.bob, create) == code(.missingPermissions))
    let made = try channel(world.ask(world.ann, create))
    #expect(made.name == "öff-topic" && made.position == 1)
    #expect(world.events.map(\.payload) == [.channelCreate(made)])
    #expect(
      formCodes(
        world.ask(world.ann, .createChannel(guild: world.guild, kind: .text, ChannelChanges())))
        == ["BASE_TYPE_REQUIRED"])
    var bad = ChannelChanges()
    bad.topic = .set(String(repeating: "x", count: 1025))
    bad.rateLimitPerUser = .set(-1)
    bad.name = .set("")
    bad.position = .set(.max)
    bad.parentID = .set(world.voice)
    let reply = world.ask(world.ann, .modifyChannel(made.id, bad))
    #expect(
      formCodes(reply) == [
        "BASE_TYPE_BAD_LENGTH", "NUMBER_TYPE_MAX", "CHANNEL_PARENT_INVALID_TYPE",
        "BASE_TYPE_MAX_LENGTH", "NUMBER_TYPE_MIN",
      ])
    var voice = ChannelChanges()
    voice.userLimit = .set(100)
    voice.bitrate = .set(7_999)
    #expect(
      formCodes(world.ask(world.ann, .modifyChannel(world.voice, voice)))
        == ["NUMBER_TYPE_MIN", "NUMBER_TYPE_MAX"])
    changes.topic = .set("t")
    changes.name = .keep
    let changed = try channel(world.ask(world.ann, .modifyChannel(made.id, changes)))
    #expect(changed.topic == "t" && world.events.map(\.payload) == [.channelUpdate(changed)])
    #expect(world.ask(world.ann, .deleteChannel(made.id)) == .channel(changed))
    #expect(world.events.map(\.payload) == [.channelDelete(changed)])
    #expect(world.ask(world.ann, .channel(made.id)) == code(.unknownChannel))
  }

  @Test("a category hands its overwrites to children made in it, and frees them when it goes")
  func categories() throws {
    var world = try World.make(.open)
    let hidden = PermissionOverwrite.everyone(of: world.guild, deny: .viewChannel)
    let category = try world.makeChannel(.category, "C", [hidden])
    var changes = ChannelChanges()
    changes.name = .set("child")
    changes.parentID = .set(category.id)
    let child = try channel(
      world.ask(world.ann, .createChannel(guild: world.guild, kind: .text, changes)))
    #expect(child.overwrites == [hidden] && child.parentID == category.id)
    #expect(
      world.events.map(\.audience) == [
        .viewers(guild: world.guild, channel: child.id, only: [world.ann])
      ])
    try expectDone(world.ask(world.ann, .deleteChannel(category.id)))
    #expect(world.events.count == 2)
    #expect(try channel(world.ask(world.ann, .channel(child.id))).parentID == nil)
  }

  @Test("deleting the system channel silences join messages")
  func systemChannel() throws {
    var world = try World.make(.open)
    var parameters = InviteParameters()
    parameters.maxUses = 1
    let reply = world.ask(world.ann, .createInvite(channel: world.voice, parameters))
    guard case .invite(let view) = reply else { throw World.Unexpected(reply: reply) }
    try expectDone(world.ask(world.ann, .deleteChannel(world.text)))
    let told = world.events.map(\.payload)
    let guild = try world.wholeGuild().guild
    #expect(guild.systemChannelID == nil)
    #expect(told.first == .guildUpdate(guild))
    try expectDone(world.ask(world.dot, .acceptInvite(code: view.invite.code)))
    #expect(!world.events.contains { if case .messageCreate = $0.payload { true } else { false } })
  }

  @Test("hiding a channel takes it away at once, and showing it gives it back")
  func visibility() throws {
    var world = try World.make(.open)
    try expectDone(world.join(world.bob, world.voice))
    let deny = PermissionOverwrite.everyone(of: world.guild, deny: .viewChannel)
    try expectDone(world.ask(world.ann, .setOverwrite(channel: world.voice, deny)))
    let lost = Set([world.bob, world.cy])
    func viewers(_ only: Set<Snowflake>) -> Audience {
      .viewers(guild: world.guild, channel: world.voice, only: only)
    }
    #expect(
      world.events.map(\.audience) == [viewers([world.ann]), viewers([world.ann, world.bob]), viewers(lost)])
    guard case .voiceStateUpdate(let state)? = world.events.dropFirst().first?.payload,
      case .channelDelete(let gone)? = world.events.last?.payload
    else {
      Issue.record("\(world.events)")
      return
    }
    #expect(state.state.channelID == nil && gone.id == world.voice)
    #expect(world.ask(world.bob, .channel(world.voice)) == code(.missingAccess))

    let role = try world.give(world.bob, [])
    let allow = PermissionOverwrite(
      id: role.id, target: .role, allow: .viewChannel, deny: [])
    try expectDone(world.ask(world.ann, .setOverwrite(channel: world.voice, allow)))
    #expect(world.events.map(\.audience) == [viewers([world.ann]), viewers([world.bob])])
    try expectDone(
      world.ask(
        world.ann, .removeMemberRole(guild: world.guild, user: world.bob, role: role.id)))
    #expect(world.events.map(\.audience) == [.guild(world.guild), viewers([world.bob])])
    try expectDone(
      world.ask(world.ann, .deleteOverwrite(channel: world.voice, target: world.guild)))
    #expect(world.events.map(\.audience) == [viewers([world.ann]), viewers(lost)])
    #expect(
      world.ask(world.ann, .deleteOverwrite(channel: world.voice, target: world.guild))
        == code(.unknownOverwrite))
  }

  @Test("messages in a restricted channel go to its viewers only, from the next event on")
  func audiences() throws {
    var world = try World.make(.open)
    let secret = try world.makeChannel(
      .text, "s",
      [
        .everyone(of: world.guild, deny: .viewChannel),
        .member(world.bob, allow: .viewChannel),
      ])
    func audience(_ world: inout World) throws -> Set<Snowflake>? {
      try expectDone(
        world.ask(world.ann, .createMessage(channel: secret.id, MessageDraft(content: "x"))))
      guard case .viewers(_, _, let only)? = world.events.first?.audience else { return nil }
      return only
    }
    #expect(try audience(&world) == [world.ann, world.bob])
    let role = try world.give(world.cy, .administrator)
    #expect(try audience(&world) == [world.ann, world.bob, world.cy])
    try expectDone(world.ask(world.ann, .deleteRole(guild: world.guild, role: role.id)))
    #expect(try audience(&world) == [world.ann, world.bob])
    try expectDone(world.ask(world.bob, .leaveGuild(world.guild)))
    #expect(try audience(&world) == [world.ann])
  }

  @Test("nobody hands out in overwrites what they do not have")
  func overwriteGrants() throws {
    var world = try World.make(.open)
    _ = try world.give(world.bob, [.manageRoles, .manageChannels])
    let ban = PermissionOverwrite.member(world.bob, allow: .muteMembers)
    #expect(
      world.ask(world.bob, .setOverwrite(channel: world.text, ban)) == code(.missingPermissions))
    let own = PermissionOverwrite.member(world.cy, allow: .sendMessages)
    #expect(world.ask(world.bob, .setOverwrite(channel: world.text, own)) == .done)
    #expect(world.ask(world.cy, .setOverwrite(channel: world.text, own)) == code(.missingPermissions))
    let stray = PermissionOverwrite(
      id: Snowflake(rawValue: 5), target: .role, allow: [], deny: [])
    #expect(world.ask(world.ann, .setOverwrite(channel: world.text, stray)) == code(.unknownRole))
  }

  @Test("invites end by age, by use and by hand")
  func invites() throws {
    var world = try World.make(.open)
    var parameters = InviteParameters()
    parameters.maxAge = 60
    parameters.maxUses = 1
    let create = ChatCommand.createInvite(channel: world.text, parameters)
    let reply = world.ask(world.bob, create)
    guard case .invite(let view) = reply else { throw World.Unexpected(reply: reply) }
    #expect(view.invite.code.utf8.count == 8 && view.inviter?.id == world.bob && view.memberCount == 3)
    #expect(
      world.events.map(\.audience) == [
        .viewers(guild: world.guild, channel: world.text, only: [world.ann])
      ])
    guard case .invite(let again) = world.ask(world.bob, create) else { return }
    #expect(again == view, "a like invite that nobody used is given again")
    parameters.isUnique = true
    guard
      case .invite(let other) = world.ask(
        world.bob, .createInvite(channel: world.text, parameters))
    else { return }
    #expect(other.invite.code != view.invite.code)
    #expect(world.ask(.nobody, .invite(code: view.invite.code)) == .invite(view))

    try expectDone(world.ask(world.dot, .acceptInvite(code: view.invite.code)))
    #expect(world.ask(.nobody, .invite(code: view.invite.code)) == code(.unknownInvite))
    world.now += 60_000
    #expect(world.ask(.nobody, .invite(code: other.invite.code)) == code(.unknownInvite))
    guard case .invites(let living) = world.ask(world.ann, .guildInvites(world.guild)) else { return }
    #expect(living.count == 1, "the one that the members came through")
    #expect(world.ask(world.bob, .channelInvites(world.text)) == code(.missingPermissions))
    let last = try #require(living.first).invite.code
    #expect(world.ask(world.bob, .deleteInvite(code: last)) == code(.missingPermissions))
    try expectDone(world.ask(world.ann, .deleteInvite(code: last)))
    #expect(world.ask(world.ann, .deleteInvite(code: last)) == code(.unknownInvite))
    parameters.maxAge = 604_801
    parameters.maxUses = 101
    let bad = world.ask(world.ann, .createInvite(channel: world.text, parameters))
    #expect(formCodes(bad) == ["NUMBER_TYPE_MAX", "NUMBER_TYPE_MAX"])
  }

  @Test("a used invite keeps its count across a restart")
  func inviteUses() throws {
    var world = try World.make(.open)
    let invite = try world.invite()
    try expectDone(world.ask(world.dot, .acceptInvite(code: invite)))
    let before = world.ask(.nobody, .invite(code: invite))
    guard case .invite(let view) = before else { throw World.Unexpected(reply: before) }
    #expect(view.invite.uses == 1, "the founders' invite was used up by uses, this one is new")
    try world.restart()
    #expect(world.ask(.nobody, .invite(code: invite)) == before)
  }

  @Test("members are listed by id, page by page")
  func members() throws {
    var world = try World.make(.open)
    func page(_ limit: Int, _ after: Snowflake?, _ world: inout World) -> [Snowflake] {
      guard
        case .members(let views, _) = world.ask(
          world.bob, .members(guild: world.guild, limit: limit, after: after))
      else { return [] }
      return views.map(\.user.id)
    }
    #expect(page(2, nil, &world) == [world.ann, world.bob])
    #expect(page(2, world.bob, &world) == [world.cy])
    #expect(
      formCodes(world.ask(world.bob, .members(guild: world.guild, limit: 1001, after: nil)))
        == ["NUMBER_TYPE_MAX"])
    #expect(
      world.ask(world.bob, .member(guild: world.guild, user: world.dot)) == code(.unknownMember))
    #expect(
      world.ask(world.dot, .member(guild: world.guild, user: world.ann)) == code(.missingAccess))
  }

  @Test("lists show members what they may see, and strangers nothing")
  func lists() throws {
    var world = try World.make(.open)
    let secret = try world.makeChannel(
      .text, "s", [.everyone(of: world.guild, deny: .viewChannel)])
    let role = try world.makeRole(RoleChanges())
    guard case .channels(let seen) = world.ask(world.bob, .channels(guild: world.guild)),
      case .channels(let all) = world.ask(world.ann, .channels(guild: world.guild)),
      case .roles(let roles) = world.ask(world.bob, .roles(guild: world.guild))
    else {
      Issue.record("no lists")
      return
    }
    #expect(seen.map(\.id) == [world.text, world.voice])
    #expect(all.map(\.id) == [world.text, world.voice, secret.id])
    #expect(roles.map(\.id) == [world.guild, role.id])
    guard case .user(let ann) = world.ask(world.dot, .user(world.ann)) else { return }
    #expect(ann.username == "ann")
    #expect(world.ask(world.dot, .user(Snowflake(rawValue: 1))) == code(.unknownUser))
    #expect(world.ask(.nobody, .user(world.ann)) == .failure(.unauthorized))
    for command in [
      ChatCommand.channels(guild: world.guild), .roles(guild: world.guild),
      .guildInvites(world.guild), .channelInvites(world.text), .channel(world.text),
      .voiceState(guild: world.guild, user: world.ann), .typing(channel: world.text),
      .leaveGuild(world.guild), .kick(guild: world.guild, user: world.bob),
      .createInvite(channel: world.text, InviteParameters()), .deleteChannel(world.text),
      .createRole(guild: world.guild, RoleChanges()),
      .modifyMember(guild: world.guild, user: world.bob, MemberChanges()),
      .requestMembers(guild: world.guild, .users([world.ann])),
    ] {
      #expect(world.ask(world.dot, command) == code(.missingAccess))
      #expect(world.ask(.nobody, command) == .failure(.unauthorized))
    }
    let nowhere = Snowflake(rawValue: 5)
    for command in [
      ChatCommand.channels(guild: nowhere), .guild(nowhere), .leaveGuild(nowhere),
      .createRole(guild: nowhere, RoleChanges()),
    ] {
      #expect(world.ask(world.ann, command) == code(.unknownGuild))
    }
  }
}
