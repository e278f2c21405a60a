extension Schema {
  /// Webhooks, and where published messages were copied to.
  static let webhooks = """
    CREATE TABLE webhooks (
      id INTEGER PRIMARY KEY,
      guild_id INTEGER NOT NULL,
      channel_id INTEGER NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
      kind INTEGER NOT NULL,
      creator_id INTEGER,
      application_id INTEGER,
      name TEXT NOT NULL,
      avatar TEXT,
      secret TEXT NOT NULL,
      source_channel_id INTEGER REFERENCES channels (id) ON DELETE CASCADE
    ) STRICT;
    CREATE INDEX webhooks_channel ON webhooks (channel_id);
    CREATE INDEX webhooks_source ON webhooks (source_channel_id);
    \(counting("webhooks", "avatar"))

    CREATE TABLE crossposts (
      source_id INTEGER NOT NULL,
      source_channel_id INTEGER NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
      channel_id INTEGER NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
      message_id INTEGER NOT NULL,
      PRIMARY KEY (source_id, channel_id, message_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX crossposts_copy ON crossposts (message_id);
    CREATE INDEX crossposts_source_channel ON crossposts (source_channel_id);
    CREATE INDEX crossposts_channel ON crossposts (channel_id)
    """
}
