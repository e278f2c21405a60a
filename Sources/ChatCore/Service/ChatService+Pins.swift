import Base

/// Pinned messages, and messages published from announcement channels.
extension ChatService where Store: ~Copyable {
  mutating func pins(
    _ channel: Snowflake, _ before: WallTime?, _ limit: Int, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let (seat, reader) = try textSeat(asker, at: channel)
    var form = FormCheck()
    form.value("limit", limit, 1...Limits.pinPage)
    try form.finish()
    guard seat.permissions.contains(.readMessageHistory) else { return .pins([], hasMore: false) }
    let found = try read { store throws(StoreError) in
      try store.pins(channel: channel, before: before, limit: limit + 1)
    }
    var views: [MessageView] = []
    for message in found.prefix(limit) { views.append(try view(message, reader: reader)) }
    return .pins(views, hasMore: found.count > limit)
  }

  private func pinSeat(_ channel: Snowflake, _ asker: Asker) throws(ChatError) -> (ChannelSeat, Snowflake) {
    let (seat, user) = try textSeat(asker, at: channel)
    try seat.require(.readMessageHistory)
    try seat.requireActive()
    guard !seat.permissions.isDisjoint(with: [.pinMessages, .manageMessages]) else {
      throw .code(.missingPermissions)
    }
    return (seat, user)
  }

  mutating func pin(
    _ channel: Snowflake, _ id: Snowflake, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let (seat, user) = try pinSeat(channel, asker)
    let before = try find(channel, id)
    guard before.pinnedAt == nil else { return .done }
    guard !before.kind.isSystem else { throw .code(.systemMessage) }
    let pinned = try read { store throws(StoreError) in
      try store.pins(channel: channel, before: nil, limit: Limits.pinsPerChannel)
    }
    guard pinned.count < Limits.pinsPerChannel else { throw .code(.tooManyPins) }
    var message = before
    message.pinnedAt = asker.at
    var notice = newMessage(.pin, in: seat.channel, by: user, asker.at)
    notice.reference = MessageReference(channelID: channel, messageID: id)
    try change(before, to: message, last: asker.at, seat)
    try keep(.message(notice))
    emit(.messageCreate(freshView(notice, referenced: .none)), to: viewers(seat.channel))
    try audit(.messagePin, in: message.guildID, of: message.authorID, [], .message(message), asker)
    return .done
  }

  mutating func unpin(
    _ channel: Snowflake, _ id: Snowflake, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let (seat, _) = try pinSeat(channel, asker)
    let before = try find(channel, id)
    guard before.pinnedAt != nil else { return .done }
    let newest = try read { store throws(StoreError) in
      try store.pins(channel: channel, before: nil, limit: 2)
    }
    var message = before
    message.pinnedAt = nil
    try change(before, to: message, last: newest.first { $0.id != id }?.pinnedAt, seat)
    try audit(.messageUnpin, in: message.guildID, of: message.authorID, [], .message(message), asker)
    return .done
  }

  /// Keeps a message that was pinned or unpinned, and when its channel's newest pin was.
  private mutating func change(
    _ before: Message, to message: Message, last: WallTime?, _ seat: ChannelSeat
  ) throws(ChatError) {
    let event = try view(message, as: before, reader: nil)
    var channel = seat.channel
    channel.lastPinAt = last
    try keep(.channel(channel))
    try keep(.updateMessage(message))
    emit(.messageUpdate(event), to: viewers(channel))
    emit(
      .pinsUpdate(guild: channel.guildID, channel: channel.id, last: last), to: viewers(channel))
  }

  mutating func crosspost(
    _ channel: Snowflake, _ id: Snowflake, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let (seat, user) = try textSeat(asker, at: channel)
    guard seat.channel.kind == .announcement else { throw .code(.wrongChannelType) }
    let before = try find(channel, id)
    try seat.require(before.authorID == user ? .sendMessages : .manageMessages)
    guard !before.kind.isSystem else { throw .code(.systemMessage) }
    guard !before.flags.contains(.crossposted) else { throw .code(.alreadyCrossposted) }
    var message = before
    message.flags.insert(.crossposted)
    let reply = try view(message, as: before, reader: user)
    let event = try view(message, as: before, reader: nil)
    try keep(.updateMessage(message))
    emit(.messageUpdate(event), to: viewers(seat.channel))
    try copy(message, at: asker.at)
    return .message(reply)
  }
}

extension [PlainValue.Field] {
  /// Which message an action was about.
  fileprivate static func message(_ message: Message) -> [PlainValue.Field] {
    [.init("channel_id", .id(message.channelID)), .init("message_id", .id(message.id))]
  }
}
