import Base

/// Messages that answer or forward others.
extension ChatService where Store: ~Copyable {
  /// The message that a draft answers or forwards, if any.
  mutating func findReference(
    _ draft: MessageDraft, _ seat: ChannelSeat, _ asker: Asker
  ) throws(ChatError) -> Message? {
    guard let id = draft.replyTo else { return nil }
    return draft.isForward
      ? try forwarded(id, from: draft.replyChannel ?? seat.channel.id, asker)
      : try answered(id, draft, seat)
  }

  private mutating func answered(
    _ id: Snowflake, _ draft: MessageDraft, _ seat: ChannelSeat
  ) throws(ChatError) -> Message? {
    let channel = seat.channel.id
    guard draft.replyChannel == nil || draft.replyChannel == channel else {
      throw .reference(
        "REPLIES_CANNOT_REFERENCE_OTHER_CHANNEL", "Cannot reply to a message in a different channel")
    }
    guard seat.permissions.contains(.readMessageHistory) else { throw .code(.replyWithoutHistory) }
    let found = try read { store throws(StoreError) in try store.message(channel: channel, id: id) }
    if found?.kind.isSystem == true {
      throw .reference("REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", "Cannot reply to a system message")
    }
    if found == nil, draft.failsWithoutReference {
      throw .reference("REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    }
    return found
  }

  /// A message that the asker may read, wherever it stands.
  private mutating func forwarded(
    _ id: Snowflake, from channel: Snowflake, _ asker: Asker
  ) throws(ChatError) -> Message {
    let (seat, _) = try textSeat(asker, at: channel)
    try seat.require(.readMessageHistory)
    let found = try read { store throws(StoreError) in try store.message(channel: channel, id: id) }
    guard let found else { throw .reference("REPLIES_UNKNOWN_MESSAGE", "Unknown message") }
    guard !found.kind.isSystem else { throw .code(.cannotForward) }
    return found
  }

  /// Makes `message` the answer to, or the forward of, another one.
  mutating func refer(_ message: inout Message, to other: Message, isForward: Bool, _ asker: Asker) {
    message.reference = MessageReference(channelID: other.channelID, messageID: other.id)
    guard isForward else {
      message.kind = .reply
      return
    }
    message.flags.insert(.hasSnapshot)
    var snapshot = other.snapshot ?? MessageSnapshot(other)
    snapshot.attachments = other.allFiles.map { known in
      var copy = Attachment(
        id: ids.next(at: asker.at), filename: known.filename, description: known.description,
        file: known.file)
      copy.recording = known.recording
      return copy
    }
    message.snapshot = snapshot
    if other.guildID != message.guildID { message.reference?.guildID = other.guildID }
  }
}

extension ChatError {
  fileprivate static func reference(_ code: String, _ message: String) -> ChatError {
    .form([FormProblem(path: ["message_reference"], code: code, message: message)])
  }
}
