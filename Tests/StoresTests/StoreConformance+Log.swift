import Base
import ChatCore
import Testing

/// The event log, and reads of several messages at once.
extension StoreConformance {
  /// An event of each kind, with ids that go up and down and a text that is no ASCII.
  static var events: [LoggedEvent] {
    LoggedEvent.Kind.allCases.enumerated().map { index, kind in
      let ids = (0..<index % 7).map { place in
        Snowflake(rawValue: place == 3 ? .max : UInt64(index) &* 0x9E37_79B9_7F4A_7C15)
      }
      return LoggedEvent(kind, ids, text: index % 3 == 0 ? "❤️\u{0}" : "")
    }
  }

  static func checkLog<Store: ChatStore & ~Copyable>(_ store: inout Store) throws {
    #expect(try store.logState() == LogState())
    let first = LogEntry(offset: 1, at: at, events: events)
    let second = LogEntry(offset: 2, at: WallTime(milliseconds: at.milliseconds + 1), events: [events[1]])
    let indexer = LogConsumer(rawValue: "indexer")
    try write(
      [
        .log(.acknowledge(.gateway, through: 0)), .log(.append(first)), .log(.append(second)),
        .log(.acknowledge(indexer, through: 2)), .log(.acknowledge(.gateway, through: 1)),
      ], to: &store)
    #expect(try store.logEntries(after: 0, limit: 9) == [first, second])
    #expect(try store.logEntries(after: 0, limit: 1) == [first])
    #expect(try store.logEntries(after: 1, limit: 9) == [second])
    #expect(try store.logEntries(after: .max, limit: 9) == [])
    var state = LogState()
    state.oldest = 1
    state.newest = 2
    state.consumers = [.gateway: 1, indexer: 2]
    #expect(try store.logState() == state)
    try store.begin()
    try store.apply(.log(.append(LogEntry(offset: 3, at: at, events: []))))
    store.rollback()
    #expect(try store.logState() == state)
  }

  static func checkTallies<Store: ChatStore & ~Copyable>(_ store: inout Store) throws {
    let (thumb, heart) = (ReactionEmoji(id: nil, name: "👍"), ReactionEmoji(id: guild, name: "heart"))
    let (one, other) = (Snowflake(rawValue: 5002), Snowflake(rawValue: 5004))
    try write(
      [
        .reaction(message: one, heart, user: user, at: WallTime(milliseconds: 5)),
        .reaction(message: one, thumb, user: user, at: WallTime(milliseconds: 4)),
        .reaction(message: one, thumb, user: guild, at: WallTime(milliseconds: 6)),
      ], to: &store)
    var expected = ReactionTally()
    for (emoji, user) in [(thumb, user), (heart, user), (thumb, guild)] { expected.add(emoji, user) }
    #expect(try store.reactionTallies(of: [other, one], limit: 3) == [ReactionTally(), expected])
    #expect(try store.reactionTallies(of: [one], limit: 2) == [nil])
    let named = try store.messages(channel: channel, ids: [other, Snowflake(rawValue: 1), one])
    #expect(Set(named.map(\.id)) == [one, other])
    #expect(try store.messages(channel: guild, ids: [one]) == [])
    try write([.deleteReactions(message: one, nil)], to: &store)
  }
}
