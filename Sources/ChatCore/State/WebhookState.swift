import Base

/// The webhooks that the core keeps in memory.
struct WebhookState: Sendable {
  private(set) var all = Table<Snowflake, Webhook>()
  private(set) var byChannel = Relation<Snowflake, Snowflake>()
  /// Followers by the channel that they copy.
  private(set) var bySource = Relation<Snowflake, Snowflake>()

  mutating func apply(_ write: WebhookWrite) {
    switch write {
    case .put(let webhook):
      remove(webhook.id)
      all[webhook.id] = webhook
      byChannel.insert(webhook.channelID, webhook.id)
      if let source = webhook.sourceChannelID { bySource.insert(source, webhook.id) }
    case .delete(let id): remove(id)
    case .crosspost: break
    }
  }

  /// Forgets what a channel that goes takes with it.
  mutating func removeChannel(_ id: Snowflake) {
    for webhook in byChannel.sorted(id) + bySource.sorted(id) { remove(webhook) }
  }

  private mutating func remove(_ id: Snowflake) {
    guard let webhook = all[id] else { return }
    all[id] = nil
    byChannel.remove(webhook.channelID, id)
    if let source = webhook.sourceChannelID { bySource.remove(source, id) }
  }

  /// Where every table stands.
  var mark: [Int] { [all.mark, byChannel.mark, bySource.mark] }

  mutating func rollback(to mark: [Int]) {
    all.rollback(to: mark[0])
    byChannel.rollback(to: mark[1])
    bySource.rollback(to: mark[2])
  }

  mutating func commit() {
    all.commit()
    byChannel.commit()
    bySource.commit()
  }
}
