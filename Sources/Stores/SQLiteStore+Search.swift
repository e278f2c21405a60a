import Base
public import ChatCore
import Glibc

/// Searching, and keeping the index right.
///
/// A message is put into the queue by the transaction that keeps it, and into the index a moment later with
/// hundreds of others (``index()``): a change of the index for each commit would cost more than the commit. What
/// is edited or deleted leaves the index in the same transaction.
extension SQLiteStore {
  /// Messages between two rows of `search_spans`.
  ///
  /// A query walks them in about 3 ms when it is as bad as can be. Fewer cost more statements for a whole search.
  static let searchSpan = 32_768
  /// How long one part of a search goes on: nanoseconds.
  private static let searchTime: UInt64 = 3_000_000
  /// Messages that one call of ``index()`` puts into the index, about 3 ms.
  private static let indexedAtOnce = 256
  /// More than this in the queue is a backlog, not what was just written.
  private static let backlog = 5_000

  /// Goes on with a search, for a few milliseconds.
  public mutating func search(
    _ filter: SearchFilter, in scope: SearchScope, from progress: SearchProgress
  ) throws(StoreError) -> SearchProgress {
    var progress = progress
    let expression = SearchExpression(filter, in: scope)
    guard let text = expression.text else {
      progress.isDone = true
      return progress
    }
    if progress.reached == nil {
      let waiting = try database.rows(.queueCount, [.number(Self.backlog + 1)]) { $0.number(0) }
      progress.isIndexing = (waiting.first ?? 0) > Self.backlog
    }
    let end = Self.now() &+ Self.searchTime
    let walk = SearchWalk(
      match: text, channels: expression.needsChannelCheck ? scope.channels : nil,
      lowest: filter.after.map { Self.next(.init(clamping: $0.rawValue)) } ?? 0,
      highest: filter.before.map { .init(clamping: $0.rawValue) } ?? .max, end: end)
    repeat {
      try step(walk, &progress)
    } while !progress.isDone && Self.now() < end
    return progress
  }

  /// One part of a search: what stays the same while it lasts.
  private struct SearchWalk {
    let match: String
    /// Only in these channels; nil when the query itself says so.
    let channels: Set<Snowflake>?
    let lowest: Int64
    /// Exclusive.
    let highest: Int64
    let end: UInt64
  }

  /// Looks at the messages up to the next span's beginning, or to the end of the time.
  private mutating func step(_ walk: SearchWalk, _ progress: inout SearchProgress) throws(StoreError) {
    let reached = progress.reached.map { Int64(clamping: $0.rawValue) }
    var (low, high) = (walk.lowest, walk.highest)
    let border: Int64?
    if progress.isAscending {
      if let reached { low = max(low, Self.next(reached)) }
      border = try database.rows(.spanAfter, [.integer(low)]) { $0.integer(0) }.first
      high = min(high, border ?? high)
    } else {
      high = min(high, reached ?? high)
      border = try database.rows(.spanBefore, [.integer(high)]) { $0.integer(0) }.first
      low = max(low, border ?? low)
    }
    guard low < high else { return progress.isDone = true }
    let isLast = progress.isAscending ? high == walk.highest : low == walk.lowest
    guard try look(walk, low, high, &progress) else { return }
    progress.reached = Snowflake(rawValue: UInt64(progress.isAscending ? high &- 1 : low))
    progress.isDone = isLast
  }

  /// Looks at messages from `low` to before `high`; false when it did not come to the end.
  private mutating func look(
    _ walk: SearchWalk, _ low: Int64, _ high: Int64, _ progress: inout SearchProgress
  ) throws(StoreError) -> Bool {
    let needsPlaces = walk.channels != nil || progress.hits.count < progress.wanted
    let query: Query =
      switch (progress.isAscending, needsPlaces) {
      case (true, true): .foundPlacesAscending
      case (true, false): .foundAscending
      case (false, true): .foundPlaces
      case (false, false): .found
      }
    var examined = 0
    return try database.scan(query, [.text(walk.match), .integer(low), .integer(high)]) { row in
      let id = row.id(0)
      progress.reached = id
      examined += 1
      if needsPlaces {
        let channel = row.id(1)
        if walk.channels?.contains(channel) ?? true,
          !progress.find(SearchHit(channelID: channel, messageID: id))
        {
          progress.isDone = true
          return false
        }
        // The others are only counted, which needs no places.
        if walk.channels == nil, progress.hits.count == progress.wanted { return false }
      } else if !progress.find(nil) {
        progress.isDone = true
        return false
      }
      return examined % 128 != 0 || Self.now() < walk.end
    }
  }

  private static func next(_ id: Int64) -> Int64 { id == .max ? id : id + 1 }

  private static func now() -> UInt64 {
    var time = timespec()
    // The kernel fills the value, which lives for the call.
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }
}

extension SQLiteStore {
  /// Notes a message that is to be indexed.
  mutating func queueForIndex(_ message: Message) throws(StoreError) {
    try database.run(.putPlace, [.id(message.id), .id(message.channelID)])
    try database.run(.queueMessage, [.id(message.id)])
  }

  /// Takes a message out of the index that is about to be deleted.
  mutating func unindex(_ message: Message) throws(StoreError) {
    let place = try database.rows(.takePlace, [.id(message.id)]) { $0.integer(0) }
    let isQueued = !(try database.rows(.takeFromQueue, [.id(message.id)]) { $0.integer(0) }).isEmpty
    guard !place.isEmpty, !isQueued else { return }
    try database.run(.unindex, [.id(message.id), .text(SearchText.text(message))])
  }

  /// Indexes a message anew that is about to be changed, if that makes a difference.
  mutating func reindex(_ message: Message) throws(StoreError) {
    guard let before = try self.message(channel: message.channelID, id: message.id) else { return }
    let text = SearchText.text(before)
    guard text != SearchText.text(message) else { return }
    let isQueued = !(try database.rows(.takeFromQueue, [.id(message.id)]) { $0.integer(0) }).isEmpty
    if !isQueued { try database.run(.unindex, [.id(message.id), .text(text)]) }
    try database.run(.queueMessage, [.id(message.id)])
  }

  /// Takes all messages of a channel out of the index.
  ///
  /// About 20 µs a message: their words must be found to be removed.
  mutating func unindexAll(of channel: Snowflake) throws(StoreError) {
    var bound: Snowflake?
    repeat {
      let page = try messages(channel: channel, before: bound, limit: Self.indexedAtOnce)
      for message in page { try unindex(message) }
      bound = page.last?.id
    } while bound != nil
  }

  /// Puts the newest messages that wait into the index; whether more wait.
  ///
  /// Not synced: after a crash they wait again.
  mutating func index() throws(StoreError) -> Bool {
    let waiting = try database.rows(.queued, [.number(Self.indexedAtOnce)]) { row in
      SearchHit(channelID: row.id(1), messageID: row.id(0))
    }
    guard !waiting.isEmpty else { return false }
    var count = try spanned()
    try inUnsyncedTransaction { store throws(StoreError) in
      for hit in waiting {
        try store.database.run(.takeFromQueue, [.id(hit.messageID)])
        guard let message = try store.message(channel: hit.channelID, id: hit.messageID) else { continue }
        try store.database.run(.index, [.id(message.id), .text(SearchText.text(message))])
        count += 1
        if count >= Self.searchSpan {
          try store.database.run(.putSpan, [.id(message.id)])
          count = 0
        }
      }
    }
    messagesInSpan = count
    return waiting.count == Self.indexedAtOnce
  }

  /// Messages that were indexed since the last span began; counted once, when the store was opened.
  private mutating func spanned() throws(StoreError) -> Int {
    if let messagesInSpan { return messagesInSpan }
    let count = try database.rows(.spanCount, [.number(Self.searchSpan)]) { $0.number(0) }
    return count.first ?? 0
  }

  /// Commits what can be done again: the next synced commit makes it durable, too.
  private mutating func inUnsyncedTransaction(
    _ body: (inout SQLiteStore) throws(StoreError) -> Void
  ) throws(StoreError) {
    try database.execute("PRAGMA synchronous = NORMAL")
    do throws(StoreError) {
      try begin()
      try body(&self)
      try commit()
    } catch {
      rollback()
      try database.execute("PRAGMA synchronous = FULL")
      throw error
    }
    try database.execute("PRAGMA synchronous = FULL")
  }
}
