import Base
import ChatCore

extension Tables {
  /// A published message and one of its copies.
  struct Crosspost: Hashable, Sendable {
    let source: MessagePlace
    let copy: MessagePlace
  }

  mutating func apply(_ write: WebhookWrite) {
    switch write {
    case .put(let webhook): put(webhook, in: \.webhooks) { $0.id }
    case .delete(let id): snapshot.webhooks.removeAll { $0.id == id }
    case .crosspost(let source, let copy): crossposts.append(Crosspost(source: source, copy: copy))
    }
  }

  /// What goes with a channel.
  mutating func removeWebhooks(of channel: Snowflake) {
    snapshot.webhooks.removeAll { $0.channelID == channel || $0.sourceChannelID == channel }
    crossposts.removeAll { $0.source.channelID == channel || $0.copy.channelID == channel }
  }

  func copies(of source: Snowflake) -> [MessagePlace] {
    crossposts.filter { $0.source.messageID == source }.map(\.copy).sorted {
      ($0.channelID, $0.messageID) < ($1.channelID, $1.messageID)
    }
  }
}
