import ChatCore

/// Threads, their members and forums' posts.
extension RouteDescription {
  static let threads: [RESTRoute: RouteDescription] = [
    .createThreadFromMessage: .init(
      "Starts a thread from a message", body: .json(newThread), .created(.thread)),
    .createThread: .init(
      "Starts a thread, or a forum's post",
      body: .form(
        .object(newThread, with: ["message?": newMessage, "type?": .oneOf(10, 11, 12), "invitable?": .bool])),
      .created(.thread)),
    .joinThread: .init("Follows a thread", .done),
    .leaveThread: .init("Leaves a thread", .done),
    .addThreadMember: .init("Adds somebody to a thread", .done),
    .removeThreadMember: .init("Removes somebody from a thread", .done),
    .getOwnThreadMember: .init("The account's membership of a thread", .ok(.threadMember)),
    .getThreadMember: .init(
      "A membership of a thread", query: ["with_member": .bool], .ok(.threadMember)),
    .getThreadMembers: .init(
      "A thread's members by ascending id",
      query: ["with_member": .bool, "after": .snowflake, "limit": .integer(1...Limits.threadMemberPage)],
      .ok(.list(.threadMember))),
    .modifyOwnThreadMember: .init(
      "Chooses what of a thread notifies", body: .json(["flags?": .integer(0...255)]), .ok(.threadMember)),
    .getActiveThreads: .init("A guild's active threads, newest first", .ok(.threadList)),
    .getArchivedThreads: .init(
      "A channel's archived public threads, latest archived first", query: page, .ok(.threadList)),
    .getPrivateArchivedThreads: .init(
      "A channel's archived private threads, latest archived first", query: page, .ok(.threadList)),
    .getOwnArchivedThreads: .init(
      "Archived private threads that the account is in, newest first",
      query: ["before": .snowflake, "limit": .integer(1...Limits.threadPage)], .ok(.threadList)),
    .searchThreads: .init(
      "Finds threads of a channel by name, tags and state",
      query: [
        "name": .string(0...Limits.nameLength), "tag": .text(matching: "^[0-9]{1,20}$"),
        "tag_setting": .oneOf("match_all", "match_some"), "archived": .bool,
        "sort_by": .oneOf("last_message_time", "archive_time", "relevance", "creation_time"),
        "sort_order": .oneOf("asc", "desc"), "limit": .integer(1...Limits.threadSearchPage),
        "offset": .integer(0...Limits.threadSearchOffset), "min_id": .snowflake, "max_id": .snowflake,
      ],
      .ok(.object(Schema.threadList, with: ["first_messages?": .list(.message), "total_results?": .integer]))
    ),
    .getPosts: .init(
      "What posts of a forum began with",
      body: .json(["thread_ids": .list(.snowflake, 1...Limits.threadPosts)]),
      .ok(["threads": .map(["owner": .anything, "first_message": Schema.message.orNull])])),
  ]

  private static let page: KeyValuePairs<String, Schema> = [
    "before": .time, "limit": .integer(1...Limits.threadPage),
  ]

  private static let newThread: Schema = [
    "name": .string(1...Limits.nameLength),
    "auto_archive_duration?": Schema.oneOf(60, 1440, 4320, 10080).orNull,
    "rate_limit_per_user?": Schema.integer(0...Limits.slowModeMax).orNull,
    "applied_tags?": .list(.snowflake, 0...Limits.appliedTags),
  ]

  /// What a PATCH of a channel takes for threads and the channels that hold them.
  static let threadChanges: Schema = [
    "archived?": .bool, "locked?": .bool, "invitable?": .bool,
    "auto_archive_duration?": .oneOf(60, 1440, 4320, 10080),
    "applied_tags?": .list(.snowflake, 0...Limits.appliedTags), "flags?": .integer(0...0xFFFF),
    "default_auto_archive_duration?": Schema.oneOf(60, 1440, 4320, 10080).orNull,
    "default_thread_rate_limit_per_user?": .integer(0...Limits.slowModeMax),
    "default_sort_order?": Schema.oneOf(0, 1).orNull, "default_forum_layout?": .oneOf(0, 1, 2),
    "default_reaction_emoji?": Schema.tagEmoji.optional.orNull,
    "available_tags?": .list(
      .object(
        ["id?": .snowflake, "name": .string(1...Limits.tagNameLength), "moderated?": .bool],
        with: Schema.tagEmoji.optional), 0...Limits.forumTags),
  ]
}
