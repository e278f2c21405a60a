import Base

extension ChatService where Store: ~Copyable {
  /// - Throws: 10008 when the channel has no such message.
  mutating func find(_ channel: Snowflake, _ id: Snowflake) throws(ChatError) -> Message {
    if let known = pages.message(channel, id) { return known }
    let found = try read { store throws(StoreError) in try store.message(channel: channel, id: id) }
    guard let found else { throw .code(.unknownMessage) }
    return found
  }

  /// What a reference names; `nil` when it is gone, or is no message.
  mutating func find(_ reference: MessageReference) throws(ChatError) -> Message? {
    guard let id = reference.messageID else { return nil }
    return try read { store throws(StoreError) in
      try store.message(channel: reference.channelID, id: id)
    }
  }

  mutating func message(
    _ channel: Snowflake, _ id: Snowflake, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let (seat, reader) = try textSeat(asker, at: channel)
    try seat.require(.readMessageHistory)
    return .message(try view(try find(channel, id), reader: reader))
  }

  mutating func history(
    _ channel: Snowflake, _ anchor: HistoryAnchor, _ limit: Int, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let (seat, reader) = try textSeat(asker, at: channel)
    var form = FormCheck()
    form.value("limit", limit, 1...Limits.historyPage)
    try form.finish()
    guard seat.permissions.contains(.readMessageHistory) else { return .messages([]) }
    return .messages(try views(try page(channel, anchor, limit), of: channel, reader: reader))
  }

  /// A message with what belongs to it, for one reader or (nil) for everybody.
  mutating func view(_ message: Message, reader: Snowflake?) throws(ChatError) -> MessageView {
    try view(message, as: message, reader: reader)
  }

  /// The same for a message that is about to replace `kept`.
  mutating func view(
    _ message: Message, as kept: Message, reader: Snowflake?
  ) throws(ChatError) -> MessageView {
    var referenced = ReferencedMessage.none
    if message.kind == .reply || message.kind == .threadStarter, let reference = message.reference {
      let answered = try find(reference)
      referenced = .deleted
      if let answered {
        referenced = .message(
          freshView(answered, referenced: .none, try reactions(answered.id, reader)))
      }
    }
    return freshView(message, referenced: referenced, try reactions(kept.id, reader))
  }

  mutating func reactions(
    _ message: Snowflake, _ reader: Snowflake?
  ) throws(ChatError) -> [ReactionCount] {
    try read { store throws(StoreError) in try store.reactions(message: message, reader: reader) }
  }

  /// Who wrote a message: an account, or a webhook under the name that it took.
  func author(of message: Message) -> User {
    guard let webhook = message.webhook else { return user(message.authorID) }
    var author = User(id: message.authorID, username: webhook.name, globalName: nil, isBot: true)
    author.avatar = webhook.avatar
    return author
  }

  /// A message that nobody has reacted to.
  func freshView(_ message: Message, referenced: ReferencedMessage) -> MessageView {
    freshView(message, referenced: referenced, [])
  }

  func freshView(
    _ message: Message, referenced: ReferencedMessage, _ reactions: [ReactionCount]
  ) -> MessageView {
    var view = MessageView(
      message: message, author: author(of: message),
      authorMember: message.webhook == nil ? member(message.guildID, message.authorID) : nil,
      mentions: message.mentions.map { id in
        MentionedUser(user: user(id), member: member(message.guildID, id))
      }, reactions: reactions, referenced: referenced)
    if message.flags.contains(.hasThread) { view.thread = state.channels[message.id] }
    view.interactionUser = message.interaction.map { user($0.userID) }
    view.snapshotMentions = (message.snapshot?.mentions ?? []).map { user($0) }
    return view
  }
}
