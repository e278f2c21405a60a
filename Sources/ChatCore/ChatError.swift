public import Base

/// Why a command was refused; REST answers it, the gateway drops it.
public enum ChatError: Error, Hashable, Sendable {
  /// One of Discord's numbered errors.
  case code(ErrorCode)
  /// 50035 Invalid Form Body with what is wrong where; never empty.
  case form([FormProblem])
  /// 401: nobody is logged in, or the token was revoked.
  case unauthorized
  /// 20016: the member must wait that long.
  case slowMode(Interval)
  /// 503: the store failed. The command was not done, and may be repeated.
  case unavailable
}

/// One problem of a request's body.
public struct FormProblem: Hashable, Sendable {
  /// Keys and array indexes from the body's root to the field; empty for the whole body.
  public var path: [String]
  /// Discord's inner code, such as `BASE_TYPE_REQUIRED`.
  public var code: String
  /// The sentence for people.
  public var message: String

  /// Makes a problem at `path`.
  public init(path: [String], code: String, message: String) {
    self.path = path
    self.code = code
    self.message = message
  }
}

/// Discord's numbered errors; raw values are the numbers.
public enum ErrorCode: Int, CaseIterable, Hashable, Sendable {
  case general = 0
  case unknownApplication = 10002
  case unknownChannel = 10003
  case unknownGuild = 10004
  case unknownInvite = 10006
  case unknownMember = 10007
  case unknownMessage = 10008
  case unknownOverwrite = 10009
  case unknownRole = 10011
  case unknownUser = 10013
  case unknownEmoji = 10014
  case unknownSession = 10020
  case unknownBan = 10026
  case unknownVoiceState = 10065
  case unknownWebhook = 10015
  case unknownInteraction = 10062
  case unknownCommand = 10063
  case botsNotAllowed = 20001
  case onlyBots = 20002
  case notYourApplication = 20012
  case accountDisabled = 20013
  case slowMode = 20016
  case ownerOnly = 20018
  case tooManyGuilds = 30001
  case tooManyFriends = 30002
  case tooManyPins = 30003
  case tooManyRecipients = 30004
  case tooManyRoles = 30005
  case tooManyWebhooks = 30007
  case tooManyReactions = 30010
  case tooManyChannels = 30013
  case tooManyInvites = 30016
  case tooManyMembers = 30019
  case tooManyCommands = 30032
  case tooManyThreadMembers = 30033
  case tooManyBans = 30035
  case tooManyPinnedPosts = 30047
  case tooManyTags = 30048
  case tooManyOverwrites = 30060
  case unauthorized = 40001
  case registrationClosed = 40006
  case userBanned = 40007
  case ownsGuilds = 40011
  case targetNotInVoice = 40032
  case alreadyCrossposted = 40033
  case alreadyAcknowledged = 40060
  case tagRequired = 40067
  case missingAccess = 50001
  case cannotEditOthersMessage = 50005
  case emptyMessage = 50006
  case cannotMessageUser = 50007
  case nonTextChannel = 50008
  case verificationLevel = 50009
  case missingPermissions = 50013
  case systemMessage = 50021
  case wrongChannelType = 50024
  case invalidWebhookToken = 50027
  case invalidRole = 50028
  case messageTooOld = 50034
  case invalidFormBody = 50035
  case invalidGuild = 50055
  case communityChannel = 50074
  case threadArchived = 50083
  case voiceMessageContent = 50159
  case voiceMessageFiles = 50160
  case voiceMessageMetadata = 50161
  case cannotEditVoiceMessage = 50162
  case hasSecondFactor = 60001
  case noSecondFactor = 60002
  case wrongSecondFactor = 60008
  case requestsDisabled = 80000
  case requestBlocked = 80001
  case befriendingSelf = 80003
  case unknownUsername = 80004
  case alreadyFriends = 80007
  case reactionBlocked = 90001
  case overloaded = 130000
  case replyWithoutHistory = 160002
  case threadExists = 160004
  case threadLocked = 160005
  case tooManyThreads = 160006
  case bulkBanFailed = 500000
  case cannotForward = 160014

  /// Discord's sentence.
  public var message: String {
    switch self {
    case .general: "General error"
    case .accountDisabled: "This account is disabled"
    case .registrationClosed: "This server takes no new accounts"
    case .ownsGuilds: "You must transfer ownership of any owned guilds before deleting your account"
    case .hasSecondFactor: "Two factor is already enabled for this account"
    case .noSecondFactor: "Two factor is not enabled for this account"
    case .wrongSecondFactor: "Invalid two-factor code"
    case .tooManyFriends: "Maximum number of friends reached (\(Limits.relationshipsPerUser))"
    case .tooManyRecipients: "Maximum number of recipients reached (\(Limits.groupRecipients))"
    case .requestsDisabled: "Incoming friend requests disabled."
    case .requestBlocked: "Friend request blocked"
    case .befriendingSelf: "Cannot send friend request to self"
    case .unknownUsername: "No users with DiscordTag exist"
    case .alreadyFriends: "You are already friends with that user."
    case .reactionBlocked: "Reaction was blocked"
    case .unknownApplication: "Unknown Application"
    case .unknownChannel: "Unknown Channel"
    case .unknownGuild: "Unknown Guild"
    case .unknownInvite: "Unknown Invite"
    case .unknownMember: "Unknown Member"
    case .unknownMessage: "Unknown Message"
    case .unknownOverwrite: "Unknown Permission Overwrite"
    case .unknownRole: "Unknown Role"
    case .unknownUser: "Unknown User"
    case .unknownEmoji: "Unknown Emoji"
    case .unknownSession: "Unknown Session"
    case .unknownBan: "Unknown Ban"
    case .unknownVoiceState: "Unknown Voice State"
    case .botsNotAllowed: "Bots cannot use this endpoint"
    case .onlyBots: "Only bots can use this endpoint"
    case .unknownWebhook: "Unknown Webhook"
    case .unknownInteraction: "Unknown interaction"
    case .alreadyAcknowledged: "Interaction has already been acknowledged."
    case .unknownCommand: "Unknown application command"
    case .notYourApplication: "You are not authorized to perform this action on this application"
    case .tooManyCommands: "Maximum number of application commands reached (\(Limits.chatCommands))"
    case .voiceMessageContent: "Voice messages do not support additional content."
    case .voiceMessageFiles: "Voice messages must have a single audio attachment."
    case .voiceMessageMetadata: "Voice messages must have supporting metadata."
    case .cannotEditVoiceMessage: "Voice messages cannot be edited."
    case .slowMode: "This action cannot be performed due to slowmode rate limit"
    case .ownerOnly: "Only the owner of this account can perform this action"
    case .tooManyGuilds: "Maximum number of guilds reached (\(Limits.guildsPerUser))"
    case .tooManyPins: "Maximum number of pins reached for the channel (\(Limits.pinsPerChannel))"
    case .alreadyCrossposted: "This message has already been crossposted."
    case .cannotForward: "You cannot forward this message"
    case .tooManyRoles: "Maximum number of guild roles reached (\(Limits.rolesPerGuild))"
    case .tooManyWebhooks: "Maximum number of webhooks reached (\(Limits.webhooksPerChannel))"
    case .tooManyReactions: "Maximum number of reactions reached (\(Limits.reactionsPerMessage))"
    case .tooManyChannels: "Maximum number of guild channels reached (\(Limits.channelsPerGuild))"
    case .tooManyInvites: "Maximum number of invites reached (\(Limits.invitesPerGuild))"
    case .tooManyMembers: "Maximum number of server members reached"
    case .tooManyBans: "Maximum number of bans for non-guild members have been exceeded"
    case .tooManyOverwrites:
      "Maximum number of permission overwrites reached (\(Limits.overwritesPerChannel))"
    case .unauthorized: "Unauthorized. Provide a valid token and try again"
    case .userBanned: "The user is banned from this guild."
    case .targetNotInVoice: "Target user is not connected to voice."
    case .missingAccess: "Missing Access"
    case .cannotEditOthersMessage: "Cannot edit a message authored by another user"
    case .emptyMessage: "Cannot send an empty message"
    case .cannotMessageUser: "Cannot send messages to this user"
    case .nonTextChannel: "Cannot send messages in a non-text channel"
    case .verificationLevel: "Channel verification level is too high for you to gain access"
    case .communityChannel: "Cannot delete a channel required for Community guilds"
    case .missingPermissions: "You lack permissions to perform that action"
    case .systemMessage: "Cannot execute action on a system message"
    case .wrongChannelType: "Cannot execute action on this channel type"
    case .invalidWebhookToken: "Invalid Webhook Token"
    case .invalidRole: "Invalid Role"
    case .messageTooOld: "A message provided was too old to bulk delete"
    case .invalidFormBody: "Invalid Form Body"
    case .invalidGuild: "Invalid Guild"
    case .overloaded: "API resource is currently overloaded. Try again a little later"
    case .bulkBanFailed: "Failed to ban users"
    case .tooManyThreadMembers:
      "Maximum number of thread participants reached (\(Limits.threadMembers))"
    case .tooManyPinnedPosts: "Maximum number of pinned threads in a forum channel has been reached"
    case .tooManyTags: "Maximum number of tags in a forum channel has been reached"
    case .tagRequired: "A tag is required to create a forum post in this channel"
    case .threadArchived: "Thread is archived"
    case .threadExists: "A thread has already been created for this message"
    case .threadLocked: "Thread is locked"
    case .tooManyThreads: "Maximum number of active threads reached"
    case .replyWithoutHistory: "Cannot reply without permission to read message history"
    }
  }

  /// The HTTP status that goes with it.
  public var status: Int {
    switch self {
    case .unauthorized, .invalidWebhookToken: 401
    case .botsNotAllowed, .onlyBots, .ownerOnly, .missingAccess, .missingPermissions,
      .cannotEditOthersMessage, .systemMessage, .userBanned, .verificationLevel, .cannotMessageUser,
      .notYourApplication, .reactionBlocked:
      403
    case .slowMode: 429
    case .overloaded: 503
    default: (10_000..<20_000).contains(rawValue) ? 404 : 400
    }
  }
}
