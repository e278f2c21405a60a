import ChatCore

/// Messages, reactions and pins.
extension RouteDescription {
  static let messages: [RESTRoute: RouteDescription] = [
    .getMessages: .init(
      "Messages of a channel, newest first",
      query: [
        "around": .snowflake, "before": .snowflake, "after": .snowflake,
        "limit": .integer(1...Limits.historyPage),
      ], .ok(.list(.message))),
    .getMessage: .init("A message", .ok(.message)),
    .createMessage: .init("Sends a message", body: .form(newMessage), .ok(.message)),
    .modifyMessage: .init("Changes a message", body: .form(messageChanges), .ok(.message)),
    .deleteMessage: .init("Deletes a message", .done),
    .deleteMessages: .init(
      "Deletes messages of the last two weeks",
      body: .json(["messages": .list(.snowflake, 2...Limits.bulkDelete)]), .done),
    .crosspostMessage: .init("Publishes a message of an announcement channel", .ok(.message)),
    .addReaction: .init("Reacts to a message", .done),
    .removeOwnReaction: .init("Takes back a reaction", .done),
    .removeReaction: .init("Removes somebody's reaction", .done),
    .clearReactions: .init("Removes all reactions", .done),
    .clearReactionsOf: .init("Removes all reactions with an emoji", .done),
    .getReactions: .init(
      "Who reacted with an emoji, by ascending id",
      query: ["after": .snowflake, "limit": .integer(1...Limits.reactionPage), "type": .oneOf(0, 1)],
      .ok(.list(.user))),
    .getPins: .init(
      "Pinned messages, latest pin first",
      query: ["before": .time, "limit": .integer(1...Limits.pinPage)],
      .ok(["items": .list(["pinned_at": .time, "message": .message]), "has_more": .bool])),
    .pinMessage: .init("Pins a message", .done),
    .unpinMessage: .init("Unpins a message", .done),
    .getPinsOld: .init("Pinned messages, latest pin first, without times", .ok(.list(.message))),
    .pinMessageOld: .init("Pins a message", .done),
    .unpinMessageOld: .init("Unpins a message", .done),
  ]

  /// Files that come before their message.
  static let uploads: [RESTRoute: RouteDescription] = [
    .announceUploads: .init(
      "Opens uploads for files of a message to come",
      body: .json([
        "files": .list(
          [
            "id?": .either([.string, .integer]), "filename": .string(1...Limits.filenameLength),
            "file_size": .integer(1...0x7FFF_FFFF), "original_content_type?": .string,
          ], 1...Limits.attachmentsPerMessage)
      ]),
      .ok([
        "attachments": .list([
          "id": .either([.string, .integer]), "upload_url": .string, "upload_filename": .string,
        ])
      ])),
    .putUpload: .init(
      "Brings a file, whole or by Content-Range piece by piece; 308 with Range says how far it has come",
      .ok(["size": .integer]), .empty(308)),
    .deleteUpload: .init("Forgets an upload", .done),
  ]

  /// The body of a new message.
  static let newMessage: Schema = [
    "content?": .string(0...Limits.messageLength).orNull, "nonce?": .either([.string(0...25), .integer]),
    "enforce_nonce?": .bool, "tts?": .bool, "embeds?": .list(newEmbed, 0...Limits.embedsPerMessage),
    "allowed_mentions?": allowedMentions.orNull, "components?": .list(.map(.anything), 0...40),
    "flags?": .integer(0...0x7FFF_FFFF), "attachments?": .list(attachmentRow, 0...10),
    "message_reference?": [
      "type?": .oneOf(0, 1), "message_id?": .snowflake, "channel_id?": .snowflake, "guild_id?": .snowflake,
      "fail_if_not_exists?": .bool,
    ],
  ]

  /// The body that changes a message; null takes a field away.
  static let messageChanges: Schema = [
    "content?": .string(0...Limits.messageLength).orNull,
    "embeds?": Schema.list(newEmbed, 0...Limits.embedsPerMessage).orNull,
    "allowed_mentions?": allowedMentions.orNull,
    "components?": Schema.list(.map(.anything), 0...40).orNull,
    "flags?": .integer(0...0x7FFF_FFFF).orNull, "attachments?": Schema.list(attachmentRow, 0...10).orNull,
  ]

  private static let attachmentRow: Schema = [
    "id": .either([.snowflake, .integer(0...9)]), "uploaded_filename?": .string, "is_spoiler?": .bool,
    "duration_secs?": .number, "waveform?": .string, "filename?": .string(1...Limits.filenameLength),
    "description?": .string(0...Limits.attachmentDescriptionLength).orNull,
  ]

  private static let allowedMentions: Schema = [
    "parse?": .list(.oneOf("users", "roles", "everyone"), 0...3),
    "users?": .list(.snowflake, 0...Limits.allowedMentions),
    "roles?": .list(.snowflake, 0...Limits.allowedMentions), "replied_user?": .bool,
  ]

  private static let newEmbed: Schema = [
    "title?": .string(0...Limits.embedNameLength), "description?": .string(0...Limits.embedDescriptionLength),
    "url?": .string(0...Limits.embedURLLength), "timestamp?": .time, "color?": .color,
    "footer?": ["text": .string(0...Limits.embedFooterLength), "icon_url?": .string],
    "image?": ["url": .string], "thumbnail?": ["url": .string],
    "author?": ["name": .string(0...Limits.embedNameLength), "url?": .string, "icon_url?": .string],
    "fields?": .list(
      [
        "name": .string(1...Limits.embedNameLength), "value": .string(1...Limits.embedValueLength),
        "inline?": .bool,
      ], 0...Limits.embedFields),
  ]
}
