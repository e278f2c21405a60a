public import Base

/// Where somebody searches.
public enum SearchPlace: Hashable, Sendable {
  /// In a guild.
  case guild(Snowflake)
  /// In a channel, which may be private.
  case channel(Snowflake)
}

/// A search for messages.
public struct SearchRequest: Hashable, Sendable {
  /// Where.
  public var place: SearchPlace
  /// Only in these channels; in all when empty.
  public var channels: [Snowflake] = []
  /// What fits.
  public var filter = SearchFilter()
  /// Whether age-restricted channels are searched, too; those that are named always are.
  public var includesNSFW = false
  /// The order.
  public var order = SearchOrder.newest
  /// How many messages are wanted, 1 to ``Limits/searchPage``.
  public var limit = Limits.searchPage
  /// How many are passed over, at most ``Limits/searchOffset``.
  public var offset = 0

  /// A search for everything.
  public init(place: SearchPlace) {
    self.place = place
  }
}

/// Searching; each case names its reply.
public enum SearchCommand: Hashable, Sendable {
  /// → ``SearchReply`` READ_MESSAGE_HISTORY. `from` goes on with what ``SearchReply/partial(_:)`` told; what the
  /// asker may read is decided anew each time.
  case messages(SearchRequest, from: SearchProgress?)
}

/// What came of searching.
public enum SearchReply: Hashable, Sendable {
  /// Not yet: ask again with this.
  case partial(SearchProgress)
  /// One page.
  case page(SearchPage)
}

/// Messages that were found.
public struct SearchPage: Hashable, Sendable {
  /// In the order that was asked for.
  public var messages: [MessageView]
  /// How many there are, at most ``Limits/searchReach``.
  public var total: Int
  /// Whether older messages wait for being indexed.
  public var isIndexing: Bool

  /// Makes a page.
  public init(messages: [MessageView], total: Int, isIndexing: Bool) {
    self.messages = messages
    self.total = total
    self.isIndexing = isIndexing
  }
}
