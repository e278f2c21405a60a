extension Schema {
  /// Files of messages, as ``AttachmentCoding`` writes them, and pictures.
  ///
  /// Who names a blob is counted by triggers, so that every way to delete counts, cascades included, within
  /// the same transaction. A blob without a row is named by nobody.
  static let files = """
    ALTER TABLE messages ADD COLUMN attachments TEXT;
    ALTER TABLE accounts ADD COLUMN avatar TEXT;
    ALTER TABLE guilds ADD COLUMN icon TEXT;

    CREATE TABLE blobs (
      hash TEXT PRIMARY KEY,
      count INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE attachments (
      id INTEGER PRIMARY KEY,
      channel_id INTEGER NOT NULL,
      message_id INTEGER NOT NULL,
      blob TEXT NOT NULL,
      FOREIGN KEY (channel_id, message_id) REFERENCES messages (channel_id, id) ON DELETE CASCADE
    ) STRICT;
    CREATE INDEX attachments_message ON attachments (channel_id, message_id);
    \(counting("attachments", "blob"))
    \(counting("accounts", "avatar"))
    \(counting("guilds", "icon"))
    """

  /// Triggers that count the blobs named in a column; a picture's mark (`a_`) is no part of its blob's name.
  static func counting(_ table: String, _ column: String) -> String {
    func blob(_ row: String) -> String {
      "CASE WHEN \(row).\(column) LIKE 'a\\_%' ESCAPE '\\' THEN substr(\(row).\(column), 3) "
        + "ELSE \(row).\(column) END"
    }
    let add =
      "INSERT INTO blobs VALUES (\(blob("new")), 1) ON CONFLICT (hash) DO UPDATE SET count = count + 1;"
    let drop = """
      UPDATE blobs SET count = count - 1 WHERE hash = \(blob("old"));
      DELETE FROM blobs WHERE hash = \(blob("old")) AND count <= 0;
      """
    return """
      CREATE TRIGGER \(table)_blob_added AFTER INSERT ON \(table) WHEN new.\(column) IS NOT NULL
        BEGIN \(add) END;
      CREATE TRIGGER \(table)_blob_dropped AFTER DELETE ON \(table) WHEN old.\(column) IS NOT NULL
        BEGIN \(drop) END;
      CREATE TRIGGER \(table)_blob_taken AFTER UPDATE OF \(column) ON \(table)
        WHEN new.\(column) IS NOT NULL AND new.\(column) IS NOT old.\(column) BEGIN \(add) END;
      CREATE TRIGGER \(table)_blob_left AFTER UPDATE OF \(column) ON \(table)
        WHEN old.\(column) IS NOT NULL AND new.\(column) IS NOT old.\(column) BEGIN \(drop) END;
      """
  }
}
