import ChatCore

/// What people keep for themselves: read states and notification settings.
extension RouteDescription {
  static let personal: [RESTRoute: RouteDescription] = [
    .acknowledgeMessages: .init(
      "Marks channels as read",
      body: .json([
        "read_states": .list([
          "channel_id": .snowflake, "message_id": .snowflake, "read_state_type?": .integer,
        ])
      ]), .done),
    .acknowledgeMessage: .init(
      "Marks a channel as read up to a message", body: .json(["manual?": .bool]),
      .ok(["token": Schema.string.orNull])),
    .acknowledgeGuild: .init("Marks a guild as read", .done),
    .acknowledgePins: .init("Marks a channel's pins as seen", .done),
    .forgetReadState: .init("Forgets what was read of a channel", .done),
    .modifyNotifications: .init(
      "Changes what of a guild notifies the account; `@me` stands for private channels",
      body: .json(notificationChanges), .ok(notifications)),
  ]

  private static let muteTime: Schema = [
    "end_time?": Schema.time.orNull, "selected_time_window?": Schema.integer.orNull,
  ]

  private static let channelChanges: Schema = [
    "muted?": .bool, "mute_config?": muteTime.orNull, "message_notifications?": .oneOf(0, 1, 2, 3),
    "collapsed?": .bool, "flags?": .integer(0...0x7FFF_FFFF),
  ]

  private static let notificationChanges: Schema = [
    "muted?": .bool, "mute_config?": muteTime.orNull, "message_notifications?": .oneOf(0, 1, 2, 3),
    "suppress_everyone?": .bool, "suppress_roles?": .bool, "hide_muted_channels?": .bool,
    "mobile_push?": .bool, "mute_scheduled_events?": .bool, "notify_highlights?": .oneOf(0, 1, 2),
    "flags?": .integer(0...0x7FFF_FFFF), "channel_overrides?": .map(channelChanges),
  ]

  private static let notifications: Schema = [
    "guild_id": Schema.snowflake.orNull, "muted": .bool, "message_notifications": .integer,
    "channel_overrides": .anything,
  ]
}
