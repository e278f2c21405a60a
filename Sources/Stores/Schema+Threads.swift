extension Schema {
  /// Threads are rows of `channels`; what only they have, and who follows them.
  ///
  /// `settings` of a channel is what it says of its threads, as ``ThreadSettingsCoding`` writes it; most have none.
  static let threads = """
    CREATE TABLE threads (
      id INTEGER PRIMARY KEY REFERENCES channels (id) ON DELETE CASCADE,
      owner_id INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      is_archived INTEGER NOT NULL,
      archive_minutes INTEGER NOT NULL,
      archived_at INTEGER NOT NULL,
      is_locked INTEGER NOT NULL,
      is_invitable INTEGER NOT NULL,
      message_count INTEGER NOT NULL,
      total_message_count INTEGER NOT NULL,
      applied_tags BLOB,
      flags INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE thread_members (
      thread_id INTEGER NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
      user_id INTEGER NOT NULL,
      guild_id INTEGER NOT NULL,
      joined_at INTEGER NOT NULL,
      flags INTEGER NOT NULL,
      PRIMARY KEY (thread_id, user_id),
      FOREIGN KEY (guild_id, user_id) REFERENCES members (guild_id, user_id) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX thread_members_user ON thread_members (guild_id, user_id);

    CREATE TABLE thread_settings (
      channel_id INTEGER PRIMARY KEY REFERENCES channels (id) ON DELETE CASCADE,
      settings TEXT NOT NULL
    ) STRICT
    """
}
