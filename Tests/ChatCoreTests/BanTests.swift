import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Bans and bulk deletion")
struct BanTests {
  private func ban(
    _ user: Snowflake, _ world: borrowing World, seconds: Int = 0, reason: String? = nil
  ) -> ChatCommand {
    var parameters = BanParameters()
    parameters.deleteSeconds = seconds
    parameters.reason = reason
    return .banMember(guild: world.guild, user: user, parameters)
  }

  private func banned(_ world: inout World, _ page: BanPage) throws -> [Ban] {
    let reply = world.ask(world.ann, .bans(guild: world.guild, page))
    guard case .bans(let views) = reply else { throw World.Unexpected(reply: reply) }
    return views.map(\.ban)
  }

  @Test("a ban takes voice, membership and the way back, and moderators alone are told")
  func life() throws {
    var world = try World.make(.open)
    _ = try world.give(world.cy, .viewAuditLog)
    let invite = try world.invite()
    try expectDone(world.join(world.bob, world.voice))
    #expect(world.ask(world.ann, ban(world.bob, world, reason: "noise")) == .done)
    let kinds = world.events.map { event in
      switch event.payload {
      case .banAdd(_, let user): "ban \(user.username)"
      case .voiceStateUpdate(let view): view.state.channelID == nil ? "silence" : "voice"
      case .memberRemove: "remove"
      case .guildDelete: "gone"
      default: "other"
      }
    }
    #expect(kinds == ["ban bob", "silence", "remove", "gone"])
    #expect(world.events.first?.audience == .members(guild: world.guild, only: [world.ann, world.cy]))
    for isRestarted in [false, true] {
      if isRestarted { try world.restart() }
      #expect(world.ask(world.bob, .guild(world.guild)) == code(.missingAccess))
      #expect(world.ask(world.bob, .acceptInvite(code: invite)) == code(.userBanned))
      #expect(
        try banned(&world, BanPage(anchor: .newest, limit: 10)) == [
          Ban(guildID: world.guild, userID: world.bob, reason: "noise")
        ])
    }
    #expect(world.ask(world.ann, ban(world.bob, world)) == .done)
    #expect(world.events == [], "banned already")
    #expect(world.ask(world.ann, .unban(guild: world.guild, user: world.bob)) == .done)
    #expect(
      world.events.map(\.audience) == [.members(guild: world.guild, only: [world.ann, world.cy])])
    #expect(world.ask(world.ann, .unban(guild: world.guild, user: world.bob)) == code(.unknownBan))
    try expectDone(world.ask(world.bob, .acceptInvite(code: invite)))
  }

  @Test("rank, permission and the numbers are checked")
  func refusals() throws {
    var world = try World.make(.open)
    #expect(world.ask(world.cy, ban(world.bob, world)) == code(.missingPermissions))
    #expect(
      world.ask(world.cy, .bans(guild: world.guild, BanPage(anchor: .newest, limit: 1)))
        == code(.missingPermissions))
    _ = try world.give(world.cy, .banMembers)
    #expect(world.ask(world.cy, ban(world.ann, world)) == code(.missingPermissions), "the owner")
    #expect(world.ask(world.cy, ban(world.cy, world)) == code(.missingPermissions), "oneself")
    #expect(world.ask(world.cy, ban(world.guild, world)) == code(.unknownUser))
    #expect(
      world.ask(world.cy, .ban(guild: world.guild, user: world.bob)) == code(.unknownBan))
    #expect(formCodes(world.ask(world.cy, ban(world.bob, world, seconds: -1))) == ["NUMBER_TYPE_MIN"])
    #expect(
      formCodes(world.ask(world.cy, ban(world.bob, world, seconds: Limits.banDeleteSecondsMax + 1)))
        == ["NUMBER_TYPE_MAX"])
    #expect(world.events == [])
    try expectDone(world.ask(world.cy, ban(world.dot, world)))
    #expect(world.events.count == 1, "no member: only the ban is told")
  }

  @Test("recent messages of the banned go everywhere in the guild, older and others' stay")
  func purge() throws {
    var world = try World.make(.open)
    let old = try world.say(world.bob, "old")
    world.now += 60_000
    let other = try world.say(world.cy, "stays")
    let gone = [try world.say(world.bob, "one"), try world.say(world.bob, "two")]
    try expectDone(world.ask(world.ann, ban(world.bob, world, seconds: 30)))
    #expect(
      world.events.last
        == ChatEvent(
          audience: .viewers(guild: world.guild, channel: world.text, only: nil),
          payload: .messagesDelete(
            guild: world.guild, channel: world.text, messages: gone.map(\.id))))
    let reply = world.ask(world.ann, .messages(channel: world.text, .newest, limit: 100))
    guard case .messages(let left) = reply else { throw World.Unexpected(reply: reply) }
    let said = left.map(\.message).filter { $0.kind == .ordinary }
    #expect(said.map(\.id) == [other.id, old.id])
  }

  @Test("the list is paged by user id")
  func pages() throws {
    var world = try World.make(.open)
    let users = [world.bob, world.cy, world.dot].sorted()
    for user in users { try expectDone(world.ask(world.ann, ban(user, world))) }
    for (anchor, limit, expected) in [
      (HistoryAnchor.newest, 2, [0, 1]), (.after(users[0]), 9, [1, 2]), (.before(users[2]), 1, [1]),
      (.before(users[0]), 9, []),
    ] {
      let page = try banned(&world, BanPage(anchor: anchor, limit: limit))
      #expect(page.map(\.userID) == expected.map { users[$0] })
    }
  }

  @Test("many messages go at once, those that are gone are passed over")
  func bulk() throws {
    var world = try World.make(.open)
    let ids = try (0..<3).map { number in try world.say(world.bob, "\(number)").id }
    func delete(_ ids: [Snowflake]) -> ChatCommand { .deleteMessages(channel: world.text, ids) }
    #expect(world.ask(world.bob, delete(ids)) == code(.missingPermissions), "not even one's own")
    try expectDone(world.ask(world.ann, .deleteMessage(channel: world.text, message: ids[1])))
    #expect(world.ask(world.ann, delete(ids.reversed())) == .done)
    #expect(
      world.events.map(\.payload) == [
        .messagesDelete(guild: world.guild, channel: world.text, messages: [ids[0], ids[2]])
      ])
    #expect(world.ask(world.ann, delete(ids)) == .done)
    #expect(world.events == [])
    #expect(
      world.ask(world.ann, .message(channel: world.text, message: ids[0])) == code(.unknownMessage))
  }

  @Test("bulk deletion takes 2 to 100 different messages of the last two weeks")
  func bulkLimits() throws {
    var world = try World.make(.open)
    let id = try world.say(world.bob, "x").id
    func delete(_ ids: [Snowflake]) -> ChatCommand { .deleteMessages(channel: world.text, ids) }
    let others = (1...100).map { Snowflake(rawValue: id.rawValue + $0) }
    #expect(formCodes(world.ask(world.ann, delete([id]))) == ["BASE_TYPE_BAD_LENGTH"])
    #expect(formCodes(world.ask(world.ann, delete(others + [id]))) == ["BASE_TYPE_BAD_LENGTH"])
    #expect(formCodes(world.ask(world.ann, delete([id, id]))) == ["SET_TYPE_ALREADY_CONTAINS_VALUE"])
    world.now += Limits.bulkDeleteAge
    let new = try world.say(world.bob, "new").id
    #expect(world.ask(world.ann, delete([id, new])) == code(.messageTooOld))
    #expect(world.events == [])
  }

  @Test("a bulk ban bans whom it can and names the others")
  func several() throws {
    var world = try World.make(.open)
    let strangers = Snowflake(rawValue: 77)
    let users = [world.bob, world.ann, strangers, world.dot, world.bob]
    let command = ChatCommand.banMembers(guild: world.guild, users, BanParameters())
    #expect(world.ask(world.cy, command) == code(.missingPermissions))
    #expect(
      world.ask(world.ann, command)
        == .bulkBan(banned: [world.bob, world.dot], failed: [world.ann, strangers, world.bob]))
    #expect(world.audits.map(\.targetID) == [world.bob, world.dot])
    #expect(world.ask(world.ann, command) == code(.bulkBanFailed))
    #expect(world.events == [])
    for wrong in [[], [Snowflake](repeating: world.cy, count: Limits.bulkBan + 1)] {
      #expect(
        formCodes(world.ask(world.ann, .banMembers(guild: world.guild, wrong, BanParameters()))).count == 1)
    }
    let moderator = try world.give(world.cy, [.banMembers, .manageGuild])
    var raise = RoleChanges()
    raise.position = .set(5)
    try expectDone(world.ask(world.ann, .modifyRole(guild: world.guild, role: moderator.id, raise)))
    let own = ChatCommand.banMembers(guild: world.guild, [world.cy], BanParameters())
    #expect(world.ask(world.cy, own) == code(.bulkBanFailed), "nobody outranks themselves")
  }
}
