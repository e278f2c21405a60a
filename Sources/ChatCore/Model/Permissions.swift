/// What a member may do, as Discord's 64-bit mask; a decimal string in JSON.
///
/// Bits that no rule of this server reads are kept and handed on unchanged, so that a client's role editor
/// loses nothing. ``PermissionRules`` computes the effective mask.
public struct Permissions: OptionSet, Hashable, Sendable {
  /// The mask.
  public let rawValue: UInt64

  /// Makes permissions of a mask.
  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  private init(bit: UInt64) {
    rawValue = 1 << bit
  }

  /// CREATE_INSTANT_INVITE.
  public static let createInstantInvite = Permissions(bit: 0)
  /// KICK_MEMBERS.
  public static let kickMembers = Permissions(bit: 1)
  /// BAN_MEMBERS.
  public static let banMembers = Permissions(bit: 2)
  /// ADMINISTRATOR: everything, in every channel.
  public static let administrator = Permissions(bit: 3)
  /// MANAGE_CHANNELS.
  public static let manageChannels = Permissions(bit: 4)
  /// MANAGE_GUILD.
  public static let manageGuild = Permissions(bit: 5)
  /// ADD_REACTIONS.
  public static let addReactions = Permissions(bit: 6)
  /// VIEW_AUDIT_LOG.
  public static let viewAuditLog = Permissions(bit: 7)
  /// PRIORITY_SPEAKER.
  public static let prioritySpeaker = Permissions(bit: 8)
  /// STREAM.
  public static let stream = Permissions(bit: 9)
  /// VIEW_CHANNEL.
  public static let viewChannel = Permissions(bit: 10)
  /// SEND_MESSAGES.
  public static let sendMessages = Permissions(bit: 11)
  /// SEND_TTS_MESSAGES.
  public static let sendTTSMessages = Permissions(bit: 12)
  /// MANAGE_MESSAGES.
  public static let manageMessages = Permissions(bit: 13)
  /// EMBED_LINKS.
  public static let embedLinks = Permissions(bit: 14)
  /// ATTACH_FILES.
  public static let attachFiles = Permissions(bit: 15)
  /// READ_MESSAGE_HISTORY.
  public static let readMessageHistory = Permissions(bit: 16)
  /// MENTION_EVERYONE.
  public static let mentionEveryone = Permissions(bit: 17)
  /// USE_EXTERNAL_EMOJIS.
  public static let useExternalEmojis = Permissions(bit: 18)
  /// CONNECT.
  public static let connect = Permissions(bit: 20)
  /// SPEAK.
  public static let speak = Permissions(bit: 21)
  /// MUTE_MEMBERS.
  public static let muteMembers = Permissions(bit: 22)
  /// DEAFEN_MEMBERS.
  public static let deafenMembers = Permissions(bit: 23)
  /// MOVE_MEMBERS.
  public static let moveMembers = Permissions(bit: 24)
  /// USE_VAD: speak without push-to-talk.
  public static let useVoiceActivity = Permissions(bit: 25)
  /// CHANGE_NICKNAME.
  public static let changeNickname = Permissions(bit: 26)
  /// MANAGE_NICKNAMES.
  public static let manageNicknames = Permissions(bit: 27)
  /// MANAGE_ROLES; in a channel's overwrites: manage permissions there.
  public static let manageRoles = Permissions(bit: 28)
  /// MANAGE_WEBHOOKS.
  public static let manageWebhooks = Permissions(bit: 29)
  /// USE_APPLICATION_COMMANDS.
  public static let useApplicationCommands = Permissions(bit: 31)
  /// REQUEST_TO_SPEAK.
  public static let requestToSpeak = Permissions(bit: 32)
  /// MANAGE_THREADS.
  public static let manageThreads = Permissions(bit: 34)
  /// CREATE_PUBLIC_THREADS.
  public static let createPublicThreads = Permissions(bit: 35)
  /// CREATE_PRIVATE_THREADS.
  public static let createPrivateThreads = Permissions(bit: 36)
  /// SEND_MESSAGES_IN_THREADS.
  public static let sendMessagesInThreads = Permissions(bit: 38)
  /// USE_EMBEDDED_ACTIVITIES.
  public static let useEmbeddedActivities = Permissions(bit: 39)
  /// MODERATE_MEMBERS: time members out.
  public static let moderateMembers = Permissions(bit: 40)
  /// USE_SOUNDBOARD.
  public static let useSoundboard = Permissions(bit: 42)
  /// SEND_VOICE_MESSAGES.
  public static let sendVoiceMessages = Permissions(bit: 46)
  /// PIN_MESSAGES.
  public static let pinMessages = Permissions(bit: 51)
  /// BYPASS_SLOWMODE.
  public static let bypassSlowmode = Permissions(bit: 52)

  /// Every bit that is defined: 0 to 52 without 47.
  public static let all = Permissions(rawValue: (1 << 53) - 1 - (1 << 47))

  /// What @everyone may do in a new guild.
  public static let newGuildDefault: Permissions = [
    .createInstantInvite, .addReactions, .stream, .viewChannel, .sendMessages, .embedLinks, .attachFiles,
    .readMessageHistory, .useExternalEmojis, .connect, .speak, .useVoiceActivity, .changeNickname,
    .useApplicationCommands, .requestToSpeak, .createPublicThreads, .createPrivateThreads,
    .sendMessagesInThreads, .useEmbeddedActivities, .useSoundboard, .sendVoiceMessages,
  ]

  /// What everybody may do in a private channel.
  public static let privateChannel: Permissions = [
    .addReactions, .viewChannel, .sendMessages, .embedLinks, .attachFiles, .readMessageHistory,
    .useExternalEmojis, .useApplicationCommands, .pinMessages, .sendVoiceMessages,
  ]

  /// What a timed-out member keeps.
  public static let timedOut: Permissions = [.viewChannel, .readMessageHistory]

  /// What falls away with SEND_MESSAGES.
  public static let impliedBySending: Permissions = [
    .mentionEveryone, .sendTTSMessages, .attachFiles, .embedLinks, .sendVoiceMessages,
  ]

  /// What falls away in a voice channel with CONNECT.
  public static let impliedByConnecting: Permissions = [
    .speak, .stream, .muteMembers, .deafenMembers, .moveMembers, .useVoiceActivity, .prioritySpeaker,
    .requestToSpeak, .useSoundboard, .useEmbeddedActivities,
  ]
}
