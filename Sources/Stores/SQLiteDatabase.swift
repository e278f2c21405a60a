import Base
import ChatCore
internal import CSQLite
import Glibc

/// Owner of one SQLite connection and of its prepared statements.
///
/// One thread uses it. It holds the file's lock as long as it lives, so that a second server on the same
/// file is refused with ``StoreError/busy`` instead of disagreeing with the first one's memory.
@safe
struct SQLiteDatabase: ~Copyable {
  private let connection: OpaquePointer
  private var statements: [Query: SQLiteStatement] = [:]

  /// Opens or makes the file, readable by its owner only: it holds password hashes.
  init(path: String) throws(StoreError) {
    // The path lives for the call; the kernel copies it.
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw errno == ENOSPC || errno == EDQUOT ? .full : .io }
    _ = close(descriptor)
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    // SQLite writes the pointer even when it fails, so that it can be closed.
    let code = unsafe sqlite3_open_v2(path, &opened, flags, nil)
    guard code == SQLITE_OK, let connection = unsafe opened else {
      // Closing NULL does nothing.
      unsafe sqlite3_close_v2(opened)
      throw StoreError(code)
    }
    // The connection is this value's own from here on; deinit closes it.
    unsafe self.connection = connection
  }

  deinit {
    // close_v2 waits for statements that are still to be finalised.
    unsafe sqlite3_close_v2(connection)
  }

  /// Runs statements that give no rows and take no values: pragmas and the schema.
  func execute(_ sql: String) throws(StoreError) {
    // SQLite copies what it needs of the text, and calls nothing back.
    let code = unsafe sqlite3_exec(connection, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw StoreError(code) }
  }

  /// The single integer that a statement gives; 0 when it gives nothing.
  func integer(_ sql: String) throws(StoreError) -> Int64 {
    // The statement lives as long as the connection that it was made by: within this function.
    let statement = try unsafe SQLiteStatement(connection, sql)
    return try statement.step() ? statement.integer(0) : 0
  }

  /// Runs a kept statement that gives no rows.
  mutating func run(_ query: Query, _ values: [SQLValue]) throws(StoreError) {
    let statement = try prepared(query)
    defer { statement.reset() }
    try statement.bind(values)
    while try statement.step() {}
  }

  /// Runs a kept statement and makes a value of each row.
  mutating func rows<Row>(
    _ query: Query, _ values: [SQLValue], _ body: (SQLiteStatement) throws(StoreError) -> Row
  ) throws(StoreError) -> [Row] {
    let statement = try prepared(query)
    defer { statement.reset() }
    try statement.bind(values)
    var result: [Row] = []
    while try statement.step() { result.append(try body(statement)) }
    return result
  }

  /// Runs a kept statement until `body` answers false; whether it came to the end.
  mutating func scan(
    _ query: Query, _ values: [SQLValue], _ body: (SQLiteStatement) throws(StoreError) -> Bool
  ) throws(StoreError) -> Bool {
    let statement = try prepared(query)
    defer { statement.reset() }
    try statement.bind(values)
    while try statement.step() {
      guard try body(statement) else { return false }
    }
    return true
  }

  /// Whether a transaction is open.
  var isInTransaction: Bool {
    // Reads a flag of our own connection.
    unsafe sqlite3_get_autocommit(connection) == 0
  }

  private mutating func prepared(_ query: Query) throws(StoreError) -> SQLiteStatement {
    if let known = statements[query] { return known }
    // Kept beside the connection, finalised with it.
    let statement = try unsafe SQLiteStatement(connection, query.rawValue)
    statements[query] = statement
    return statement
  }
}

/// A value bound to a statement.
enum SQLValue {
  case null
  case integer(Int64)
  case text(String)
  case blob([UInt8])

  static func id(_ id: Snowflake?) -> SQLValue {
    id.map { .integer(Int64(bitPattern: $0.rawValue)) } ?? .null
  }

  /// An id to compare others with: ids beyond `Int64` come after all that are kept.
  static func bound(_ id: Snowflake) -> SQLValue {
    .integer(Int64(clamping: id.rawValue))
  }

  static func mask(_ permissions: Permissions) -> SQLValue {
    .integer(Int64(bitPattern: permissions.rawValue))
  }

  static func flag(_ value: Bool) -> SQLValue { .integer(value ? 1 : 0) }

  static func text(orNull value: String?) -> SQLValue { value.map(SQLValue.text) ?? .null }

  static func number(orNull value: Int?) -> SQLValue { value.map(SQLValue.number) ?? .null }

  static func time(_ value: WallTime?) -> SQLValue { value.map { .integer($0.milliseconds) } ?? .null }

  static func number(_ value: Int) -> SQLValue { .integer(Int64(value)) }
}

extension StoreError {
  /// The meaning of SQLite's (possibly extended) result code.
  init(_ code: Int32) {
    switch code & 0xFF {
    case SQLITE_FULL: self = .full
    case SQLITE_CORRUPT, SQLITE_NOTADB: self = .corrupt
    case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL: self = .busy
    case SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM: self = .io
    default: self = .other(Int(code))
    }
  }
}
