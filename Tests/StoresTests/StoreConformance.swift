import Base
import ChatCore
import Testing

/// What every store must do; written once, run for each kind.
struct StoreConformance {
  static let at = WallTime(milliseconds: 1_700_000_000_000)
  static let user = Snowflake(rawValue: 1001)
  static let guild = Snowflake(rawValue: 2001)
  static let channel = Snowflake(rawValue: 3001)

  /// A card with everything, and one with nothing but a title that JSON must escape.
  static var embeds: [Embed] {
    var full = Embed()
    full.title = "t\u{0}\"\\ 👍"
    full.description = "d"
    full.url = "https://example.org/"
    full.timestamp = at
    full.color = 0xFF_FFFF
    full.footer = Embed.Footer(text: "foot", iconURL: "https://example.org/f.png")
    full.imageURL = "https://example.org/i.png"
    full.thumbnailURL = "https://example.org/t.png"
    full.author = Embed.Author(name: "a", url: "https://a.example", iconURL: "https://b.example")
    full.fields = [
      Embed.Field(name: "n", value: "v", isInline: true), Embed.Field(name: "m", value: "w", isInline: false),
    ]
    var small = Embed()
    small.title = "\n"
    return [full, small]
  }

  /// An account, a guild with two roles, two channels, a member and an invite.
  static var world: [StoreWrite] {
    let everyone = Role(
      id: guild, name: "@everyone", color: 0, isHoisted: false, position: 0,
      permissions: .newGuildDefault, isManaged: false, isMentionable: false, botID: nil)
    var role = Role(
      id: Snowflake(rawValue: 2002), name: "rôle", color: 0xFF00FF, isHoisted: true, position: 3,
      permissions: Permissions(rawValue: .max), isManaged: true, isMentionable: true, botID: user)
    role.secondaryColor = 7
    role.tertiaryColor = 0
    role.unicodeEmoji = "👍"
    var text = Channel(id: channel, guildID: guild, kind: .text, name: "general", position: 1)
    text.parentID = Snowflake(rawValue: 3002)
    text.topic = "tøpic"
    text.isNSFW = true
    text.rateLimitPerUser = 5
    text.lastPinAt = at
    text.overwrites = [
      PermissionOverwrite(id: user, target: .member, allow: .sendMessages, deny: .viewChannel),
      PermissionOverwrite(id: guild, target: .role, allow: [], deny: Permissions(rawValue: 1 << 63)),
    ]
    var direct = Channel(
      id: Snowflake(rawValue: 3000), guildID: .noGuild, kind: .direct, name: "", position: 0)
    direct.recipients = [user, Snowflake(rawValue: 1002)]
    direct.closedBy = [Snowflake(rawValue: 1002)]
    var group = Channel(
      id: Snowflake(rawValue: 2999), guildID: .noGuild, kind: .group, name: "g", position: 0)
    group.recipients = [user]
    group.group = Channel.Group(ownerID: user, icon: "picture")
    let category = Channel(
      id: Snowflake(rawValue: 3002), guildID: guild, kind: .category, name: "c", position: 0)
    var invite = Invite(
      code: "abcdEFGH", guildID: guild, channelID: channel, inviterID: user, createdAt: at, maxAge: 60,
      maxUses: 2, isTemporary: true)
    invite.uses = 1
    var application = Application(
      id: Snowflake(rawValue: 1002), name: "bot", description: "d", ownerID: user, flags: 7, verifyKey: "ff")
    application.interactionsEndpoint = "https://bot.example/x"
    return [
      .account(account("ann", user)), .account(account("bot", Snowflake(rawValue: 1002))),
      .application(application),
      .command(command(2500, nil)), .guild(settledGuild), .command(command(3003, guild)),
      .role(guild: guild, everyone), .role(guild: guild, role), .channel(text), .channel(category),
      .channel(direct), .channel(group),
      .member(
        Member(
          guildID: guild, userID: user, nick: "nick", roles: [role.id], joinedAt: at, isMuted: true,
          isDeafened: false, timedOutUntil: at, isTemporary: true)),
      .invite(invite),
    ]
  }

  /// A guild in which every setting differs from a new one's.
  static var settledGuild: Guild {
    var made = Guild(id: guild, name: "g", ownerID: user, systemChannelID: channel, roles: [])
    made.settings.description = "d\u{0}\""
    made.settings.verificationLevel = 4
    made.settings.defaultNotifications = 1
    made.settings.contentFilter = 2
    made.settings.afkChannelID = channel
    made.settings.afkTimeout = 60
    made.settings.systemChannelFlags = SystemChannelFlags(rawValue: 63)
    made.settings.rulesChannelID = Snowflake(rawValue: .max)
    made.settings.updatesChannelID = channel
    made.settings.alertsChannelID = channel
    made.settings.locale = "de"
    made.settings.features = GuildSettings.changeableFeatures
    made.settings.showsProgressBar = true
    return made
  }

  static func account(_ name: String, _ id: Snowflake) -> Account {
    let isBot = name == "bot"
    return Account(
      user: User(id: id, username: name, globalName: isBot ? nil : "Ann", isBot: isBot),
      email: isBot ? nil : "\(name)@example.org", passwordHash: isBot ? nil : "hash", tokensValidAfter: at)
  }

  /// A forwarded message with everything.
  static var snapshot: MessageSnapshot {
    var made = MessageSnapshot(id: Snowflake(rawValue: 77), kind: .reply, content: "s\u{0}")
    made.editedAt = at
    made.flags = .suppressEmbeds
    made.mentions = [user]
    made.mentionedRoles = [guild]
    made.embeds = embeds
    return made
  }

  /// A command with everything.
  static func command(_ id: UInt64, _ guild: Snowflake?) -> ApplicationCommand {
    var body = CommandBody(kind: .chat, name: "ping")
    body.description = "d\u{0}"
    body.options = [.object([.init("type", .integer(3)), .init("max", .number(1.5))])]
    body.defaultPermissions = Permissions(rawValue: 1 << 52)
    body.isNSFW = true
    body.worksInPrivate = false
    body.nameLocalizations = .object([.init("de", .text("ping"))])
    body.descriptionLocalizations = .object([])
    return ApplicationCommand(
      id: Snowflake(rawValue: id), applicationID: Snowflake(rawValue: 1002), guildID: guild,
      version: Snowflake(rawValue: 9), body: body)
  }

  static func message(_ id: UInt64, _ content: String) -> Message {
    Message(
      id: Snowflake(rawValue: id), channelID: channel, guildID: guild, authorID: user, kind: .ordinary,
      content: content)
  }

  static func write<Store: ChatStore & ~Copyable>(
    _ writes: [StoreWrite], to store: inout Store
  ) throws {
    try store.begin()
    for write in writes { try store.apply(write) }
    try store.commit()
  }

  static func checkEverything<Store: ChatStore & ~Copyable>(_ store: inout Store) throws {
    #expect(try store.load() == ChatSnapshot())
    try checkSnapshot(&store)
    try checkReplacing(&store)
    try checkMessages(&store)
    try checkReactions(&store)
    try checkTallies(&store)
    try checkLog(&store)
    try StoreConformance.checkAudit(&store)
    try StoreConformance.checkPersonal(&store)
    try StoreConformance.checkWebhooks(&store)
    try StoreConformance.checkThreads(&store)
    try checkRollback(&store)
    try checkSearch(&store)
    try checkDeleting(&store)
  }

  static func checkSnapshot<Store: ChatStore & ~Copyable>(_ store: inout Store) throws {
    try write(world, to: &store)
    let snapshot = try store.load()
    #expect(snapshot.accounts.map(\.user.username) == ["ann", "bot"])
    var accounts: [Account] = []
    for write in world {
      switch write {
      case .account(let account): accounts.append(account)
      case .command(let command):
        #expect(snapshot.commands.contains(command) && snapshot.commands.count == 2)
      case .application(let application): #expect(snapshot.applications == [application])
      case .guild(let guild):
        #expect(snapshot.guilds.map(\.name) == [guild.name])
        #expect(snapshot.guilds.first?.systemChannelID == guild.systemChannelID)
        #expect(snapshot.guilds.first?.settings == guild.settings)
      case .role(_, let role): #expect(snapshot.guilds.first?.role(role.id) == role)
      case .channel(let channel):
        let kept = snapshot.channels.first { $0.id == channel.id }
        var expected = channel
        expected.overwrites.sort { $0.id < $1.id }
        var found = try #require(kept)
        found.overwrites.sort { $0.id < $1.id }
        #expect(found == expected)
      case .member(let member): #expect(snapshot.members == [member])
      case .invite(let invite): #expect(snapshot.invites == [invite])
      default: Issue.record("the world holds no such write")
      }
    }
    #expect(snapshot.accounts == accounts)
    #expect(snapshot.guilds.first?.roles.map(\.position) == [0, 3])
    #expect(snapshot.newestID == Snowflake(rawValue: 3003))
  }

  /// Writing everything again changes nothing: replacing must not delete what hangs on a row.
  static func checkReplacing<Store: ChatStore & ~Copyable>(_ store: inout Store) throws {
    let before = try store.load()
    try write(world, to: &store)
    #expect(try store.load() == before)
  }

  static func checkMessages<Store: ChatStore & ~Copyable>(_ store: inout Store) throws {
    var rich = message(5003, "c \u{0} 👍")
    rich.kind = .reply
    rich.isTTS = true
    rich.flags = .suppressEmbeds
    rich.nonce = .text("18446744073709551615")
    rich.mentionsEveryone = true
    rich.mentions = [user, Snowflake(rawValue: .max)]
    rich.mentionedRoles = [guild]
    rich.reference = MessageReference(channelID: channel, messageID: Snowflake(rawValue: 5001))
    rich.embeds = embeds
    rich.pinnedAt = at
    rich.reference?.guildID = guild
    rich.snapshot = snapshot
    rich.webhook = WebhookAuthor(name: "w\u{0}", avatar: "a_ff", applicationID: user)
    rich.components = [.object([.init("type", .integer(1)), .init("components", .list([]))])]
    rich.interaction = InteractionMetadata(
      id: guild, kind: .component, userID: user, name: "n\u{0}", messageID: channel)
    var numbered = message(5004, "d")
    numbered.nonce = .integer(-7)
    let all = [message(5001, "a"), message(5002, "b"), rich, numbered, message(5005, "")]
    try write(all.map { .message($0) }, to: &store)

    #expect(try store.message(channel: channel, id: rich.id) == rich)
    #expect(try store.message(channel: guild, id: rich.id) == nil)
    #expect(try store.message(channel: channel, id: Snowflake(rawValue: .max)) == nil)
    let last = Snowflake(rawValue: 5005)
    #expect(try store.load().channels.first { $0.id == channel }?.lastMessageID == last)
    #expect(try store.load().newestID == last)

    func ids(_ messages: [Message]) -> [UInt64] { messages.map(\.id.rawValue) }
    #expect(ids(try store.messages(channel: channel, before: nil, limit: 2)) == [5005, 5004])
    let bound = Snowflake(rawValue: 5003)
    #expect(ids(try store.messages(channel: channel, before: bound, limit: 100)) == [5002, 5001])
    #expect(ids(try store.messages(channel: channel, after: bound, limit: 1)) == [5004])
    let end = Snowflake(rawValue: .max)
    #expect(ids(try store.messages(channel: channel, before: end, limit: 1)) == [5005])
    #expect(ids(try store.messages(channel: channel, after: end, limit: 1)) == [])
    #expect(ids(try store.messages(channel: guild, before: nil, limit: 1)) == [])

    let nonces = try store.recentNonces(since: Snowflake(rawValue: 5001), limit: 10)
    #expect(nonces.map(\.nonce) == [.text("18446744073709551615"), .integer(-7)])
    #expect(nonces.map(\.messageID.rawValue) == [5003, 5004])
    #expect(try store.recentNonces(since: Snowflake(rawValue: 5004), limit: 10).count == 1)
    #expect(try store.recentNonces(since: Snowflake(rawValue: 1), limit: 1).count == 1)

    rich.content = "edited"
    rich.editedAt = at
    rich.flags = []
    rich.mentions = []
    rich.mentionsEveryone = false
    rich.embeds.removeLast()
    rich.snapshot = nil
    #expect(try store.pins(channel: channel, before: nil, limit: 9).map(\.id) == [rich.id])
    #expect(try store.pins(channel: channel, before: at, limit: 9) == [])
    numbered.pinnedAt = WallTime(milliseconds: at.milliseconds + 1)
    try write([.updateMessage(numbered)], to: &store)
    #expect(try store.pins(channel: channel, before: nil, limit: 9).map(\.id) == [numbered.id, rich.id])
    #expect(try store.pins(channel: channel, before: nil, limit: 1).map(\.id) == [numbered.id])
    #expect(try store.pins(channel: channel, before: numbered.pinnedAt, limit: 9).map(\.id) == [rich.id])
    rich.pinnedAt = nil
    try write([.updateMessage(rich)], to: &store)
    #expect(try store.message(channel: channel, id: rich.id) == rich)

    func written(_ after: UInt64?, _ limit: Int) throws -> [UInt64] {
      let place = after.map { MessagePlace(channelID: channel, messageID: Snowflake(rawValue: $0)) }
      return ids(try store.messages(author: user, after: place, limit: limit))
    }
    #expect(try written(nil, 2) == [5001, 5002] && written(5003, 9) == [5004, 5005])
    #expect(try store.messages(author: guild, after: nil, limit: 9) == [])

    func newest(_ since: UInt64, _ author: Snowflake, _ limit: Int) throws -> [UInt64] {
      try store.messageIDs(
        channel: channel, author: author, since: Snowflake(rawValue: since), limit: limit
      ).map(\.rawValue)
    }
    #expect(try newest(5003, user, 10) == [5005, 5004, 5003])
    #expect(try newest(0, user, 2) == [5005, 5004])
    #expect(try newest(0, guild, 10) == [])
  }

  static func checkReactions<Store: ChatStore & ~Copyable>(_ store: inout Store) throws {
    let id = Snowflake(rawValue: 5001)
    let thumb = ReactionEmoji(id: nil, name: "👍")
    let heart = ReactionEmoji(id: nil, name: "❤️")
    func reaction(_ emoji: ReactionEmoji, _ user: UInt64, _ time: Int64) -> StoreWrite {
      .reaction(
        message: id, emoji, user: Snowflake(rawValue: user), at: WallTime(milliseconds: time))
    }
    try write(
      [reaction(thumb, 9, 1), reaction(heart, 8, 2), reaction(thumb, 7, 3), reaction(thumb, 9, 4)],
      to: &store)
    #expect(
      try store.reactions(message: id, reader: Snowflake(rawValue: 8)) == [
        ReactionCount(emoji: thumb, count: 2, isMine: false),
        ReactionCount(emoji: heart, count: 1, isMine: true),
      ])
    #expect(try store.reactions(message: id, reader: nil).map(\.isMine) == [false, false])
    func users(_ after: UInt64?, _ limit: Int) throws -> [UInt64] {
      try store.reactionUsers(
        message: id, emoji: thumb, after: after.map(Snowflake.init(rawValue:)), limit: limit
      ).map(\.rawValue)
    }
    #expect(try users(nil, 10) == [7, 9])
    #expect(try users(nil, 1) == [7])
    #expect(try users(7, 10) == [9])
    try write(
      [.deleteReaction(message: id, heart, user: Snowflake(rawValue: 8))], to: &store)
    #expect(try store.reactions(message: id, reader: nil).map(\.emoji) == [thumb])
    try write([reaction(heart, 8, 5), .deleteReactions(message: id, thumb)], to: &store)
    #expect(try store.reactions(message: id, reader: nil).map(\.emoji) == [heart])
    try write([.deleteReactions(message: id, nil)], to: &store)
    #expect(try store.reactions(message: id, reader: nil) == [])
  }

  static func checkRollback<Store: ChatStore & ~Copyable>(_ store: inout Store) throws {
    let before = try store.load()
    try store.begin()
    try store.apply(.message(message(6001, "gone")))
    try store.apply(.account(account("eve", Snowflake(rawValue: 1003))))
    let gone = Snowflake(rawValue: 6001)
    #expect(try store.message(channel: channel, id: gone)?.content == "gone", "reads see the transaction")
    store.rollback()
    #expect(try store.message(channel: channel, id: gone) == nil)
    #expect(try store.load() == before)
    store.rollback()
    try write([.message(message(6002, "kept"))], to: &store)
    #expect(try store.message(channel: channel, id: Snowflake(rawValue: 6002)) != nil)
  }

  static func checkDeleting<Store: ChatStore & ~Copyable>(_ store: inout Store) throws {
    let role = Snowflake(rawValue: 2002)
    try write([.deleteRole(guild: guild, role: role)], to: &store)
    #expect(try store.load().guilds.first?.roles.map(\.id) == [guild])
    #expect(try store.load().members.map(\.roles) == [[]])
    let id = Snowflake(rawValue: 5001)
    try write([.deleteMessage(channel: channel, message: id)], to: &store)
    #expect(try store.message(channel: channel, id: id) == nil)
    #expect(try store.reactions(message: id, reader: nil) == [])
    try write(
      [
        .reaction(message: Snowflake(rawValue: 5002), ReactionEmoji(id: nil, name: "👍"), user: user, at: at),
        .deleteChannel(channel), .deleteMember(guild: guild, user: user),
      ], to: &store)
    let after = try store.load()
    try checkPersonalLeft(after.personal)
    #expect(after.channels.map(\.id.rawValue) == [2999, 3000, 3002])
    #expect(after.invites == [] && after.members == [])
    try checkSearchIsEmpty(&store)
    #expect(after.newestID == Snowflake(rawValue: 6112), "ids of what is deleted are not used again")
    #expect(try store.messages(channel: channel, before: nil, limit: 10) == [])
    #expect(try store.reactions(message: Snowflake(rawValue: 5002), reader: nil) == [])
    try checkDeletingGuild(&store)
  }

  private static func checkDeletingGuild<Store: ChatStore & ~Copyable>(_ store: inout Store) throws {
    try write(world, to: &store)
    let said = message(7001, "gone")
    try write(
      [
        .message(said), .reaction(message: said.id, ReactionEmoji(id: nil, name: "👍"), user: user, at: at),
      ], to: &store)
    let second = Ban(guildID: guild, userID: Snowflake(rawValue: 1002), reason: nil)
    try write(
      [
        .ban(second), .ban(Ban(guildID: guild, userID: user, reason: "a")),
        .ban(Ban(guildID: guild, userID: user, reason: "b")),
      ], to: &store)
    #expect(
      try store.load().bans == [Ban(guildID: guild, userID: user, reason: "b"), second])
    try write([.deleteBan(guild: guild, user: user)], to: &store)
    #expect(try store.load().bans == [second])
    try write([.deleteGuild(guild)], to: &store)
    try checkSearchIsEmpty(&store)
    #expect(try store.load().bans == [])
    #expect(try store.auditEntries(guild: guild, AuditQuery(limit: 9)) == [])
    let after = try store.load()
    #expect(after.guilds == [] && after.members == [] && after.invites == [])
    #expect(after.channels.map(\.id.rawValue) == [2999, 3000], "private channels stay")
    #expect(after.accounts.count == 2, "people stay")
    #expect(after.commands.map(\.id.rawValue) == [2500], "a guild's own commands go")
    #expect(after.newestID == said.id)
    #expect(try store.message(channel: channel, id: said.id) == nil)
    #expect(try store.reactions(message: said.id, reader: nil) == [])
  }
}
