import Base

/// What webhooks say. The same routes take interactions' tokens: an id that no webhook has is an application's.
extension ChatService where Store: ~Copyable {
  /// The webhook of an authentic token; nil when the target is no webhook.
  private func speaker(_ target: WebhookTarget) throws(ChatError) -> Webhook? {
    guard let webhook = state.webhooks.all[target.webhook] else { return nil }
    guard webhook.kind == .incoming, target.secret == webhook.secret else {
      throw .code(.invalidWebhookToken)
    }
    return webhook
  }

  /// A webhook's place: no member, and no permission asked for beyond its token.
  private func seat(_ webhook: Webhook, _ now: WallTime) throws(ChatError) -> ChannelSeat {
    guard let guild = state.guilds[webhook.guildID], let channel = state.channels[webhook.channelID] else {
      throw .code(.unknownChannel)
    }
    return ChannelSeat(
      seat: Seat(guild: guild, member: nil, at: now), channel: channel, permissions: .all)
  }

  /// Nobody's account: what a webhook does is in no audit log.
  private func asker(_ now: WallTime) -> Asker {
    Asker(user: nil, issued: nil, isSystem: false, at: now, reason: nil)
  }

  mutating func execute(
    _ target: WebhookTarget, _ draft: WebhookDraft, _ now: WallTime
  ) throws(ChatError) -> ChatReply {
    guard let webhook = try speaker(target) else {
      return try followUp(target.interaction, draft.message, now)
    }
    let seat = try seat(webhook, now)
    var name = webhook.name
    if let username = draft.username.map(TextRules.trimmed), !username.isEmpty {
      var form = FormCheck()
      form.length("username", username, 1...Limits.webhookNameLength)
      try form.finish()
      name = username
    }
    var draft = draft
    if webhook.applicationID == nil, !draft.hasComponents { draft.message.components = [] }
    let said = draft.message
    let embeds = said.embeds.filter { !$0.isEmpty }
    try check(said, embeds)
    if webhook.applicationID == nil, ComponentRules.holdsInteractive(said.components) {
      throw .form([
        FormProblem(
          path: ["components"], code: "APPLICATION_COMPONENTS_FORBIDDEN",
          message: "No application would answer these components.")
      ])
    }
    var message = Message(
      id: ids.next(at: now), channelID: seat.channel.id, guildID: webhook.guildID, authorID: webhook.id,
      kind: .ordinary, content: said.content)
    message.webhook = WebhookAuthor(
      name: name, avatar: webhook.avatar, applicationID: webhook.applicationID)
    message.isTTS = said.isTTS
    message.flags = said.flags.intersection([.suppressEmbeds, .suppressNotifications, .componentsV2])
    message.components = said.components
    message.embeds = embeds
    message.attachments = try attach(said.attachments, kept: 0, asker(now))
    resolveMentions(&message, said.allowedMentions, seat, answering: nil)
    try keep(.message(message))
    let view = freshView(message, referenced: .none)
    emit(.messageCreate(view), to: viewers(seat.channel))
    return .message(view)
  }

  private mutating func said(_ target: WebhookTarget, by webhook: Webhook) throws(ChatError) -> Message {
    guard let id = target.message else { throw .code(.unknownMessage) }
    let message = try find(webhook.channelID, id)
    guard message.authorID == webhook.id else { throw .code(.unknownMessage) }
    return message
  }

  mutating func webhookMessage(
    _ target: WebhookTarget, _ now: WallTime
  ) throws(ChatError) -> ChatReply {
    guard let webhook = try speaker(target) else {
      return try interactionMessage(target.interaction, now)
    }
    return .message(try view(try said(target, by: webhook), reader: nil))
  }

  mutating func editWebhookMessage(
    _ target: WebhookTarget, _ changes: MessageChanges, _ now: WallTime
  ) throws(ChatError) -> ChatReply {
    guard let webhook = try speaker(target) else {
      return try editInteractionMessage(target.interaction, changes, now)
    }
    let seat = try seat(webhook, now)
    let before = try said(target, by: webhook)
    var message = before
    var changes = changes
    if webhook.applicationID == nil { changes.components = .keep }
    let isRewritten =
      changes.content != .keep || changes.embeds != .keep || changes.attachments != .keep
      || changes.components != .keep
    if isRewritten { try rewrite(&message, changes, seat, asker(now)) }
    if case .set(let flags) = changes.flags {
      message.flags.remove(.suppressEmbeds)
      message.flags.formUnion(flags.intersection(.suppressEmbeds))
    }
    let view = try view(message, as: before, reader: nil)
    guard message != before else { return .message(view) }
    try keep(.updateMessage(message))
    emit(.messageUpdate(view), to: viewers(seat.channel))
    try updateCopies(of: message)
    return .message(view)
  }

  mutating func deleteWebhookMessage(
    _ target: WebhookTarget, _ now: WallTime
  ) throws(ChatError) -> ChatReply {
    guard let webhook = try speaker(target) else {
      return try deleteInteractionMessage(target.interaction, now)
    }
    let seat = try seat(webhook, now)
    let message = try said(target, by: webhook)
    try loseSource([message.id], of: seat.channel)
    try keep(.deleteMessage(channel: message.channelID, message: message.id))
    emit(
      .messageDelete(guild: message.guildID, channel: message.channelID, message: message.id),
      to: viewers(seat.channel))
    return .done
  }
}
