/// Guilds, channels and invites as answers carry them; the writers are in Signaling/Objects.
extension Schema {
  static let guild = reference("Guild")
  static let guildSummary = reference("GuildSummary")
  static let channel = reference("Channel")
  static let invite = reference("Invite")

  static let places: [String: Schema] = [
    "Guild": guildFields, "GuildSummary": guildSummaryFields, "Channel": channelFields,
    "Invite": inviteFields,
  ]

  private static let guildFields: Schema = [
    "id": snowflake, "name": string, "icon": string.orNull, "splash": string.orNull,
    "discovery_splash": string.orNull, "owner_id": snowflake, "region": string,
    "afk_channel_id": snowflake.orNull, "afk_timeout": integer, "widget_enabled": bool,
    "verification_level": oneOf(0, 1, 2, 3, 4), "default_message_notifications": oneOf(0, 1),
    "explicit_content_filter": oneOf(0, 1, 2), "features": list(string), "mfa_level": oneOf(0, 1),
    "application_id": snowflake.orNull, "system_channel_id": snowflake.orNull,
    "system_channel_flags": integer, "rules_channel_id": snowflake.orNull, "max_members": integer,
    "vanity_url_code": string.orNull, "description": string.orNull, "banner": string.orNull,
    "premium_tier": integer, "premium_subscription_count": integer, "preferred_locale": string,
    "public_updates_channel_id": snowflake.orNull, "nsfw_level": integer, "nsfw": bool,
    "premium_progress_bar_enabled": bool, "safety_alerts_channel_id": snowflake.orNull,
    "roles": list(role), "emojis": list(anything), "stickers": list(anything),
    "approximate_member_count?": integer, "approximate_presence_count?": integer,
  ]

  private static let guildSummaryFields: Schema = [
    "id": snowflake, "name": string, "icon": string.orNull, "banner": string.orNull, "owner": bool,
    "permissions": permissions, "features": list(string), "approximate_member_count?": integer,
    "approximate_presence_count?": integer,
  ]

  static let overwrite: Schema = [
    "id": snowflake, "type": oneOf(0, 1), "allow": permissions, "deny": permissions,
  ]

  private static let channelFields: Schema = [
    "id": snowflake, "type": integer, "guild_id?": snowflake, "name?": string.orNull, "position?": integer,
    "permission_overwrites?": list(overwrite), "nsfw?": bool, "parent_id?": snowflake.orNull,
    "flags": integer, "topic?": string.orNull, "last_message_id?": snowflake.orNull,
    "rate_limit_per_user?": integer, "default_auto_archive_duration?": integer,
    "default_thread_rate_limit_per_user?": integer, "last_pin_timestamp?": time.orNull, "bitrate?": integer,
    "user_limit?": integer, "rtc_region?": string.orNull, "video_quality_mode?": integer,
    "recipients?": list(user),
    "available_tags?": list(
      object(["id": snowflake, "name": string, "moderated": bool], with: tagEmoji)),
    "default_reaction_emoji?": tagEmoji.orNull, "default_sort_order?": integer.orNull,
    "default_forum_layout?": integer, "owner_id?": snowflake, "message_count?": integer,
    "total_message_sent?": integer, "member_count?": integer, "applied_tags?": list(snowflake),
    "thread_metadata?": map(anything), "member?": threadMember,
  ]

  private static let inviteFields: Schema = [
    "type": integer, "code": string,
    "guild": ["id": snowflake, "name": string, "icon": string.orNull, "features": list(string)],
    "guild_id": snowflake, "channel": ["id": snowflake, "type": integer, "name": string],
    "inviter?": user, "expires_at": time.orNull, "flags": integer, "approximate_member_count": integer,
    "approximate_presence_count": integer, "uses?": integer, "max_uses?": integer, "max_age?": integer,
    "temporary?": bool, "created_at?": time,
  ]
}
