import Base
import ChatCore
import JSON
import Testing

@testable import Signaling

/// Bodies that change guilds, and lists that reorder.
@Suite struct RESTGuildTests {
  private static let path = "/api/v10/guilds/1"

  @Test func `Every setting of a guild is read, and null clears`() throws {
    let body = """
      {"description":null,"verification_level":null,"default_message_notifications":1,
       "explicit_content_filter":2,"afk_channel_id":"5","afk_timeout":60,"system_channel_flags":1,
       "rules_channel_id":"6","public_updates_channel_id":7,"safety_alerts_channel_id":null,
       "preferred_locale":"de","features":["COMMUNITY"],"premium_progress_bar_enabled":true,"icon":null}
      """
    guard case .modifyGuild(_, let changes) = try RESTBench().command("PATCH", RESTGuildTests.path, body)
    else {
      Issue.record("no change of a guild")
      return
    }
    var expected = GuildChanges()
    expected.description = .set(nil)
    expected.verificationLevel = .set(nil)
    expected.defaultNotifications = .set(1)
    expected.contentFilter = .set(2)
    expected.afkChannelID = .set(Snowflake(rawValue: 5))
    expected.afkTimeout = .set(60)
    expected.systemChannelFlags = .set(.suppressJoins)
    expected.rulesChannelID = .set(Snowflake(rawValue: 6))
    expected.updatesChannelID = .set(Snowflake(rawValue: 7))
    expected.alertsChannelID = .set(nil)
    expected.locale = .set("de")
    expected.features = .set(["COMMUNITY"])
    expected.showsProgressBar = .set(true)
    expected.icon = .set(nil)
    #expect(changes == expected)
  }

  @Test(arguments: ["splash", "banner", "discovery_splash"])
  func `Pictures are refused by name`(_ key: String) throws {
    let response = RESTBench().send(
      "PATCH", RESTGuildTests.path, #"{"\#(key)":"data:image/png;base64,AA=="}"#)
    #expect(response?.response?.value["errors"]?[key] != nil)
  }

  @Test func `Roles are reordered by a list`() throws {
    let body = #"[{"id":"5","position":2},{"id":6,"position":null},{"id":"7"}]"#
    guard
      case .moveRoles(_, let rows) = try RESTBench().command("PATCH", RESTGuildTests.path + "/roles", body)
    else {
      Issue.record("nothing moves")
      return
    }
    #expect(rows.map(\.role.rawValue) == [5, 6, 7])
    #expect(rows.map(\.position) == [2, nil, nil])
  }

  @Test func `Channels are reordered by a list`() throws {
    let body = #"[{"id":"5","position":2,"parent_id":null,"lock_permissions":true}]"#
    let command = try RESTBench().command("PATCH", RESTGuildTests.path + "/channels", body)
    guard case .moveChannels(_, let rows) = command else {
      Issue.record("\(command)")
      return
    }
    var expected = ChannelPlacement(channel: Snowflake(rawValue: 5), position: 2)
    expected.parentID = .set(nil)
    expected.copiesOverwrites = true
    #expect(rows == [expected])
  }

  @Test(
    arguments: [
      (#"{"id":"5"}"#, []), ("[5]", ["0"]), (#"[{"id":"5"},{"position":1}]"#, ["1", "id"]),
      (#"[{"id":"5","position":"x"}]"#, ["0", "position"]),
    ] as [(String, [String])])
  func `A list that is none is a form error at its place`(_ body: String, _ path: [String]) throws {
    let response = RESTBench().send("PATCH", RESTGuildTests.path + "/roles", body)?.response
    #expect(response?.status == 400)
    let errors = path.reduce(response?.value["errors"]) { $0?[$1] }
    #expect(errors?["_errors"]?.array?.isEmpty == false)
  }

  @Test func `One role, its holders and its style`() throws {
    let bench = RESTBench()
    let request = try #require(bench.send("GET", RESTGuildTests.path + "/roles/member-counts")?.request)
    let counts = [RoleMemberCount(role: Snowflake(rawValue: 5), count: 3)]
    let answer = bench.complete(request, .roleMemberCounts(counts))?.response
    #expect(answer?.value["5"]?.int == 3)
    let other = try #require(bench.send("GET", RESTGuildTests.path + "/roles/5")?.request)
    var role = ChatFixtures.role(ChatFixtures.roleID)
    role.unicodeEmoji = "👍"
    role.secondaryColor = 7
    let value = bench.complete(other, .role(role))?.response?.value
    #expect(value?["unicode_emoji"]?.string == "👍")
    #expect(value?["colors"]?["secondary_color"]?.int == 7)
    #expect(value?["colors"]?["tertiary_color"] == .null)
    let body =
      #"{"colors":{"primary_color":1,"secondary_color":2,"tertiary_color":null},"unicode_emoji":null}"#
    guard
      case .modifyRole(_, _, let changes) = try bench.command("PATCH", RESTGuildTests.path + "/roles/5", body)
    else {
      Issue.record("no change of a role")
      return
    }
    #expect(changes.color == .set(1) && changes.secondaryColor == .set(2))
    #expect(changes.tertiaryColor == .set(nil) && changes.unicodeEmoji == .set(nil))
  }
}
