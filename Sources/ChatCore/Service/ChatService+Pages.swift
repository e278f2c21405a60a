import Base

/// Pages of history, from memory where they were read lately: three reads of the store for a page that was not.
extension ChatService where Store: ~Copyable {
  /// One page of a channel's messages, newest first.
  mutating func page(
    _ channel: Snowflake, _ anchor: HistoryAnchor, _ limit: Int
  ) throws(ChatError) -> [Message] {
    switch anchor {
    case .newest: return try older(channel, nil, limit)
    case .before(let id): return try older(channel, id, limit)
    case .after(let id): return try newer(channel, id, limit).reversed()
    case .around(let id):
      // The message itself counts among the older half.
      let bound = Snowflake(rawValue: id.rawValue == .max ? .max : id.rawValue + 1)
      let older = try older(channel, bound, min(limit / 2 + 1, limit))
      let newer = try newer(channel, id, limit - older.count)
      return newer.reversed() + older
    }
  }

  private mutating func older(
    _ channel: Snowflake, _ bound: Snowflake?, _ limit: Int
  ) throws(ChatError) -> [Message] {
    if let known = pages.messages(channel, before: bound, limit: limit) { return known }
    guard bound == nil, !pages.holds(channel) else {
      return try read { store throws(StoreError) in
        try store.messages(channel: channel, before: bound, limit: limit)
      }
    }
    let newest = try read { store throws(StoreError) in
      try store.messages(channel: channel, before: nil, limit: Limits.historyPage)
    }
    pages.remember(channel, newest, isWhole: newest.count < Limits.historyPage)
    return Array(newest.prefix(limit))
  }

  private mutating func newer(
    _ channel: Snowflake, _ bound: Snowflake, _ limit: Int
  ) throws(ChatError) -> [Message] {
    if let known = pages.messages(channel, after: bound, limit: limit) { return known }
    return try read { store throws(StoreError) in
      try store.messages(channel: channel, after: bound, limit: limit)
    }
  }

  /// Messages of one channel with what belongs to them.
  mutating func views(
    _ messages: [Message], of channel: Snowflake, reader: Snowflake
  ) throws(ChatError) -> [MessageView] {
    let answered = try answered(by: messages, channel)
    let tallies = try tallies(of: messages.map(\.id) + answered.keys.sorted())
    var views: [MessageView] = []
    for message in messages {
      let shown = try counts(tallies[message.id], message.id, reader)
      var referenced = ReferencedMessage.none
      if message.kind == .reply, let reference = message.reference {
        referenced = .deleted
        if let id = reference.messageID, let original = answered[id] {
          let own = try counts(tallies[original.id], original.id, reader)
          referenced = .message(freshView(original, referenced: .none, own))
        }
      } else if message.kind == .threadStarter {
        // It stands in another channel, once at a thread's beginning.
        views.append(try view(message, reader: reader))
        continue
      }
      views.append(freshView(message, referenced: referenced, shown))
    }
    return views
  }

  private mutating func counts(
    _ tally: ReactionTally?, _ message: Snowflake, _ reader: Snowflake
  ) throws(ChatError) -> [ReactionCount] {
    guard let tally else { return try reactions(message, reader) }
    return tally.counts(for: reader)
  }

  /// Reactions of messages; those of very many people are left out.
  private mutating func tallies(of ids: [Snowflake]) throws(ChatError) -> [Snowflake: ReactionTally] {
    var result: [Snowflake: ReactionTally] = [:]
    var missing: [Snowflake] = []
    for id in Set(ids).sorted() {
      if let known = pages.tally(id) { result[id] = known } else { missing.append(id) }
    }
    guard !missing.isEmpty else { return result }
    let read = try read { store throws(StoreError) in
      try store.reactionTallies(of: missing, limit: Limits.talliedReactions)
    }
    for (id, tally) in zip(missing, read) {
      guard let tally else { continue }
      result[id] = tally
      pages.remember(tally, of: id)
    }
    return result
  }

  /// The messages that replies answer, as far as they stand.
  private mutating func answered(
    by messages: [Message], _ channel: Snowflake
  ) throws(ChatError) -> [Snowflake: Message] {
    let wanted = Set(
      messages.filter { $0.kind == .reply && $0.reference?.channelID == channel }.compactMap {
        $0.reference?.messageID
      })
    var result: [Snowflake: Message] = [:]
    var missing: [Snowflake] = []
    for id in wanted.sorted() {
      if let known = pages.message(channel, id) {
        result[id] = known
      } else if let known = pages.answered(channel, id) {
        result[id] = known
      } else {
        missing.append(id)
      }
    }
    guard !missing.isEmpty else { return result }
    let read = try read { store throws(StoreError) in
      try store.messages(channel: channel, ids: missing)
    }
    for message in read { result[message.id] = message }
    for id in missing { pages.remember(channel, answered: id, result[id]) }
    return result
  }
}
