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
  ]
}
