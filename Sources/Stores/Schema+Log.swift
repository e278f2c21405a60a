extension Schema {
  /// The event log, a row a transaction, and how far its readers are.
  ///
  /// `total` counts the octets of all bodies up to this one, so that the log's size is known without reading it.
  static let eventLog = """
    CREATE TABLE event_log (
      entry INTEGER PRIMARY KEY,
      at INTEGER NOT NULL,
      total INTEGER NOT NULL,
      body BLOB NOT NULL
    ) STRICT;
    CREATE TABLE log_consumers (
      name TEXT PRIMARY KEY,
      entry INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """
}
