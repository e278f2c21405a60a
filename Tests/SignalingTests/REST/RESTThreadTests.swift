import Base
import ChatCore
import JSON
import Testing

@testable import Signaling

/// Threads and forums over REST: what bodies and queries mean, and what answers look like.
@Suite struct RESTThreadTests {
  private func command(_ method: String, _ path: String, _ body: String = "") throws -> ThreadCommand {
    let given = try RESTBench().command(method, "/api/v10/" + path, body)
    guard case .thread(let command) = given else {
      Issue.record("\(given)")
      throw Unexpected()
    }
    return command
  }

  private struct Unexpected: Error {}

  @Test func `A thread of a message takes its name and shape`() throws {
    let body = #"{"name":"Plans","auto_archive_duration":60,"rate_limit_per_user":5}"#
    guard
      case .createFromMessage(let channel, let message, let draft) = try command(
        "POST", "channels/1/messages/2/threads", body)
    else { throw Unexpected() }
    #expect(channel.rawValue == 1 && message.rawValue == 2)
    #expect(draft.name == "Plans" && draft.archiveMinutes == 60 && draft.rateLimitPerUser == 5)
  }

  @Test(arguments: [(#"{"name":"a"}"#, 12), (#"{"name":"a","type":11,"invitable":false}"#, 11)])
  func `A thread without a message is private unless it says otherwise`(_ body: String, _ type: Int) throws {
    guard case .create(_, let kind, let draft) = try command("POST", "channels/1/threads", body) else {
      throw Unexpected()
    }
    #expect(kind.rawValue == type && draft.isInvitable == (type == 12))
  }

  @Test func `A forum's post brings its message`() throws {
    let body = #"{"name":"a","applied_tags":["5",6],"message":{"content":"hi","embeds":[{"title":"t"}]}}"#
    guard case .createPost(_, let draft, let message) = try command("POST", "channels/1/threads", body) else {
      throw Unexpected()
    }
    #expect(draft.appliedTags.map(\.rawValue) == [5, 6])
    #expect(message.content == "hi" && message.embeds.count == 1)
  }

  @Test(arguments: [
    #"{"type":0,"name":"a"}"#, #"{"type":11}"#, #"{"name":"a","message":7}"#,
    #"{"name":"a","applied_tags":["x"]}"#, #"{"name":"a","message":{"content":7}}"#,
  ])
  func `What is wrong is named`(_ body: String) throws {
    let response = try #require(
      RESTBench().send("POST", "/api/v10/channels/1/threads", body)?.response)
    #expect(response.status == 400 && response.value["code"]?.int == 50035)
  }

  @Test func `A patch of a channel reads what threads and forums have`() throws {
    let body = """
      {"archived":true,"locked":false,"invitable":true,"auto_archive_duration":60,"applied_tags":["9"],
       "flags":2,"default_sort_order":null,"default_forum_layout":1,"default_auto_archive_duration":null,
       "default_thread_rate_limit_per_user":4,"default_reaction_emoji":{"emoji_id":null,"emoji_name":"👍"},
       "available_tags":[{"name":"a","moderated":true,"emoji_id":"7"},{"id":"8","name":"b"}]}
      """
    guard case .modifyChannel(_, let changes) = try RESTBench().command("PATCH", "/api/v9/channels/1", body)
    else { throw Unexpected() }
    var thread = ThreadChanges()
    thread.isArchived = .set(true)
    thread.isLocked = .set(false)
    thread.isInvitable = .set(true)
    thread.archiveMinutes = .set(60)
    thread.appliedTags = .set([Snowflake(rawValue: 9)])
    #expect(changes.thread == thread && changes.flags == .set(.pinned))
    var settings = ThreadSettingsChanges()
    settings.sortOrder = .set(nil)
    settings.layout = .set(1)
    settings.archiveMinutes = .set(nil)
    settings.rateLimitPerUser = .set(4)
    settings.reaction = .set(.unicode("👍"))
    settings.tags = .set([
      TagDraft(id: nil, name: "a", isModerated: true, emoji: .custom(Snowflake(rawValue: 7))),
      TagDraft(id: Snowflake(rawValue: 8), name: "b", isModerated: false, emoji: nil),
    ])
    #expect(changes.threadSettings == settings)
  }

  @Test func `Members are named by themselves or by id`() throws {
    guard case .join = try command("PUT", "channels/1/thread-members/@me"),
      case .leave = try command("DELETE", "channels/1/thread-members/@me"),
      case .add(_, let added) = try command("PUT", "channels/1/thread-members/5"),
      case .remove(_, let removed) = try command("DELETE", "channels/1/thread-members/5"),
      case .members(_, let isWhole, let after, let limit) = try command(
        "GET", "channels/1/thread-members?with_member=true&after=7&limit=3"),
      case .member(_, let own, _) = try command("GET", "channels/1/thread-members/@me"),
      case .modifyMember(_, let flags) = try command(
        "PATCH", "channels/1/thread-members/@me/settings", #"{"flags":4}"#)
    else { throw Unexpected() }
    #expect(added.rawValue == 5 && removed == added && flags == 4)
    #expect(isWhole && after?.rawValue == 7 && limit == 3 && own == ChatFixtures.bot.id)
  }

  @Test func `Lists say where they begin`() throws {
    guard
      case .archived(_, let open) = try command(
        "GET", "channels/1/threads/archived/public?before=2026-01-02T03:04:05.678000%2B00:00&limit=2"),
      case .archived(_, let hidden) = try command("GET", "channels/1/threads/archived/private"),
      case .archived(_, let own) = try command(
        "GET", "channels/1/users/@me/threads/archived/private?before=9"),
      case .active = try command("GET", "guilds/1/threads/active"),
      case .search(_, let query) = try command(
        "GET",
        "channels/1/threads/search?name=a%20b&tag=5,6&tag_setting=match_all&archived=false&sort_by=creation_time"
          + "&sort_order=asc&limit=5&offset=10&min_id=1&max_id=9"),
      case .posts(_, let posts) = try command("POST", "channels/1/post-data", #"{"thread_ids":["3","4"]}"#)
    else { throw Unexpected() }
    #expect(open == ThreadPage(scope: .everybodys(before: ChatFixtures.joined), limit: 2))
    #expect(hidden == ThreadPage(scope: .hidden(before: nil), limit: 50))
    #expect(own.scope == .own(before: Snowflake(rawValue: 9)))
    var expected = ThreadQuery(limit: 5)
    expected.name = "a b"
    expected.tags = [Snowflake(rawValue: 5), Snowflake(rawValue: 6)]
    expected.needsAllTags = true
    expected.isArchived = false
    expected.order = .created
    expected.isAscending = true
    expected.offset = 10
    expected.after = Snowflake(rawValue: 1)
    expected.before = Snowflake(rawValue: 9)
    #expect(query == expected && posts.map(\.rawValue) == [3, 4])
  }

  @Test func `Answers carry the thread, the membership and what it began with`() throws {
    let bench = RESTBench()
    let thread = ChatFixtures.thread(.privateThread)
    let request = try #require(
      bench.send("POST", "/api/v10/channels/1/threads", #"{"name":"a"}"#)?.request)
    let made = try #require(
      bench.complete(request, .thread(.thread(thread, member: ChatFixtures.threadMember())))?.response)
    #expect(made.status == 201 && made.value["member"]?["user_id"]?.snowflake == ChatFixtures.alice.id)
    #expect(made.value["member_count"]?.int == 50, "no more are shown")
    #expect(made.value["message_count"]?.int == 3 && made.value["total_message_sent"]?.int == 4)
    let metadata = made.value["thread_metadata"]
    #expect(metadata?["invitable"]?.bool == true && metadata?["archived"]?.bool == false)
    #expect(metadata?["create_timestamp"]?.string == ISO8601.text(ChatFixtures.joined))

    let read = try #require(bench.send("GET", "/api/v10/channels/1")?.request)
    let got = try #require(bench.complete(read, .thread(.thread(thread, member: nil)))?.response)
    #expect(got.status == 200 && got.value["member"] == nil)

    let listing = try #require(bench.send("GET", "/api/v10/guilds/1/threads/active")?.request)
    let list = ThreadList(threads: [thread], members: [ChatFixtures.threadMember()], hasMore: nil)
    let active = try #require(bench.complete(listing, .thread(.list(list)))?.response).value
    #expect(active["threads"]?.array?.count == 1 && active["members"]?.array?.count == 1)
    #expect(active["has_more"] == nil)

    let post = try #require(
      bench.send("POST", "/api/v10/channels/1/threads", #"{"name":"a","message":{"content":"x"}}"#)?.request)
    let first = ChatFixtures.message(ChatFixtures.alice)
    let posted = try #require(
      bench.complete(post, .thread(.post(thread, member: nil, first)))?.response)
    #expect(posted.status == 201 && posted.value["message"]?["content"]?.string == "hello")
  }

  @Test func `A message tells of its thread and its place in one`() throws {
    var view = ChatFixtures.message(ChatFixtures.alice)
    view.thread = ChatFixtures.thread()
    view.message.position = 7
    view.message.reference = MessageReference(channelID: ChatFixtures.messageID, messageID: nil)
    let bench = RESTBench()
    let request = try #require(bench.send("GET", "/api/v10/channels/1/messages/2")?.request)
    let message = try #require(bench.complete(request, .message(view))?.response).value
    #expect(message["thread"]?["id"]?.snowflake == ChatFixtures.messageID)
    #expect(message["position"]?.int == 7)
    #expect(message["message_reference"]?["message_id"] == nil)
    #expect(message["message_reference"]?["channel_id"]?.snowflake == ChatFixtures.messageID)
  }
}
