extension Schema {
  /// The search index.
  ///
  /// `search` is contentless: it holds words and where they stand, not the texts, so a message is taken out of
  /// it with the text that it was put in with (``SearchText``). Its rows are messages by id. `search_places`
  /// says in which channel they are, `search_queue` which are not in the index yet, and each row of
  /// `search_spans` is the first of about ``SQLiteStore/searchSpan`` messages, so that a query can be asked of
  /// few messages at a time. Messages that an older version kept wait in the queue.
  static let search = """
    CREATE TABLE search_places (
      id INTEGER PRIMARY KEY,
      channel_id INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE search_queue (id INTEGER PRIMARY KEY) STRICT;
    CREATE TABLE search_spans (id INTEGER PRIMARY KEY) STRICT;
    CREATE VIRTUAL TABLE search USING fts5 (
      text, content = '', columnsize = 0, tokenize = 'unicode61 remove_diacritics 2');
    INSERT INTO search_places SELECT id, channel_id FROM messages ORDER BY id;
    INSERT INTO search_queue SELECT id FROM messages ORDER BY id
    """
}
