public import Base

/// A message's links, to be looked up by whoever can.
public struct PostedLinks: Hashable, Sendable {
  /// The channel.
  public let channelID: Snowflake
  /// The message.
  public let messageID: Snowflake
  /// 1 to ``Limits/linksPerMessage`` web addresses, as they stand in the text.
  public let urls: [String]

  /// Names links of a message.
  public init(channelID: Snowflake, messageID: Snowflake, urls: [String]) {
    self.channelID = channelID
    self.messageID = messageID
    self.urls = urls
  }
}

/// What a link leads to, as a card.
public struct LinkEmbed: Hashable, Sendable {
  /// The link, as it stands in the text.
  public let link: String
  /// The card; never ``EmbedKind/rich``.
  public let embed: Embed

  /// Joins a link and its card.
  public init(link: String, embed: Embed) {
    self.link = link
    self.embed = embed
  }
}

/// What a card was made of; raw values are Discord's.
public enum EmbedKind: String, Hashable, Sendable {
  /// Its author wrote it.
  case rich
  /// A page.
  case link
  /// A page that is shown with a large picture.
  case article
  /// A picture.
  case image
}

/// Sides in pixels.
public struct PictureSize: Hashable, Sendable {
  /// At least 1.
  public let width: Int
  /// At least 1.
  public let height: Int

  /// Makes a size of its sides.
  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }
}
