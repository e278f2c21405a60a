import ChatCore

/// Friends, blocks and groups.
extension RouteDescription {
  static let relationships: [RESTRoute: RouteDescription] = [
    .getRelationships: .init("Friends, requests, blocked and ignored users", .ok(.list(relationship))),
    .createRelationship: .init(
      "Asks somebody to be a friend, by username", body: .json(["username": .string]), .done),
    .setRelationship: .init(
      "Asks somebody to be a friend or says yes (1), or blocks (2)", body: .json(["type?": .oneOf(1, 2)]),
      .done),
    .modifyRelationship: .init(
      "Changes what the account calls a friend",
      body: .json(["nickname": .string(0...Limits.nickLength).orNull]), .done),
    .deleteRelationship: .init("Ends a friendship, a request or a block", .done),
    .ignoreUser: .init("Lets a user's messages no longer notify", .done),
    .heedUser: .init("Lets a user's messages notify again", .done),
    .addRecipient: .init(
      "Brings a friend into a group; from a channel of two, a new group is made", .ok(.channel), .done),
    .removeRecipient: .init("Takes somebody from a group", .done),
  ]

  private static let relationship: Schema = [
    "id": .snowflake, "type": .oneOf(0, 1, 2, 3, 4), "nickname": Schema.string.orNull, "since": .time,
    "user_ignored": .bool, "user": .user,
  ]
}
