import ChatCore

/// Channels, overwrites and typing.
extension RouteDescription {
  static let channels: [RESTRoute: RouteDescription] = [
    .getGuildChannels: .init("The channels of a guild that the account may see", .ok(.list(.channel))),
    .createChannel: .init(
      "Makes a channel",
      body: .json(.object(["name": .string(1...Limits.nameLength)], with: channelChanges)), .created(.channel)
    ),
    .moveChannels: .init(
      "Sorts channels",
      body: .json(
        .list([
          "id": .snowflake, "position?": .integer(0...Limits.channelsPerGuild).orNull,
          "parent_id?": Schema.snowflake.orNull, "lock_permissions?": Schema.bool.orNull,
        ])), .done),
    .getChannel: .init("A channel", .ok(.channel)),
    .modifyChannel: .init(
      "Changes a channel, a thread or a group",
      body: .json(
        .object(
          [
            "icon?": Schema.picture.orNull, "owner?": .snowflake,
            "name?": .string(0...Limits.nameLength).orNull,
          ],
          with: .object(channelChanges, with: threadChanges))), .ok(.channel)),
    .deleteChannel: .init("Deletes a channel or thread, or closes a private one", .ok(.channel)),
    .setOverwrite: .init(
      "Sets what a role or a member may do in a channel",
      body: .json([
        "type": .oneOf(0, 1), "allow?": Schema.permissions.orNull, "deny?": Schema.permissions.orNull,
      ]), .done),
    .deleteOverwrite: .init("Deletes an overwrite", .done),
    .startTyping: .init("Tells that the account types", .done),
  ]

  private static let channelChanges: Schema = [
    "name?": .string(1...Limits.nameLength), "type?": .oneOf(0, 2, 4, 5, 13, 15, 16),
    "position?": .integer(0...Limits.channelsPerGuild).orNull,
    "parent_id?": Schema.snowflake.orNull, "topic?": .string(0...Limits.topicLength).orNull,
    "nsfw?": .bool, "rate_limit_per_user?": .integer(0...Limits.slowModeMax),
    "bitrate?": .integer(Limits.channelBitrateMin...Limits.channelBitrateMax),
    "user_limit?": .integer(0...Limits.stageUserLimitMax),
    "permission_overwrites?": .list([
      "id": .snowflake, "type?": .oneOf(0, 1), "allow?": .permissions, "deny?": .permissions,
    ]),
  ]
}
