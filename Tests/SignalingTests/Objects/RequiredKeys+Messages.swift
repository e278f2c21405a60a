extension RequiredKeys {
  /// Invites, messages, presence, voice and the objects of REST.
  static let messageKeys: [RequiredKeys] = [
    RequiredKeys(
      "INVITE_CREATE",
      required: """
        channel_id code created_at inviter.avatar inviter.discriminator inviter.id inviter.username
        max_age max_uses temporary uses
        """,
      nonNull: """
        channel_id created_at guild_id inviter inviter.id inviter.public_flags max_age max_uses uses
        """),
    RequiredKeys(
      "INVITE_DELETE",
      required: """
        channel_id code guild_id
        """,
      nonNull: """
        channel_id code guild_id
        """),
    RequiredKeys(
      "MESSAGE_CREATE",
      required: """
        attachments author author.avatar author.discriminator author.id author.username channel_id
        content edited_timestamp embeds flags id member.joined_at member.roles mention_everyone pinned
        reactions[].count reactions[].count_details.burst reactions[].count_details.normal
        reactions[].emoji reactions[].emoji.name reactions[].me timestamp tts type
        """,
      nonNull: """
        attachments author author.id author.public_flags channel_id components embeds flags guild_id id
        member member.roles mention_roles mentions reactions reactions[].burst_colors reactions[].count
        reactions[].count_details reactions[].count_details.burst reactions[].count_details.normal
        reactions[].emoji timestamp
        """),
    RequiredKeys(
      "MESSAGE_CREATE reply",
      required: """
        attachments author author.avatar author.discriminator author.id author.username channel_id
        content edited_timestamp embeds flags id member.joined_at member.roles mention_everyone
        message_reference.channel_id pinned reactions[].count reactions[].count_details.burst
        reactions[].count_details.normal reactions[].emoji reactions[].emoji.name reactions[].me
        referenced_message.attachments referenced_message.author referenced_message.author.avatar
        referenced_message.author.discriminator referenced_message.author.id
        referenced_message.author.username referenced_message.channel_id referenced_message.content
        referenced_message.edited_timestamp referenced_message.embeds referenced_message.id
        referenced_message.member.joined_at referenced_message.member.roles
        referenced_message.mention_everyone referenced_message.pinned
        referenced_message.reactions[].count referenced_message.reactions[].count_details.burst
        referenced_message.reactions[].count_details.normal referenced_message.reactions[].emoji
        referenced_message.reactions[].emoji.name referenced_message.reactions[].me
        referenced_message.tts referenced_message.type timestamp tts type
        """,
      nonNull: """
        attachments author author.id author.public_flags channel_id components embeds flags guild_id id
        member member.roles mention_roles mentions message_reference message_reference.channel_id
        message_reference.guild_id message_reference.message_id message_reference.type reactions
        reactions[].burst_colors reactions[].count reactions[].count_details
        reactions[].count_details.burst reactions[].count_details.normal reactions[].emoji
        referenced_message.attachments referenced_message.author referenced_message.author.id
        referenced_message.author.public_flags referenced_message.channel_id
        referenced_message.components referenced_message.embeds referenced_message.flags
        referenced_message.guild_id referenced_message.id referenced_message.member
        referenced_message.member.roles referenced_message.mention_roles referenced_message.mentions
        referenced_message.reactions referenced_message.reactions[].burst_colors
        referenced_message.reactions[].count referenced_message.reactions[].count_details
        referenced_message.reactions[].count_details.burst
        referenced_message.reactions[].count_details.normal referenced_message.reactions[].emoji
        referenced_message.timestamp timestamp
        """),
    RequiredKeys(
      "MESSAGE_CREATE mention",
      required: """
        attachments author author.avatar author.discriminator author.id author.username channel_id
        content edited_timestamp embeds flags id member.joined_at member.roles mention_everyone
        mentions[].avatar mentions[].discriminator mentions[].id mentions[].username pinned
        reactions[].count reactions[].count_details.burst reactions[].count_details.normal
        reactions[].emoji reactions[].emoji.name reactions[].me timestamp tts type
        """,
      nonNull: """
        attachments author author.id author.public_flags channel_id components embeds flags guild_id id
        member member.roles mention_roles mentions mentions[].id mentions[].public_flags reactions
        reactions[].burst_colors reactions[].count reactions[].count_details
        reactions[].count_details.burst reactions[].count_details.normal reactions[].emoji timestamp
        """),
    RequiredKeys(
      "MESSAGE_UPDATE",
      required: """
        attachments author author.avatar author.discriminator author.id author.username channel_id
        content edited_timestamp embeds id member.joined_at member.roles mention_everyone pinned
        reactions[].count reactions[].count_details.burst reactions[].count_details.normal
        reactions[].emoji reactions[].emoji.name reactions[].me tts type
        """,
      nonNull: """
        attachments author author.id author.public_flags channel_id components embeds flags guild_id id
        member member.roles mention_roles mentions reactions reactions[].burst_colors reactions[].count
        reactions[].count_details reactions[].count_details.burst reactions[].count_details.normal
        reactions[].emoji timestamp
        """),
    RequiredKeys(
      "MESSAGE_DELETE",
      required: """
        channel_id id
        """,
      nonNull: """
        channel_id guild_id id
        """),
    RequiredKeys(
      "MESSAGE_REACTION_ADD",
      required: """
        channel_id emoji emoji.name guild_id member.flags member.joined_at member.roles member.user
        member.user.avatar member.user.discriminator member.user.id member.user.username message_id type
        user_id
        """,
      nonNull: """
        burst_colors channel_id emoji guild_id member member.roles member.user member.user.id
        member.user.public_flags message_id user_id
        """),
    RequiredKeys(
      "MESSAGE_REACTION_REMOVE",
      required: """
        channel_id emoji emoji.name message_id type user_id
        """,
      nonNull: """
        channel_id emoji guild_id message_id user_id
        """),
    RequiredKeys(
      "PRESENCE_UPDATE",
      required: """
        activities client_status guild_id status user user.id
        """,
      nonNull: """
        activities client_status client_status.web guild_id status user user.id
        """),
    RequiredKeys(
      "TYPING_START",
      required: """
        channel_id member member.joined_at member.roles member.user member.user.avatar
        member.user.discriminator member.user.id member.user.username timestamp user_id
        """,
      nonNull: """
        channel_id guild_id member member.roles member.user member.user.id member.user.public_flags
        timestamp user_id
        """),
    RequiredKeys(
      "USER_UPDATE",
      required: """
        avatar discriminator flags id mfa_enabled username
        """,
      nonNull: """
        flags id
        """),
    RequiredKeys(
      "VOICE_STATE_UPDATE join",
      required: """
        channel_id deaf guild_id member.joined_at member.roles member.user member.user.avatar
        member.user.discriminator member.user.id member.user.username mute self_deaf self_mute
        self_video session_id suppress user_id
        """,
      nonNull: """
        guild_id member member.roles member.user member.user.id member.user.public_flags user_id
        """),
    RequiredKeys(
      "VOICE_STATE_UPDATE leave",
      required: """
        channel_id deaf guild_id member.joined_at member.roles member.user member.user.avatar
        member.user.discriminator member.user.id member.user.username mute self_deaf self_mute
        self_video session_id suppress user_id
        """,
      nonNull: """
        guild_id member member.roles member.user member.user.id member.user.public_flags user_id
        """),
    RequiredKeys(
      "VOICE_SERVER_UPDATE",
      required: """
        endpoint guild_id token
        """,
      nonNull: """
        guild_id
        """),
    RequiredKeys(
      "application",
      required: """
        approximate_guild_count approximate_user_install_count bot.avatar bot.discriminator bot.id
        bot.username bot_public bot_require_code_grant description flags icon id name owner owner.avatar
        owner.discriminator owner.id owner.username rpc_origins verify_key
        """,
      nonNull: """
        bot.id flags id integration_types_config owner owner.id owner.public_flags verify_key
        """),
    RequiredKeys(
      "me",
      required: """
        avatar discriminator flags id mfa_enabled username
        """,
      nonNull: """
        flags id
        """),
    RequiredKeys(
      "invite",
      required: """
        channel channel.id channel.name channel.type code guild.banner guild.description guild.features
        guild.icon guild.id guild.name guild.nsfw_level guild.splash guild.vanity_url_code
        guild.verification_level inviter.avatar inviter.discriminator inviter.id inviter.username
        """,
      nonNull: """
        approximate_member_count approximate_presence_count channel channel.id flags guild
        guild.features guild.id inviter inviter.id inviter.public_flags
        """),
    RequiredKeys(
      "message",
      required: """
        attachments author author.avatar author.discriminator author.id author.username channel_id
        content edited_timestamp embeds flags id mention_everyone pinned reactions[].count
        reactions[].count_details.burst reactions[].count_details.normal reactions[].emoji
        reactions[].emoji.name reactions[].me timestamp tts type
        """,
      nonNull: """
        attachments author author.id author.public_flags channel_id components embeds flags id
        mention_roles mentions reactions reactions[].burst_colors reactions[].count
        reactions[].count_details reactions[].count_details.burst reactions[].count_details.normal
        reactions[].emoji timestamp
        """),
    RequiredKeys(
      "gateway_bot",
      required: """
        session_start_limit session_start_limit.remaining session_start_limit.reset_after
        session_start_limit.total shards url
        """,
      nonNull: """
        session_start_limit session_start_limit.max_concurrency session_start_limit.remaining
        session_start_limit.reset_after session_start_limit.total shards
        """),
    RequiredKeys(
      "voice_region",
      required: """
        custom deprecated id name optimal
        """,
      nonNull: ""),
    RequiredKeys(
      "rest_guild",
      required: """
        afk_channel_id afk_timeout application_id banner default_message_notifications description
        emojis explicit_content_filter features icon id max_members max_presences mfa_level name
        nsfw_level owner_id preferred_locale premium_tier public_updates_channel_id roles roles[].color
        roles[].colors.primary_color roles[].hoist roles[].id roles[].managed roles[].mentionable
        roles[].name roles[].permissions roles[].position rules_channel_id splash stickers
        system_channel_flags system_channel_id vanity_url_code verification_level
        """,
      nonNull: """
        afk_timeout approximate_member_count approximate_presence_count emojis features id max_members
        max_video_channel_users owner_id roles roles[].color roles[].colors.primary_color roles[].id
        roles[].permissions roles[].position roles[].tags stickers system_channel_flags
        """),
  ]
}
