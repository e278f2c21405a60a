import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Forums")
struct ForumTests {
  private func tag(_ name: String, isModerated: Bool = false) -> TagDraft {
    TagDraft(id: nil, name: name, isModerated: isModerated, emoji: .unicode("👍"))
  }

  private func makeForum(_ world: inout World, _ kind: ChannelKind = .forum) throws -> Channel {
    var changes = ChannelChanges()
    changes.name = .set("Ideas Here")
    changes.topic = .set(String(repeating: "t", count: 4_096))
    changes.threadSettings.tags = .set([tag("bug"), tag("done", isModerated: true)])
    changes.threadSettings.reaction = .set(.unicode("👍"))
    changes.threadSettings.sortOrder = .set(1)
    changes.threadSettings.layout = .set(2)
    changes.threadSettings.rateLimitPerUser = .set(3)
    changes.threadSettings.archiveMinutes = .set(4_320)
    return try channel(world.ask(world.ann, .createChannel(guild: world.guild, kind: kind, changes)))
  }

  private func post(
    _ world: inout World, _ user: Snowflake, _ forum: Channel, _ name: String, tags: [Snowflake] = []
  ) -> ChatReply {
    var draft = ThreadDraft(name: name)
    draft.appliedTags = tags
    return world.ask(
      user, .thread(.createPost(channel: forum.id, draft, MessageDraft(content: "about \(name)"))))
  }

  @Test("a forum keeps what it says of its posts, and holds no messages itself")
  func settings() throws {
    var world = try World.make(.open)
    let forum = try makeForum(&world)
    #expect(forum.name == "ideas-here" && forum.threadSettings.tags.map(\.name) == ["bug", "done"])
    #expect(Set(forum.threadSettings.tags.map(\.id)).count == 2)
    #expect(world.say(world.ann, in: forum.id, "x") == code(.nonTextChannel))
    #expect(
      world.ask(
        world.ann, .thread(.create(channel: forum.id, kind: .publicThread, ThreadDraft(name: "x"))))
        == code(.nonTextChannel))
    try world.restart()
    #expect(try channel(world.ask(world.ann, .channel(forum.id))) == forum)
    let wrong = world.modify(world.ann, forum.id) {
      $0.threadSettings.tags = .set([tag("a"), tag("a"), tag(String(repeating: "x", count: 21))])
      $0.threadSettings.layout = .set(3)
      $0.threadSettings.sortOrder = .set(2)
      $0.threadSettings.reaction = .set(.unicode("no emoji"))
      $0.threadSettings.archiveMinutes = .set(1)
    }
    #expect(formCodes(wrong).count == 6, "\(wrong)")
    let many = world.modify(world.ann, forum.id) {
      $0.threadSettings.tags = .set((0...20).map { tag("\($0)") })
    }
    #expect(formCodes(many) == ["BASE_TYPE_MAX_LENGTH"])
  }

  @Test("a post begins with its message, whose id is the thread's")
  func posts() throws {
    var world = try World.make(.open)
    let forum = try makeForum(&world)
    let bug = forum.threadSettings.tags[0].id
    let reply = post(&world, world.bob, forum, "crash", tags: [bug])
    guard case .thread(.post(let made, let member, let view)) = reply else {
      throw World.Unexpected(reply: reply)
    }
    #expect(view.message.id == made.id && view.message.channelID == made.id)
    #expect(view.message.content == "about crash" && member?.userID == world.bob)
    #expect(made.thread?.appliedTags == [bug] && made.thread?.archiveMinutes == 4_320)
    #expect(made.thread?.messageCount == 0 && made.rateLimitPerUser == 3)
    #expect(world.happened == ["create", "joined", "said 0"])
    #expect(try channel(world.ask(world.ann, .channel(forum.id))).lastMessageID == made.id)
    _ = try message(world.say(world.ann, in: made.id, "seen"))
    #expect(try world.known(made.id).thread?.messageCount == 1)
    let known = try world.known(made.id)
    try world.restart()
    #expect(try world.known(made.id) == known)
    try expectDone(world.ask(world.bob, .deleteMessage(channel: made.id, message: made.id)))
    #expect(try world.known(made.id).thread?.messageCount == 1, "the post outlives its message")
    let empty = world.ask(
      world.bob, .thread(.createPost(channel: forum.id, ThreadDraft(name: "x"), MessageDraft(content: ""))))
    #expect(empty == code(.emptyMessage))
    #expect(world.events == [], "a refused post leaves nothing")
    #expect(try list(world.ask(world.ann, .thread(.active(guild: world.guild)))).threads.count == 1)
    #expect(post(&world, world.bob, forum, "x", tags: [forum.id]) != code(.missingPermissions))
    #expect(formCodes(post(&world, world.bob, forum, "x", tags: [forum.id])) == ["APPLIED_TAG_UNKNOWN"])
  }

  @Test("moderated tags are for moderators, and a forum may ask for one")
  func tags() throws {
    var world = try World.make(.open)
    let forum = try makeForum(&world)
    let (bug, done) = (forum.threadSettings.tags[0].id, forum.threadSettings.tags[1].id)
    #expect(post(&world, world.bob, forum, "x", tags: [done]) == code(.missingPermissions))
    try expectDone(world.modify(world.ann, forum.id) { $0.flags = .set(.requiresTag) })
    #expect(post(&world, world.bob, forum, "x") == code(.tagRequired))
    let made = try thread(post(&world, world.bob, forum, "x", tags: [bug]))
    #expect(
      world.modify(world.bob, made.id) { $0.thread.appliedTags = .set([bug, done]) }
        == code(.missingPermissions))
    #expect(
      world.modify(world.bob, made.id) { $0.thread.appliedTags = .set([]) } == code(.tagRequired))
    try expectDone(world.modify(world.ann, made.id) { $0.thread.appliedTags = .set([bug, done]) })
    let kept = TagDraft(id: done, name: "finished", isModerated: true, emoji: nil)
    try expectDone(world.modify(world.ann, forum.id) { $0.threadSettings.tags = .set([kept]) })
    #expect(world.happened == ["changed", "update"])
    #expect(try world.known(made.id).thread?.appliedTags == [done], "a tag that is gone is gone everywhere")
    try world.restart()
    #expect(try world.known(made.id).thread?.appliedTags == [done])
  }

  @Test("one post is pinned at a time; it is not archived by itself")
  func pinning() throws {
    var world = try World.make(.open)
    let forum = try makeForum(&world)
    let first = try thread(post(&world, world.bob, forum, "a"))
    let second = try thread(post(&world, world.bob, forum, "b"))
    #expect(world.modify(world.bob, first.id) { $0.flags = .set(.pinned) } == code(.missingPermissions))
    try expectDone(world.modify(world.ann, first.id) { $0.flags = .set(.pinned) })
    #expect(
      world.modify(world.ann, second.id) { $0.flags = .set(.pinned) } == code(.tooManyPinnedPosts))
    world.now += 4_321 * 60_000
    _ = world.service.expire(at: WallTime(milliseconds: world.now))
    #expect(try world.known(first.id).thread?.isArchived == false)
    #expect(try world.known(second.id).thread?.isArchived == true)
    try expectDone(world.modify(world.ann, first.id) { $0.thread.isArchived = .set(true) })
    #expect(try world.known(first.id).flags == [])
  }

  @Test("posts are found by words, tags and state")
  func search() throws {
    var world = try World.make(.open)
    let forum = try makeForum(&world, .media)
    let bug = forum.threadSettings.tags[0].id
    let first = try thread(post(&world, world.bob, forum, "Red crash", tags: [bug]))
    let second = try thread(post(&world, world.cy, forum, "Blue crash"))
    world.now += 3_000
    _ = try message(world.say(world.bob, in: first.id, "again"))
    func found(_ world: inout World, _ body: (inout ThreadQuery) -> Void) throws -> ThreadSearch {
      var query = ThreadQuery(limit: 25)
      body(&query)
      let reply = world.ask(world.bob, .thread(.search(channel: forum.id, query)))
      guard case .thread(.search(let search)) = reply else { throw World.Unexpected(reply: reply) }
      return search
    }
    let all = try found(&world) { _ in }
    #expect(all.list.threads.map(\.id) == [first.id, second.id] && all.count == 2)
    #expect(all.firstMessages.map(\.message.content) == ["about Red crash", "about Blue crash"])
    #expect(all.list.members.map(\.threadID) == [first.id] && all.list.hasMore == false)
    #expect(try found(&world) { $0.name = "crash blue" }.list.threads.map(\.id) == [second.id])
    #expect(try found(&world) { $0.tags = [bug] }.list.threads.map(\.id) == [first.id])
    let one = try found(&world) {
      $0.order = .created
      $0.limit = 1
      $0.offset = 1
    }
    #expect(one.list.threads.map(\.id) == [first.id] && one.list.hasMore == false && one.count == 2)
    try expectDone(world.modify(world.ann, first.id) { $0.thread.isArchived = .set(true) })
    #expect(try found(&world) { $0.isArchived = true }.list.threads.map(\.id) == [first.id])
    let reply = world.ask(
      world.cy, .thread(.posts(channel: forum.id, [first.id, world.text, second.id])))
    guard case .thread(.posts(let posts)) = reply else { throw World.Unexpected(reply: reply) }
    #expect(posts.map(\.thread.id) == [first.id, second.id])
    #expect(posts.map(\.owner?.user.id) == [world.bob, world.cy])
    #expect(posts.first?.firstMessage?.message.id == first.id)
  }
}
