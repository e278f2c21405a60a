extension RequiredKeys {
  /// Moderation, threads, webhooks, interactions and the rest.
  static let featureKeys: [RequiredKeys] = [
    RequiredKeys(
      "GUILD_AUDIT_LOG_ENTRY_CREATE",
      required: """
        action_type changes[].key guild_id id target_id user_id
        """,
      nonNull: """
        action_type guild_id id
        """),
    RequiredKeys(
      "CHANNEL_PINS_UPDATE",
      required: """
        channel_id last_pin_timestamp
        """,
      nonNull: """
        channel_id guild_id
        """),
    RequiredKeys(
      "MESSAGE_REACTION_REMOVE_ALL",
      required: """
        channel_id message_id
        """,
      nonNull: """
        channel_id guild_id message_id
        """),
    RequiredKeys(
      "MESSAGE_REACTION_REMOVE_EMOJI",
      required: """
        channel_id emoji emoji.name message_id
        """,
      nonNull: """
        channel_id emoji emoji.name guild_id message_id
        """),
    RequiredKeys(
      "MESSAGE_CREATE dm",
      required: """
        attachments attachments[].filename attachments[].id attachments[].proxy_url attachments[].size
        attachments[].url author author.avatar author.discriminator author.id author.username channel_id
        content edited_timestamp embeds embeds[].fields[].name embeds[].fields[].value flags id
        mention_everyone pinned reactions[].count reactions[].count_details.burst
        reactions[].count_details.normal reactions[].emoji reactions[].emoji.name reactions[].me
        sticker_items[].format_type sticker_items[].id sticker_items[].name timestamp tts type
        """,
      nonNull: """
        attachments attachments[].id attachments[].size author author.id author.public_flags channel_id
        components embeds embeds[].color embeds[].timestamp flags id mention_roles mentions reactions
        reactions[].burst_colors reactions[].count reactions[].count_details
        reactions[].count_details.burst reactions[].count_details.normal reactions[].emoji sticker_items
        sticker_items[].format_type sticker_items[].id timestamp
        """),
    RequiredKeys(
      "dm_channel",
      required: """
        id recipients recipients[].avatar recipients[].discriminator recipients[].id
        recipients[].username type
        """,
      nonNull: """
        id recipients recipients[].id recipients[].public_flags type
        """),
    RequiredKeys(
      "command",
      required: """
        application_id default_member_permissions description guild_id id name options[].description
        options[].name options[].type type version
        """,
      nonNull: """
        application_id description id integration_types name options options[].name options[].type type
        version
        """),
    RequiredKeys(
      "INTERACTION_CREATE slash",
      required: """
        app_permissions application_id attachment_size_limit authorizing_integration_owners channel
        channel.id channel.type context data data.id data.name data.options[].name data.options[].type
        data.type guild_id id locale member member.flags member.joined_at member.permissions
        member.roles member.user member.user.avatar member.user.discriminator member.user.id
        member.user.username token type version
        """,
      nonNull: """
        app_permissions application_id authorizing_integration_owners channel channel.id
        channel.permissions data data.id data.options entitlements guild_id id member member.joined_at
        member.permissions member.roles member.user member.user.id member.user.public_flags type
        """),
    RequiredKeys(
      "INTERACTION_CREATE button",
      required: """
        app_permissions application_id attachment_size_limit authorizing_integration_owners channel
        channel.id channel.type context data data.component_type data.custom_id guild_id id locale
        member member.flags member.joined_at member.permissions member.roles member.user
        member.user.avatar member.user.discriminator member.user.id member.user.username message
        message.attachments message.attachments[].filename message.attachments[].id
        message.attachments[].proxy_url message.attachments[].size message.attachments[].url
        message.author message.author.avatar message.author.discriminator message.author.id
        message.author.username message.channel_id message.content message.edited_timestamp
        message.embeds message.embeds[].fields[].name message.embeds[].fields[].value message.flags
        message.id message.mention_everyone message.pinned message.reactions[].count
        message.reactions[].count_details.burst message.reactions[].count_details.normal
        message.reactions[].emoji message.reactions[].emoji.name message.reactions[].me
        message.sticker_items[].format_type message.sticker_items[].id message.sticker_items[].name
        message.timestamp message.tts message.type token type version
        """,
      nonNull: """
        app_permissions application_id authorizing_integration_owners channel channel.id
        channel.permissions data entitlements guild_id id member member.joined_at member.permissions
        member.roles member.user member.user.id member.user.public_flags message message.attachments
        message.attachments[].id message.attachments[].size message.author message.author.id
        message.author.public_flags message.channel_id message.components message.embeds
        message.embeds[].color message.embeds[].timestamp message.flags message.id message.mention_roles
        message.mentions message.reactions message.reactions[].burst_colors message.reactions[].count
        message.reactions[].count_details message.reactions[].count_details.burst
        message.reactions[].count_details.normal message.reactions[].emoji message.sticker_items
        message.sticker_items[].id message.timestamp type
        """),
  ]
}
