import Base
import ChatCore
import JSON
import Testing

@testable import Signaling

/// Commands of applications as bots register them.
@Suite struct RESTApplicationTests {
  private static let path = "/api/v10/applications/1/commands"

  @Test func `A command is read with all that its author wrote`() throws {
    let body = """
      {"type":1,"name":"ping","description":"d","options":[{"type":3,"name":"o","description":"x"}],
       "default_member_permissions":"32","nsfw":true,"contexts":[0],"name_localizations":{"de":"p"},
       "description_localizations":null}
      """
    guard
      case .createCommand(let scope, let changes) = try RESTBench().command(
        "POST", RESTApplicationTests.path, body)
    else {
      Issue.record("no command")
      return
    }
    #expect(scope == CommandScope(application: Snowflake(rawValue: 1), guild: nil))
    var expected = CommandChanges()
    expected.name = .set("ping")
    expected.description = .set("d")
    expected.options = .set([
      .object([.init("type", .integer(3)), .init("name", .text("o")), .init("description", .text("x"))])
    ])
    expected.defaultPermissions = .set(.manageGuild)
    expected.isNSFW = .set(true)
    expected.worksInPrivate = .set(false)
    expected.nameLocalizations = .set(.object([.init("de", .text("p"))]))
    expected.descriptionLocalizations = .set(nil)
    #expect(changes == expected)
  }

  @Test func `A list replaces all, and says which element is wrong`() throws {
    let body = #"[{"name":"a","description":"d"},{"name":"b","type":2}]"#
    guard
      case .replaceCommands(let scope, let list) = try RESTBench().command(
        "PUT", "/api/v10/applications/1/guilds/5/commands", body)
    else {
      Issue.record("no list")
      return
    }
    #expect(scope.guild?.rawValue == 5 && list.map(\.kind) == [.chat, .user])
    let wrong = RESTBench().send("PUT", RESTApplicationTests.path, #"[{"name":"a"},{"type":7}]"#)?.response
    #expect(wrong?.value["errors"]?["1"]?["name"] != nil && wrong?.value["errors"]?["1"]?["type"] != nil)
  }

  @Test(arguments: [(true, 201), (false, 200)])
  func `What is new is created, what was there is answered`(_ isNew: Bool, _ status: Int) throws {
    let bench = RESTBench()
    let body = #"{"name":"ping","description":"d"}"#
    let request = try #require(bench.send("POST", RESTApplicationTests.path, body)?.request)
    let answer = bench.complete(request, .command(ChatFixtures.command(), isNew: isNew))?.response
    #expect(answer?.status == status && answer?.value["default_member_permissions"] == .null)
  }
}
