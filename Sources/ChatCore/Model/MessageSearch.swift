public import Base

/// Something that a message may have; raw values are Discord's.
public enum SearchTrait: String, CaseIterable, Hashable, Sendable {
  /// A link in its text.
  case link
  /// A card.
  case embed
  /// Any file.
  case file
  /// A picture.
  case image
  /// A film.
  case video
  /// A recording.
  case sound
  /// A sticker.
  case sticker
  /// A poll.
  case poll
  /// A message that it forwards.
  case snapshot
}

/// The order of what is found.
public enum SearchOrder: Hashable, Sendable {
  /// The newest first.
  case newest
  /// The oldest first.
  case oldest
  /// The best first, among the newest ``Limits/searchCandidates``.
  case relevance
}

/// What a message must be to be found; all of it.
public struct SearchFilter: Hashable, Sendable {
  /// Words that it holds; those within quotation marks next to each other.
  public var content = ""
  /// Who may have written it; anybody when empty.
  public var authors: [Snowflake] = []
  /// Whom it mentions, any of them; nobody in particular when empty.
  public var mentions: [Snowflake] = []
  /// Whether it mentions everyone.
  public var mentionsEveryone: Bool?
  /// What it has.
  public var has: [SearchTrait] = []
  /// What it has not.
  public var lacks: [SearchTrait] = []
  /// Whether it is pinned.
  public var isPinned: Bool?
  /// Hosts that it links to, any of them.
  public var hosts: [String] = []
  /// Ends of its files' names, any of them.
  public var extensions: [String] = []
  /// Only messages newer than this.
  public var after: Snowflake?
  /// Only messages older than this.
  public var before: Snowflake?

  /// A filter that every message passes.
  public init() {}
}

/// The channels that are searched: those that the asker may read, and no others.
public struct SearchScope: Hashable, Sendable {
  /// The guild of all of them; `nil` for a private channel.
  public var guild: Snowflake?
  /// The channels.
  public var channels: Set<Snowflake>
  /// Whether no message of the guild is in any other channel.
  public var isWholeGuild: Bool

  /// Makes a scope.
  public init(guild: Snowflake?, channels: Set<Snowflake>, isWholeGuild: Bool) {
    self.guild = guild
    self.channels = channels
    self.isWholeGuild = isWholeGuild
  }
}

/// A message that was found.
public struct SearchHit: Hashable, Sendable {
  /// Its channel.
  public var channelID: Snowflake
  /// The message.
  public var messageID: Snowflake

  /// Names a message.
  public init(channelID: Snowflake, messageID: Snowflake) {
    self.channelID = channelID
    self.messageID = messageID
  }
}

/// How far a search has come: a store does a bounded part of it at a time.
public struct SearchProgress: Hashable, Sendable {
  /// Whether it goes from the oldest to the newest.
  public let isAscending: Bool
  /// How many hits are named; more are only counted.
  public let wanted: Int
  /// What was found so far, in the search's order.
  public var hits: [SearchHit] = []
  /// How many messages were found so far, at most ``Limits/searchReach``.
  public var total = 0
  /// The message that was looked at last; `nil` at the beginning.
  public var reached: Snowflake?
  /// Whether nothing is left to look at.
  public var isDone = false
  /// Whether older messages wait for being indexed.
  public var isIndexing = false

  /// A search that has not begun.
  public init(isAscending: Bool, wanted: Int) {
    self.isAscending = isAscending
    self.wanted = wanted
  }

  /// Counts a message that fits; false when no more are counted.
  public mutating func find(_ hit: SearchHit?) -> Bool {
    total += 1
    if let hit, hits.count < wanted { hits.append(hit) }
    return total < Limits.searchReach
  }
}
