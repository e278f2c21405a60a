import Base
import ChatTesting
import Testing

@testable import ChatCore

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

  @Test("a page takes what has a place on it, in order, and is shortened to the newest")
  func places() {
    let channel = Snowflake(rawValue: 1)
    var cache = PageCache()
    cache.apply(.message(unsaid(1, channel)))
    #expect(!cache.holds(channel), "nobody read it")
    cache.remember(channel, [20, 10].map { unsaid($0, channel) }, isWhole: false)
    for id in [30, 15, 5] as [UInt64] { cache.apply(.message(unsaid(id, channel))) }
    let known = cache.messages(channel, before: nil, limit: 4)
    #expect(known?.map(\.id.rawValue) == [30, 20, 15, 10], "older than the page has no place")
    for id in 31...400 as ClosedRange<UInt64> { cache.apply(.message(unsaid(id, channel))) }
    let newest = cache.messages(channel, before: nil, limit: Limits.historyPage)
    #expect(newest?.map(\.id.rawValue) == (301...400).reversed())
    #expect(cache.message(channel, Snowflake(rawValue: 30)) == nil)
    #expect(cache.messages(channel, before: nil, limit: 2 * Limits.historyPage + 1) == nil)
  }

  private func unsaid(_ id: UInt64, _ channel: Snowflake) -> Message {
    Message(
      id: Snowflake(rawValue: id), channelID: channel, guildID: .noGuild, authorID: channel, kind: .ordinary,
      content: "")
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
