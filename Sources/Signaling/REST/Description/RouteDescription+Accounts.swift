import ChatCore

/// Accounts, log-in, and what stands outside guilds.
extension RouteDescription {
  static let accounts: [RESTRoute: RouteDescription] = [
    .getDescription: .init("This description", .ok(.map(.anything))),
    .getGateway: .init("Where the gateway is", .ok(["url": .string])),
    .getGatewayBot: .init(
      "Where the gateway is, and how often a bot may identify",
      .ok([
        "url": .string, "shards": .integer,
        "session_start_limit": [
          "total": .integer, "remaining": .integer, "reset_after": .integer, "max_concurrency": .integer,
        ],
      ])),
    .register: .init(
      "Makes a person's account",
      body: .json([
        "username": .string(Limits.usernameLengthMin...Limits.usernameLengthMax), "password": .string(8...72),
        "email?": .string(0...Limits.emailLength).orNull, "global_name?": .string(1...32).orNull,
        "invite?": .string.orNull,
      ]), .ok(.session)),
    .login: .init(
      "Opens a session for a name or an e-mail address",
      body: .json(["login": .string, "password": .string(1...72), "undelete?": .bool]),
      .ok(.either([.session, ticket]))),
    .logInWithCode: .init(
      "Opens a session with the code of a second factor", body: .json(["ticket": .string, "code": .string]),
      .ok(.session)),
    .logInWithBackupCode: .init(
      "Opens a session with a code on paper", body: .json(["ticket": .string, "code": .string]),
      .ok(.session)),
    .logout: .init("Ends the session", .done),
    .getSessions: .init(
      "Sessions of the account, the newest first",
      .ok(["user_sessions": .list(["id_hash": .string, "approx_last_used_time": .time])])),
    .endSessions: .init(
      "Ends sessions of the account", body: .json(["session_id_hashes": .list(.string)]), .done),
    .enableSecondFactor: .init(
      "Turns the second factor on; every session ends but the answer's",
      body: .json(["password": .string, "secret": .string, "code": .string]),
      .ok(["token": .string, "backup_codes": .list(backupCode)])),
    .disableSecondFactor: .init(
      "Turns the second factor off", body: .json(["code": .string]), .ok(["token": .string])),
    .renewBackupCodes: .init(
      "Makes new codes on paper", body: .json(["password": .string]),
      .ok(["backup_codes": .list(backupCode)])),
    .disableAccount: .init("Disables the account", body: .json(["password": .string]), .done),
    .deleteAccount: .init("Deletes the account for ever", body: .json(["password": .string]), .done),
    .exportAccount: .init(
      "What is known of the account, beside messages", .ok(["user": .selfUser, "registered_at": .time])),
    .getSelf: .init("The account itself", .ok(.selfUser)),
    .modifySelf: .init(
      "Changes the account",
      body: .json([
        "username?": .string(Limits.usernameLengthMin...Limits.usernameLengthMax),
        "global_name?": .string(0...Limits.nickLength).orNull, "avatar?": Schema.picture.orNull,
        "password?": .string, "new_password?": .string(8...72),
      ]), .ok(.selfUser)),
    .getUser: .init("A user", .ok(.user)),
    .getOwnGuilds: .init(
      "The account's guilds by ascending id",
      query: ["before": .snowflake, "after": .snowflake, "limit": .integer(1...200), "with_counts": .bool],
      .ok(.list(.guildSummary))),
    .leaveGuild: .init("Leaves a guild", .done),
    .getPrivateChannels: .init("The account's private channels", .ok(.list(.channel))),
    .createDirectMessage: .init(
      "Opens the private channel with a user, the same again when there is one; or makes a group with friends",
      body: .json([
        "recipient_id?": .snowflake, "recipients?": .list(.snowflake, 0...Limits.groupRecipients - 1),
      ]), .ok(.channel)),
    .getVoiceRegions: .init("Voice regions", .ok(.list(.voiceRegion))),
    .getGuildRegions: .init("Voice regions of a guild", .ok(.list(.voiceRegion))),
    .getStickerPacks: .init("Packs of standard stickers", .ok(["sticker_packs": .list(.anything)])),
    .getDefaultSounds: .init("Standard sounds", .ok(.list(.anything))),
  ]

  private static let backupCode: Schema = ["user_id": .snowflake, "code": .string, "consumed": .bool]
  private static let ticket: Schema = ["user_id": .snowflake, "mfa": .bool, "ticket": .string]
}
