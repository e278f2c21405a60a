public import Base

/// What can be asked about webhooks, and of followers of announcement channels.
///
/// Managing takes MANAGE_WEBHOOKS in the channel; whoever has the token needs no account.
public enum WebhookCommand: Sendable {
  /// → ``WebhookReply/webhook(_:)``
  case create(channel: Snowflake, name: String, avatar: String?)
  /// → ``WebhookReply/webhooks(_:)`` ascending by id.
  case ofChannel(Snowflake)
  /// → ``WebhookReply/webhooks(_:)`` of the channels in which the actor may manage them.
  case ofGuild(Snowflake)
  /// → ``WebhookReply/webhook(_:)``
  case get(WebhookHolder)
  /// → ``WebhookReply/webhook(_:)``
  case modify(WebhookHolder, WebhookChanges)
  /// → ``ChatReply/done``
  case delete(WebhookHolder)
  /// → ``ChatReply/message(_:)`` With an interaction's token: one more answer.
  case execute(WebhookTarget, WebhookDraft)
  /// → ``ChatReply/message(_:)``
  case message(WebhookTarget)
  /// → ``ChatReply/message(_:)``
  case editMessage(WebhookTarget, MessageChanges)
  /// → ``ChatReply/done``
  case deleteMessage(WebhookTarget)
  /// → ``WebhookReply/follower(channel:webhook:)`` `target` is told what `channel` publishes from now on.
  case follow(channel: Snowflake, target: Snowflake)
}

/// What a webhook's command came to.
public enum WebhookReply: Hashable, Sendable {
  /// A webhook.
  case webhook(WebhookView)
  /// Webhooks.
  case webhooks([WebhookView])
  /// The announcement channel that is followed, and the webhook that brings its messages.
  case follower(channel: Snowflake, webhook: Snowflake)
}

/// What happened to webhooks.
public enum WebhookEvent: Hashable, Sendable {
  /// WEBHOOKS_UPDATE: one came, changed or went.
  case updated(guild: Snowflake, channel: Snowflake)
}

/// One change to what is kept of webhooks.
public enum WebhookWrite: Hashable, Sendable {
  /// Adds or replaces one.
  case put(Webhook)
  /// Removes one.
  case delete(Snowflake)
  /// Notes that `copy` is the published `source` in a channel that follows it.
  case crosspost(source: MessagePlace, copy: MessagePlace)
}

/// By what right somebody names a webhook.
public enum WebhookHolder: Hashable, Sendable {
  /// The asking account's permissions.
  case manager(Snowflake)
  /// Its token, whose secret was authentic; nil when it was not.
  case token(Snowflake, secret: String?)

  var id: Snowflake {
    switch self {
    case .manager(let id), .token(let id, _): id
    }
  }
}

/// A message of a webhook, or of an interaction under whose token a bot writes the same way.
public struct WebhookTarget: Hashable, Sendable {
  /// The webhook, or the application.
  public var webhook: Snowflake
  /// The token as it came.
  public var token: String
  /// The secret of a webhook's authentic token.
  public var secret: String?
  /// The message; nil for a new one, or for an interaction's first answer.
  public var message: Snowflake?

  /// Names a webhook by its token; set the rest.
  public init(webhook: Snowflake, token: String) {
    self.webhook = webhook
    self.token = token
  }

  var interaction: InteractionTarget {
    InteractionTarget(application: webhook, token: token, message: message)
  }
}

/// PATCH of a webhook.
public struct WebhookChanges: Hashable, Sendable {
  /// The name.
  public var name: Change<String> = .keep
  /// The blob of the picture, with its animation's mark.
  public var avatar: Change<String?> = .keep
  /// Where it speaks; managers only.
  public var channelID: Change<Snowflake> = .keep

  /// Changes nothing; set what the body gives.
  public init() {}
}

/// What a webhook says.
public struct WebhookDraft: Hashable, Sendable {
  /// The message.
  public var message: MessageDraft
  /// Another name for this message.
  public var username: String?
  /// Whether components are taken from a webhook that no application made: those that nobody has to answer.
  public var hasComponents = false

  /// Says `message` under the webhook's own name.
  public init(message: MessageDraft) {
    self.message = message
  }
}
