public import Base

/// A channel's type; raw values are Discord's.
public enum ChannelKind: Int, CaseIterable, Hashable, Sendable {
  /// Messages only.
  case text = 0
  /// Messages between two people, in no guild.
  case direct = 1
  /// Voice, with messages beside it.
  case voice = 2
  /// Messages among several people, in no guild.
  case group = 3
  /// A heading that others hang under.
  case category = 4
  /// Messages that other guilds may follow.
  case announcement = 5
  /// A thread of an announcement channel.
  case announcementThread = 10
  /// A thread that everybody sees who sees its parent.
  case publicThread = 11
  /// A thread that its members and those with MANAGE_THREADS see.
  case privateThread = 12
  /// A stage: the audience is suppressed.
  case stage = 13
  /// A forum: holds threads only, each with the message that it began with.
  case forum = 15
  /// A forum whose posts are about pictures.
  case media = 16

  /// Whether people can be connected to it.
  public var isVoice: Bool { self == .voice || self == .stage }

  /// Whether it is one of text channels, which may become one another.
  public var isText: Bool { self == .text || self == .announcement }

  /// Whether it belongs to its recipients and to no guild.
  public var isPrivate: Bool { self == .direct || self == .group }

  /// Whether it is a thread, which has a parent and no overwrites of its own.
  public var isThread: Bool {
    self == .publicThread || self == .privateThread || self == .announcementThread
  }

  /// Whether it holds posts and no messages.
  public var isForum: Bool { self == .forum || self == .media }

  /// Whether threads can be in it.
  public var holdsThreads: Bool { isText || isForum }

  /// Whether it holds messages.
  public var holdsMessages: Bool { self != .category && !isForum }
}

/// Whom a permission overwrite is for; raw values are Discord's.
public enum OverwriteTarget: Int, Hashable, Sendable {
  /// A role; @everyone's id is the guild's.
  case role = 0
  /// One member.
  case member = 1
}

/// What a channel allows or denies beyond the roles.
public struct PermissionOverwrite: Hashable, Sendable {
  /// A role's or a user's id.
  public let id: Snowflake
  /// What `id` names.
  public var target: OverwriteTarget
  /// Bits granted here.
  public var allow: Permissions
  /// Bits taken away here.
  public var deny: Permissions

  /// Makes an overwrite.
  public init(id: Snowflake, target: OverwriteTarget, allow: Permissions, deny: Permissions) {
    self.id = id
    self.target = target
    self.allow = allow
    self.deny = deny
  }
}

extension Snowflake {
  /// Stands for the guild of what is in none; no guild has this id.
  public static let noGuild = Snowflake(rawValue: 0)
}

/// A channel of a guild, or a private one.
///
/// Fields that a kind does not have keep their default: `topic` belongs to text kinds and stage, `bitrate`,
/// `userLimit` and `region` to voice and stage.
public struct Channel: Hashable, Sendable {
  /// The channel's id.
  public let id: Snowflake
  /// The guild; ``Base/Snowflake/noGuild`` for private channels.
  public let guildID: Snowflake
  /// The type.
  public var kind: ChannelKind
  /// 1 to 100 characters.
  public var name: String
  /// Order among its siblings.
  public var position: Int
  /// The category above; `nil` at the top.
  public var parentID: Snowflake?
  /// Permission overwrites, ascending by id, at most one an id.
  public var overwrites: [PermissionOverwrite]
  /// Up to 1024 characters.
  public var topic: String?
  /// Whether clients ask for the age first.
  public var isNSFW: Bool
  /// Slow mode: seconds between two messages of one member; 0 for none.
  public var rateLimitPerUser: Int
  /// Opus bits a second.
  public var bitrate: Int
  /// Most people connected; 0 for no limit.
  public var userLimit: Int
  /// The newest message's id; it may be deleted since.
  public var lastMessageID: Snowflake?
  /// Who takes part in a private channel, ascending.
  public var recipients: [Snowflake] = []
  /// Which of them have closed it, ascending; the next message opens it again.
  public var closedBy: [Snowflake] = []
  /// What only groups have.
  public var group: Group?
  /// When the newest of its pins was pinned.
  public var lastPinAt: WallTime?
  /// The flags.
  public var flags: ChannelFlags = []
  /// What a thread has; `nil` for everything else.
  public var thread: ThreadDetails?
  /// What it says of the threads in it.
  public var threadSettings = ThreadSettings()

  /// What a group has beside its name and recipients.
  public struct Group: Hashable, Sendable {
    /// Who may send people away.
    public var ownerID: Snowflake
    /// The blob of the picture.
    public var icon: String?

    /// Makes a group's part.
    public init(ownerID: Snowflake, icon: String?) {
      self.ownerID = ownerID
      self.icon = icon
    }
  }

  /// Makes a channel with nothing but its place; set the rest.
  public init(id: Snowflake, guildID: Snowflake, kind: ChannelKind, name: String, position: Int) {
    self.id = id
    self.guildID = guildID
    self.kind = kind
    self.name = name
    self.position = position
    parentID = nil
    overwrites = []
    topic = nil
    isNSFW = false
    rateLimitPerUser = 0
    bitrate = Limits.channelBitrateDefault
    userLimit = 0
    lastMessageID = nil
  }
}

/// An invitation to a guild through one of its channels.
public struct Invite: Hashable, Sendable {
  /// The part after the slash: 8 letters and digits.
  public let code: String
  /// The guild.
  public let guildID: Snowflake
  /// The channel that the newcomer sees first.
  public let channelID: Snowflake
  /// Who made it; `nil` when the operator did.
  public var inviterID: Snowflake?
  /// When it was made.
  public var createdAt: WallTime
  /// Seconds until it ends; 0 for never.
  public var maxAge: Int
  /// How often it may be accepted; 0 for without limit.
  public var maxUses: Int
  /// How often it was accepted.
  public var uses: Int
  /// Whether membership ends with the gateway session unless a role was given.
  public var isTemporary: Bool

  /// Makes an invite that nobody has used.
  public init(
    code: String, guildID: Snowflake, channelID: Snowflake, inviterID: Snowflake?, createdAt: WallTime,
    maxAge: Int, maxUses: Int, isTemporary: Bool
  ) {
    self.code = code
    self.guildID = guildID
    self.channelID = channelID
    self.inviterID = inviterID
    self.createdAt = createdAt
    self.maxAge = maxAge
    self.maxUses = maxUses
    uses = 0
    self.isTemporary = isTemporary
  }

  /// When it ends; `nil` for never.
  public var expiresAt: WallTime? {
    maxAge == 0 ? nil : WallTime(milliseconds: createdAt.milliseconds &+ Int64(maxAge) &* 1000)
  }
}
