/// Users, members, roles and applications as answers carry them; the writers are in Signaling/Objects.
extension Schema {
  static let user = reference("User")
  static let selfUser = reference("SelfUser")
  static let member = reference("Member")
  static let role = reference("Role")
  static let ban = reference("Ban")
  static let application = reference("Application")
  static let voiceState = reference("VoiceState")
  static let auditLog = reference("AuditLog")

  static let people: [String: Schema] = [
    "User": userFields, "SelfUser": object(userFields, with: selfFields), "Member": memberFields,
    "Role": roleFields,
    "Ban": ["reason": string.orNull, "user": user], "Application": applicationFields,
    "VoiceState": voiceStateFields, "AuditLog": auditLogFields,
  ]

  private static let userFields: Schema = [
    "id": snowflake, "username": string, "discriminator": string, "global_name": string.orNull,
    "avatar": string.orNull, "bot": bool, "system": bool, "banner": string.orNull,
    "accent_color": integer.orNull, "public_flags": integer, "flags": integer,
    "avatar_decoration_data": anything, "collectibles": anything, "primary_guild": anything,
  ]

  private static let selfFields: Schema = [
    "mfa_enabled": bool, "locale": string, "verified": bool, "email": string.orNull,
    "premium_type": integer, "phone?": string.orNull, "bio?": string, "nsfw_allowed?": bool,
    "linked_users?": list(anything),
  ]

  private static let memberFields: Schema = [
    "user": user, "nick": string.orNull, "avatar": string.orNull, "banner": string.orNull,
    "roles": list(snowflake), "joined_at": time, "premium_since": time.orNull, "deaf": bool, "mute": bool,
    "flags": integer, "pending": bool, "communication_disabled_until": time.orNull,
    "avatar_decoration_data": anything, "collectibles": anything,
  ]

  private static let roleFields: Schema = [
    "id": snowflake, "name": string, "color": color,
    "colors": [
      "primary_color": color, "secondary_color": color.orNull, "tertiary_color": color.orNull,
    ],
    "hoist": bool, "icon": string.orNull, "unicode_emoji": string.orNull, "position": integer,
    "permissions": permissions, "managed": bool, "mentionable": bool, "flags": integer,
    "tags?": ["bot_id?": snowflake],
  ]

  private static let applicationFields: Schema = [
    "id": snowflake, "name": string, "icon": string.orNull, "description": string, "summary": string,
    "type": integer.orNull, "bot_public": bool, "bot_require_code_grant": bool, "verify_key": string,
    "flags": integer, "hook": bool, "is_monetized": bool, "owner": user, "bot": user, "team": anything,
    "tags": list(string), "redirect_uris": list(string), "rpc_origins": list(string),
    "terms_of_service_url": string.orNull, "privacy_policy_url": string.orNull,
    "guild_id": snowflake.orNull, "cover_image": string.orNull, "approximate_guild_count": integer,
    "approximate_user_install_count": integer, "interactions_endpoint_url": string.orNull,
    "event_webhooks_url": string.orNull, "event_webhooks_status": integer,
    "event_webhooks_types": list(string), "integration_types_config": map(anything),
    "custom_install_url": string.orNull,
  ]

  private static let voiceStateFields: Schema = [
    "guild_id": snowflake, "channel_id": snowflake.orNull, "user_id": snowflake, "session_id": string,
    "deaf": bool, "mute": bool, "self_deaf": bool, "self_mute": bool, "self_stream": bool,
    "self_video": bool, "suppress": bool, "request_to_speak_timestamp": time.orNull, "member": member,
  ]

  private static let auditLogFields: Schema = [
    "audit_log_entries": list([
      "id": snowflake, "user_id": snowflake.orNull, "target_id": snowflake.orNull, "action_type": integer,
      "changes?": list(["key": string, "old_value?": anything, "new_value?": anything]),
      "options?": map(anything), "reason?": string,
    ]),
    "users": list(user), "webhooks": list(anything), "integrations": list(anything),
    "threads": list(anything), "application_commands": list(anything),
    "auto_moderation_rules": list(anything), "guild_scheduled_events": list(anything),
  ]
}
