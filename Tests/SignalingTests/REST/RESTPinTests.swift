import Base
import ChatCore
import JSON
import Testing

@testable import Signaling

/// Both generations of pin routes, and forwards.
@Suite struct RESTPinTests {
  private static var pinned: MessageView {
    var view = ChatFixtures.message(ChatFixtures.alice)
    view.message.pinnedAt = ChatFixtures.joined
    return view
  }

  @Test func `New routes answer a page, old ones a list`() throws {
    for (path, isPage) in [("messages/pins", true), ("pins", false)] {
      let bench = RESTBench()
      let request = try #require(bench.send("GET", "/api/v10/channels/1/\(path)")?.request)
      let answer = try #require(
        bench.complete(request, .pins([RESTPinTests.pinned], hasMore: true))?.response)
      let item = isPage ? answer.value["items"]?.array?.first : answer.value.array?.first
      #expect(isPage == (answer.value["has_more"]?.bool == true))
      let message = isPage ? item?["message"] : item
      #expect(message?["pinned"]?.bool == true)
      if isPage { #expect(item?["pinned_at"]?.string == ISO8601.text(ChatFixtures.joined)) }
    }
  }

  @Test(arguments: [
    ("2026-01-02T03:04:05.678000%2B00:00", true), ("2026-01-02T03:04:05.678000+00:00", true),
    ("yesterday", false),
  ])
  func `A page ends before a time`(_ text: String, _ isTime: Bool) throws {
    let path = "/api/v10/channels/1/messages/pins?limit=3&before=\(text)"
    guard isTime else {
      #expect(RESTBench().send("GET", path)?.response?.value["errors"]?["before"] != nil)
      return
    }
    guard case .pins(_, let before, let limit) = try RESTBench().command("GET", path) else {
      Issue.record("no pins")
      return
    }
    #expect(before == ChatFixtures.joined && limit == 3)
  }

  @Test func `A forward is asked for by type and shown with its snapshot`() throws {
    let body = #"{"message_reference":{"type":1,"message_id":"7","channel_id":"8","guild_id":"9"}}"#
    let bench = RESTBench()
    let request = try #require(bench.send("POST", "/api/v10/channels/10/messages", body)?.request)
    guard case .createMessage(_, let draft) = request.command else {
      Issue.record("\(request)")
      return
    }
    #expect(draft.isForward && draft.replyTo?.rawValue == 7 && draft.replyChannel?.rawValue == 8)
    var view = ChatFixtures.message(ChatFixtures.alice, "")
    view.message.flags = .hasSnapshot
    view.message.reference = MessageReference(
      channelID: ChatFixtures.textID, messageID: ChatFixtures.messageID)
    view.message.reference?.guildID = ChatFixtures.roleID
    view.message.snapshot = MessageSnapshot(id: ChatFixtures.messageID, kind: .ordinary, content: "old")
    let message = try #require(bench.complete(request, .message(view))?.response).value
    #expect(message["message_reference"]?["type"]?.int == 1)
    #expect(message["message_reference"]?["guild_id"]?.snowflake == ChatFixtures.roleID)
    let snapshot = message["message_snapshots"]?.array?.first?["message"]
    #expect(snapshot?["content"]?.string == "old" && snapshot?["attachments"]?.array == [])
    #expect(message["referenced_message"] == nil)
  }
}
