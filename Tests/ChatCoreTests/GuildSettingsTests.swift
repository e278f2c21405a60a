import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Guild settings and order")
struct GuildSettingsTests {
  private func patch(_ world: borrowing World, _ body: (inout GuildChanges) -> Void) -> ChatCommand {
    var changes = GuildChanges()
    body(&changes)
    return .modifyGuild(world.guild, changes)
  }

  @Test("settings are kept, told and survive a restart")
  func settings() throws {
    var world = try World.make(.open)
    let rules = try world.makeChannel(.announcement, "Rules Here", [])
    #expect(rules.name == "rules-here")
    let command = patch(world) {
      $0.description = .set("a nest")
      $0.verificationLevel = .set(1)
      $0.defaultNotifications = .set(1)
      $0.contentFilter = .set(2)
      $0.afkChannelID = .set(world.voice)
      $0.afkTimeout = .set(900)
      $0.systemChannelFlags = .set(.suppressJoins)
      $0.rulesChannelID = .set(rules.id)
      $0.updatesChannelID = .set(world.text)
      $0.alertsChannelID = .set(world.text)
      $0.locale = .set("de")
      $0.features = .set(["NEWS", GuildSettings.community])
      $0.showsProgressBar = .set(true)
    }
    #expect(world.ask(world.bob, command) == code(.missingPermissions))
    let guild = try snapshot(world.ask(world.ann, command)).guild
    #expect(guild.settings.afkChannelID == world.voice && guild.settings.locale == "de")
    #expect(guild.settings.features == [GuildSettings.community], "NEWS is not for a PATCH to give")
    #expect(world.events == [ChatEvent(audience: .guild(world.guild), payload: .guildUpdate(guild))])
    try world.restart()
    #expect(try world.wholeGuild().guild == guild)
    #expect(world.ask(world.ann, .deleteChannel(rules.id)) == code(.communityChannel))
    _ = try channel(world.ask(world.ann, .deleteChannel(world.voice)))
    #expect(try world.wholeGuild().guild.settings.afkChannelID == nil)
    let cleared = patch(world) {
      $0.features = .set([])
      $0.rulesChannelID = .set(nil)
    }
    #expect(try snapshot(world.ask(world.ann, cleared)).guild.settings.rulesChannelID == nil)
    _ = try channel(world.ask(world.ann, .deleteChannel(rules.id)))
  }

  @Test("settings out of range are refused by name")
  func refusals() throws {
    var world = try World.make(.open)
    let (text, voice) = (world.text, world.voice)
    func refused(_ body: (inout GuildChanges) -> Void) -> [String] {
      formCodes(world.ask(world.ann, patch(world, body)))
    }
    #expect(refused { $0.verificationLevel = .set(5) } == ["NUMBER_TYPE_MAX"])
    #expect(refused { $0.defaultNotifications = .set(2) } == ["NUMBER_TYPE_MAX"])
    #expect(refused { $0.contentFilter = .set(-1) } == ["NUMBER_TYPE_MIN"])
    #expect(refused { $0.afkTimeout = .set(61) } == ["BASE_TYPE_CHOICES"])
    #expect(
      refused { $0.description = .set(String(repeating: "x", count: 301)) } == ["BASE_TYPE_MAX_LENGTH"])
    #expect(refused { $0.features = .set([GuildSettings.community]) }.count == 2)
    let wrong = patch(world) { $0.afkChannelID = .set(text) }
    #expect(world.ask(world.ann, wrong) == code(.wrongChannelType))
    #expect(
      world.ask(world.ann, patch(world) { $0.rulesChannelID = .set(voice) }) == code(.wrongChannelType))
    #expect(
      world.ask(world.ann, patch(world) { $0.alertsChannelID = .set(world.guild) })
        == code(.unknownChannel))
  }

  @Test("verification levels hold newcomers without a role back")
  func verification() throws {
    var world = try World.make(.open)
    _ = try snapshot(world.ask(world.ann, patch(world) { $0.verificationLevel = .set(3) }))
    let draft = ChatCommand.createMessage(channel: world.text, MessageDraft(content: "hi"))
    #expect(world.ask(world.bob, draft) == code(.verificationLevel))
    _ = try message(world.ask(world.ann, draft))
    world.now += Limits.verifiedAccountAge
    #expect(world.ask(world.bob, draft) == code(.verificationLevel), "a member for too short a time")
    _ = try world.give(world.cy, [])
    _ = try message(world.ask(world.cy, draft))
    world.now += Limits.verifiedMemberAge
    _ = try message(world.ask(world.bob, draft))
  }

  @Test("paused invites lead nowhere, and joins may be silent")
  func joins() throws {
    var world = try World.make(.open)
    let invite = try world.invite()
    _ = try snapshot(
      world.ask(world.ann, patch(world) { $0.features = .set([GuildSettings.invitesDisabled]) }))
    #expect(world.ask(world.dot, .acceptInvite(code: invite)) == code(.unknownInvite))
    _ = try snapshot(
      world.ask(
        world.ann,
        patch(world) {
          $0.features = .set([])
          $0.systemChannelFlags = .set(.suppressJoins)
        }))
    try expectDone(world.ask(world.dot, .acceptInvite(code: invite)))
    #expect(world.events.allSatisfy { if case .messageCreate = $0.payload { false } else { true } })
  }

  @Test("roles move below the mover's own, and only there")
  func roles() throws {
    var world = try World.make(.open)
    var high = RoleChanges()
    high.permissions = .set(.manageRoles)
    let chief = try world.makeRole(high)
    let (low, other) = (try world.makeRole(RoleChanges()), try world.makeRole(RoleChanges()))
    let guild = world.guild
    func move(_ rows: (Role, Int?)...) -> ChatCommand {
      .moveRoles(
        guild: guild, rows.map { RolePlacement(role: $0.0.id, position: $0.1) })
    }
    guard case .roles(let sorted) = world.ask(world.ann, move((chief, 3), (low, 2), (other, nil))) else {
      Issue.record("not moved")
      return
    }
    #expect(sorted.map(\.id) == [world.guild, other.id, low.id, chief.id])
    #expect(world.events.count == 2, "what stays is not told of")
    try expectDone(world.ask(world.ann, .addMemberRole(guild: guild, user: world.bob, role: chief.id)))
    #expect(world.ask(world.bob, move((low, 4))) == code(.missingPermissions), "above the mover")
    #expect(world.ask(world.bob, move((chief, 1))) == code(.missingPermissions), "the mover's own")
    #expect(world.ask(world.cy, move((low, 1))) == code(.missingPermissions))
    try expectDone(world.ask(world.bob, move((other, 2), (low, 1))))
    try world.restart()
    #expect(world.ask(world.ann, .role(guild: guild, role: low.id)) != code(.unknownRole))
    #expect(try world.wholeGuild().guild.roles.map(\.id) == [guild, low.id, other.id, chief.id])
    #expect(formCodes(world.ask(world.ann, move((low, 0)))) == ["NUMBER_TYPE_MIN"])
    let everyone = ChatCommand.moveRoles(guild: guild, [RolePlacement(role: guild, position: 2)])
    #expect(world.ask(world.ann, everyone) == code(.invalidRole))
    #expect(world.ask(world.ann, .role(guild: guild, role: world.ann)) == code(.unknownRole))
    #expect(
      world.ask(world.cy, .roleMemberCounts(guild: guild))
        == .roleMemberCounts(
          [chief, low, other].map { RoleMemberCount(role: $0.id, count: $0.id == chief.id ? 1 : 0) }))
  }

  @Test("a role's colours and emoji are checked and kept")
  func style() throws {
    var world = try World.make(.open)
    var changes = RoleChanges()
    changes.secondaryColor = .set(0xFF)
    changes.tertiaryColor = .set(0xFFFF)
    changes.unicodeEmoji = .set("👍")
    let role = try world.makeRole(changes)
    #expect(role.unicodeEmoji == "👍" && role.tertiaryColor == 0xFFFF)
    try world.restart()
    #expect(try world.wholeGuild().guild.role(role.id) == role)
    changes.secondaryColor = .set(nil)
    changes.unicodeEmoji = .set("no")
    #expect(
      formCodes(world.ask(world.ann, .modifyRole(guild: world.guild, role: role.id, changes)))
        == ["BASE_TYPE_REQUIRED", "STRING_TYPE_REGEX"])
  }

  @Test("channels move together and take over their category's overwrites")
  func channels() throws {
    var world = try World.make(.open)
    let secret = try world.makeChannel(
      .category, "secret", [.everyone(of: world.guild, deny: .viewChannel)])
    var row = ChannelPlacement(channel: world.text, position: 4)
    row.parentID = .set(secret.id)
    row.copiesOverwrites = true
    let other = ChannelPlacement(channel: world.voice, position: 2)
    let command = ChatCommand.moveChannels(guild: world.guild, [row, other])
    #expect(world.ask(world.bob, command) == code(.missingPermissions))
    #expect(world.ask(world.ann, command) == .done)
    #expect(world.ask(world.bob, .channel(world.text)) == code(.missingAccess))
    let moved = try channel(world.ask(world.ann, .channel(world.text)))
    #expect(moved.position == 4 && moved.parentID == secret.id && moved.overwrites == secret.overwrites)
    #expect(try channel(world.ask(world.bob, .channel(world.voice))).position == 2)
    row.parentID = .set(world.voice)
    #expect(
      formCodes(world.ask(world.ann, .moveChannels(guild: world.guild, [row])))
        == ["CHANNEL_PARENT_INVALID_TYPE"])
    #expect(
      world.ask(
        world.ann, .moveChannels(guild: world.guild, [ChannelPlacement(channel: secret.guildID, position: 1)])
      )
        == code(.unknownChannel))
  }

  @Test("text becomes announcements and back, and nothing else changes its kind")
  func kinds() throws {
    var world = try World.make(.open)
    var changes = ChannelChanges()
    changes.kind = .set(.announcement)
    #expect(try channel(world.ask(world.ann, .modifyChannel(world.text, changes))).kind == .announcement)
    try world.restart()
    #expect(try channel(world.ask(world.ann, .channel(world.text))).kind == .announcement)
    #expect(formCodes(world.ask(world.ann, .modifyChannel(world.voice, changes))) == ["BASE_TYPE_CHOICES"])
  }
}
