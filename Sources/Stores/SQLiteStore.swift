import Base
public import ChatCore

/// The embedded store: one SQLite file with a write-ahead log.
///
/// A commit is on stable storage when it returns (`synchronous = FULL`: the log is synced before the answer),
/// so what was acknowledged survives kill -9 and power loss. The file is locked while the store lives. One
/// owner, one thread; a call blocks for as long as the disk takes.
public struct SQLiteStore: ~Copyable, ChatStore {
  var database: SQLiteDatabase
  /// See `SQLiteStore+Search.swift`; nil until it was counted.
  var messagesInSpan: Int?

  /// Opens the file at `path`, makes it when it is not there, and brings its schema up to date.
  ///
  /// - Throws: ``StoreError/busy`` when another process holds it, ``StoreError/newerSchema(_:)`` when a newer
  ///   Roost wrote it, ``StoreError/corrupt`` when it is no database.
  public init(path: String) throws(StoreError) {
    let database = try SQLiteDatabase(path: path)
    // The order matters: the lock mode before the first access in WAL mode, so that no shared memory is used.
    try database.execute(
      """
      PRAGMA busy_timeout = 2000;
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA trusted_schema = OFF;
      PRAGMA cell_size_check = ON;
      PRAGMA journal_size_limit = 67108864;
      """)
    try Schema.migrate(database)
    try database.execute("PRAGMA foreign_keys = ON")
    self.database = database
  }

  /// Opens a transaction.
  public mutating func begin() throws(StoreError) {
    try database.execute("BEGIN IMMEDIATE")
  }

  /// Makes the open transaction durable; when it cannot, forgets it.
  public mutating func commit() throws(StoreError) {
    do throws(StoreError) {
      try database.execute("COMMIT")
    } catch {
      rollback()
      throw error
    }
  }

  /// Forgets the open transaction; nothing when there is none.
  public mutating func rollback() {
    guard database.isInTransaction else { return }
    // A rollback that fails leaves SQLite in a transaction that the next `begin` reports.
    try? database.execute("ROLLBACK")
  }

  /// Copies everything that is committed to a new file at `path`, without the free pages.
  public mutating func backUp(to path: String) throws(StoreError) {
    try database.run(.copy, [.text(path)])
  }

  /// What is damaged, in words; none when the file is sound.
  ///
  /// Reads all of it.
  public mutating func damage() throws(StoreError) -> [String] {
    let pages = try database.rows(.integrity, []) { $0.string(0) }
    let strays = try database.rows(.strayReferences, []) { "\($0.string(0)) refers to no \($0.string(2))" }
    return pages.filter { $0 != "ok" } + strays.prefix(20)
  }

  /// The hashes of all blobs that anything names.
  public mutating func namedBlobs() throws(StoreError) -> [String] {
    try database.rows(.namedBlobs, []) { $0.string(0) }
  }

  /// A value of the instance itself, such as the secret that signs tokens; `nil` when it was never set.
  public mutating func instanceValue(_ key: String) throws(StoreError) -> [UInt8]? {
    try database.rows(.instanceValue, [.text(key)]) { $0.blob(0) }.first
  }

  /// Keeps a value of the instance; it is durable on return.
  ///
  /// Not within a transaction.
  public mutating func setInstanceValue(_ key: String, _ value: [UInt8]) throws(StoreError) {
    try database.run(.putInstanceValue, [.text(key), .blob(value)])
  }
}
