/// Threads as answers carry them; the writers are in Signaling/Objects.
extension Schema {
  static let thread = reference("Thread")
  static let threadMember = reference("ThreadMember")
  static let threadList = reference("ThreadList")

  static let branches: [String: Schema] = [
    "Thread": threadFields, "ThreadMember": threadMemberFields,
    "ThreadList": [
      "threads": list(thread), "members": list(threadMember), "has_more?": bool,
    ],
  ]

  private static let threadFields: Schema = [
    "id": snowflake, "type": oneOf(10, 11, 12), "guild_id": snowflake, "parent_id": snowflake,
    "owner_id": snowflake, "name": string, "last_message_id": snowflake.orNull,
    "last_pin_timestamp": time.orNull, "rate_limit_per_user": integer, "message_count": integer,
    "total_message_sent": integer, "member_count": integer, "flags": integer,
    "applied_tags": list(snowflake), "member?": threadMember, "message?": message,
    "thread_metadata": [
      "archived": bool, "archive_timestamp": time, "auto_archive_duration": integer, "locked": bool,
      "invitable?": bool, "create_timestamp": time,
    ],
  ]

  private static let threadMemberFields: Schema = [
    "id": snowflake, "user_id": snowflake, "join_timestamp": time, "flags": integer, "muted": bool,
    "mute_config": anything, "member?": map(anything),
  ]

  /// An emoji of a forum or its tags.
  static let tagEmoji: Schema = [
    "emoji_id": snowflake.orNull, "emoji_name": string.orNull,
  ]
}
