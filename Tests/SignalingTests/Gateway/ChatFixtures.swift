import Base
import ChatCore

/// A small world as the chat core would show it: one guild with every kind of channel.
enum ChatFixtures {
  static let guildID = Snowflake(rawValue: 1_200_000_000_000_000_001)
  static let textID = Snowflake(rawValue: 1_200_000_000_000_000_010)
  static let voiceID = Snowflake(rawValue: 1_200_000_000_000_000_011)
  static let roleID = Snowflake(rawValue: 1_200_000_000_000_000_020)
  static let messageID = Snowflake(rawValue: 1_300_000_000_000_000_001)
  static let joined = WallTime(milliseconds: 1_767_323_045_678)
  static let bot = user(1, isBot: true)
  static let alice = user(2)

  static func user(_ number: UInt64, isBot: Bool = false) -> User {
    User(
      id: Snowflake(rawValue: 1_100_000_000_000_000_000 + number), username: "user\(number)",
      globalName: isBot ? nil : "User \(number)", isBot: isBot)
  }

  static func member(_ user: User, in guild: Snowflake = guildID) -> MemberView {
    MemberView(
      user: user,
      member: Member(
        guildID: guild, userID: user.id, nick: nil, roles: [roleID], joinedAt: joined, isMuted: false,
        isDeafened: false, timedOutUntil: nil, isTemporary: false))
  }

  static func role(_ id: Snowflake, bot: Snowflake? = nil) -> Role {
    Role(
      id: id, name: "role", color: 0xABCDEF, isHoisted: true, position: 1, permissions: .newGuildDefault,
      isManaged: false, isMentionable: false, botID: bot)
  }

  static func channel(_ kind: ChannelKind, number: UInt64, in guild: Snowflake = guildID) -> Channel {
    var channel = Channel(
      id: Snowflake(rawValue: 1_200_000_000_000_000_000 + number), guildID: guild, kind: kind,
      name: "channel", position: 0)
    channel.overwrites = [PermissionOverwrite(id: guild, target: .role, allow: [], deny: [.connect])]
    return channel
  }

  static func forum() -> Channel {
    var forum = channel(.forum, number: 13)
    forum.threadSettings.tags = [
      ForumTag(id: roleID, name: "bug", isModerated: true, emoji: .unicode("👍")),
      ForumTag(id: textID, name: "idea", isModerated: false, emoji: .custom(messageID)),
    ]
    forum.threadSettings.reaction = .unicode("👍")
    return forum
  }

  static func thread(_ kind: ChannelKind = .publicThread) -> Channel {
    var thread = Channel(id: messageID, guildID: guildID, kind: kind, name: "Thread", position: 0)
    thread.parentID = textID
    var details = ThreadDetails(ownerID: alice.id, createdAt: joined, archiveMinutes: 1_440)
    details.memberCount = 70
    details.messageCount = 3
    details.totalMessageCount = 4
    details.appliedTags = [roleID]
    thread.thread = details
    return thread
  }

  static func threadMember(_ user: User = alice) -> ThreadMember {
    ThreadMember(threadID: messageID, userID: user.id, guildID: guildID, joinedAt: joined, flags: 1)
  }

  static func guild(_ id: Snowflake = guildID) -> Guild {
    Guild(
      id: id, name: "Roost", ownerID: alice.id, systemChannelID: textID,
      roles: [role(id), role(roleID, bot: bot.id)])
  }

  static func voiceState(_ user: User, channel: Snowflake? = voiceID, session: String = "s") -> VoiceState {
    VoiceState(guildID: guildID, userID: user.id, channelID: channel, sessionID: session)
  }

  static func snapshot(
    _ id: Snowflake = guildID, members: [User] = [bot, alice], speakers: [User] = []
  ) -> GuildSnapshot {
    GuildSnapshot(
      guild: guild(id),
      channels: [
        channel(.category, number: 9, in: id), channel(.text, number: 10, in: id),
        channel(.voice, number: 11, in: id), channel(.stage, number: 12, in: id),
      ],
      members: members.map { member($0, in: id) }, memberCount: members.count,
      voiceStates: speakers.map { voiceState($0) }, joinedAt: joined)
  }

  static func application(flags: UInt32 = 565_248) -> Application {
    Application(
      id: bot.id, name: "bot", description: "", ownerID: nil, flags: flags,
      verifyKey: String(repeating: "0", count: 64))
  }

  static func ready(_ user: User, guilds: [GuildSnapshot] = [snapshot()], flags: UInt32 = 565_248) -> Ready {
    Ready(
      user: SelfUser(user: user, email: nil), application: user.isBot ? application(flags: flags) : nil,
      guilds: guilds)
  }

  static func message(
    _ author: User, _ content: String = "hello", mentions: [User] = [], id: Snowflake = messageID
  ) -> MessageView {
    var message = Message(
      id: id, channelID: textID, guildID: guildID, authorID: author.id, kind: .ordinary, content: content)
    message.mentions = mentions.map(\.id)
    return MessageView(
      message: message, author: author, authorMember: member(author).member,
      mentions: mentions.map { MentionedUser(user: $0, member: member($0).member) }, reactions: [],
      referenced: .none)
  }

  static func invite() -> InviteView {
    InviteView(
      invite: Invite(
        code: "abcdefgh", guildID: guildID, channelID: textID, inviterID: alice.id, createdAt: joined,
        maxAge: 86_400, maxUses: 0, isTemporary: false),
      guild: guild(), channel: channel(.text, number: 10), inviter: alice, memberCount: 2)
  }

  static func direct() -> PrivateChannelView {
    var channel = Channel(
      id: textID, guildID: .noGuild, kind: .direct, name: "", position: 0)
    channel.recipients = [bot.id, alice.id]
    return PrivateChannelView(channel: channel, recipients: [alice])
  }

  static func interaction(_ kind: InteractionKind) -> InteractionView {
    let option = PlainValue.object([
      .init("name", .text("o")), .init("type", .integer(6)), .init("value", .id(alice.id)),
    ])
    let call: [PlainValue.Field] = [
      .init("id", .id(roleID)), .init("name", .text("ping")), .init("type", .integer(1)),
      .init("options", .list([option])),
    ]
    let press: [PlainValue.Field] = [
      .init("component_type", .integer(2)), .init("custom_id", .text("go")),
    ]
    var resolved = ResolvedValues()
    resolved.users = [alice]
    resolved.members = [member(alice).member]
    resolved.channels = [channel(.text, number: 10)]
    resolved.roles = [role(roleID)]
    return InteractionView(
      id: messageID, applicationID: bot.id, kind: kind, token: "token", guild: guild(),
      channel: channel(.text, number: 10), user: alice, member: member(alice).member,
      permissions: .newGuildDefault, botPermissions: .all,
      data: .object(kind == .command ? call : press), resolved: resolved,
      message: kind == .component ? message(bot) : nil)
  }

  static func command() -> ApplicationCommand {
    var body = CommandBody(kind: .chat, name: "ping")
    body.description = "d"
    body.options = [
      .object([.init("type", .integer(3)), .init("name", .text("o")), .init("description", .text("d"))])
    ]
    return ApplicationCommand(
      id: roleID, applicationID: bot.id, guildID: guildID, version: messageID, body: body)
  }

  static func auditEntry() -> AuditEntry {
    AuditEntry(
      id: messageID, guildID: guildID, userID: alice.id, targetID: bot.id, action: .memberUpdate,
      changes: [AuditChange(key: "nick", old: nil, new: .text("n"))],
      options: PlainValue.object([.init("count", .text("1"))]).fields ?? [], reason: "because")
  }

  static func reaction(by user: User) -> ReactionEvent {
    ReactionEvent(
      guildID: guildID, channelID: textID, messageID: messageID, messageAuthorID: alice.id,
      userID: user.id, emoji: ReactionEmoji(id: nil, name: "👍"))
  }
}
