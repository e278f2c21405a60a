public import Base

/// How a webhook gets its messages; raw values are Discord's.
public enum WebhookKind: Int, Hashable, Sendable {
  /// From whoever has its token.
  case incoming = 1
  /// From an announcement channel that its channel follows.
  case follower = 2
}

/// A voice in a channel that is no account.
public struct Webhook: Hashable, Sendable {
  /// The webhook's id, also its messages' author.
  public let id: Snowflake
  /// The guild.
  public let guildID: Snowflake
  /// Where it speaks.
  public var channelID: Snowflake
  /// Where its messages come from.
  public let kind: WebhookKind
  /// Who made it; `nil` when the operator did.
  public var creatorID: Snowflake?
  /// The application whose bot made it: its messages may have buttons that the bot answers.
  public var applicationID: Snowflake?
  /// 1 to 80 characters.
  public var name: String
  /// The blob of the picture; clients are told ``Picture/name(_:)``.
  public var avatar: String?
  /// What its tokens prove knowledge of, random letters and digits; "" for a follower, which has no token.
  ///
  /// Kept as it is: Discord shows the token to everybody with MANAGE_WEBHOOKS, again and again.
  public let secret: String
  /// The announcement channel that a follower copies.
  public var sourceChannelID: Snowflake?

  /// Makes a webhook without a picture.
  public init(
    id: Snowflake, guildID: Snowflake, channelID: Snowflake, kind: WebhookKind, creatorID: Snowflake?,
    name: String, secret: String
  ) {
    self.id = id
    self.guildID = guildID
    self.channelID = channelID
    self.kind = kind
    self.creatorID = creatorID
    self.name = name
    self.secret = secret
  }
}

/// Who a webhook said it was when it wrote a message.
public struct WebhookAuthor: Hashable, Sendable {
  /// The name.
  public var name: String
  /// The blob of the picture.
  public var avatar: String?
  /// The application that answers its buttons.
  public var applicationID: Snowflake?

  /// Makes an author.
  public init(name: String, avatar: String?, applicationID: Snowflake?) {
    self.name = name
    self.avatar = avatar
    self.applicationID = applicationID
  }
}

/// A webhook with what its JSON needs.
public struct WebhookView: Hashable, Sendable {
  /// The webhook.
  public var webhook: Webhook
  /// Who made it; left out for whoever has only its token.
  public var creator: User?
  /// The guild of the channel that a follower copies.
  public var sourceGuild: Guild?
  /// The channel that a follower copies.
  public var sourceChannel: Channel?

  /// Makes the view of somebody who has the token.
  public init(webhook: Webhook) {
    self.webhook = webhook
  }
}

/// Where a message stands.
public struct MessagePlace: Hashable, Sendable {
  /// The channel.
  public var channelID: Snowflake
  /// The message.
  public var messageID: Snowflake

  /// Names a message.
  public init(channelID: Snowflake, messageID: Snowflake) {
    self.channelID = channelID
    self.messageID = messageID
  }
}

extension Message {
  /// Whether an application wrote it, or a webhook of its: the application answers its buttons.
  func isOf(application: Snowflake) -> Bool {
    authorID == application || webhook?.applicationID == application
  }
}
