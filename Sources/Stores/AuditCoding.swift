import Base
import ChatCore
import JSON

/// Entries of the audit log as rows; changes and options are one JSON object.
enum AuditCoding {
  private static let limits = JSONLimits(depth: 16, octets: 1 << 22)

  /// The values of a row, in the table's order.
  static func values(_ entry: AuditEntry) -> [SQLValue] {
    [
      .id(entry.guildID), .id(entry.id), .id(entry.userID), .id(entry.targetID),
      .number(entry.action.rawValue), .text(orNull: details(entry)), .text(orNull: entry.reason),
    ]
  }

  private static func details(_ entry: AuditEntry) -> String? {
    if entry.changes.isEmpty, entry.options.isEmpty { return nil }
    var writer = JSONWriter()
    writer.object {
      if !entry.changes.isEmpty {
        $0.array("changes") {
          for change in entry.changes {
            $0.object {
              $0.field("key", change.key)
              if let old = change.old { $0.field("old", JSONValue(old)) }
              if let new = change.new { $0.field("new", JSONValue(new)) }
            }
          }
        }
      }
      if !entry.options.isEmpty { $0.field("options", JSONValue(.object(entry.options))) }
    }
    return String(decoding: writer.octets, as: UTF8.self)
  }

  /// - Throws: ``StoreError/corrupt`` when the row is not what ``values(_:)`` gave.
  static func entry(_ row: SQLiteStatement) throws(StoreError) -> AuditEntry {
    guard let action = AuditAction(rawValue: row.number(4)) else { throw .corrupt }
    let details = try value(row.text(5))
    return AuditEntry(
      id: row.id(1), guildID: row.id(0), userID: row.idOrNil(2), targetID: row.idOrNil(3), action: action,
      changes: (details["changes"]?.array ?? []).map { change in
        AuditChange(
          key: change["key"]?.string ?? "", old: change["old"].map { PlainValue($0) },
          new: change["new"].map { PlainValue($0) })
      },
      options: details["options"].flatMap { PlainValue($0).fields } ?? [], reason: row.text(6))
  }

  private static func value(_ text: String?) throws(StoreError) -> JSONValue {
    guard let text else { return .null }
    do throws(JSONError) {
      return try JSONValue.parse(Array(text.utf8), limits: limits)
    } catch {
      throw .corrupt
    }
  }
}
