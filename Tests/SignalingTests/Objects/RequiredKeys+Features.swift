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
        """)
  ]
}
