/// What unmodified client libraries need of each payload, found by leaving keys out and setting them to null
/// one at a time: six libraries, each path here made at least one of them fail.
///
/// `a.b` is a key of an object, `a[].b` of every element of a list. A required key counts where its parent
/// is there; `nonNull` ones may be missing, if they are not required, but never be null.
struct RequiredKeys: Sendable {
  let name: String
  let required: [Substring]
  let nonNull: [Substring]

  init(_ name: String, required: String, nonNull: String) {
    self.name = name
    self.required = required.split { $0 == " " || $0 == "\n" }
    self.nonNull = nonNull.split { $0 == " " || $0 == "\n" }
  }

  static func of(_ name: String) -> RequiredKeys? {
    (guildKeys + messageKeys + featureKeys + threadKeys).first { $0.name == name }
  }
}

extension RequiredKeys {
  /// The session's start, guilds, channels, members and roles.
  static let guildKeys: [RequiredKeys] = [
    RequiredKeys(
      "READY",
      required: """
        application application.flags application.id guilds guilds[].id resume_gateway_url session_id
        user user.avatar user.discriminator user.flags user.id user.mfa_enabled user.username v
        """,
      nonNull: """
        application application.flags application.id guilds guilds[].id user user.flags user.id v
        """),
    RequiredKeys(
      "GUILD_CREATE",
      required: """
        afk_channel_id afk_timeout application_id banner channels channels[].bitrate channels[].id
        channels[].name channels[].permission_overwrites channels[].permission_overwrites[].allow
        channels[].permission_overwrites[].deny channels[].permission_overwrites[].id
        channels[].permission_overwrites[].type channels[].position channels[].rtc_region
        channels[].topic channels[].type channels[].user_limit default_message_notifications description
        emojis explicit_content_filter features icon id members members[].flags members[].joined_at
        members[].roles members[].user members[].user.avatar members[].user.discriminator
        members[].user.id members[].user.username mfa_level name nsfw_level owner_id preferred_locale
        premium_tier presences presences[].activities presences[].client_status presences[].status
        presences[].user presences[].user.id public_updates_channel_id roles roles[].color
        roles[].colors roles[].colors.primary_color roles[].colors.secondary_color
        roles[].colors.tertiary_color roles[].hoist roles[].id roles[].managed roles[].mentionable
        roles[].name roles[].permissions roles[].position rules_channel_id splash stickers
        system_channel_flags system_channel_id threads vanity_url_code verification_level voice_states
        voice_states[].channel_id voice_states[].deaf voice_states[].mute voice_states[].self_deaf
        voice_states[].self_mute voice_states[].self_video voice_states[].session_id
        voice_states[].suppress voice_states[].user_id
        """,
      nonNull: """
        afk_timeout channels channels[].bitrate channels[].default_auto_archive_duration
        channels[].default_thread_rate_limit_per_user channels[].flags channels[].id
        channels[].permission_overwrites channels[].permission_overwrites[].allow
        channels[].permission_overwrites[].deny channels[].permission_overwrites[].id
        channels[].position channels[].rate_limit_per_user channels[].user_limit
        channels[].video_quality_mode emojis features guild_scheduled_events id joined_at
        max_video_channel_users member_count members members[].roles members[].user members[].user.id
        members[].user.public_flags owner_id presences presences[].activities presences[].client_status
        presences[].client_status.web presences[].status presences[].user presences[].user.id roles
        roles[].color roles[].colors roles[].colors.primary_color roles[].id roles[].permissions
        roles[].position roles[].tags soundboard_sounds stage_instances stickers system_channel_flags
        threads voice_states voice_states[].channel_id voice_states[].user_id
        """),
    RequiredKeys(
      "GUILD_BAN_ADD",
      required: """
        guild_id user user.avatar user.discriminator user.id user.username
        """,
      nonNull: """
        guild_id user user.id user.public_flags
        """),
    RequiredKeys(
      "GUILD_BAN_REMOVE",
      required: """
        guild_id user user.avatar user.discriminator user.id user.username
        """,
      nonNull: """
        guild_id user user.id user.public_flags
        """),
    RequiredKeys(
      "MESSAGE_DELETE_BULK",
      required: """
        channel_id guild_id ids
        """,
      nonNull: """
        channel_id guild_id ids
        """),
    RequiredKeys(
      "GUILD_UPDATE",
      required: """
        afk_channel_id afk_timeout application_id banner default_message_notifications description emojis
        explicit_content_filter features icon id mfa_level name nsfw_level owner_id preferred_locale
        premium_tier public_updates_channel_id roles roles[].color roles[].colors
        roles[].colors.primary_color roles[].colors.secondary_color roles[].colors.tertiary_color
        roles[].hoist roles[].id roles[].managed roles[].mentionable roles[].name roles[].permissions
        roles[].position rules_channel_id splash stickers system_channel_flags system_channel_id
        vanity_url_code verification_level
        """,
      nonNull: """
        afk_timeout emojis features id max_video_channel_users owner_id roles roles[].color
        roles[].colors roles[].colors.primary_color roles[].id roles[].permissions roles[].position
        roles[].tags roles[].tags.bot_id stickers system_channel_flags
        """),
    RequiredKeys(
      "GUILD_DELETE",
      required: """
        id
        """,
      nonNull: """
        id
        """),
    RequiredKeys(
      "CHANNEL_CREATE text",
      required: """
        guild_id id name permission_overwrites permission_overwrites[].allow
        permission_overwrites[].deny permission_overwrites[].id permission_overwrites[].type position
        topic type
        """,
      nonNull: """
        default_auto_archive_duration flags guild_id id permission_overwrites
        permission_overwrites[].allow permission_overwrites[].deny permission_overwrites[].id position
        rate_limit_per_user type
        """),
    RequiredKeys(
      "CHANNEL_CREATE voice",
      required: """
        bitrate guild_id id name permission_overwrites permission_overwrites[].allow
        permission_overwrites[].deny permission_overwrites[].id permission_overwrites[].type position
        type user_limit
        """,
      nonNull: """
        bitrate flags guild_id id permission_overwrites permission_overwrites[].allow
        permission_overwrites[].deny permission_overwrites[].id position type user_limit
        video_quality_mode
        """),
    RequiredKeys(
      "CHANNEL_CREATE category",
      required: """
        guild_id id name permission_overwrites permission_overwrites[].allow
        permission_overwrites[].deny permission_overwrites[].id permission_overwrites[].type position
        type
        """,
      nonNull: """
        flags guild_id id permission_overwrites permission_overwrites[].allow
        permission_overwrites[].deny permission_overwrites[].id position type
        """),
    RequiredKeys(
      "CHANNEL_CREATE stage",
      required: """
        bitrate guild_id id name permission_overwrites permission_overwrites[].allow
        permission_overwrites[].deny permission_overwrites[].id permission_overwrites[].type position
        rtc_region type user_limit
        """,
      nonNull: """
        bitrate flags guild_id id permission_overwrites permission_overwrites[].allow
        permission_overwrites[].deny permission_overwrites[].id position type user_limit
        video_quality_mode
        """),
    RequiredKeys(
      "CHANNEL_UPDATE text",
      required: """
        guild_id id name permission_overwrites permission_overwrites[].allow
        permission_overwrites[].deny permission_overwrites[].id permission_overwrites[].type position
        topic type
        """,
      nonNull: """
        default_auto_archive_duration flags guild_id id permission_overwrites
        permission_overwrites[].allow permission_overwrites[].deny permission_overwrites[].id position
        rate_limit_per_user type
        """),
    RequiredKeys(
      "CHANNEL_DELETE text",
      required: """
        guild_id id permission_overwrites permission_overwrites[].allow permission_overwrites[].deny
        permission_overwrites[].id permission_overwrites[].type position topic type
        """,
      nonNull: """
        default_auto_archive_duration flags guild_id id permission_overwrites
        permission_overwrites[].allow permission_overwrites[].deny permission_overwrites[].id position
        rate_limit_per_user type
        """),
    RequiredKeys(
      "GUILD_MEMBER_ADD",
      required: """
        flags guild_id joined_at roles user user.avatar user.discriminator user.id user.username
        """,
      nonNull: """
        guild_id roles user user.id user.public_flags
        """),
    RequiredKeys(
      "GUILD_MEMBER_UPDATE",
      required: """
        guild_id joined_at roles user user.avatar user.discriminator user.id user.username
        """,
      nonNull: """
        guild_id roles user user.id user.public_flags
        """),
    RequiredKeys(
      "GUILD_MEMBER_REMOVE",
      required: """
        guild_id user user.avatar user.discriminator user.id user.username
        """,
      nonNull: """
        guild_id user user.id user.public_flags
        """),
    RequiredKeys(
      "GUILD_MEMBERS_CHUNK",
      required: """
        chunk_count chunk_index guild_id members members[].flags members[].joined_at members[].roles
        members[].user members[].user.avatar members[].user.discriminator members[].user.id
        members[].user.username presences[].activities presences[].client_status presences[].status
        presences[].user presences[].user.id
        """,
      nonNull: """
        chunk_count chunk_index guild_id members members[].roles members[].user members[].user.id
        members[].user.public_flags not_found presences[].activities presences[].client_status
        presences[].client_status.web presences[].status presences[].user presences[].user.id
        """),
    RequiredKeys(
      "GUILD_ROLE_CREATE",
      required: """
        guild_id role role.color role.colors role.colors.primary_color role.colors.secondary_color
        role.colors.tertiary_color role.hoist role.id role.managed role.mentionable role.name
        role.permissions role.position
        """,
      nonNull: """
        guild_id role role.color role.colors role.colors.primary_color role.id role.permissions
        role.position role.tags
        """),
    RequiredKeys(
      "GUILD_ROLE_UPDATE",
      required: """
        guild_id role role.color role.colors role.colors.primary_color role.colors.secondary_color
        role.colors.tertiary_color role.hoist role.id role.managed role.mentionable role.name
        role.permissions role.position
        """,
      nonNull: """
        guild_id role role.color role.colors role.colors.primary_color role.id role.permissions
        role.position role.tags
        """),
    RequiredKeys(
      "GUILD_ROLE_DELETE",
      required: """
        guild_id role_id
        """,
      nonNull: """
        guild_id role_id
        """),
  ]
}
