import Base
import ChatCore
import JSON
import Testing

@testable import Signaling

@Suite struct RESTEmbedTests {
  private static let path = "/api/v10/channels/10/messages"
  private static let body = """
    {"embeds":[{"type":"rich","title":"T","description":"D","url":"https://u.example","color":16711680,
     "timestamp":"2026-01-02T03:04:05Z","footer":{"text":"F","icon_url":"https://f.example"},
     "image":{"url":"https://i.example"},"thumbnail":{"url":"https://t.example"},
     "author":{"name":"A","url":"https://a.example","icon_url":null},"provider":{"name":"p"},
     "fields":[{"name":"n","value":"v","inline":true},{"name":"m","value":"w"}]}]}
    """

  private func draft(_ body: String) throws -> MessageDraft {
    let command = try RESTBench().command("POST", RESTEmbedTests.path, body)
    guard case .createMessage(_, let draft) = command else {
      Issue.record("\(command)")
      return MessageDraft(content: "")
    }
    return draft
  }

  @Test func `What is posted comes back in the form that libraries read`() throws {
    let embed = try #require(try draft(RESTEmbedTests.body).embeds.first)
    var view = ChatFixtures.message(ChatFixtures.alice)
    view.message.embeds = [embed]
    var writer = JSONWriter()
    writer.object { $0.message(view, .rest) }
    let written = try JSONValue.parse(writer.octets, limits: JSONLimits(depth: 32, octets: 1 << 20))
    let expected = try JSONValue.parse(
      Array(
        """
        {"type":"rich","title":"T","description":"D","url":"https://u.example",
         "timestamp":"2026-01-02T03:04:05.000000+00:00","color":16711680,
         "footer":{"text":"F","icon_url":"https://f.example","proxy_icon_url":"https://f.example"},
         "image":{"url":"https://i.example","proxy_url":"https://i.example"},
         "thumbnail":{"url":"https://t.example","proxy_url":"https://t.example"},
         "author":{"name":"A","url":"https://a.example"},
         "fields":[{"name":"n","value":"v","inline":true},{"name":"m","value":"w","inline":false}]}
        """.utf8), limits: JSONLimits(depth: 32, octets: 1 << 20))
    #expect(written["embeds"]?.array == [expected])
  }

  @Test(arguments: [
    (#"{"embeds":5}"#, ["embeds"]), (#"{"embeds":[5]}"#, ["embeds"]),
    (#"{"embeds":[{"title":["x"]}]}"#, ["embeds", "0", "title"]),
    (#"{"embeds":[{"title":"x"},{"color":"red"}]}"#, ["embeds", "1", "color"]),
    (#"{"embeds":[{"timestamp":"yesterday"}]}"#, ["embeds", "0", "timestamp"]),
    (#"{"embeds":[{"image":{"url":{}}}]}"#, ["embeds", "0", "image", "url"]),
    (
      #"{"embeds":[{"fields":[{"name":"n","value":"v"},{"inline":7}]}]}"#,
      ["embeds", "0", "fields", "1", "inline"]
    ),
  ])
  func `Wrong types are named where they stand`(_ body: String, _ path: [String]) throws {
    let response = try #require(RESTBench().send("POST", RESTEmbedTests.path, body)?.response)
    #expect(response.status == 400 && response.value["code"]?.int == 50035)
    var place = response.value["errors"]
    for key in path { place = place?[key] }
    #expect(place?["_errors"] != nil, "\(response.value)")
  }

  @Test func `Null takes all cards away, leaving out keeps them`() throws {
    for (body, change) in [
      ("{}", Change<[Embed]>.keep), (#"{"embeds":null}"#, .set([])), (#"{"embeds":[]}"#, .set([])),
    ] {
      let command = try RESTBench().command("PATCH", RESTEmbedTests.path + "/5", body)
      guard case .editMessage(_, _, let changes) = command else {
        Issue.record("\(command)")
        continue
      }
      #expect(changes.embeds == change)
    }
  }

  @Test func `Who may not read a message is not shown its cards, nor anybody when they are suppressed`()
    throws
  {
    var view = ChatFixtures.message(ChatFixtures.alice)
    view.message.embeds = try draft(RESTEmbedTests.body).embeds
    var suppressed = view
    suppressed.message.flags = .suppressEmbeds
    for (view, form, count) in [
      (view, JSONWriter.MessageForm.event, 1), (view, .redactedEvent, 0), (suppressed, .rest, 0),
    ] {
      var writer = JSONWriter()
      writer.object { $0.message(view, form) }
      let value = try JSONValue.parse(writer.octets, limits: JSONLimits(depth: 32, octets: 1 << 20))
      #expect(value["embeds"]?.array?.count == count)
    }
  }
}
