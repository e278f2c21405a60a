public import Base

/// PATCH of one channel's notifications.
public struct ChannelNotificationChanges: Hashable, Sendable {
  /// The channel.
  public let channel: Snowflake
  /// Whether it is muted.
  public var isMuted = Change<Bool>.keep
  /// Until when.
  public var muteTime = Change<MuteTime?>.keep
  /// 0 to 3.
  public var level = Change<Int>.keep
  /// Whether a category is folded.
  public var isCollapsed = Change<Bool>.keep
  /// Clients' own bits.
  public var flags = Change<Int>.keep

  /// Makes a change of nothing.
  public init(channel: Snowflake) {
    self.channel = channel
  }
}

/// PATCH of a person's notification settings.
public struct NotificationChanges: Hashable, Sendable {
  /// Whether all of it is muted.
  public var isMuted = Change<Bool>.keep
  /// Until when.
  public var muteTime = Change<MuteTime?>.keep
  /// 0 to 3.
  public var level = Change<Int>.keep
  /// Whether @everyone and @here do not notify.
  public var suppressesEveryone = Change<Bool>.keep
  /// Whether mentions of roles do not notify.
  public var suppressesRoles = Change<Bool>.keep
  /// Whether muted channels are hidden.
  public var hidesMutedChannels = Change<Bool>.keep
  /// Whether telephones are notified.
  public var pushesToMobile = Change<Bool>.keep
  /// Whether scheduled events do not notify.
  public var mutesEvents = Change<Bool>.keep
  /// 0 to 2.
  public var highlights = Change<Int>.keep
  /// Clients' own bits.
  public var flags = Change<Int>.keep
  /// Channels that change.
  public var channels: [ChannelNotificationChanges] = []

  /// Makes a change of nothing.
  public init() {}
}
