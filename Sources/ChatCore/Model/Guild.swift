public import Base

/// A guild's own properties; its channels and members are values of their own.
///
/// What Discord's guild object has beyond this and ``GuildSettings`` (pictures, boosts) is constant on this
/// server; Signaling writes the constants.
public struct Guild: Hashable, Sendable {
  /// The guild's id, also its @everyone role's id.
  public let id: Snowflake
  /// 2 to 100 characters.
  public var name: String
  /// The member who may do everything.
  public var ownerID: Snowflake
  /// Where join messages go; `nil` for none.
  public var systemChannelID: Snowflake?
  /// All roles with @everyone, sorted by position, then id.
  public var roles: [Role]
  /// The blob of the picture; clients are told ``Picture/name(_:)``.
  public var icon: String?
  /// What else its managers decide.
  public var settings = GuildSettings()

  /// Makes a guild.
  public init(
    id: Snowflake, name: String, ownerID: Snowflake, systemChannelID: Snowflake?, roles: [Role]
  ) {
    self.id = id
    self.name = name
    self.ownerID = ownerID
    self.systemChannelID = systemChannelID
    self.roles = roles
  }

  /// The role with `id`.
  public func role(_ id: Snowflake) -> Role? {
    roles.first { $0.id == id }
  }

  /// The role that everybody has.
  public var everyone: Role? { role(id) }
}

/// A role of a guild.
public struct Role: Hashable, Sendable {
  /// The role's id; @everyone's is the guild's.
  public let id: Snowflake
  /// 1 to 100 characters.
  public var name: String
  /// 0xRRGGBB, 0 for none.
  public var color: Int
  /// The other end of a gradient.
  public var secondaryColor: Int?
  /// The third colour of a holographic style; only with a second.
  public var tertiaryColor: Int?
  /// One Unicode emoji beside the names of its members.
  public var unicodeEmoji: String?
  /// Whether members are listed apart.
  public var isHoisted: Bool
  /// Rank; @everyone is 0.
  ///
  /// Equal positions: the lower id is higher.
  public var position: Int
  /// What the role grants.
  public var permissions: Permissions
  /// Whether an integration owns it.
  public var isManaged: Bool
  /// Whether anybody may mention it.
  public var isMentionable: Bool
  /// The bot that the role belongs to (`tags.bot_id`).
  public var botID: Snowflake?

  /// Makes a role.
  public init(
    id: Snowflake, name: String, color: Int, isHoisted: Bool, position: Int, permissions: Permissions,
    isManaged: Bool, isMentionable: Bool, botID: Snowflake?
  ) {
    self.id = id
    self.name = name
    self.color = color
    self.isHoisted = isHoisted
    self.position = position
    self.permissions = permissions
    self.isManaged = isManaged
    self.isMentionable = isMentionable
    self.botID = botID
  }
}

/// A user's membership of a guild, as it is stored.
public struct Member: Hashable, Sendable {
  /// The guild.
  public let guildID: Snowflake
  /// The user.
  public let userID: Snowflake
  /// The nickname, 1 to 32 characters.
  public var nick: String?
  /// Role ids without @everyone, ascending.
  public var roles: [Snowflake]
  /// When the user joined.
  public var joinedAt: WallTime
  /// Whether a moderator muted the member in voice (`mute`).
  public var isMuted: Bool
  /// Whether a moderator deafened the member in voice (`deaf`).
  public var isDeafened: Bool
  /// `communication_disabled_until`; past times count as none.
  public var timedOutUntil: WallTime?
  /// Whether membership ends with the last gateway session, unless a role was given.
  public var isTemporary: Bool

  /// Makes a membership.
  public init(
    guildID: Snowflake, userID: Snowflake, nick: String?, roles: [Snowflake], joinedAt: WallTime,
    isMuted: Bool, isDeafened: Bool, timedOutUntil: WallTime?, isTemporary: Bool
  ) {
    self.guildID = guildID
    self.userID = userID
    self.nick = nick
    self.roles = roles
    self.joinedAt = joinedAt
    self.isMuted = isMuted
    self.isDeafened = isDeafened
    self.timedOutUntil = timedOutUntil
    self.isTemporary = isTemporary
  }
}

/// A member with its user: everything that a member object in JSON needs.
public struct MemberView: Hashable, Sendable {
  /// The user.
  public var user: User
  /// The membership.
  public var member: Member

  /// Joins a user and its membership.
  public init(user: User, member: Member) {
    self.user = user
    self.member = member
  }
}
