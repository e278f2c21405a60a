import ChatCore

/// The tables, and how an older file becomes a newer one.
///
/// They are run without foreign keys, so that a table can be made anew under those that refer to it.
/// `user_version` counts the migrations that a file has seen. A file from the future is refused. Snowflakes
/// are kept as their bit pattern in SQLite's signed integers: the order is right until 2084, when bit 63 is set.
enum Schema {
  /// Each step is run once, in order, in one transaction with its version.
  static let migrations = [
    first, embeds, bans, styles, auditLog, pins, privateChannels, commands, files,
    personal, search, relationships,
    webhooks, eventLog, endpoints, logins, threads,
  ]

  static func migrate(_ database: borrowing SQLiteDatabase) throws(StoreError) {
    let version = try database.integer("PRAGMA user_version")
    guard version <= migrations.count else { throw .newerSchema(Int(version)) }
    for (index, migration) in migrations.enumerated() where index >= version {
      try database.execute("BEGIN IMMEDIATE;\(migration);PRAGMA user_version = \(index + 1);COMMIT")
    }
  }

  /// `messages` is clustered by channel, then id: a page of history is one range of neighbouring leaves.
  private static let first = """
    CREATE TABLE instance (
      key TEXT PRIMARY KEY,
      value BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- The newest id among rows that are deleted.
    CREATE TABLE newest_deleted (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      id INTEGER NOT NULL
    ) STRICT;
    INSERT INTO newest_deleted VALUES (1, 0);

    CREATE TABLE accounts (
      id INTEGER PRIMARY KEY,
      username TEXT NOT NULL,
      global_name TEXT,
      is_bot INTEGER NOT NULL,
      email TEXT UNIQUE,
      password_hash TEXT,
      tokens_valid_after INTEGER NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX accounts_username ON accounts (username) WHERE is_bot = 0;

    CREATE TABLE applications (
      id INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      description TEXT NOT NULL,
      owner_id INTEGER,
      flags INTEGER NOT NULL,
      verify_key TEXT NOT NULL
    ) STRICT;

    CREATE TABLE guilds (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      owner_id INTEGER NOT NULL REFERENCES accounts (id),
      system_channel_id INTEGER
    ) STRICT;

    CREATE TABLE roles (
      guild_id INTEGER NOT NULL REFERENCES guilds (id) ON DELETE CASCADE,
      id INTEGER NOT NULL,
      name TEXT NOT NULL,
      color INTEGER NOT NULL,
      is_hoisted INTEGER NOT NULL,
      position INTEGER NOT NULL,
      permissions INTEGER NOT NULL,
      is_managed INTEGER NOT NULL,
      is_mentionable INTEGER NOT NULL,
      bot_id INTEGER,
      PRIMARY KEY (guild_id, id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE channels (
      id INTEGER PRIMARY KEY,
      guild_id INTEGER NOT NULL REFERENCES guilds (id) ON DELETE CASCADE,
      kind INTEGER NOT NULL,
      name TEXT NOT NULL,
      position INTEGER NOT NULL,
      parent_id INTEGER,
      topic TEXT,
      is_nsfw INTEGER NOT NULL,
      rate_limit_per_user INTEGER NOT NULL,
      bitrate INTEGER NOT NULL,
      user_limit INTEGER NOT NULL,
      last_message_id INTEGER
    ) STRICT;
    CREATE INDEX channels_guild ON channels (guild_id);

    CREATE TABLE overwrites (
      channel_id INTEGER NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
      id INTEGER NOT NULL,
      target INTEGER NOT NULL,
      allow INTEGER NOT NULL,
      deny INTEGER NOT NULL,
      PRIMARY KEY (channel_id, id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE members (
      guild_id INTEGER NOT NULL REFERENCES guilds (id) ON DELETE CASCADE,
      user_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      nick TEXT,
      joined_at INTEGER NOT NULL,
      is_muted INTEGER NOT NULL,
      is_deafened INTEGER NOT NULL,
      timed_out_until INTEGER,
      is_temporary INTEGER NOT NULL,
      PRIMARY KEY (guild_id, user_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX members_user ON members (user_id);

    CREATE TABLE member_roles (
      guild_id INTEGER NOT NULL,
      user_id INTEGER NOT NULL,
      role_id INTEGER NOT NULL,
      PRIMARY KEY (guild_id, user_id, role_id),
      FOREIGN KEY (guild_id, user_id) REFERENCES members (guild_id, user_id) ON DELETE CASCADE,
      FOREIGN KEY (guild_id, role_id) REFERENCES roles (guild_id, id) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX member_roles_role ON member_roles (guild_id, role_id);

    CREATE TABLE invites (
      code TEXT PRIMARY KEY,
      guild_id INTEGER NOT NULL REFERENCES guilds (id) ON DELETE CASCADE,
      channel_id INTEGER NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
      inviter_id INTEGER,
      created_at INTEGER NOT NULL,
      max_age INTEGER NOT NULL,
      max_uses INTEGER NOT NULL,
      uses INTEGER NOT NULL,
      is_temporary INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX invites_guild ON invites (guild_id);
    CREATE INDEX invites_channel ON invites (channel_id);

    CREATE TABLE messages (
      channel_id INTEGER NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
      id INTEGER NOT NULL,
      guild_id INTEGER NOT NULL,
      author_id INTEGER NOT NULL,
      kind INTEGER NOT NULL,
      content TEXT NOT NULL,
      edited_at INTEGER,
      is_tts INTEGER NOT NULL,
      flags INTEGER NOT NULL,
      nonce ANY,
      mentions_everyone INTEGER NOT NULL,
      mentions BLOB,
      mentioned_roles BLOB,
      reference_channel_id INTEGER,
      reference_message_id INTEGER,
      PRIMARY KEY (channel_id, id)
    ) STRICT, WITHOUT ROWID;

    -- `emoji_id` is 0 for Unicode emoji, whose `emoji_name` is the emoji itself.
    CREATE TABLE reactions (
      message_id INTEGER NOT NULL,
      emoji_id INTEGER NOT NULL,
      emoji_name TEXT NOT NULL,
      user_id INTEGER NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (message_id, emoji_id, emoji_name, user_id)
    ) STRICT, WITHOUT ROWID;
    """

  /// Cards beneath messages, as ``EmbedCoding`` writes them.
  private static let embeds = "ALTER TABLE messages ADD COLUMN embeds TEXT"

  private static let bans = """
    CREATE TABLE bans (
      guild_id INTEGER NOT NULL REFERENCES guilds (id) ON DELETE CASCADE,
      user_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      reason TEXT,
      PRIMARY KEY (guild_id, user_id)
    ) STRICT, WITHOUT ROWID
    """

  /// Roles' gradients and emoji; what a guild's managers decide, as ``GuildSettingsCoding`` writes it.
  private static let styles = """
    ALTER TABLE roles ADD COLUMN secondary_color INTEGER;
    ALTER TABLE roles ADD COLUMN tertiary_color INTEGER;
    ALTER TABLE roles ADD COLUMN unicode_emoji TEXT;
    ALTER TABLE guilds ADD COLUMN settings TEXT
    """

  /// Pins, and what few messages have, as ``MessageExtraCoding`` writes it.
  private static let pins = """
    ALTER TABLE messages ADD COLUMN pinned_at INTEGER;
    ALTER TABLE messages ADD COLUMN extra TEXT;
    CREATE INDEX messages_pinned ON messages (channel_id, pinned_at) WHERE pinned_at IS NOT NULL;
    ALTER TABLE channels ADD COLUMN last_pin_at INTEGER
    """

  /// Channels in no guild: `guild_id` may be NULL, for which the table is made anew.
  private static let privateChannels = """
    CREATE TABLE channels_next (
      id INTEGER PRIMARY KEY,
      guild_id INTEGER REFERENCES guilds (id) ON DELETE CASCADE,
      kind INTEGER NOT NULL,
      name TEXT NOT NULL,
      position INTEGER NOT NULL,
      parent_id INTEGER,
      topic TEXT,
      is_nsfw INTEGER NOT NULL,
      rate_limit_per_user INTEGER NOT NULL,
      bitrate INTEGER NOT NULL,
      user_limit INTEGER NOT NULL,
      last_message_id INTEGER,
      last_pin_at INTEGER,
      recipients BLOB,
      closed_by BLOB
    ) STRICT;
    INSERT INTO channels_next SELECT *, NULL, NULL FROM channels;
    DROP TABLE channels;
    ALTER TABLE channels_next RENAME TO channels;
    CREATE INDEX channels_guild ON channels (guild_id)
    """

  /// Commands of applications; `body` as ``CommandCoding`` writes it.
  private static let commands = """
    CREATE TABLE commands (
      id INTEGER PRIMARY KEY,
      application_id INTEGER NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
      guild_id INTEGER REFERENCES guilds (id) ON DELETE CASCADE,
      version INTEGER NOT NULL,
      body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX commands_application ON commands (application_id);
    CREATE INDEX commands_guild ON commands (guild_id)
    """

  /// `details` holds changes and options, as ``AuditCoding`` writes them.
  private static let auditLog = """
    CREATE TABLE audit_log (
      guild_id INTEGER NOT NULL REFERENCES guilds (id) ON DELETE CASCADE,
      id INTEGER NOT NULL,
      user_id INTEGER,
      target_id INTEGER,
      action INTEGER NOT NULL,
      details TEXT,
      reason TEXT,
      PRIMARY KEY (guild_id, id)
    ) STRICT, WITHOUT ROWID
    """
}
