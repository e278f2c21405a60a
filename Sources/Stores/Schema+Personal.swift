extension Schema {
  /// How far people have read, what names roles or everybody, and what people chose to be notified of.
  ///
  /// `mentions` and `roles` are ids one after the other; `settings` as ``NotificationCoding`` writes it, with
  /// `guild_id` 0 for private channels.
  static let personal = """
    CREATE TABLE read_states (
      user_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      channel_id INTEGER NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
      last_read_id INTEGER NOT NULL,
      mentions BLOB,
      pins_read_at INTEGER,
      version INTEGER NOT NULL,
      PRIMARY KEY (user_id, channel_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX read_states_channel ON read_states (channel_id);

    CREATE TABLE wide_mentions (
      channel_id INTEGER NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
      message_id INTEGER NOT NULL,
      author_id INTEGER NOT NULL,
      is_everyone INTEGER NOT NULL,
      roles BLOB,
      PRIMARY KEY (channel_id, message_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE notification_settings (
      user_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      guild_id INTEGER NOT NULL,
      settings TEXT NOT NULL,
      version INTEGER NOT NULL,
      PRIMARY KEY (user_id, guild_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX notification_settings_guild ON notification_settings (guild_id)
    """

  /// Log-ins, tokens that were voided one by one, and what guards accounts.
  ///
  /// `backup_codes` are separated by spaces; a used one begins with a hyphen.
  static let logins = """
    CREATE TABLE logins (
      user_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      issued INTEGER NOT NULL,
      code TEXT NOT NULL,
      os TEXT NOT NULL,
      platform TEXT NOT NULL,
      last_used_at INTEGER NOT NULL,
      PRIMARY KEY (user_id, issued)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE revoked_tokens (
      user_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      issued INTEGER NOT NULL,
      PRIMARY KEY (user_id, issued)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE second_factors (
      user_id INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
      secret BLOB NOT NULL,
      last_step INTEGER NOT NULL,
      backup_codes TEXT NOT NULL
    ) STRICT;

    CREATE TABLE disabled_accounts (
      user_id INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE
    ) STRICT
    """

  /// One row for each side, and what groups have beside other private channels.
  static let relationships = """
    CREATE TABLE relationships (
      user_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      other_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      kind INTEGER NOT NULL,
      nickname TEXT,
      is_ignored INTEGER NOT NULL,
      since INTEGER NOT NULL,
      PRIMARY KEY (user_id, other_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX relationships_other ON relationships (other_id);

    CREATE TABLE groups (
      channel_id INTEGER PRIMARY KEY REFERENCES channels (id) ON DELETE CASCADE,
      owner_id INTEGER NOT NULL,
      icon TEXT
    ) STRICT;
    \(counting("groups", "icon"))
    """
}
