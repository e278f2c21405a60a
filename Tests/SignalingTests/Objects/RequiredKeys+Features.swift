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
  ]
}
