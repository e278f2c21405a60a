import Base
import ChatCore
import Testing

/// Searching: what fits, in which order, and that the index follows what is written.
extension StoreConformance {
  private static let first: UInt64 = 6101

  /// Messages of two channels with everything that can be searched for.
  private static var searched: [Message] {
    func said(_ index: UInt64, _ content: String) -> Message {
      message(first + index, content)
    }
    var rich = said(3, "nothing")
    rich.mentions = [guild]
    rich.mentionsEveryone = true
    rich.pinnedAt = at
    rich.embeds = embeds
    rich.embeds[0].title = "Wetterkarte"
    var file = said(4, "")
    var stored = StoredFile(blob: String(repeating: "a", count: 64), size: 1)
    stored.contentType = "image/png"
    file.attachments = [
      Attachment(id: Snowflake(rawValue: 9100), filename: "Harbour.View.PNG", description: nil, file: stored)
    ]
    var forward = said(5, "")
    forward.snapshot = snapshot
    forward.snapshot?.content = "borrowed words"
    let elsewhere = Message(
      id: Snowflake(rawValue: first + 6), channelID: Snowflake(rawValue: 3002), guildID: guild,
      authorID: Snowflake(rawValue: 1002), kind: .ordinary, content: "hello from elsewhere")
    return [
      said(0, "Hello Wörld, don't panic"), said(1, "see https://Example.org:8080/a?b=hello and more"),
      said(2, "我们去北京吧 \u{E000}hlink"), rich, file, forward, elsewhere,
    ]
  }

  /// Every part of a search, until it is done.
  private static func find<Store: ChatStore & ~Copyable>(
    _ store: inout Store, _ filter: SearchFilter, ascending: Bool = false,
    in channels: Set<Snowflake> = [channel, Snowflake(rawValue: 3002)]
  ) throws -> [UInt64] {
    var progress = SearchProgress(isAscending: ascending, wanted: 10)
    while try store.maintain(.index) {}
    repeat {
      let scope = SearchScope(guild: guild, channels: channels, isWholeGuild: false)
      progress = try store.search(filter, in: scope, from: progress)
    } while !progress.isDone
    #expect(progress.total == progress.hits.count)
    return progress.hits.map { $0.messageID.rawValue &- first }
  }

  private static func filter(_ content: String, _ set: (inout SearchFilter) -> Void = { _ in })
    -> SearchFilter
  {
    var filter = SearchFilter()
    filter.content = content
    // Earlier messages of the same world are not meant.
    filter.after = Snowflake(rawValue: first - 1)
    set(&filter)
    return filter
  }

  static func checkSearch<Store: ChatStore & ~Copyable>(_ store: inout Store) throws {
    try write(searched.map { .message($0) }, to: &store)
    let expected: [(SearchFilter, [UInt64])] = [
      (filter("hello"), [6, 1, 0]), (filter("HELLO world"), [0]), (filter("hello elsewhere"), [6]),
      (filter("hel"), []), (filter("don't"), [0]), (filter("\"don't panic\""), [0]),
      (filter("\"panic don't\""), []), (filter("北京"), [2]), (filter("京北"), []),
      (filter("hello\" OR \"panic"), []), (filter("NOT hello"), []), (filter("👍"), []),
      (filter("\u{E000}hlink"), [2]), (filter("wetterkarte"), [3]), (filter("harbour view"), [4]),
      (filter("borrowed"), [5]), (filter(""), [6, 5, 4, 3, 2, 1, 0]),
      (filter("") { $0.has = [.link] }, [1]), (filter("") { $0.has = [.embed] }, [3]),
      (filter("") { $0.has = [.file, .image] }, [4]), (filter("") { $0.has = [.sound] }, []),
      (filter("") { $0.has = [.snapshot] }, [5]),
      (filter("") { $0.lacks = [.link, .file] }, [6, 5, 3, 2, 0]),
      (filter("") { $0.isPinned = true }, [3]), (filter("hello") { $0.isPinned = false }, [6, 1, 0]),
      (filter("") { $0.mentions = [guild] }, [3]), (filter("") { $0.mentionsEveryone = true }, [3]),
      (filter("") { $0.authors = [Snowflake(rawValue: 1002)] }, [6]),
      (filter("hello") { $0.authors = [user, Snowflake(rawValue: 1002)] }, [6, 1, 0]),
      (filter("") { $0.hosts = ["example.org"] }, [1]), (filter("") { $0.hosts = ["example"] }, []),
      (filter("") { $0.extensions = ["png"] }, [4]),
      (filter("") { $0.before = Snowflake(rawValue: first + 1) }, [0]),
      (filter("hello") { $0.after = Snowflake(rawValue: first + 1) }, [6]),
      (filter("hello") { $0.after = Snowflake(rawValue: .max) }, []),
    ]
    for (filter, hits) in expected {
      #expect(try find(&store, filter) == hits, "\(filter)")
      #expect(try find(&store, filter, ascending: true) == hits.reversed(), "\(filter), oldest first")
      #expect(try find(&store, filter, in: [channel]) == hits.filter { $0 != 6 }, "\(filter), one channel")
      let crowd = Set((0..<20).map { Snowflake(rawValue: 70_000 + $0) }).union([channel])
      #expect(try find(&store, filter, in: crowd) == hits.filter { $0 != 6 }, "\(filter), many channels")
    }
    try checkSearchFollows(&store)
  }

  /// Edits, pins and deletions, before and after the message came into the index.
  private static func checkSearchFollows<Store: ChatStore & ~Copyable>(_ store: inout Store) throws {
    var changed = searched[0]
    changed.content = "goodbye"
    try write([.updateMessage(changed)], to: &store)
    #expect(try find(&store, filter("panic")) == [])
    #expect(try find(&store, filter("goodbye")) == [0])
    changed.pinnedAt = at
    try write([.updateMessage(changed)], to: &store)
    #expect(try find(&store, filter("goodbye") { $0.isPinned = true }) == [0])
    let hasty = message(first + 10, "goodbye too")
    try write([.message(hasty), .deleteMessage(channel: channel, message: hasty.id)], to: &store)
    var revised = message(first + 11, "hasty")
    try write([.message(revised)], to: &store)
    revised.content = "considered"
    try write([.updateMessage(revised)], to: &store)
    #expect(try find(&store, filter("hasty")) == [] && find(&store, filter("considered")) == [11])
    #expect(try find(&store, filter("goodbye")) == [0])
    try write([.deleteMessage(channel: channel, message: changed.id)], to: &store)
    #expect(try find(&store, filter("goodbye")) == [])
    try store.begin()
    try store.apply(.message(message(first + 12, "never")))
    store.rollback()
    #expect(try find(&store, filter("never")) == [])
  }

  /// After the channel, or its guild, is gone.
  static func checkSearchIsEmpty<Store: ChatStore & ~Copyable>(_ store: inout Store) throws {
    #expect(try find(&store, SearchFilter(), in: [channel]) == [])
    #expect(try find(&store, filter("hello"), in: [channel]) == [])
  }
}
