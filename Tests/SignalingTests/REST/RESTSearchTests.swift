import Base
import ChatCore
import JSON
import Testing

@testable import Signaling

@Suite struct RESTSearchTests {
  private func request(_ path: String) throws -> SearchRequest {
    guard case .search(.messages(let request, nil)) = try RESTBench().command("GET", path) else {
      throw RESTError.notFound
    }
    return request
  }

  @Test func `Every filter of the query reaches the core`() throws {
    let path =
      "/api/v9/guilds/7/messages/search?content=a%20b&author_id=1&author_id=2&mentions=3,4&has=link"
      + "&has=-image&pinned=true&mention_everyone=false&channel_id=5&min_id=10&max_id=20&sort_by=timestamp"
      + "&sort_order=asc&limit=3&offset=50&include_nsfw=true&link_hostname=example.org"
      + "&attachment_extension=.png&attachment_filename=cat%22"
    let found = try request(path)
    var expected = SearchRequest(place: .guild(Snowflake(rawValue: 7)))
    expected.filter.content = "a b \"cat\""
    expected.filter.authors = [1, 2].map(Snowflake.init(rawValue:))
    expected.filter.mentions = [3, 4].map(Snowflake.init(rawValue:))
    expected.filter.has = [.link]
    expected.filter.lacks = [.image]
    expected.filter.isPinned = true
    expected.filter.mentionsEveryone = false
    expected.filter.after = Snowflake(rawValue: 10)
    expected.filter.before = Snowflake(rawValue: 20)
    expected.filter.hosts = ["example.org"]
    expected.filter.extensions = ["png"]
    expected.channels = [Snowflake(rawValue: 5)]
    expected.includesNSFW = true
    expected.order = .oldest
    expected.limit = 3
    expected.offset = 50
    #expect(found == expected)
    let plain = try request("/api/v10/channels/9/messages/search")
    #expect(plain == SearchRequest(place: .channel(Snowflake(rawValue: 9))))
    #expect(try request("/api/v10/channels/9/messages/search?sort_by=relevance").order == .relevance)
  }

  @Test(arguments: [
    ("limit=26", "limit"), ("limit=x", "limit"), ("offset=9976", "offset"), ("offset=-1", "offset"),
    ("has=money", "has"), ("author_id=me", "author_id"), ("channel_id=1,x", "channel_id"),
    ("pinned=maybe", "pinned"), ("sort_by=size", "sort_by"), ("sort_order=up", "sort_order"),
    ("min_id=-1", "min_id"), ("max_id=99999999999999999999", "max_id"),
    ("mentions=" + Array(repeating: "1", count: 501).joined(separator: ","), "mentions"),
  ])
  func `What is no filter is a form's error`(_ query: String, _ field: String) throws {
    let response = RESTBench().send("GET", "/api/v10/guilds/7/messages/search?\(query)")?.response
    #expect(response?.status == 400)
    #expect(response?.value["errors"]?[field] != nil, "\(query)")
  }

  @Test func `A search goes on until it is done, and each hit stands in a list of its own`() throws {
    let bench = RESTBench()
    let first = try #require(bench.send("GET", "/api/v10/guilds/7/messages/search?content=a")?.request)
    var progress = SearchProgress(isAscending: false, wanted: 25)
    progress.reached = Snowflake(rawValue: 99)
    let again = try #require(bench.complete(first, .search(.partial(progress)))?.request)
    guard case .search(.messages(let wanted, progress)) = again.command else {
      Issue.record("\(again)")
      return
    }
    #expect(wanted.filter.content == "a" && again.actor == first.actor)
    let view = ChatFixtures.message(ChatFixtures.alice)
    let page = SearchPage(messages: [view, view], total: 77, isIndexing: true)
    let answer = try #require(bench.complete(again, .search(.page(page)))?.response).value
    #expect(answer["total_results"]?.int == 77)
    #expect(answer["doing_deep_historical_index"]?.bool == true)
    #expect(answer["threads"]?.array == [] && answer["members"]?.array == [])
    #expect(answer["messages"]?.array?.count == 2)
    let hit = answer["messages"]?.array?.first?.array?.first
    #expect(hit?["hit"]?.bool == true && hit?["id"]?.snowflake == view.message.id)
  }

  @Test func `Searches are limited by themselves`() throws {
    let bench = RESTBench()
    let path = "/api/v10/guilds/7/messages/search"
    let rate = RESTLimits().searchRate.countMax
    for _ in 0..<rate { #expect(bench.send("GET", path)?.response?.status != 429) }
    #expect(bench.send("GET", path)?.response?.status == 429)
    #expect(bench.send("GET", "/api/v10/guilds/7/channels")?.response?.status != 429)
  }
}
