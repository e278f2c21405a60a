import Base
import ChatCore
import JSON

/// Webhook objects; each writes the fields into an object that is open.
extension JSONWriter {
  /// The fields of a webhook; with its token for those who may have it.
  mutating func webhook(_ view: WebhookView, token: String?, url: String?) {
    let webhook = view.webhook
    field("id", webhook.id)
    field("type", webhook.kind.rawValue)
    field("guild_id", webhook.guildID)
    field("channel_id", webhook.channelID)
    field("name", webhook.name)
    field("avatar", webhook.avatar.map(Picture.name))
    field("application_id", webhook.applicationID)
    if let creator = view.creator { object("user") { $0.user(creator) } }
    if let token { field("token", token) }
    if let url { field("url", url) }
    if let guild = view.sourceGuild {
      object("source_guild") {
        $0.field("id", guild.id)
        $0.field("name", guild.name)
        $0.field("icon", guild.icon.map(Picture.name))
      }
    }
    if let channel = view.sourceChannel {
      object("source_channel") {
        $0.field("id", channel.id)
        $0.field("name", channel.name)
      }
    }
  }

  /// The fields of a webhook's event.
  mutating func webhookEvent(_ event: WebhookEvent) {
    switch event {
    case .updated(let guild, let channel):
      field("guild_id", guild)
      field("channel_id", channel)
    }
  }
}

/// What writing webhooks takes beside the view: their tokens, and where they are used.
struct WebhookLinks: Sendable {
  let tokens: TokenAuthority
  /// Base of the API without version.
  let apiURL: String

  func write(_ view: WebhookView, to writer: inout JSONWriter) {
    let webhook = view.webhook
    let token = webhook.secret.isEmpty ? nil : tokens.webhookToken(webhook.id, secret: webhook.secret)
    writer.webhook(view, token: token, url: token.map { "\(apiURL)/webhooks/\(webhook.id)/\($0)" })
  }
}
