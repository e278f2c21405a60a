import ChatCore

/// Members, bans and voice states.
extension RouteDescription {
  static let members: [RESTRoute: RouteDescription] = [
    .getOwnMember: .init("The account as a member of a guild", .ok(.member)),
    .getGuildMembers: .init(
      "Members by ascending id",
      query: ["limit": .integer(1...Limits.memberPage), "after": .snowflake], .ok(.list(.member))),
    .searchMembers: .init(
      "Members whose name begins so",
      query: ["query!": .string(1...100), "limit": .integer(1...Limits.memberPage)], .ok(.list(.member))),
    .getMember: .init("A member", .ok(.member)),
    .modifyOwnMember: .init(
      "Changes the account's own nickname", body: .json(["nick?": .string(0...Limits.nickLength).orNull]),
      .ok(.member)),
    .modifyOwnNick: .init(
      "Changes the account's own nickname", body: .json(["nick?": .string(0...Limits.nickLength).orNull]),
      .ok(["nick": Schema.string.orNull])),
    .modifyMember: .init(
      "Changes a member",
      body: .json([
        "nick?": .string(0...Limits.nickLength).orNull, "roles?": .list(.snowflake), "mute?": .bool,
        "deaf?": .bool, "channel_id?": Schema.snowflake.orNull,
        "communication_disabled_until?": Schema.time.orNull,
      ]), .ok(.member)),
    .removeMember: .init("Removes a member", .done),
    .getBans: .init(
      "Bans by ascending id",
      query: ["before": .snowflake, "after": .snowflake, "limit": .integer(1...Limits.banPage)],
      .ok(.list(.ban))),
    .getBan: .init("A ban", .ok(.ban)),
    .createBan: .init("Bans a user", query: banQuery, body: .json(banBody), .done),
    .createBans: .init(
      "Bans many users at once",
      body: .json(.object(["user_ids": .list(.snowflake, 1...Limits.bulkBan)], with: banBody)),
      .ok(["banned_users": .list(.snowflake), "failed_users": .list(.snowflake)])),
    .deleteBan: .init("Lifts a ban", .done),
    .getOwnVoiceState: .init("Where the account is in voice", .ok(.voiceState)),
    .getVoiceState: .init("Where a member is in voice", .ok(.voiceState)),
    .modifyOwnVoiceState: .init(
      "Asks to speak on a stage, or stops", body: .json(voiceStateChanges), .done),
    .modifyVoiceState: .init("Lets a member speak on a stage, or not", body: .json(voiceStateChanges), .done),
  ]

  private static let banQuery: KeyValuePairs<String, Schema> = [
    "delete_message_days": .integer(0...7),
    "delete_message_seconds": .integer(0...Limits.banDeleteSecondsMax),
  ]

  private static let banBody: Schema = [
    "delete_message_days?": .integer(0...7),
    "delete_message_seconds?": .integer(0...Limits.banDeleteSecondsMax),
  ]

  private static let voiceStateChanges: Schema = [
    "channel_id?": .snowflake, "suppress?": .bool, "request_to_speak_timestamp?": Schema.time.orNull,
  ]
}
