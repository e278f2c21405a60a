import ChatCore

/// Guilds, roles and invites.
extension RouteDescription {
  static let guilds: [RESTRoute: RouteDescription] = [
    .createGuild: .init(
      "Makes a guild with a text and a voice channel",
      body: .json(["name": .string(Limits.guildNameLengthMin...Limits.nameLength)]), .created(.guild)),
    .getGuild: .init("A guild", query: ["with_counts": .bool], .ok(.guild)),
    .modifyGuild: .init("Changes a guild", body: .json(guildChanges), .ok(.guild)),
    .deleteGuild: .init("Deletes a guild; its owner only", .done),
    .getAuditLog: .init(
      "Who did what, newest first",
      query: [
        "user_id": .snowflake, "action_type": .integer(0...1_000), "before": .snowflake,
        "after": .snowflake, "limit": .integer(1...Limits.auditPage),
      ], .ok(.auditLog)),
    .getGuildEmojis: .init("A guild's emoji", .ok(.list(.map(.anything)))),
    .getGuildStickers: .init("A guild's stickers", .ok(.list(.map(.anything)))),
  ]

  static let roles: [RESTRoute: RouteDescription] = [
    .getGuildRoles: .init("A guild's roles", .ok(.list(.role))),
    .getRole: .init("A role", .ok(.role)),
    .getRoleMemberCounts: .init("How many members have each role", .ok(.map(.integer))),
    .moveRoles: .init(
      "Sorts roles",
      body: .json(.list(["id": .snowflake, "position?": .integer(0...Limits.rolesPerGuild).orNull])),
      .ok(.list(.role))),
    .createRole: .init("Makes a role", body: .json(roleChanges), .ok(.role)),
    .modifyRole: .init("Changes a role", body: .json(roleChanges), .ok(.role)),
    .deleteRole: .init("Deletes a role", .done),
    .addMemberRole: .init("Gives a member a role", .done),
    .removeMemberRole: .init("Takes a role from a member", .done),
  ]

  static let invites: [RESTRoute: RouteDescription] = [
    .getGuildInvites: .init("A guild's invites", .ok(.list(.invite))),
    .getChannelInvites: .init("A channel's invites", .ok(.list(.invite))),
    .createInvite: .init(
      "Makes an invite to a channel",
      body: .json([
        "max_age?": .integer(0...Limits.inviteAgeMax), "max_uses?": .integer(0...Limits.inviteUsesMax),
        "temporary?": .bool, "unique?": .bool,
      ]), .ok(.invite)),
    .getInvite: .init("An invite", query: ["with_counts": .bool], .ok(.invite)),
    .acceptInvite: .init("Joins by an invite", .ok(.invite)),
    .deleteInvite: .init("Deletes an invite", .ok(.invite)),
  ]

  private static let guildChanges: Schema = [
    "name?": .string(Limits.guildNameLengthMin...Limits.nameLength), "icon?": Schema.picture.orNull,
    "owner_id?": .snowflake, "description?": .string(0...Limits.descriptionLength).orNull,
    "system_channel_id?": Schema.snowflake.orNull, "system_channel_flags?": .integer(0...63),
    "rules_channel_id?": Schema.snowflake.orNull, "public_updates_channel_id?": Schema.snowflake.orNull,
    "safety_alerts_channel_id?": Schema.snowflake.orNull, "afk_channel_id?": Schema.snowflake.orNull,
    "afk_timeout?": .oneOf(60, 300, 900, 1800, 3600),
    "verification_level?": Schema.oneOf(0, 1, 2, 3, 4).orNull,
    "default_message_notifications?": Schema.oneOf(0, 1).orNull,
    "explicit_content_filter?": Schema.oneOf(0, 1, 2).orNull,
    "preferred_locale?": .string(0...Limits.localeLength).orNull, "features?": .list(.string),
    "premium_progress_bar_enabled?": .bool,
  ]

  private static let roleChanges: Schema = [
    "name?": .string(0...Limits.nameLength), "color?": .color,
    "colors?": [
      "primary_color?": .color, "secondary_color?": Schema.color.orNull,
      "tertiary_color?": Schema.color.orNull,
    ],
    "hoist?": .bool, "permissions?": .permissions, "mentionable?": .bool,
    "unicode_emoji?": Schema.string.orNull,
  ]
}
