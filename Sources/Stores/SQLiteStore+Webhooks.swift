public import Base
public import ChatCore

extension SQLiteStore {
  mutating func apply(_ write: WebhookWrite) throws(StoreError) {
    switch write {
    case .put(let webhook):
      try database.run(.noteDeleted, [.id(webhook.id)])
      try database.run(
        .putWebhook,
        [
          .id(webhook.id), .id(webhook.guildID), .id(webhook.channelID), .number(webhook.kind.rawValue),
          .id(webhook.creatorID), .id(webhook.applicationID), .text(webhook.name),
          .text(orNull: webhook.avatar), .text(webhook.secret), .id(webhook.sourceChannelID),
        ])
    case .delete(let id): try database.run(.deleteWebhook, [.id(id)])
    case .crosspost(let source, let copy):
      try database.run(
        .putCrosspost,
        [.id(source.messageID), .id(source.channelID), .id(copy.channelID), .id(copy.messageID)])
    }
  }

  mutating func loadWebhooks() throws(StoreError) -> [Webhook] {
    try database.rows(.webhooks, []) { row in
      var webhook = Webhook(
        id: row.id(0), guildID: row.id(1), channelID: row.id(2),
        kind: WebhookKind(rawValue: row.number(3)) ?? .incoming, creatorID: row.idOrNil(4),
        name: row.string(6), secret: row.string(8))
      webhook.applicationID = row.idOrNil(5)
      webhook.avatar = row.text(7)
      webhook.sourceChannelID = row.idOrNil(9)
      return webhook
    }
  }

  /// Where a published message was copied to, ascending by channel.
  public mutating func copies(of source: Snowflake) throws(StoreError) -> [MessagePlace] {
    try database.rows(.copies, [.id(source)]) { row in
      MessagePlace(channelID: row.id(0), messageID: row.id(1))
    }
  }
}
