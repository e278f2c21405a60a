public import Base

/// What the managers of a guild decide beyond its name, owner and system channel.
///
/// Values are kept in the ranges of Discord's guild object; channels that it names exist in the guild.
public struct GuildSettings: Hashable, Sendable {
  /// What the guild is about, at most 300 code points.
  public var description: String?
  /// Who may write without a role: 0 anybody to 4; see ``ChatError`` 50009.
  public var verificationLevel = 0
  /// What notifies members who chose nothing: 0 every message, 1 mentions.
  public var defaultNotifications = 0
  /// Whose pictures clients filter: 0 nobody's to 2 everybody's.
  public var contentFilter = 0
  /// The voice channel for people who are away.
  public var afkChannelID: Snowflake?
  /// Seconds until a client calls its user away.
  public var afkTimeout = 300
  /// What is not said in the system channel.
  public var systemChannelFlags: SystemChannelFlags = []
  /// The channel with the rules.
  public var rulesChannelID: Snowflake?
  /// The channel for news that concern moderators (`public_updates_channel_id`).
  public var updatesChannelID: Snowflake?
  /// The channel for warnings (`safety_alerts_channel_id`).
  public var alertsChannelID: Snowflake?
  /// The guild's language, such as `en-US`.
  public var locale = "en-US"
  /// Features that managers turn on, ascending; see ``GuildSettings/changeableFeatures``.
  public var features: [String] = []
  /// Whether clients show how far boosting has come.
  public var showsProgressBar = false

  /// What a new guild has.
  public init() {}

  /// Whether the guild is a community: its rules and updates channels may not go.
  public var isCommunity: Bool { features.contains(GuildSettings.community) }

  /// Whether nobody can join through an invite for now.
  public var pausesInvites: Bool { features.contains(GuildSettings.invitesDisabled) }

  /// The feature of a guild with rules and moderators' news.
  public static let community = "COMMUNITY"
  /// The feature of a guild that takes no newcomers.
  public static let invitesDisabled = "INVITES_DISABLED"
  /// The features that a PATCH may change; others are passed over, since clients send the whole list back.
  public static let changeableFeatures = [community, invitesDisabled, "RAID_ALERTS_DISABLED"]

  /// Forgets a channel that is going; whether it was named anywhere.
  mutating func forget(_ channel: Snowflake) -> Bool {
    let before = self
    if afkChannelID == channel { afkChannelID = nil }
    if rulesChannelID == channel { rulesChannelID = nil }
    if updatesChannelID == channel { updatesChannelID = nil }
    if alertsChannelID == channel { alertsChannelID = nil }
    return self != before
  }
}

/// What is not said in a guild's system channel; raw values are Discord's.
public struct SystemChannelFlags: OptionSet, Hashable, Sendable {
  /// The mask.
  public let rawValue: Int

  /// Makes flags of a mask.
  public init(rawValue: Int) {
    self.rawValue = rawValue
  }

  /// SUPPRESS_JOIN_NOTIFICATIONS: no message when somebody joins.
  public static let suppressJoins = SystemChannelFlags(rawValue: 1 << 0)
}
