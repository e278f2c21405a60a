import Base
import ChatCore
import ChatTesting
import Testing

/// Pages of history are read once and follow what is written.
@Suite("Pages")
struct PageTests {
  private func page(
    _ world: inout World, _ user: Snowflake, _ anchor: HistoryAnchor = .newest, _ limit: Int = 50
  ) throws -> [MessageView] {
    let reply = world.ask(user, .messages(channel: world.text, anchor, limit: limit))
    guard case .messages(let page) = reply else { throw World.Unexpected(reply: reply) }
    return page
  }

  @Test("ten thousand readers of one channel cost at most ten reads of the store")
  func coalescing() throws {
    var world = try World.make(.open)
    var first: Message?
    for index in 0..<120 {
      var draft = MessageDraft(content: "\(index)")
      if index % 10 == 9 { draft.replyTo = first?.id }
      let said = try message(world.ask(world.bob, .createMessage(channel: world.text, draft)))
      first = first ?? said.message
      let thumb = ReactionEmoji(id: nil, name: "👍")
      _ = world.ask(world.cy, .addReaction(channel: world.text, message: said.message.id, thumb))
    }
    try world.restart()
    let before = world.disk.reads
    let reader = (
      Actor.user(world.cy, issued: WallTime(milliseconds: world.now)),
      ChatCommand.messages(channel: world.text, .newest, limit: 50)
    )
    let outputs = world.perform(Array(repeating: reader, count: 10_000))
    #expect(world.disk.reads - before <= 10, "\(world.disk.reads - before) reads")
    let pages = Set(World.replies(outputs))
    guard pages.count == 1, case .messages(let page)? = pages.first else {
      Issue.record("\(pages.count) different pages")
      return
    }
    #expect(page.count == 50 && page.allSatisfy { $0.reactions.first?.isMine == true })
    guard case .message(let answered) = page[0].referenced else {
      Issue.record("the answered message is shown")
      return
    }
    #expect(answered.message.id == first?.id && answered.reactions.count == 1)
  }

  @Test("a page follows messages, edits, reactions and deletions without reading again")
  func following() throws {
    var world = try World.make(.open)
    for index in 0..<3 { _ = try world.say(world.bob, "\(index)") }
    _ = try page(&world, world.bob)
    let said = try world.say(world.bob, "new")
    let before = world.disk.reads
    #expect(try page(&world, world.cy).first?.message.content == "new")
    #expect(world.disk.reads == before)
    var changes = MessageChanges()
    changes.content = .set("edited")
    _ = world.ask(world.bob, .editMessage(channel: world.text, message: said.id, changes))
    let heart = ReactionEmoji(id: nil, name: "❤️")
    _ = world.ask(world.bob, .addReaction(channel: world.text, message: said.id, heart))
    let newest = try #require(page(&world, world.bob).first)
    #expect(newest.message.content == "edited")
    #expect(newest.reactions == [ReactionCount(emoji: heart, count: 1, isMine: true)])
    #expect(try page(&world, world.cy).first?.reactions.first?.isMine == false)
    _ = world.ask(world.bob, .deleteMessage(channel: world.text, message: said.id))
    #expect(try page(&world, world.bob).first?.message.content == "2")
  }

  @Test("what a failing store took back is not on the page")
  func failing() throws {
    var world = try World.make(.open)
    _ = try world.say(world.bob, "kept")
    _ = try page(&world, world.bob)
    world.disk.fault = .commit
    _ = world.ask(world.bob, .createMessage(channel: world.text, MessageDraft(content: "lost")))
    world.disk.fault = .none
    #expect(try page(&world, world.bob).first?.message.content == "kept")
  }

  @Test("every anchor gives from memory what it gives from the store", arguments: [3, 90, 130, 260])
  func anchors(count: Int) throws {
    var world = try World.make(.open)
    var ids: [Snowflake] = []
    _ = try page(&world, world.bob)
    for index in 0..<count { ids.append(try world.say(world.bob, "\(index)").id) }
    _ = try page(&world, world.bob)
    let places = [0, 1, count / 2, count - 2, count - 1].map { ids[max(0, $0)] }
    let strange = [Snowflake(rawValue: 0), Snowflake(rawValue: .max)]
    let anchors =
      (places + strange).flatMap { [HistoryAnchor.before($0), .after($0), .around($0)] } + [.newest]
    for limit in [1, 2, 50, 100] {
      for anchor in anchors {
        let shown = try page(&world, world.bob, anchor, limit).map(\.message.id)
        #expect(shown == model(world.disk.tables.messages, world.text, anchor, limit), "\(anchor) \(limit)")
      }
    }
  }

  private func model(
    _ all: [Message], _ channel: Snowflake, _ anchor: HistoryAnchor, _ limit: Int
  ) -> [Snowflake] {
    let ids = Array(all.filter { $0.channelID == channel }.map(\.id).sorted().reversed())
    switch anchor {
    case .newest: return Array(ids.prefix(limit))
    case .before(let id): return Array(ids.filter { $0 < id }.prefix(limit))
    case .after(let id): return ids.filter { $0 > id }.suffix(limit)
    case .around(let id):
      let older = Array(ids.filter { $0 <= id }.prefix(min(limit / 2 + 1, limit)))
      return ids.filter { $0 > id }.suffix(limit - older.count) + older
    }
  }
}
