import ChatCore

/// Searching for messages.
extension RouteDescription {
  static let searches: [RESTRoute: RouteDescription] = [
    .searchGuildMessages: .init(
      "Messages of a guild's channels that the asker may read", query: filters, .ok(page)),
    .searchMessages: .init("Messages of a channel that fit", query: filters, .ok(page)),
  ]

  private static let alternatives = 0...Limits.searchAlternatives

  private static let filters: KeyValuePairs<String, Schema> = [
    "content": .string(0...Limits.searchLength), "author_id": .list(.snowflake, alternatives),
    "mentions": .list(.snowflake, alternatives), "mention_everyone": .bool, "pinned": .bool,
    "has": .list(
      .text(matching: "^-?(" + SearchTrait.allCases.map(\.rawValue).joined(separator: "|") + ")$")),
    "link_hostname": .list(.string, alternatives), "attachment_extension": .list(.string, alternatives),
    "attachment_filename": .list(.string), "channel_id": .list(.snowflake, 0...Limits.channelsPerGuild),
    "min_id": .snowflake, "max_id": .snowflake, "include_nsfw": .bool,
    "sort_by": .oneOf("timestamp", "relevance"), "sort_order": .oneOf("asc", "desc"),
    "limit": .integer(1...Limits.searchPage), "offset": .integer(0...Limits.searchOffset),
  ]

  /// Each message stands in a list of its own.
  private static let page: Schema = [
    "doing_deep_historical_index": .bool, "total_results": .integer(0...Limits.searchReach),
    "messages": .list(.list(.object(["hit": .bool], with: .message), 1...1)),
    "threads": .list(.anything), "members": .list(.anything),
  ]
}
