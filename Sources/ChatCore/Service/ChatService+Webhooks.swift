import Base

/// Webhooks: who has them, and what they are called.
extension ChatService where Store: ~Copyable {
  mutating func perform(_ command: WebhookCommand, _ asker: Asker) throws(ChatError) -> ChatReply {
    switch command {
    case .create(let channel, let name, let avatar):
      try createWebhook(channel, name, avatar, asker)
    case .ofChannel(let channel): try webhooks(channel: channel, asker)
    case .ofGuild(let guild): try webhooks(guild: guild, asker)
    case .get(let holder): try webhook(holder, asker)
    case .modify(let holder, let changes): try modifyWebhook(holder, changes, asker)
    case .delete(let holder): try deleteWebhook(holder, asker)
    case .execute(let target, let draft): try execute(target, draft, asker.at)
    case .message(let target): try webhookMessage(target, asker.at)
    case .editMessage(let target, let changes): try editWebhookMessage(target, changes, asker.at)
    case .deleteMessage(let target): try deleteWebhookMessage(target, asker.at)
    case .follow(let channel, let target): try follow(channel, target, asker)
    }
  }

  /// The asker's place at a channel whose webhooks it manages.
  func webhookSeat(_ asker: Asker, at channel: Snowflake) throws(ChatError) -> ChannelSeat {
    let seat = try seat(asker, at: channel)
    guard !seat.channel.kind.isPrivate, !seat.channel.kind.isThread, seat.channel.kind.holdsMessages else {
      throw .code(.wrongChannelType)
    }
    try seat.require(.manageWebhooks)
    return seat
  }

  func checkRoom(forWebhookIn channel: Snowflake) throws(ChatError) {
    guard state.webhooks.byChannel.count(channel) < Limits.webhooksPerChannel else {
      throw .code(.tooManyWebhooks)
    }
  }

  private mutating func createWebhook(
    _ channel: Snowflake, _ name: String, _ avatar: String?, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try webhookSeat(asker, at: channel)
    let name = try webhookName(name)
    try checkRoom(forWebhookIn: channel)
    var webhook = Webhook(
      id: ids.next(at: asker.at), guildID: seat.channel.guildID, channelID: channel, kind: .incoming,
      creatorID: asker.user, name: name, secret: random.text(Limits.webhookSecretLength, of: .alphanumeric))
    webhook.avatar = avatar
    webhook.applicationID = asker.user.flatMap { state.applications[$0] }?.id
    try put(webhook, instead: nil, asker)
    return .webhook(.webhook(view(webhook)))
  }

  /// Keeps a webhook that came or changed: told, and in the audit log.
  mutating func put(_ webhook: Webhook, instead before: Webhook?, _ asker: Asker) throws(ChatError) {
    try keep(.webhook(.put(webhook)))
    for channel in Set([webhook.channelID, before?.channelID ?? webhook.channelID]).sorted() {
      tellOfWebhooks(in: channel)
    }
    try audit(
      before == nil ? .webhookCreate : .webhookUpdate, in: webhook.guildID, of: webhook.id,
      AuditDiff.webhook(before, webhook), [], asker)
  }

  /// WEBHOOKS_UPDATE to those who may view the channel.
  mutating func tellOfWebhooks(in id: Snowflake) {
    guard let channel = state.channels[id] else { return }
    emit(.webhook(.updated(guild: channel.guildID, channel: id)), to: viewers(channel))
  }

  private func webhookName(_ text: String) throws(ChatError) -> String {
    let name = TextRules.trimmed(text)
    var form = FormCheck()
    form.length("name", name, 1...Limits.webhookNameLength)
    try form.finish()
    return name
  }

  func view(_ webhook: Webhook) -> WebhookView {
    var view = WebhookView(webhook: webhook)
    view.creator = webhook.creatorID.map { user($0) }
    view.sourceChannel = webhook.sourceChannelID.flatMap { state.channels[$0] }
    view.sourceGuild = view.sourceChannel.flatMap { state.guilds[$0.guildID] }
    return view
  }

  private func webhooks(channel: Snowflake, _ asker: Asker) throws(ChatError) -> ChatReply {
    _ = try webhookSeat(asker, at: channel)
    return .webhook(.webhooks(views(in: channel)))
  }

  private func webhooks(guild: Snowflake, _ asker: Asker) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, in: guild)
    let managed = sortedChannels(guild).filter {
      seat.permissions(in: $0).isSuperset(of: [.viewChannel, .manageWebhooks])
    }
    guard !managed.isEmpty || seat.permissions.contains(.manageWebhooks) else {
      throw .code(.missingPermissions)
    }
    let found = managed.flatMap { views(in: $0.id) }
    return .webhook(.webhooks(found.sorted { $0.webhook.id < $1.webhook.id }))
  }

  private func views(in channel: Snowflake) -> [WebhookView] {
    state.webhooks.byChannel.sorted(channel).compactMap { state.webhooks.all[$0] }.map { view($0) }
  }

  /// The webhook that somebody may read and change.
  ///
  /// - Throws: 10015 when there is none, 50027 when the token is wrong, 50013 without the permission.
  private func find(_ holder: WebhookHolder, _ asker: Asker) throws(ChatError) -> Webhook {
    guard let webhook = state.webhooks.all[holder.id] else { throw .code(.unknownWebhook) }
    switch holder {
    case .manager:
      _ = try webhookSeat(asker, at: webhook.channelID)
    case .token(_, let secret):
      guard webhook.kind == .incoming, secret == webhook.secret else {
        throw .code(.invalidWebhookToken)
      }
    }
    return webhook
  }

  /// What `holder` is shown: nothing of the maker for whoever has only the token.
  private func view(_ webhook: Webhook, for holder: WebhookHolder) -> WebhookView {
    var view = view(webhook)
    if case .token = holder { view.creator = nil }
    return view
  }

  private func webhook(_ holder: WebhookHolder, _ asker: Asker) throws(ChatError) -> ChatReply {
    .webhook(.webhook(view(try find(holder, asker), for: holder)))
  }

  private mutating func modifyWebhook(
    _ holder: WebhookHolder, _ changes: WebhookChanges, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let before = try find(holder, asker)
    var webhook = before
    if case .set(let name) = changes.name { webhook.name = try webhookName(name) }
    if case .set(let avatar) = changes.avatar { webhook.avatar = avatar }
    if case .set(let channel) = changes.channelID, case .manager = holder, channel != webhook.channelID {
      let seat = try webhookSeat(asker, at: channel)
      guard seat.channel.guildID == webhook.guildID else { throw .code(.unknownChannel) }
      try checkRoom(forWebhookIn: channel)
      webhook.channelID = channel
    }
    if webhook != before { try put(webhook, instead: before, asker) }
    return .webhook(.webhook(view(webhook, for: holder)))
  }

  private mutating func deleteWebhook(
    _ holder: WebhookHolder, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let webhook = try find(holder, asker)
    try keep(.webhook(.delete(webhook.id)))
    tellOfWebhooks(in: webhook.channelID)
    try audit(
      .webhookDelete, in: webhook.guildID, of: webhook.id, AuditDiff.webhook(webhook, nil), [], asker)
    return .done
  }
}

extension AuditDiff {
  /// A webhook but for its secret.
  fileprivate static func webhook(_ old: Webhook?, _ new: Webhook?) -> [AuditChange] {
    var diff = AuditDiff()
    diff.note("name", old?.name, new?.name)
    if old == nil || new == nil { diff.note("type", old?.kind.rawValue, new?.kind.rawValue) }
    diff.note("channel_id", old?.channelID, new?.channelID)
    diff.note("avatar_hash", old?.avatar.map(Picture.name), new?.avatar.map(Picture.name))
    return diff.changes
  }
}
