/// Every route that is served under `/api`, `/api/v9` and `/api/v10`.
///
/// The raw value is method and path template; a segment in braces takes any text. A literal segment wins
/// over a parameter.
enum RESTRoute: String, CaseIterable, Sendable {
  case getDescription = "GET openapi.json"
  case getGateway = "GET gateway"
  case getGatewayBot = "GET gateway/bot"
  case register = "POST auth/register"
  case login = "POST auth/login"
  case logInWithCode = "POST auth/mfa/totp"
  case logInWithBackupCode = "POST auth/mfa/backup"
  case logout = "POST auth/logout"
  case getSessions = "GET auth/sessions"
  case endSessions = "POST auth/sessions/logout"
  case enableSecondFactor = "POST users/@me/mfa/totp/enable"
  case disableSecondFactor = "POST users/@me/mfa/totp/disable"
  case renewBackupCodes = "POST users/@me/mfa/codes"
  case disableAccount = "POST users/@me/disable"
  case deleteAccount = "POST users/@me/delete"
  case exportAccount = "GET users/@me/export"
  case getSelf = "GET users/@me"
  case modifySelf = "PATCH users/@me"
  case getOwnGuilds = "GET users/@me/guilds"
  case leaveGuild = "DELETE users/@me/guilds/{guild}"
  case getOwnMember = "GET users/@me/guilds/{guild}/member"
  case getPrivateChannels = "GET users/@me/channels"
  case createDirectMessage = "POST users/@me/channels"
  case getUser = "GET users/{user}"
  case getOwnOAuthApplication = "GET oauth2/applications/@me"
  case getOwnApplication = "GET applications/@me"
  case modifyOwnApplication = "PATCH applications/@me"
  case getCommands = "GET applications/{application}/commands"
  case createCommand = "POST applications/{application}/commands"
  case replaceCommands = "PUT applications/{application}/commands"
  case getCommand = "GET applications/{application}/commands/{command}"
  case modifyCommand = "PATCH applications/{application}/commands/{command}"
  case deleteCommand = "DELETE applications/{application}/commands/{command}"
  case getGuildCommands = "GET applications/{application}/guilds/{guild}/commands"
  case createGuildCommand = "POST applications/{application}/guilds/{guild}/commands"
  case replaceGuildCommands = "PUT applications/{application}/guilds/{guild}/commands"
  case getGuildCommand = "GET applications/{application}/guilds/{guild}/commands/{command}"
  case modifyGuildCommand = "PATCH applications/{application}/guilds/{guild}/commands/{command}"
  case deleteGuildCommand = "DELETE applications/{application}/guilds/{guild}/commands/{command}"
  case getGuildCommandIndex = "GET guilds/{guild}/application-command-index"
  case getCommandIndex = "GET channels/{channel}/application-command-index"
  case getRelationships = "GET users/@me/relationships"
  case createRelationship = "POST users/@me/relationships"
  case setRelationship = "PUT users/@me/relationships/{user}"
  case modifyRelationship = "PATCH users/@me/relationships/{user}"
  case deleteRelationship = "DELETE users/@me/relationships/{user}"
  case ignoreUser = "PUT users/@me/relationships/{user}/ignore"
  case heedUser = "DELETE users/@me/relationships/{user}/ignore"
  case addRecipient = "PUT channels/{channel}/recipients/{user}"
  case removeRecipient = "DELETE channels/{channel}/recipients/{user}"
  case acknowledgeMessages = "POST read-states/ack-bulk"
  case acknowledgeMessage = "POST channels/{channel}/messages/{message}/ack"
  case acknowledgeGuild = "POST guilds/{guild}/ack"
  case acknowledgePins = "POST channels/{channel}/pins/ack"
  case forgetReadState = "DELETE channels/{channel}/messages/ack"
  case modifyNotifications = "PATCH users/@me/guilds/{guild}/settings"
  case getVoiceRegions = "GET voice/regions"
  case getStickerPacks = "GET sticker-packs"
  case getDefaultSounds = "GET soundboard-default-sounds"

  case createGuild = "POST guilds"
  case getGuild = "GET guilds/{guild}"
  case modifyGuild = "PATCH guilds/{guild}"
  case deleteGuild = "DELETE guilds/{guild}"
  case getGuildRegions = "GET guilds/{guild}/regions"
  case getGuildChannels = "GET guilds/{guild}/channels"
  case createChannel = "POST guilds/{guild}/channels"
  case moveChannels = "PATCH guilds/{guild}/channels"
  case getGuildRoles = "GET guilds/{guild}/roles"
  case getRole = "GET guilds/{guild}/roles/{role}"
  case getRoleMemberCounts = "GET guilds/{guild}/roles/member-counts"
  case moveRoles = "PATCH guilds/{guild}/roles"
  case createRole = "POST guilds/{guild}/roles"
  case modifyRole = "PATCH guilds/{guild}/roles/{role}"
  case deleteRole = "DELETE guilds/{guild}/roles/{role}"
  case getAuditLog = "GET guilds/{guild}/audit-logs"
  case getGuildEmojis = "GET guilds/{guild}/emojis"
  case getGuildStickers = "GET guilds/{guild}/stickers"
  case getGuildInvites = "GET guilds/{guild}/invites"
  case getGuildMembers = "GET guilds/{guild}/members"
  case searchMembers = "GET guilds/{guild}/members/search"
  case getMember = "GET guilds/{guild}/members/{user}"
  case modifyOwnMember = "PATCH guilds/{guild}/members/@me"
  case modifyOwnNick = "PATCH guilds/{guild}/members/@me/nick"
  case modifyMember = "PATCH guilds/{guild}/members/{user}"
  case removeMember = "DELETE guilds/{guild}/members/{user}"
  case addMemberRole = "PUT guilds/{guild}/members/{user}/roles/{role}"
  case removeMemberRole = "DELETE guilds/{guild}/members/{user}/roles/{role}"
  case searchGuildMessages = "GET guilds/{guild}/messages/search"
  case getBans = "GET guilds/{guild}/bans"
  case getBan = "GET guilds/{guild}/bans/{user}"
  case createBan = "PUT guilds/{guild}/bans/{user}"
  case createBans = "POST guilds/{guild}/bulk-ban"
  case deleteBan = "DELETE guilds/{guild}/bans/{user}"
  case modifyOwnVoiceState = "PATCH guilds/{guild}/voice-states/@me"
  case modifyVoiceState = "PATCH guilds/{guild}/voice-states/{user}"
  case getOwnVoiceState = "GET guilds/{guild}/voice-states/@me"
  case getVoiceState = "GET guilds/{guild}/voice-states/{user}"

  case getChannel = "GET channels/{channel}"
  case modifyChannel = "PATCH channels/{channel}"
  case deleteChannel = "DELETE channels/{channel}"
  case setOverwrite = "PUT channels/{channel}/permissions/{target}"
  case deleteOverwrite = "DELETE channels/{channel}/permissions/{target}"
  case getChannelInvites = "GET channels/{channel}/invites"
  case createInvite = "POST channels/{channel}/invites"
  case startTyping = "POST channels/{channel}/typing"
  case getMessages = "GET channels/{channel}/messages"
  case searchMessages = "GET channels/{channel}/messages/search"
  case getMessage = "GET channels/{channel}/messages/{message}"
  case createMessage = "POST channels/{channel}/messages"
  case announceUploads = "POST channels/{channel}/attachments"
  case putUpload = "PUT uploads/{upload}"
  case deleteUpload = "DELETE attachments/{upload}"
  case modifyMessage = "PATCH channels/{channel}/messages/{message}"
  case deleteMessage = "DELETE channels/{channel}/messages/{message}"
  case deleteMessages = "POST channels/{channel}/messages/bulk-delete"
  case addReaction = "PUT channels/{channel}/messages/{message}/reactions/{emoji}/@me"
  case removeOwnReaction = "DELETE channels/{channel}/messages/{message}/reactions/{emoji}/@me"
  case removeReaction = "DELETE channels/{channel}/messages/{message}/reactions/{emoji}/{user}"
  case clearReactions = "DELETE channels/{channel}/messages/{message}/reactions"
  case clearReactionsOf = "DELETE channels/{channel}/messages/{message}/reactions/{emoji}"
  case getPins = "GET channels/{channel}/messages/pins"
  case pinMessage = "PUT channels/{channel}/messages/pins/{message}"
  case unpinMessage = "DELETE channels/{channel}/messages/pins/{message}"
  case getPinsOld = "GET channels/{channel}/pins"
  case pinMessageOld = "PUT channels/{channel}/pins/{message}"
  case unpinMessageOld = "DELETE channels/{channel}/pins/{message}"
  case crosspostMessage = "POST channels/{channel}/messages/{message}/crosspost"
  case getReactions = "GET channels/{channel}/messages/{message}/reactions/{emoji}"

  case createThreadFromMessage = "POST channels/{channel}/messages/{message}/threads"
  case createThread = "POST channels/{channel}/threads"
  case joinThread = "PUT channels/{channel}/thread-members/@me"
  case leaveThread = "DELETE channels/{channel}/thread-members/@me"
  case addThreadMember = "PUT channels/{channel}/thread-members/{user}"
  case removeThreadMember = "DELETE channels/{channel}/thread-members/{user}"
  case getOwnThreadMember = "GET channels/{channel}/thread-members/@me"
  case getThreadMember = "GET channels/{channel}/thread-members/{user}"
  case getThreadMembers = "GET channels/{channel}/thread-members"
  case modifyOwnThreadMember = "PATCH channels/{channel}/thread-members/@me/settings"
  case getActiveThreads = "GET guilds/{guild}/threads/active"
  case getArchivedThreads = "GET channels/{channel}/threads/archived/public"
  case getPrivateArchivedThreads = "GET channels/{channel}/threads/archived/private"
  case getOwnArchivedThreads = "GET channels/{channel}/users/@me/threads/archived/private"
  case searchThreads = "GET channels/{channel}/threads/search"
  case getPosts = "POST channels/{channel}/post-data"

  case interact = "POST interactions"
  case respond = "POST interactions/{interaction}/{token}/callback"

  case createWebhook = "POST channels/{channel}/webhooks"
  case getChannelWebhooks = "GET channels/{channel}/webhooks"
  case getGuildWebhooks = "GET guilds/{guild}/webhooks"
  case followChannel = "POST channels/{channel}/followers"
  case getWebhook = "GET webhooks/{webhook}"
  case modifyWebhook = "PATCH webhooks/{webhook}"
  case deleteWebhook = "DELETE webhooks/{webhook}"
  case getWebhookWithToken = "GET webhooks/{webhook}/{token}"
  case modifyWebhookWithToken = "PATCH webhooks/{webhook}/{token}"
  case deleteWebhookWithToken = "DELETE webhooks/{webhook}/{token}"
  // Of webhooks by their tokens, and of applications by the tokens of interactions.
  case executeWebhook = "POST webhooks/{webhook}/{token}"
  case executeSlackWebhook = "POST webhooks/{webhook}/{token}/slack"
  case executeGitHubWebhook = "POST webhooks/{webhook}/{token}/github"
  case getWebhookMessage = "GET webhooks/{webhook}/{token}/messages/{message}"
  case modifyWebhookMessage = "PATCH webhooks/{webhook}/{token}/messages/{message}"
  case deleteWebhookMessage = "DELETE webhooks/{webhook}/{token}/messages/{message}"

  case getInvite = "GET invites/{code}"
  case acceptInvite = "POST invites/{code}"
  case deleteInvite = "DELETE invites/{code}"

  /// The method.
  var method: Substring { rawValue.prefix { $0 != " " } }

  /// The path's segments after the version.
  var segments: [Substring] { rawValue.drop { $0 != " " }.dropFirst().split(separator: "/") }

  /// Whether success is answered with a new thread.
  var makesThread: Bool { self == .createThread || self == .createThreadFromMessage }

  /// Whether the route answers without a token.
  var isAnonymous: Bool {
    switch self {
    case .getDescription, .getGateway, .register, .login, .logInWithCode, .logInWithBackupCode,
      .getInvite, .getVoiceRegions, .getStickerPacks,
      .getDefaultSounds, .putUpload, .respond, .getWebhookWithToken, .modifyWebhookWithToken,
      .deleteWebhookWithToken,
      .executeWebhook, .executeSlackWebhook, .executeGitHubWebhook, .getWebhookMessage,
      .modifyWebhookMessage, .deleteWebhookMessage:
      true
    default: false
    }
  }

  /// Which limit the route counts towards; `nil` for the global one alone.
  var rate: RateBucket? {
    switch self {
    case .createMessage: .messages
    case .announceUploads: .uploads
    case .modifyMessage, .deleteMessage, .deleteMessages, .crosspostMessage, .pinMessage, .unpinMessage,
      .pinMessageOld, .unpinMessageOld:
      .messageChanges
    case .addReaction, .removeOwnReaction, .removeReaction, .clearReactions, .clearReactionsOf: .reactions
    case .startTyping: .typing
    case .searchMessages, .searchGuildMessages: .search
    case .executeWebhook, .executeSlackWebhook, .executeGitHubWebhook, .modifyWebhookMessage,
      .deleteWebhookMessage, .modifyWebhookWithToken, .deleteWebhookWithToken:
      .webhooks
    case .createRole, .moveRoles, .moveChannels, .modifyRole, .deleteRole, .addMemberRole, .removeMemberRole,
      .setOverwrite,
      .deleteOverwrite, .modifyOwnVoiceState, .modifyVoiceState, .createChannel, .modifyOwnMember,
      .modifyOwnNick, .modifyMember,
      .removeMember, .modifyChannel, .deleteChannel, .createInvite, .modifySelf, .createDirectMessage,
      .createGuild,
      .modifyOwnApplication, .modifyGuild, .deleteGuild, .endSessions, .exportAccount, .modifyNotifications,
      .createRelationship,
      .setRelationship,
      .modifyRelationship, .deleteRelationship, .ignoreUser, .heedUser, .addRecipient, .removeRecipient,
      .createThreadFromMessage, .createThread, .joinThread, .leaveThread, .addThreadMember,
      .removeThreadMember, .modifyOwnThreadMember,
      .createBan, .createBans, .deleteBan, .createWebhook, .modifyWebhook,
      .deleteWebhook, .followChannel:
      .changes
    default: nil
    }
  }
}

/// The limits that routes share; each is counted per account and guild or channel, `webhooks` per token.
enum RateBucket: String, CaseIterable, Hashable, Sendable {
  case messages, messageChanges, reactions, typing, search, changes, webhooks, uploads

  /// The opaque name that answers carry.
  var name: String { "roost-\(rawValue)" }

  func rate(_ limits: RESTLimits) -> RequestRate {
    switch self {
    case .messages: limits.messageRate
    case .messageChanges: limits.messageChangeRate
    case .reactions: limits.reactionRate
    case .typing: limits.typingRate
    case .search: limits.searchRate
    case .changes: limits.changeRate
    case .webhooks: limits.webhookRate
    case .uploads: limits.uploadRate
    }
  }
}
