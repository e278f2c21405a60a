import ChatCore

/// Applications, their commands, and interactions.
extension RouteDescription {
  static let applications: [RESTRoute: RouteDescription] = [
    .getOwnOAuthApplication: .init("The bot's application", .ok(.application)),
    .getOwnApplication: .init("The bot's application", .ok(.application)),
    .modifyOwnApplication: .init(
      "Changes the bot's application; an endpoint must answer a signed PING and refuse a forged one",
      body: .json([
        "description?": .string(0...Limits.applicationDescriptionLength),
        "interactions_endpoint_url?": .string(0...Limits.endpointLength).orNull,
      ]), .ok(.application)),
    .getCommands: .init("The application's global commands", .ok(.list(.command))),
    .createCommand: .init(
      "Makes a global command, or replaces the one of the same name and type", body: .json(newCommand),
      .ok(.command), .created(.command)),
    .replaceCommands: .init(
      "Replaces all global commands", body: .json(.list(newCommand, 0...130)), .ok(.list(.command))),
    .getCommand: .init("A global command", .ok(.command)),
    .modifyCommand: .init("Changes a global command", body: .json(newCommand.optional), .ok(.command)),
    .deleteCommand: .init("Deletes a global command", .done),
    .getGuildCommands: .init("The application's commands of a guild", .ok(.list(.command))),
    .createGuildCommand: .init(
      "Makes a guild's command, or replaces the one of the same name and type", body: .json(newCommand),
      .ok(.command), .created(.command)),
    .replaceGuildCommands: .init(
      "Replaces all commands of a guild", body: .json(.list(newCommand, 0...130)), .ok(.list(.command))),
    .getGuildCommand: .init("A guild's command", .ok(.command)),
    .modifyGuildCommand: .init("Changes a guild's command", body: .json(newCommand.optional), .ok(.command)),
    .deleteGuildCommand: .init("Deletes a guild's command", .done),
    .getGuildCommandIndex: .init("What the account can call in a guild", .ok(commandIndex)),
    .getCommandIndex: .init("What the account can call in a channel", .ok(commandIndex)),
  ]

  static let interactions: [RESTRoute: RouteDescription] = [
    .interact: .init(
      "A person calls a command, presses a button, chooses, or fills in a form",
      body: .json([
        "type": .oneOf(2, 3, 4, 5), "application_id": .snowflake, "channel_id": .snowflake,
        "data": .map(.anything), "guild_id?": Schema.snowflake.orNull, "session_id?": Schema.string.orNull,
        "message_id?": Schema.snowflake.orNull, "nonce?": .either([.string(0...25), .integer]),
      ]), .done),
    .respond: .init(
      "A bot's first answer to an interaction", query: ["with_response": .bool],
      body: .form(["type": .oneOf(4, 5, 6, 7, 8, 9), "data?": .map(.anything)]),
      .ok(.interactionResult), .done),
  ]

  private static let commandIndex: Schema = [
    "applications": .list(.map(.anything)), "application_commands": .list(.command), "version": .snowflake,
  ]

  private static let newCommand: Schema = [
    "name": .string(1...Limits.commandNameLength), "type?": .oneOf(1, 2, 3),
    "description?": .string(0...Limits.commandDescriptionLength),
    "options?": .list(commandOption, 0...Limits.commandOptions),
    "default_member_permissions?": Schema.permissions.orNull, "dm_permission?": .bool, "nsfw?": .bool,
    "contexts?": Schema.list(.oneOf(0, 1, 2)).orNull, "integration_types?": .list(.oneOf(0, 1)),
    "name_localizations?": Schema.map(.string).orNull,
    "description_localizations?": Schema.map(.string).orNull,
  ]

  private static let commandOption: Schema = [
    "type": .integer(1...11), "name": .string(1...Limits.commandNameLength),
    "description": .string(1...Limits.commandDescriptionLength), "required?": .bool,
    "choices?": .list(["name": .string(1...100), "value": .either([.string, .number])], 0...25),
    "options?": .list(.map(.anything), 0...Limits.commandOptions), "channel_types?": .list(.integer),
    "min_value?": .number, "max_value?": .number, "min_length?": .integer(0...6_000),
    "max_length?": .integer(1...6_000), "autocomplete?": .bool,
  ]
}
