public import Base

/// A new person.
public struct Registration: Hashable, Sendable {
  /// Made lower case; see ``User/username`` for what it may hold.
  public var username: String
  /// The display name.
  public var globalName: String?
  /// For logging in; without one, the username serves.
  public var email: String?
  /// Argon2id in its string form.
  public var passwordHash: String
  /// Required when ``ChatConfiguration/registration`` is by invite.
  public var inviteCode: String?
  /// What registers.
  public var client = ClientDescription.unknown

  /// Makes a registration.
  public init(
    username: String, globalName: String?, email: String?, passwordHash: String, inviteCode: String?
  ) {
    self.username = username
    self.globalName = globalName
    self.email = email
    self.passwordHash = passwordHash
    self.inviteCode = inviteCode
  }
}

/// PATCH /users/@me.
public struct UserChanges: Hashable, Sendable {
  /// The unique name.
  public var username: Change<String> = .keep
  /// The display name.
  public var globalName: Change<String?> = .keep
  /// The blob of the picture, with its animation's mark.
  public var avatar: Change<String?> = .keep
  /// Argon2id in its string form; all tokens are void with it.
  public var passwordHash: Change<String> = .keep

  /// Changes nothing; set what the body gives.
  public init() {}
}

/// PATCH of a guild.
public struct GuildChanges: Hashable, Sendable {
  /// The name.
  public var name: Change<String> = .keep
  /// Where join messages go; null for nowhere.
  public var systemChannelID: Change<Snowflake?> = .keep
  /// Who owns it from now on: a member, no bot.
  public var ownerID: Change<Snowflake> = .keep
  /// What it is about.
  public var description: Change<String?> = .keep
  /// Who may write without a role; null for anybody.
  public var verificationLevel: Change<Int?> = .keep
  /// What notifies members who chose nothing; null for every message.
  public var defaultNotifications: Change<Int?> = .keep
  /// Whose pictures are filtered; null for nobody's.
  public var contentFilter: Change<Int?> = .keep
  /// The voice channel for people who are away.
  public var afkChannelID: Change<Snowflake?> = .keep
  /// Seconds until a client calls its user away.
  public var afkTimeout: Change<Int> = .keep
  /// What is not said in the system channel.
  public var systemChannelFlags: Change<SystemChannelFlags> = .keep
  /// The channel with the rules.
  public var rulesChannelID: Change<Snowflake?> = .keep
  /// The channel for moderators' news.
  public var updatesChannelID: Change<Snowflake?> = .keep
  /// The channel for warnings.
  public var alertsChannelID: Change<Snowflake?> = .keep
  /// The language; null for `en-US`.
  public var locale: Change<String?> = .keep
  /// All features; those that cannot be changed are passed over.
  public var features: Change<[String]> = .keep
  /// The blob of the picture, with its animation's mark.
  public var icon: Change<String?> = .keep
  /// Whether clients show how far boosting has come.
  public var showsProgressBar: Change<Bool> = .keep

  /// Changes nothing; set what the body gives.
  public init() {}
}

/// POST and PATCH of a role.
public struct RoleChanges: Hashable, Sendable {
  /// The name; "new role" at creation.
  public var name: Change<String> = .keep
  /// 0xRRGGBB.
  public var color: Change<Int> = .keep
  /// The other end of a gradient.
  public var secondaryColor: Change<Int?> = .keep
  /// The third colour.
  public var tertiaryColor: Change<Int?> = .keep
  /// One Unicode emoji.
  public var unicodeEmoji: Change<String?> = .keep
  /// Listed apart.
  public var isHoisted: Change<Bool> = .keep
  /// What it grants; @everyone's at creation.
  public var permissions: Change<Permissions> = .keep
  /// Whether anybody may mention it.
  public var isMentionable: Change<Bool> = .keep
  /// The rank.
  public var position: Change<Int> = .keep

  /// Changes nothing; set what the body gives.
  public init() {}
}

/// A row of the PATCH that reorders roles.
public struct RolePlacement: Hashable, Sendable {
  /// The role.
  public var role: Snowflake
  /// Its new rank; nil keeps it.
  public var position: Int?

  /// Makes a row.
  public init(role: Snowflake, position: Int?) {
    self.role = role
    self.position = position
  }
}

/// A row of the PATCH that reorders channels.
public struct ChannelPlacement: Hashable, Sendable {
  /// The channel.
  public var channel: Snowflake
  /// Its new place among its siblings; nil keeps it.
  public var position: Int?
  /// Its new category.
  public var parentID: Change<Snowflake?> = .keep
  /// Whether it takes over the category's overwrites (`lock_permissions`).
  public var copiesOverwrites = false

  /// Makes a row that moves nothing yet.
  public init(channel: Snowflake, position: Int?) {
    self.channel = channel
    self.position = position
  }
}

/// POST and PATCH of a channel.
public struct ChannelChanges: Hashable, Sendable {
  /// Text becomes announcements and back; nothing else changes its kind.
  public var kind: Change<ChannelKind> = .keep
  /// The name; required at creation.
  public var name: Change<String> = .keep
  /// Order among siblings; at the end when left out at creation.
  public var position: Change<Int> = .keep
  /// The category.
  public var parentID: Change<Snowflake?> = .keep
  /// All overwrites; the category's when left out at creation.
  public var overwrites: Change<[PermissionOverwrite]> = .keep
  /// The topic.
  public var topic: Change<String?> = .keep
  /// The age gate.
  public var isNSFW: Change<Bool> = .keep
  /// Slow mode in seconds.
  public var rateLimitPerUser: Change<Int> = .keep
  /// Voice and stage: bits a second.
  public var bitrate: Change<Int> = .keep
  /// Voice and stage: most people, 0 for no limit.
  public var userLimit: Change<Int> = .keep
  /// Groups: whether null takes the name away.
  public var takesNameAway = false
  /// Groups: the blob of the picture.
  public var icon: Change<String?> = .keep
  /// Groups: the new owner.
  public var ownerID: Change<Snowflake> = .keep
  /// The flags that its kind has.
  public var flags: Change<ChannelFlags> = .keep
  /// What only threads have.
  public var thread = ThreadChanges()
  /// What a channel says of the threads in it.
  public var threadSettings = ThreadSettingsChanges()

  /// Changes nothing; set what the body gives.
  public init() {}
}

/// PATCH of a member.
public struct MemberChanges: Hashable, Sendable {
  /// The nickname; null or "" removes it.
  public var nick: Change<String?> = .keep
  /// All roles without @everyone.
  public var roles: Change<[Snowflake]> = .keep
  /// Server mute; the member must be in voice.
  public var isMuted: Change<Bool> = .keep
  /// Server deafen; the member must be in voice.
  public var isDeafened: Change<Bool> = .keep
  /// Moves, or disconnects when null; the member must be in voice.
  public var channelID: Change<Snowflake?> = .keep
  /// Time-out until.
  public var timedOutUntil: Change<WallTime?> = .keep

  /// Changes nothing; set what the body gives.
  public init() {}
}

/// PUT of a ban.
public struct BanParameters: Hashable, Sendable {
  /// How far back the user's messages are deleted, in seconds.
  public var deleteSeconds: Int = 0
  /// Why.
  public var reason: String?

  /// Deletes no message and gives no reason; set what the body gives.
  public init() {}
}

/// Which bans of a guild are listed, ascending by user id.
public struct BanPage: Hashable, Sendable {
  /// Users before or after an id; anything else is the first page.
  public var anchor: HistoryAnchor
  /// How many at most.
  public var limit: Int

  /// Makes a page.
  public init(anchor: HistoryAnchor, limit: Int) {
    self.anchor = anchor
    self.limit = limit
  }
}

/// Which members op 8 asks for.
public enum MemberQuery: Hashable, Sendable {
  /// Username or nickname begins with `prefix`, without regard to case; all when it is "" and limit is 0.
  case prefix(String, limit: Int)
  /// Those that are members; the others come back as not found. At most 100.
  case users([Snowflake])
}

/// POST of an invite.
public struct InviteParameters: Hashable, Sendable {
  /// Seconds, 0 for ever.
  public var maxAge: Int = 86_400
  /// 0 for without limit.
  public var maxUses: Int = 0
  /// Whether membership ends with the gateway session.
  public var isTemporary: Bool = false
  /// Whether a like invite of the same maker must not be given again.
  public var isUnique: Bool = false

  /// Discord's defaults; set what the body gives.
  public init() {}
}

/// `allowed_mentions`.
public struct AllowedMentions: Hashable, Sendable {
  /// `parse` holds "users".
  public var parsesUsers: Bool
  /// `parse` holds "roles".
  public var parsesRoles: Bool
  /// `parse` holds "everyone".
  public var parsesEveryone: Bool
  /// Only these users.
  public var users: [Snowflake]
  /// Only these roles.
  public var roles: [Snowflake]
  /// Whether the answered author is notified.
  public var repliedUser: Bool

  /// Mentions what the arguments say.
  public init(
    parsesUsers: Bool, parsesRoles: Bool, parsesEveryone: Bool, users: [Snowflake], roles: [Snowflake],
    repliedUser: Bool
  ) {
    self.parsesUsers = parsesUsers
    self.parsesRoles = parsesRoles
    self.parsesEveryone = parsesEveryone
    self.users = users
    self.roles = roles
    self.repliedUser = repliedUser
  }

  /// What holds when the body has no `allowed_mentions`.
  public static let everything = AllowedMentions(
    parsesUsers: true, parsesRoles: true, parsesEveryone: true, users: [], roles: [], repliedUser: true)

  /// What holds when the body of an answer to an interaction has no `allowed_mentions`.
  public static let usersOnly = AllowedMentions(
    parsesUsers: true, parsesRoles: false, parsesEveryone: false, users: [], roles: [], repliedUser: false)
}

/// POST of a message.
public struct MessageDraft: Hashable, Sendable {
  /// The text; "" when left out.
  public var content: String
  /// The author's mark.
  public var nonce: Nonce?
  /// Whether the same author's message with the same nonce is given back instead of a second one.
  public var enforcesNonce: Bool = false
  /// Whether clients read it aloud; dropped without SEND_TTS_MESSAGES.
  public var isTTS: Bool = false
  /// Whom it may notify.
  public var allowedMentions: AllowedMentions = .everything
  /// The message that it answers or forwards.
  public var replyTo: Snowflake?
  /// Whether the message of ``replyTo`` is forwarded rather than answered.
  public var isForward: Bool = false
  /// `message_reference.channel_id`; nil for the same channel.
  public var replyChannel: Snowflake?
  /// `message_reference.fail_if_not_exists`: refuse, or send as an ordinary message.
  public var failsWithoutReference: Bool = true
  /// Only SUPPRESS_EMBEDS and SUPPRESS_NOTIFICATIONS are taken.
  public var flags: MessageFlags = []
  /// Its cards; empty ones are dropped.
  public var embeds: [Embed] = []
  /// Its files.
  public var attachments: [AttachmentDraft] = []
  /// Buttons and lists; only bots have any.
  public var components: [PlainValue] = []

  /// A message of text; set the rest.
  public init(content: String) {
    self.content = content
  }
}

/// PATCH of a message.
public struct MessageChanges: Hashable, Sendable {
  /// The text; null counts as "".
  public var content: Change<String> = .keep
  /// All cards; empty ones are dropped.
  public var embeds: Change<[Embed]> = .keep
  /// All files: those that stay, and new ones.
  public var attachments: Change<[AttachmentChange]> = .keep
  /// All buttons and lists.
  public var components: Change<[PlainValue]> = .keep
  /// Only SUPPRESS_EMBEDS is taken.
  public var flags: Change<MessageFlags> = .keep
  /// Whom it may mention, in effect when the text changes.
  public var allowedMentions: AllowedMentions = .everything

  /// Changes nothing; set what the body gives.
  public init() {}
}

/// Where a page of history lies.
public enum HistoryAnchor: Hashable, Sendable {
  /// The newest.
  case newest
  /// Older than this id.
  case before(Snowflake)
  /// The first that are newer than this id.
  case after(Snowflake)
  /// Half older, half newer, with the message itself.
  case around(Snowflake)
}

/// Op 4.
public struct VoiceUpdate: Hashable, Sendable {
  /// The gateway session that speaks; a voice state belongs to it.
  public var session: String
  /// The guild.
  public var guild: Snowflake
  /// Where to; nil to leave.
  public var channel: Snowflake?
  /// Muted by oneself.
  public var isSelfMuted: Bool
  /// Deafened by oneself.
  public var isSelfDeafened: Bool
  /// The user's camera is on.
  public var isSelfVideo: Bool

  /// Makes an update.
  public init(
    session: String, guild: Snowflake, channel: Snowflake?, isSelfMuted: Bool, isSelfDeafened: Bool,
    isSelfVideo: Bool
  ) {
    self.session = session
    self.guild = guild
    self.channel = channel
    self.isSelfMuted = isSelfMuted
    self.isSelfDeafened = isSelfDeafened
    self.isSelfVideo = isSelfVideo
  }
}

/// PATCH of a voice state on a stage.
public struct VoiceStateChanges: Hashable, Sendable {
  /// Whether the user is part of the audience.
  public var isSuppressed: Change<Bool> = .keep
  /// When the user asked to speak; own state only.
  public var requestedToSpeakAt: Change<WallTime?> = .keep

  /// Changes nothing; set what the body gives.
  public init() {}
}
