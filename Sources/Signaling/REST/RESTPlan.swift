import Base
import ChatCore
import JSON

/// What is to be done for a call.
enum RESTPlan {
  /// It can be answered at once.
  case respond(RESTResponse)
  /// The chat core is asked.
  case ask(ChatCommand)
  /// The password is looked up, verified, and a token minted.
  case logIn(login: String, password: String, enables: Bool)
  /// The ticket of a log-in is checked, then the code, and a token minted.
  case logInWithCode(ticket: String, code: String)
  /// The asker's password is verified first.
  case confirm(password: String, Confirmed)
  /// The code of a new second factor is checked, then the password.
  case enableFactor(secret: [UInt8], code: String, password: String)
  /// The code of the second factor is checked, which then goes.
  case removeFactor(code: String)
  /// The password is hashed, and the account made.
  case register(Registration, password: String)
  /// The chat core is asked whether the files may come, then uploads are opened for them.
  case announceUploads([AnnouncedFile], in: Snowflake)
  /// The upload is forgotten.
  case dropUpload(String)
  /// The picture is kept, then the chat core is asked.
  case keepPicture([UInt8], for: ChatCommand)
  /// The endpoint is tried, then the chat core is asked.
  case verifyEndpoint(ApplicationChanges, String)
}

extension RESTCall {
  /// What the route means; lists of routes by topic, one function each.
  func plan(_ configuration: RESTConfiguration) throws(RESTError) -> RESTPlan {
    switch route {
    case .getDescription: .respond(.json(200, OpenAPI.document))
    case .getGateway: .respond(.object { $0.field("url", configuration.gatewayURL) })
    case .getGatewayBot: .respond(RESTCall.gatewayBot(configuration))
    case .getVoiceRegions, .getGuildRegions: .respond(RESTCall.regions(configuration))
    case .getStickerPacks: .respond(.object { $0.array("sticker_packs") { _ in } })
    case .getCommands, .createCommand, .replaceCommands, .getCommand, .modifyCommand, .deleteCommand,
      .getGuildCommands, .createGuildCommand, .replaceGuildCommands, .getGuildCommand,
      .modifyGuildCommand, .deleteGuildCommand, .getGuildCommandIndex, .getCommandIndex:
      .ask(try applicationCommand())
    case .interact, .respond: .ask(try interactionCommand())
    case .createWebhook, .getChannelWebhooks, .getGuildWebhooks, .followChannel, .getWebhook, .modifyWebhook,
      .deleteWebhook, .getWebhookWithToken, .modifyWebhookWithToken, .deleteWebhookWithToken,
      .executeWebhook, .executeSlackWebhook, .executeGitHubWebhook, .getWebhookMessage,
      .modifyWebhookMessage, .deleteWebhookMessage:
      try webhookPlan()
    case .announceUploads: .announceUploads(try announcedFiles(), in: try id("channel"))
    case .deleteUpload: .dropUpload(parameters["upload"] ?? "")
    // The server takes the octets before they come here.
    case .putUpload: throw .notFound
    case .getDefaultSounds, .getGuildEmojis, .getGuildStickers:
      .respond(.json(200, Array("[]".utf8)))
    case .register, .login, .logInWithCode, .logInWithBackupCode, .logout, .getSessions, .endSessions,
      .getSelf, .modifySelf, .getUser, .getOwnOAuthApplication, .getOwnApplication, .modifyOwnApplication,
      .getOwnGuilds, .leaveGuild, .getPrivateChannels, .createDirectMessage:
      try accountPlan()
    case .acknowledgeMessages, .acknowledgeMessage, .acknowledgeGuild, .acknowledgePins, .forgetReadState,
      .modifyNotifications, .addRecipient, .removeRecipient:
      .ask(try personalCommand())
    case .getRelationships, .createRelationship, .setRelationship, .modifyRelationship, .deleteRelationship,
      .ignoreUser, .heedUser:
      .ask(.relationship(try relationshipCommand()))
    case .enableSecondFactor, .disableSecondFactor, .renewBackupCodes, .disableAccount, .deleteAccount,
      .exportAccount:
      try securityPlan()
    case .getOwnMember, .getGuildMembers, .searchMembers, .getMember, .modifyOwnMember, .modifyOwnNick,
      .modifyMember, .removeMember, .addMemberRole, .removeMemberRole, .getOwnVoiceState, .getVoiceState,
      .modifyOwnVoiceState, .modifyVoiceState, .getBans, .getBan, .createBan, .createBans, .deleteBan,
      .getAuditLog:
      .ask(try memberCommand())
    case .modifyGuild: try guildChangePlan()
    case .modifyChannel: try channelChangePlan()
    case .createGuild, .getGuild, .deleteGuild, .getGuildChannels, .createChannel,
      .getGuildRoles, .getRole, .getRoleMemberCounts, .moveRoles, .moveChannels, .createRole, .modifyRole,
      .deleteRole, .getGuildInvites, .getChannel,
      .deleteChannel, .setOverwrite, .deleteOverwrite, .getChannelInvites,
      .createInvite, .getInvite, .acceptInvite, .deleteInvite:
      .ask(try guildCommand())
    case .searchMessages, .searchGuildMessages: .ask(.search(.messages(try searchRequest(), from: nil)))
    case .createThreadFromMessage, .createThread, .joinThread, .leaveThread, .addThreadMember,
      .removeThreadMember, .getOwnThreadMember, .getThreadMember, .getThreadMembers, .modifyOwnThreadMember,
      .getActiveThreads, .getArchivedThreads, .getPrivateArchivedThreads, .getOwnArchivedThreads,
      .searchThreads, .getPosts:
      .ask(try threadCommand())
    case .startTyping, .getMessages, .getMessage, .createMessage, .modifyMessage, .deleteMessage,
      .deleteMessages, .addReaction, .removeOwnReaction, .removeReaction, .getReactions, .clearReactions,
      .clearReactionsOf, .getPins, .pinMessage, .unpinMessage,
      .getPinsOld, .pinMessageOld, .unpinMessageOld, .crosspostMessage:
      .ask(try messageCommand())
    }
  }

  /// A change that may bring a picture.
  static func plan(_ command: ChatCommand, with picture: Change<[UInt8]?>) -> RESTPlan {
    if case .set(let octets?) = picture { return .keepPicture(octets, for: command) }
    return .ask(command)
  }

  private static func gatewayBot(_ configuration: RESTConfiguration) -> RESTResponse {
    .object {
      $0.field("url", configuration.gatewayURL)
      $0.field("shards", 1)
      $0.object("session_start_limit") {
        $0.field("total", 1_000)
        $0.field("remaining", 1_000)
        $0.field("reset_after", 0)
        $0.field("max_concurrency", 16)
      }
    }
  }

  private static func regions(_ configuration: RESTConfiguration) -> RESTResponse {
    .list {
      $0.object {
        $0.field("id", configuration.region)
        $0.field("name", configuration.region)
        $0.field("optimal", true)
        $0.field("deprecated", false)
        $0.field("custom", false)
      }
    }
  }
}
