import Base
import ChatCore
import JSON

/// Audit log objects; each writes the fields into an object that is open.
extension JSONWriter {
  /// The fields of an entry; `guild` for a dispatch.
  mutating func auditEntry(_ entry: AuditEntry, guild: Snowflake?) {
    if let guild { field("guild_id", guild) }
    field("id", entry.id)
    field("user_id", entry.userID)
    field("target_id", entry.targetID)
    field("action_type", entry.action.rawValue)
    if !entry.changes.isEmpty {
      array("changes") { for change in entry.changes { $0.object { $0.auditChange(change) } } }
    }
    if !entry.options.isEmpty { field("options", JSONValue(.object(entry.options))) }
    if let reason = entry.reason { field("reason", reason) }
  }

  private mutating func auditChange(_ change: AuditChange) {
    field("key", change.key)
    if let old = change.old { field("old_value", JSONValue(old)) }
    if let new = change.new { field("new_value", JSONValue(new)) }
  }

  /// The fields of a page of the audit log; libraries require every list.
  mutating func auditLog(_ view: AuditLogView) {
    array("audit_log_entries") {
      for entry in view.entries { $0.object { $0.auditEntry(entry, guild: nil) } }
    }
    array("users") { for user in view.users { $0.object { $0.user(user) } } }
    array("webhooks") {
      for webhook in view.webhooks { $0.object { $0.webhook(webhook, token: nil, url: nil) } }
    }
    for key in JSONWriter.emptyAuditLists { array(key) { _ in } }
  }

  private static let emptyAuditLists: [StaticString] = [
    "integrations", "threads", "application_commands", "auto_moderation_rules",
    "guild_scheduled_events",
  ]
}
