import Base

extension ChatService where Store: ~Copyable {
  private mutating func reactionSeat(
    _ channel: Snowflake, _ id: Snowflake, _ emoji: ReactionEmoji, _ asker: Asker
  ) throws(ChatError) -> (ChannelSeat, Snowflake, Message) {
    let (seat, user) = try textSeat(asker, at: channel)
    try seat.require(.readMessageHistory)
    guard emoji.id == nil, TextRules.isEmoji(emoji.name) else { throw .code(.unknownEmoji) }
    return (seat, user, try find(channel, id))
  }

  mutating func addReaction(
    _ channel: Snowflake, _ id: Snowflake, _ emoji: ReactionEmoji, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let (seat, user, message) = try reactionSeat(channel, id, emoji, asker)
    try seat.requireActive()
    let known = try read { store throws(StoreError) in try store.reactions(message: id, reader: user) }
    if let same = known.first(where: { $0.emoji == emoji }) {
      if same.isMine { return .done }
    } else {
      try seat.require(.addReactions)
      guard known.count < Limits.reactionsPerMessage else { throw .code(.tooManyReactions) }
    }
    guard !hasBlocked(message.authorID, user) else { throw .code(.reactionBlocked) }
    try keep(.reaction(message: id, emoji, user: user, at: asker.at))
    emit(
      .reactionAdd(
        reaction(message, user, emoji), member: member(message.guildID, user).map { view($0) }),
      to: viewers(seat.channel))
    return .done
  }

  mutating func removeReaction(
    _ channel: Snowflake, _ id: Snowflake, _ emoji: ReactionEmoji, _ target: Snowflake?, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let (seat, user, message) = try reactionSeat(channel, id, emoji, asker)
    let target = target ?? user
    if target != user { try seat.require(.manageMessages) }
    let known = try read { store throws(StoreError) in
      try store.reactions(message: id, reader: target)
    }
    guard known.contains(where: { $0.emoji == emoji && $0.isMine }) else { return .done }
    try keep(.deleteReaction(message: id, emoji, user: target))
    emit(.reactionRemove(reaction(message, target, emoji)), to: viewers(seat.channel))
    return .done
  }

  mutating func clearReactions(
    _ channel: Snowflake, _ id: Snowflake, _ emoji: ReactionEmoji?, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let (seat, _) = try textSeat(asker, at: channel)
    try seat.require([.readMessageHistory, .manageMessages])
    let message = try find(channel, id)
    let known = try read { store throws(StoreError) in try store.reactions(message: id, reader: nil) }
    guard known.contains(where: { emoji == nil || $0.emoji == emoji }) else { return .done }
    try keep(.deleteReactions(message: id, emoji))
    emit(
      .reactionsClear(guild: message.guildID, channel: channel, message: id, emoji),
      to: viewers(seat.channel))
    return .done
  }

  mutating func reactionUsers(
    _ channel: Snowflake, _ id: Snowflake, _ emoji: ReactionEmoji, _ limit: Int, _ after: Snowflake?,
    _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    _ = try reactionSeat(channel, id, emoji, asker)
    var form = FormCheck()
    form.value("limit", limit, 1...Limits.reactionPage)
    try form.finish()
    let users = try read { store throws(StoreError) in
      try store.reactionUsers(message: id, emoji: emoji, after: after, limit: limit)
    }
    return .users(users.map { user($0) })
  }

  private func reaction(
    _ message: Message, _ user: Snowflake, _ emoji: ReactionEmoji
  ) -> ReactionEvent {
    ReactionEvent(
      guildID: message.guildID, channelID: message.channelID, messageID: message.id,
      messageAuthorID: message.authorID, userID: user, emoji: emoji)
  }
}
