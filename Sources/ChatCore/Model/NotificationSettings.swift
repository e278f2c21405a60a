public import Base

/// Which messages notify; raw values are Discord's.
public enum NotificationLevel: Int, Hashable, Sendable {
  /// All of them.
  case all = 0
  /// Those that mention the person.
  case mentions = 1
  /// None.
  case none = 2
  /// As in the guild, or for a guild as its managers decided.
  case inherited = 3
}

/// Until when something is muted.
public struct MuteTime: Hashable, Sendable {
  /// When it ends; `nil` for never.
  public var end: WallTime?
  /// The seconds that the person chose, for clients to show; -1 for without end.
  public var window: Int?

  /// Makes a time.
  public init(end: WallTime?, window: Int?) {
    self.end = end
    self.window = window
  }
}

/// What a person chose for one channel.
public struct ChannelNotifications: Hashable, Sendable {
  /// The channel.
  public let channelID: Snowflake
  /// Whether it is muted.
  public var isMuted = false
  /// Until when.
  public var muteTime: MuteTime?
  /// Which messages notify.
  public var level = NotificationLevel.inherited
  /// Whether a category is folded.
  public var isCollapsed = false
  /// Clients' own bits.
  public var flags = 0

  /// Makes the settings of a channel about which nothing was chosen.
  public init(channelID: Snowflake) {
    self.channelID = channelID
  }
}

/// What a person chose about the notifications of a guild, or of private channels.
///
/// Clients obey it. The server itself uses ``suppressesEveryone`` and ``suppressesRoles`` when it counts
/// mentions.
public struct NotificationSettings: Hashable, Sendable {
  /// The person.
  public let userID: Snowflake
  /// The guild; ``Base/Snowflake/noGuild`` for private channels.
  public let guildID: Snowflake
  /// Whether all of it is muted.
  public var isMuted = false
  /// Until when.
  public var muteTime: MuteTime?
  /// Which messages notify.
  public var level = NotificationLevel.inherited
  /// Whether @everyone and @here do not notify.
  public var suppressesEveryone = false
  /// Whether mentions of roles do not notify.
  public var suppressesRoles = false
  /// Whether muted channels are hidden.
  public var hidesMutedChannels = false
  /// Whether telephones are notified.
  public var pushesToMobile = true
  /// Whether scheduled events do not notify.
  public var mutesEvents = false
  /// 0 as the guild says, 1 no highlights, 2 highlights.
  public var highlights = 0
  /// Clients' own bits.
  public var flags = 0
  /// What differs for channels, ascending by id.
  public var channels: [ChannelNotifications] = []
  /// Grows with each change of any of the person's notification settings.
  public var version = 0

  /// Makes the settings of somebody who chose nothing.
  public init(userID: Snowflake, guildID: Snowflake) {
    self.userID = userID
    self.guildID = guildID
  }
}
