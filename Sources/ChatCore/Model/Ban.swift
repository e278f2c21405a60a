public import Base

/// A user who may not join a guild.
public struct Ban: Hashable, Sendable {
  /// The guild.
  public let guildID: Snowflake
  /// Who may not join.
  public let userID: Snowflake
  /// What the moderator gave as reason, at most 512 code points.
  public var reason: String?

  /// Makes a ban.
  public init(guildID: Snowflake, userID: Snowflake, reason: String?) {
    self.guildID = guildID
    self.userID = userID
    self.reason = reason
  }
}

/// A ban with its user: everything that a ban object in JSON needs.
public struct BanView: Hashable, Sendable {
  /// The ban.
  public var ban: Ban
  /// The user.
  public var user: User

  /// Joins a ban and its user.
  public init(ban: Ban, user: User) {
    self.ban = ban
    self.user = user
  }
}
