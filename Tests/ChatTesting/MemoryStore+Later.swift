public import Base
public import ChatCore

/// Searching, pages and the event log of a ``MemoryStore``.
extension MemoryStore {
  /// Searches all at once, among words as they stand there.
  public mutating func search(
    _ filter: SearchFilter, in scope: SearchScope, from progress: SearchProgress
  ) throws(StoreError) -> SearchProgress {
    try check(.read)
    var progress = progress
    let fitting = current.messages.filter { message in
      scope.channels.contains(message.channelID) && NaiveSearch.fits(message, filter)
    }
    for message in progress.isAscending ? fitting : fitting.reversed() {
      let hit = SearchHit(channelID: message.channelID, messageID: message.id)
      guard progress.find(hit) else { break }
    }
    progress.isDone = true
    return progress
  }

  /// Has nothing to do later.
  public mutating func maintain(_ task: MaintenanceTask) throws(StoreError) -> Bool {
    try check(.read)
    return false
  }

  /// Named messages.
  public mutating func messages(
    channel: Snowflake, ids: [Snowflake]
  ) throws(StoreError) -> [Message] {
    try check(.read)
    return current.messages.filter { $0.channelID == channel && ids.contains($0.id) }
  }

  /// Who reacted to each message.
  public mutating func reactionTallies(
    of messages: [Snowflake], limit: Int
  ) throws(StoreError) -> [ReactionTally?] {
    try check(.read)
    return messages.map { message in
      let all = current.reactions.filter { $0.message == message }
      guard all.count <= limit else { return nil }
      var tally = ReactionTally()
      for reaction in all.sorted(by: { ($0.at, $0.emoji.name) < ($1.at, $1.emoji.name) }) {
        tally.add(reaction.emoji, reaction.user)
      }
      return tally
    }
  }

  /// Where the log and its readers stand.
  public mutating func logState() throws(StoreError) -> LogState {
    try check(.read)
    var state = LogState()
    state.oldest = current.log.entries.first?.offset ?? 0
    state.newest = current.log.entries.last?.offset ?? 0
    state.consumers = current.log.consumers
    return state
  }

  /// Entries of the log.
  public mutating func logEntries(
    after offset: UInt64, limit: Int
  ) throws(StoreError) -> [LogEntry] {
    try check(.read)
    return Array(current.log.entries.filter { $0.offset > offset }.prefix(limit))
  }
}

/// The event log of a ``MemoryStore``; it forgets nothing.
public struct MemoryLog: Hashable, Sendable {
  /// All entries.
  public private(set) var entries: [LogEntry] = []
  /// Where its readers stand.
  public private(set) var consumers: [LogConsumer: UInt64] = [:]

  mutating func apply(_ write: LogWrite) {
    switch write {
    case .append(let entry): entries.append(entry)
    case .acknowledge(let consumer, let offset): consumers[consumer] = offset
    }
  }
}
