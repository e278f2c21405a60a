import Base

/// Announcement channels that others follow: what is published there is copied, edits and deletions follow.
extension ChatService where Store: ~Copyable {
  mutating func follow(
    _ channel: Snowflake, _ target: Snowflake, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let source = try seat(asker, at: channel)
    guard source.channel.kind == .announcement else { throw .code(.wrongChannelType) }
    let place = try webhookSeat(asker, at: target)
    guard place.channel.kind.isText, target != channel, let user = asker.user else {
      throw .code(.wrongChannelType)
    }
    try checkRoom(forWebhookIn: target)
    guard state.webhooks.bySource.count(channel) < Limits.followersPerChannel else {
      throw .code(.tooManyWebhooks)
    }
    let guild = source.seat.guild
    var webhook = Webhook(
      id: ids.next(at: asker.at), guildID: place.channel.guildID, channelID: target, kind: .follower,
      creatorID: user,
      name: String("\(guild.name) #\(source.channel.name)".prefix(Limits.webhookNameLength)), secret: "")
    webhook.avatar = guild.icon
    webhook.sourceChannelID = channel
    try put(webhook, instead: nil, asker)
    let notice = Message(
      id: ids.next(at: asker.at), channelID: target, guildID: place.channel.guildID, authorID: user,
      kind: .followAdd, content: webhook.name)
    try keep(.message(notice))
    emit(.messageCreate(freshView(notice, referenced: .none)), to: viewers(place.channel))
    return .webhook(.follower(channel: channel, webhook: webhook.id))
  }

  /// Copies a message that is published now to every channel that follows.
  mutating func copy(_ source: Message, at now: WallTime) throws(ChatError) {
    for id in state.webhooks.bySource.sorted(source.channelID) {
      guard let webhook = state.webhooks.all[id], let channel = state.channels[webhook.channelID] else {
        continue
      }
      var message = Message(
        id: ids.next(at: now), channelID: channel.id, guildID: webhook.guildID, authorID: webhook.id,
        kind: .ordinary, content: source.content)
      message.webhook = WebhookAuthor(name: webhook.name, avatar: webhook.avatar, applicationID: nil)
      message.reference = MessageReference(channelID: source.channelID, messageID: source.id)
      message.reference?.guildID = source.guildID
      message.flags = .isCrosspost
      show(source, in: &message)
      // An attachment's id names it once: the copy has its own.
      message.attachments = source.attachments.map { attachment in
        Attachment(
          id: ids.next(at: now), filename: attachment.filename, description: attachment.description,
          file: attachment.file)
      }
      try keep(.message(message))
      try keep(
        .webhook(
          .crosspost(
            source: MessagePlace(channelID: source.channelID, messageID: source.id),
            copy: MessagePlace(channelID: channel.id, messageID: message.id))))
      emit(.messageCreate(freshView(message, referenced: .none)), to: viewers(channel))
    }
  }

  /// Edits the copies of a published message as it was edited itself.
  mutating func updateCopies(of source: Message) throws(ChatError) {
    guard source.flags.contains(.crossposted) else { return }
    try changeCopies(of: source.id) { copy in
      show(source, in: &copy)
      copy.editedAt = source.editedAt
      let kept = Set(source.attachments.map(\.file.blob))
      copy.attachments.removeAll { !kept.contains($0.file.blob) }
    }
  }

  /// Marks the copies of messages that are about to go: SOURCE_MESSAGE_DELETED, and nothing of the source left.
  mutating func loseSource(_ ids: [Snowflake], of channel: Channel) throws(ChatError) {
    guard channel.kind == .announcement else { return }
    for id in ids {
      try changeCopies(of: id) { copy in
        copy.flags.insert(.sourceDeleted)
        copy.content = "[Original Message Deleted]"
        copy.embeds = []
        copy.components = []
        copy.attachments = []
      }
    }
  }

  private mutating func changeCopies(
    of source: Snowflake, _ change: (inout Message) -> Void
  ) throws(ChatError) {
    let places = try read { store throws(StoreError) in try store.copies(of: source) }
    for place in places {
      let kept = try read { store throws(StoreError) in
        try store.message(channel: place.channelID, id: place.messageID)
      }
      guard let before = kept, let channel = state.channels[place.channelID] else { continue }
      var copy = before
      change(&copy)
      guard copy != before else { continue }
      let event = try view(copy, as: before, reader: nil)
      try keep(.updateMessage(copy))
      emit(.messageUpdate(event), to: viewers(channel))
    }
  }
}

/// What readers are shown of a source; it mentions nobody elsewhere, and no bot answers its buttons there.
private func show(_ source: Message, in copy: inout Message) {
  let shown: MessageFlags = [.suppressEmbeds, .componentsV2]
  copy.content = source.content
  copy.embeds = source.embeds
  copy.components = ComponentRules.holdsInteractive(source.components) ? [] : source.components
  copy.flags.remove(shown)
  copy.flags.formUnion(source.flags.intersection(shown))
}
