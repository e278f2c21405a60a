import Base
import ChatCore
import Testing

extension StoreConformance {
  private static func entry(_ id: UInt64, _ user: Snowflake?, _ action: AuditAction) -> AuditEntry {
    AuditEntry(
      id: Snowflake(rawValue: id), guildID: guild, userID: user, targetID: nil, action: action, changes: [],
      options: [], reason: nil)
  }

  /// Entries come back whole, filtered and in order, and the oldest go.
  static func checkAudit<Store: ChatStore & ~Copyable>(_ store: inout Store) throws {
    var full = entry(5101, user, .guildUpdate)
    full.targetID = channel
    full.reason = "b\u{0}\"cause"
    full.changes = [
      AuditChange(key: "a", old: nil, new: .list([.object([.init("k", .number(0.5))]), .null])),
      AuditChange(key: "b", old: .bool(true), new: nil),
      AuditChange(key: "c", old: .integer(.min), new: .text("")),
    ]
    full.options = [.init("count", .text("1"))]
    let others = [entry(5102, nil, .memberKick), entry(5103, user, .memberKick)]
    let oldest = Snowflake(rawValue: 1)
    try write(([full] + others).map { .audit($0, forgetting: oldest) }, to: &store)
    func ids(_ body: (inout AuditQuery) -> Void) throws -> [UInt64] {
      var query = AuditQuery(limit: 10)
      body(&query)
      return try store.auditEntries(guild: guild, query).map(\.id.rawValue)
    }
    var only = AuditQuery(limit: 1)
    only.action = AuditAction.guildUpdate.rawValue
    #expect(try store.auditEntries(guild: guild, only) == [full])
    #expect(try ids { _ in } == [5103, 5102, 5101])
    #expect(try ids { $0.user = user } == [5103, 5101])
    #expect(try ids { $0.limit = 2 } == [5103, 5102])
    #expect(try ids { $0.anchor = .before(Snowflake(rawValue: 5102)) } == [5101])
    #expect(try ids { $0.anchor = .after(Snowflake(rawValue: 5101)) } == [5102, 5103])
    #expect(try store.auditEntries(guild: channel, AuditQuery(limit: 9)) == [])
    try write(
      [.audit(entry(5104, user, .memberBan), forgetting: Snowflake(rawValue: 5103))], to: &store)
    #expect(try ids { _ in } == [5104, 5103])
    #expect(try store.load().newestID == Snowflake(rawValue: 5104), "ids of entries are not used again")
  }
}
