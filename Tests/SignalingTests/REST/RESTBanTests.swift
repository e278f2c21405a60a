import Base
import ChatCore
import JSON
import Testing

@testable import Signaling

@Suite struct RESTBanTests {
  private static let path = "/api/v10/guilds/1/bans"

  private func parameters(
    _ body: String, _ headers: [(String, String)] = [], query: String = ""
  ) throws -> BanParameters {
    let request = RESTRequest(
      method: "PUT", path: RESTBanTests.path + "/2", query: query,
      headers: [("Content-Type", "application/json")] + headers, body: Array(body.utf8),
      remote: IPAddress(high: 0, low: 1))
    var parameters = RouteParameters()
    parameters.append(name: "guild", value: "1")
    parameters.append(name: "user", value: "2")
    let call = RESTCall(request, .createBan, parameters, claim: nil, limits: RESTLimits())
    guard case .banMember(_, _, let result) = try call.memberCommand() else {
      Issue.record("no ban")
      return BanParameters()
    }
    return result
  }

  @Test(arguments: [
    ("", 0), ("{}", 0), (#"{"delete_message_seconds":60}"#, 60), (#"{"delete_message_days":"2"}"#, 172_800),
    (#"{"delete_message_days":9223372036854775807}"#, Int.max),
  ])
  func `How far back messages go is told in seconds or days`(_ body: String, _ seconds: Int) throws {
    #expect(try parameters(body).deleteSeconds == seconds)
  }

  @Test(arguments: [
    ("delete_message_seconds=60", "", 60), ("delete_message_days=1", "", 86_400),
    ("delete_message_seconds=60", #"{"delete_message_seconds":5}"#, 5),
  ])
  func `Libraries that use the query are understood`(_ query: String, _ body: String, _ seconds: Int) throws {
    #expect(try parameters(body, query: query).deleteSeconds == seconds)
  }

  @Test(
    arguments: [
      ("a%20b%20%C3%A9", "a b é"), ("50%", "50%"), ("", nil),
      (String(repeating: "x", count: 600), String(repeating: "x", count: 512)),
    ] as [(String, String?)])
  func `The reason is decoded and cut`(_ header: String, _ reason: String?) throws {
    #expect(try parameters("", [("X-Audit-Log-Reason", header)]).reason == reason)
  }

  @Test func `Routes lead to bans and to bulk deletion`() throws {
    let rows = [
      ("GET", "/guilds/1/bans?limit=5&after=7", "bans(guild"), ("GET", "/guilds/1/bans/2", "ban(guild"),
      ("PUT", "/guilds/1/bans/2", "banMember("), ("DELETE", "/guilds/1/bans/2", "unban("),
    ]
    for (method, target, prefix) in rows {
      let command = "\(try RESTBench().command(method, "/api/v10" + target))"
      #expect(command.hasPrefix(prefix), "\(command)")
    }
    let bulk = try RESTBench().command(
      "POST", "/api/v10/channels/1/messages/bulk-delete", #"{"messages":["5",6]}"#)
    guard case .deleteMessages(_, let ids) = bulk else {
      Issue.record("\(bulk)")
      return
    }
    #expect(ids.map(\.rawValue) == [5, 6])
    for body in ["{}", #"{"messages":5}"#, #"{"messages":["x"]}"#] {
      let response = try #require(
        RESTBench().send("POST", "/api/v10/channels/1/messages/bulk-delete", body)?.response)
      #expect(response.value["errors"]?["messages"] != nil)
    }
  }

  @Test func `One ban is an object, several are a list`() throws {
    let view = BanView(
      ban: Ban(guildID: ChatFixtures.guildID, userID: ChatFixtures.alice.id, reason: nil),
      user: ChatFixtures.alice)
    for (target, isList) in [("", true), ("/2", false)] {
      let bench = RESTBench()
      let request = try #require(bench.send("GET", RESTBanTests.path + target, "")?.request)
      let response = try #require(bench.complete(request, .bans([view]))?.response)
      let ban = isList ? response.value.array?.first : response.value
      #expect(ban?["reason"] == .null)
      for key in ["avatar", "discriminator", "id", "username"] { #expect(ban?["user"]?[key] != nil) }
    }
  }

  @Test func `A bulk ban names whom it banned and whom not`() throws {
    let bench = RESTBench()
    let path = "/api/v10/guilds/1/bulk-ban"
    let body = #"{"user_ids":["5",6],"delete_message_seconds":60}"#
    let request = try #require(bench.send("POST", path, body)?.request)
    guard case .banMembers(_, let users, let parameters) = request.command else {
      Issue.record("\(request)")
      return
    }
    #expect(users.map(\.rawValue) == [5, 6] && parameters.deleteSeconds == 60)
    let answer = bench.complete(request, .bulkBan(banned: [users[0]], failed: [users[1]]))?.response
    #expect(answer?.value["banned_users"]?.array == [.string("5")])
    #expect(answer?.value["failed_users"]?.array == [.string("6")])
    #expect(bench.send("POST", path, "{}")?.response?.value["errors"]?["user_ids"] != nil)
  }
}
