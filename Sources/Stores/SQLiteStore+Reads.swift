public import Base
public import ChatCore

extension SQLiteStore {
  /// One message of the channel.
  public mutating func message(
    channel: Snowflake, id: Snowflake
  ) throws(StoreError) -> Message? {
    try database.rows(.message, [.id(channel), .id(id)], readMessage).first
  }

  /// Entries of a guild's audit log that fit the query: newest first, after an id oldest first.
  public mutating func auditEntries(
    guild: Snowflake, _ query: AuditQuery
  ) throws(StoreError) -> [AuditEntry] {
    let (order, bound): (Query, Snowflake) =
      switch query.anchor {
      case .after(let id): (.auditAfter, id)
      case .before(let id): (.auditBefore, id)
      case .newest, .around: (.auditBefore, Snowflake(rawValue: .max))
      }
    return try database.rows(
      order,
      [
        .id(guild), .bound(bound), .id(query.user), .number(orNull: query.action), .number(query.limit),
      ], AuditCoding.entry)
  }

  /// Messages of the channel older than `bound` (all when nil), newest first.
  public mutating func messages(
    channel: Snowflake, before bound: Snowflake?, limit: Int
  ) throws(StoreError) -> [Message] {
    guard let bound else {
      return try database.rows(.newestMessages, [.id(channel), .number(limit)], readMessage)
    }
    return try database.rows(
      .messagesBefore, [.id(channel), .bound(bound), .number(limit)], readMessage)
  }

  /// The first messages of the channel newer than `bound`, oldest first.
  public mutating func messages(
    channel: Snowflake, after bound: Snowflake, limit: Int
  ) throws(StoreError) -> [Message] {
    try database.rows(.messagesAfter, [.id(channel), .bound(bound), .number(limit)], readMessage)
  }

  /// Those of the named messages that the channel has.
  public mutating func messages(
    channel: Snowflake, ids: [Snowflake]
  ) throws(StoreError) -> [Message] {
    var found: [Message] = []
    for id in ids {
      if let message = try message(channel: channel, id: id) { found.append(message) }
    }
    return found
  }

  /// Who reacted to each of the messages; nil for one with more than `limit` reactions.
  public mutating func reactionTallies(
    of messages: [Snowflake], limit: Int
  ) throws(StoreError) -> [ReactionTally?] {
    var tallies: [ReactionTally?] = []
    for message in messages {
      var tally = ReactionTally()
      var count = 0
      let isAll = try database.scan(.reactors, [.id(message), .number(limit + 1)]) { row in
        let emoji = ReactionEmoji(id: row.integer(0) == 0 ? nil : row.id(0), name: row.string(1))
        tally.add(emoji, row.id(2))
        count += 1
        return count <= limit
      }
      tallies.append(isAll ? tally : nil)
    }
    return tallies
  }

  /// Pinned messages of the channel, newest pin first, pinned before `bound` (all when nil).
  public mutating func pins(
    channel: Snowflake, before bound: WallTime?, limit: Int
  ) throws(StoreError) -> [Message] {
    try database.rows(.pins, [.id(channel), .time(bound), .number(limit)], readMessage)
  }

  /// The message of the channel that has the attachment `id`.
  public mutating func message(
    channel: Snowflake, holding id: Snowflake
  ) throws(StoreError) -> Message? {
    try database.rows(.messageHolding, [.id(channel), .id(id)], readMessage).first
  }

  /// Those of `blobs` that an attachment or a picture names.
  public mutating func referenced(_ blobs: [String]) throws(StoreError) -> [String] {
    var found: [String] = []
    for blob in blobs where try !database.rows(.blob, [.text(blob)], { $0.integer(0) }).isEmpty {
      found.append(blob)
    }
    return found
  }

  /// Messages of an author in any channel, by channel, then id, after a place.
  public mutating func messages(
    author: Snowflake, after place: MessagePlace?, limit: Int
  ) throws(StoreError) -> [Message] {
    let channel = place.map { SQLValue.bound($0.channelID) } ?? .integer(0)
    let message = place.map { SQLValue.bound($0.messageID) } ?? .integer(0)
    return try database.rows(
      .messagesOfAuthor, [.id(author), channel, message, .number(limit)], readMessage)
  }

  /// Ids of the author's messages in the channel that may be deleted and are at least `oldest`, newest first.
  public mutating func messageIDs(
    channel: Snowflake, author: Snowflake, since oldest: Snowflake, limit: Int
  ) throws(StoreError) -> [Snowflake] {
    try database.rows(
      .messageIDs, [.id(channel), .bound(oldest), .id(author), .number(limit)]
    ) { $0.id(0) }
  }

  /// The message's reactions in the order in which the emoji came.
  public mutating func reactions(
    message: Snowflake, reader: Snowflake?
  ) throws(StoreError) -> [ReactionCount] {
    try database.rows(.reactions, [.id(message), .id(reader)]) { row in
      ReactionCount(
        emoji: ReactionEmoji(id: row.integer(0) == 0 ? nil : row.id(0), name: row.string(1)),
        count: row.number(2), isMine: row.flag(3))
    }
  }

  /// Users who reacted with `emoji` and have an id greater than `after`, ascending.
  public mutating func reactionUsers(
    message: Snowflake, emoji: ReactionEmoji, after: Snowflake?, limit: Int
  ) throws(StoreError) -> [Snowflake] {
    let after = after.map(SQLValue.bound) ?? .integer(0)
    return try database.rows(
      .reactionUsers,
      [.id(message), .emojiID(emoji), .text(emoji.name), after, .number(limit)]
    ) { $0.id(0) }
  }

  /// Nonces of messages with an id of at least `oldest`, ascending by message.
  ///
  /// Asked channel by channel: messages are clustered so, and only channels with a recent message can have any.
  public mutating func recentNonces(
    since oldest: Snowflake, limit: Int
  ) throws(StoreError) -> [RecentNonce] {
    let recent = try database.rows(.channels, []) { ($0.id(0), $0.idOrNil(11)) }
    var found: [RecentNonce] = []
    for (channel, last) in recent where last.map({ $0 >= oldest }) ?? false {
      found += try database.rows(
        .recentNonces, [.id(channel), .bound(oldest), .number(limit)]
      ) { row in
        row.nonce(1).map {
          RecentNonce(authorID: row.id(0), nonce: $0, channelID: row.id(2), messageID: row.id(3))
        }
      }.compactMap(\.self)
    }
    return found.sorted { $0.messageID < $1.messageID }.suffix(limit)
  }
}

/// Reads a row of `messages`.
private func readMessage(_ row: SQLiteStatement) throws(StoreError) -> Message {
  var message = Message(
    id: row.id(1), channelID: row.id(0), guildID: row.id(2), authorID: row.id(3),
    kind: MessageKind(rawValue: row.number(4)) ?? .ordinary, content: row.string(5))
  message.editedAt = row.timeOrNil(6)
  message.isTTS = row.flag(7)
  message.flags = MessageFlags(rawValue: UInt32(truncatingIfNeeded: row.integer(8)))
  message.nonce = row.nonce(9)
  message.mentionsEveryone = row.flag(10)
  message.mentions = row.ids(11)
  message.mentionedRoles = row.ids(12)
  if let channel = row.idOrNil(13) {
    message.reference = MessageReference(channelID: channel, messageID: row.idOrNil(14))
  }
  message.embeds = try EmbedCoding.embeds(row.text(15))
  message.pinnedAt = row.timeOrNil(16)
  try MessageExtraCoding.read(row.text(17), into: &message)
  message.attachments = try AttachmentCoding.attachments(row.text(18))
  return message
}
