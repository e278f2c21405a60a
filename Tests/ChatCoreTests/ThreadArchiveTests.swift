import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Archived threads")
struct ThreadArchiveTests {
  private func expire(_ world: inout World, after minutes: Int64) -> [ChatOutput] {
    world.now += minutes * 60_000
    return world.service.expire(at: WallTime(milliseconds: world.now))
  }

  @Test("a thread is archived by itself, and a message takes it out again")
  func deadlines() throws {
    var world = try World.make(.open)
    #expect(world.service.deadline == nil)
    let made = try world.makeThread(world.bob, .publicThread, "a", minutes: 60)
    #expect(world.service.deadline == WallTime(milliseconds: world.now + 3_600_000))
    #expect(expire(&world, after: 59) == [])
    _ = try message(world.say(world.bob, in: made.id, "one"))
    #expect(expire(&world, after: 2) == [], "a message moved the deadline")
    #expect(world.service.deadline.map { $0.milliseconds > world.now } == true)
    let outputs = expire(&world, after: 59)
    guard case .event(let event)? = outputs.first, case .thread(.update(let archived)) = event.payload else {
      Issue.record("\(outputs)")
      return
    }
    #expect(outputs.count == 1 && archived.thread?.isArchived == true)
    #expect(archived.thread?.archivedAt == WallTime(milliseconds: world.now))
    #expect(world.service.deadline == nil)
    try world.restart()
    #expect(try world.known(made.id) == archived)
    for command in [
      ChatCommand.typing(channel: made.id), .thread(.join(thread: made.id)),
      .thread(.add(thread: made.id, user: world.cy)), .thread(.leave(thread: made.id)),
    ] {
      #expect(world.ask(world.bob, command) == code(.threadArchived))
    }
    _ = try message(world.say(world.cy, in: made.id, "two"))
    #expect(world.happened == ["update", "joined", "said 0"])
    #expect(world.service.deadline == WallTime(milliseconds: world.now + 3_600_000))
    #expect(try world.known(made.id).thread?.isArchived == false)
  }

  @Test("a deadline survives a restart and a store that fails")
  func failures() throws {
    var world = try World.make(.open)
    let made = try world.makeThread(world.bob, .publicThread, "a", minutes: 60)
    try world.restart()
    #expect(world.service.deadline != nil)
    world.disk.fault = .commit
    #expect(expire(&world, after: 61) == [])
    #expect(try world.known(made.id).thread?.isArchived == false)
    #expect(world.service.deadline == WallTime(milliseconds: world.now - 1 + Limits.archivePause))
    world.disk.fault = .none
    #expect(expire(&world, after: 1).count == 1)
  }

  @Test("shorter times come sooner, and rejected changes leave no trace")
  func shortening() throws {
    var world = try World.make(.open)
    let made = try world.makeThread(world.bob, .publicThread, "a")
    for minutes in [60, 10_080, 60, 4_320] {
      try expectDone(world.modify(world.bob, made.id) { $0.thread.archiveMinutes = .set(minutes) })
    }
    #expect(expire(&world, after: 61) == [], "looked at too early, and put back")
    #expect(expire(&world, after: 4_320).count == 1)
  }

  @Test("a locked thread is for moderators")
  func locks() throws {
    var world = try World.make(.open)
    let made = try world.makeThread(world.bob, .publicThread, "a")
    #expect(world.modify(world.bob, made.id) { $0.thread.isLocked = .set(true) } == code(.missingPermissions))
    try expectDone(
      world.modify(world.ann, made.id) {
        $0.thread.isLocked = .set(true)
        $0.thread.isArchived = .set(true)
      })
    #expect(world.audits.map(\.action) == [.threadUpdate])
    #expect(world.say(world.bob, in: made.id, "x") == code(.threadLocked))
    #expect(
      world.modify(world.bob, made.id) { $0.thread.isArchived = .set(false) } == code(.threadLocked))
    #expect(world.modify(world.ann, made.id) { $0.name = .set("b") } == code(.threadArchived))
    try expectDone(world.modify(world.ann, made.id) { $0.thread.isLocked = .set(false) })
    try expectDone(world.modify(world.cy, made.id) { $0.thread.isArchived = .set(false) })
    #expect(world.modify(world.cy, made.id) { $0.name = .set("b") } == code(.missingPermissions))
    try expectDone(world.modify(world.bob, made.id) { $0.name = .set("Better Name") })
    #expect(world.happened == ["update", "said 4"])
    try expectDone(world.modify(world.bob, made.id) { $0.thread.isArchived = .set(true) })
    #expect(
      world.modify(world.bob, made.id) { $0.rateLimitPerUser = .set(5) } == code(.missingPermissions))
  }

  @Test("archived threads are listed page by page, each to whom it may concern")
  func lists() throws {
    var world = try World.make(.open)
    var made: [Snowflake] = []
    for (user, kind) in [
      (world.bob, ChannelKind.publicThread), (world.ann, .publicThread), (world.bob, .privateThread),
      (world.cy, .privateThread), (world.bob, .privateThread),
    ] {
      let thread = try world.makeThread(user, kind, "t")
      made.append(thread.id)
    }
    for id in made.reversed() {
      try expectDone(world.modify(world.ann, id) { $0.thread.isArchived = .set(true) })
    }
    func page(
      _ user: Snowflake, _ scope: ThreadPage.Scope, _ limit: Int, _ world: inout World
    ) throws -> ThreadList {
      try list(
        world.ask(
          user, .thread(.archived(channel: world.text, ThreadPage(scope: scope, limit: limit)))))
    }
    let open = try page(world.cy, .everybodys(before: nil), 1, &world)
    #expect(open.threads.map(\.id) == [made[0]] && open.hasMore == true && open.members == [])
    let rest = try page(world.cy, .everybodys(before: open.threads[0].thread?.archivedAt), 1, &world)
    #expect(rest.threads.map(\.id) == [made[1]] && rest.hasMore == false)
    let hidden = try page(world.ann, .hidden(before: nil), 10, &world)
    #expect(hidden.threads.map(\.id) == [made[2], made[3], made[4]])
    #expect(
      world.ask(
        world.bob,
        .thread(.archived(channel: world.text, ThreadPage(scope: .hidden(before: nil), limit: 10))))
        == code(.missingPermissions))
    let own = try page(world.bob, .own(before: nil), 1, &world)
    #expect(own.threads.map(\.id) == [made[4]] && own.hasMore == true && own.members.count == 1)
    let older = try page(world.bob, .own(before: made[4]), 5, &world)
    #expect(older.threads.map(\.id) == [made[2]] && older.hasMore == false)
    #expect(try list(world.ask(world.ann, .thread(.active(guild: world.guild)))).threads == [])
  }
}
