import Base
import ChatCore
internal import CSQLite

/// Owner of one prepared statement.
///
/// A class because the database keeps it in a dictionary; used only by the thread that owns the database.
@safe
final class SQLiteStatement {
  private let statement: OpaquePointer
  private let connection: OpaquePointer

  /// Prepares `sql` for a connection that outlives the statement, or is closed by `sqlite3_close_v2`.
  ///
  /// - Throws: what SQLite found wrong with the text.
  @unsafe
  init(_ connection: OpaquePointer, _ sql: String) throws(StoreError) {
    var prepared: OpaquePointer?
    // Persistent: it is kept. SQLite copies the text.
    let code = unsafe sqlite3_prepare_v3(
      connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
    guard code == SQLITE_OK, let statement = unsafe prepared else { throw StoreError(code) }
    // Ours from here on; deinit finalises it.
    unsafe self.statement = statement
    // Only read for error codes while the statement lives.
    unsafe self.connection = connection
  }

  deinit {
    // Made in init, finalised once.
    unsafe sqlite3_finalize(statement)
  }

  /// Binds values to ?1, ?2 and so on.
  func bind(_ values: [SQLValue]) throws(StoreError) {
    for (position, value) in values.enumerated() {
      let code = bind(value, at: Int32(position + 1))
      guard code == SQLITE_OK else { throw StoreError(code) }
    }
  }

  private func bind(_ value: SQLValue, at index: Int32) -> Int32 {
    switch value {
    case .null:
      // Our own statement; SQLite checks the index.
      return unsafe sqlite3_bind_null(statement, index)
    case .integer(let value):
      // Our own statement; SQLite checks the index.
      return unsafe sqlite3_bind_int64(statement, index, value)
    case .text(var value):
      // SQLite copies the octets before it returns.
      return value.withUTF8 { octets in
        unsafe octets.withMemoryRebound(to: CChar.self) { characters in
          unsafe roost_sqlite_bind_text(
            statement, index, characters.baseAddress, Int32(clamping: characters.count))
        }
      }
    case .blob(let value):
      // SQLite copies the octets before it returns.
      return unsafe value.withUnsafeBytes { octets in
        unsafe roost_sqlite_bind_blob(
          statement, index, octets.baseAddress, Int32(clamping: octets.count))
      }
    }
  }

  /// Runs to the next row; false when there is none.
  func step() throws(StoreError) -> Bool {
    // Our own statement, on the thread that owns the connection.
    let code = unsafe sqlite3_step(statement)
    switch code {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default:
      // The reason, in more detail than `code` may have.
      throw StoreError(unsafe sqlite3_extended_errcode(connection))
    }
  }

  /// Makes the statement ready for the next run, and forgets what was bound.
  func reset() {
    // The code repeats the last step's error, which was thrown already.
    unsafe sqlite3_reset(statement)
    // Frees copies of texts and blobs.
    unsafe sqlite3_clear_bindings(statement)
  }

  /// The integer in a column; 0 for NULL.
  func integer(_ column: Int32) -> Int64 {
    // SQLite answers 0 for a column that is not there.
    unsafe sqlite3_column_int64(statement, column)
  }

  /// Whether a column is NULL.
  func isNull(_ column: Int32) -> Bool {
    // SQLite answers NULL for a column that is not there.
    unsafe sqlite3_column_type(statement, column) == SQLITE_NULL
  }

  /// Whether a column holds text.
  func isText(_ column: Int32) -> Bool {
    // SQLite answers NULL for a column that is not there.
    unsafe sqlite3_column_type(statement, column) == SQLITE_TEXT
  }

  /// The text in a column; nil for NULL.
  func text(_ column: Int32) -> String? {
    // The text lives until the next step; it is copied here. SQLite terminates it with a zero octet, and its
    // length is asked for because it may hold others.
    guard let octets = unsafe sqlite3_column_text(statement, column) else { return nil }
    // Asked after the text, as SQLite demands.
    let count = unsafe Int(sqlite3_column_bytes(statement, column))
    // `count` octets stand there.
    return unsafe String(decoding: UnsafeBufferPointer(start: octets, count: count), as: UTF8.self)
  }

  /// The octets in a column; none for NULL.
  func blob(_ column: Int32) -> [UInt8] {
    // The octets live until the next step; they are copied here.
    guard let octets = unsafe sqlite3_column_blob(statement, column) else { return [] }
    // Asked after the blob, as SQLite demands.
    let count = unsafe Int(sqlite3_column_bytes(statement, column))
    // `count` octets stand there.
    return unsafe [UInt8](UnsafeRawBufferPointer(start: octets, count: count))
  }
}

extension SQLiteStatement {
  func id(_ column: Int32) -> Snowflake {
    Snowflake(rawValue: UInt64(bitPattern: integer(column)))
  }

  func idOrNil(_ column: Int32) -> Snowflake? {
    isNull(column) ? nil : id(column)
  }

  func number(_ column: Int32) -> Int { Int(integer(column)) }

  /// Reads ids as ``SQLValue/ids(_:)`` writes them.
  func ids(_ column: Int32) -> [Snowflake] {
    let octets = blob(column)
    return stride(from: 0, to: octets.count - octets.count % 8, by: 8).map { start in
      Snowflake(rawValue: octets[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) })
    }
  }

  func numberOrNil(_ column: Int32) -> Int? { isNull(column) ? nil : number(column) }

  func flag(_ column: Int32) -> Bool { integer(column) != 0 }

  func string(_ column: Int32) -> String { text(column) ?? "" }

  func time(_ column: Int32) -> WallTime { WallTime(milliseconds: integer(column)) }

  func timeOrNil(_ column: Int32) -> WallTime? { isNull(column) ? nil : time(column) }

  func mask(_ column: Int32) -> Permissions {
    Permissions(rawValue: UInt64(bitPattern: integer(column)))
  }

  /// A nonce keeps the type that it was sent with: the column has no affinity.
  func nonce(_ column: Int32) -> Nonce? {
    if isNull(column) { return nil }
    return isText(column) ? text(column).map(Nonce.text) : .integer(integer(column))
  }
}
