import Base
import ChatCore
import JSON
import Testing

@testable import Signaling

/// The audit log, and the header that explains a change.
@Suite struct RESTAuditTests {
  private static let path = "/api/v10/guilds/1/audit-logs"

  @Test func `Filters and anchors are read`() throws {
    let query = "?user_id=5&action_type=20&after=7&limit=3"
    let command = try RESTBench().command("GET", RESTAuditTests.path + query)
    var expected = AuditQuery(limit: 3)
    expected.user = Snowflake(rawValue: 5)
    expected.action = 20
    expected.anchor = .after(Snowflake(rawValue: 7))
    guard case .auditLog(_, let found) = command else {
      Issue.record("\(command)")
      return
    }
    #expect(found == expected)
    for wrong in ["?limit=0", "?limit=101", "?user_id=x", "?action_type=x"] {
      #expect(RESTBench().send("GET", RESTAuditTests.path + wrong)?.response?.status == 400)
    }
  }

  @Test func `A page has every list and null where nobody acted`() throws {
    let bench = RESTBench()
    let request = try #require(bench.send("GET", RESTAuditTests.path)?.request)
    var entry = ChatFixtures.auditEntry()
    entry.userID = nil
    let view = AuditLogView(entries: [entry], users: [ChatFixtures.bot])
    let page = try #require(bench.complete(request, .auditLog(view))?.response).value
    for key in [
      "webhooks", "integrations", "threads", "application_commands", "auto_moderation_rules",
      "guild_scheduled_events",
    ] { #expect(page[key]?.array == []) }
    #expect(page["users"]?.array?.count == 1)
    let row = try #require(page["audit_log_entries"]?.array?.first)
    #expect(row["user_id"] == .null && row["guild_id"] == nil)
    #expect(row["reason"]?.string == "because" && row["options"]?["count"]?.string == "1")
    #expect(row["changes"]?.array?.first?["new_value"]?.string == "n")
    #expect(row["changes"]?.array?.first?["old_value"] == nil)
  }

  @Test(
    arguments: [
      ("spam%20%26%20m%C3%BCll", "spam & müll"), ("100%", "100%"), ("", nil),
      (String(repeating: "x", count: 600), String(repeating: "x", count: 512)),
    ] as [(String, String?)])
  func `Any change may be explained`(_ header: String, _ reason: String?) throws {
    let headers = [("Content-Type", "application/json"), ("X-Audit-Log-Reason", header)]
    let action = RESTBench().send("DELETE", "/api/v10/guilds/1/members/2", headers: headers)
    #expect(try #require(action?.request).reason == reason)
  }
}
