/// The event groups that a bot subscribed to with IDENTIFY.
struct Intents: OptionSet, Hashable, Sendable {
  let rawValue: UInt64

  static let guilds = Intents(bit: 0)
  static let guildMembers = Intents(bit: 1)
  static let guildModeration = Intents(bit: 2)
  static let guildExpressions = Intents(bit: 3)
  static let guildIntegrations = Intents(bit: 4)
  static let guildWebhooks = Intents(bit: 5)
  static let guildInvites = Intents(bit: 6)
  static let guildVoiceStates = Intents(bit: 7)
  static let guildPresences = Intents(bit: 8)
  static let guildMessages = Intents(bit: 9)
  static let guildMessageReactions = Intents(bit: 10)
  static let guildMessageTyping = Intents(bit: 11)
  static let directMessages = Intents(bit: 12)
  static let directMessageReactions = Intents(bit: 13)
  static let directMessageTyping = Intents(bit: 14)
  static let messageContent = Intents(bit: 15)
  static let guildScheduledEvents = Intents(bit: 16)
  static let autoModerationConfiguration = Intents(bit: 20)
  static let autoModerationExecution = Intents(bit: 21)
  static let guildPolls = Intents(bit: 24)
  static let directMessagePolls = Intents(bit: 25)

  /// Every bit that a bot may set; any other is answered with 4013.
  ///
  /// Bits 18, 19, 22, 23 and 26 to 28 belong to user accounts, the rest to nobody. Bit 17 does too, but is
  /// among the default intents of interactions.py, and so asked for by every bot that uses it.
  static let known = Intents(rawValue: 0x3_FFFF | 0b11 << 20 | 0b11 << 24)

  /// The bits that an application must have been granted; otherwise 4014.
  static let privileged: Intents = [.guildMembers, .guildPresences, .messageContent]

  /// What a user account is subscribed to: everything.
  static let everything = Intents(rawValue: .max)

  init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// The intent that asks for the same in private channels.
  var inPrivate: Intents {
    switch self {
    case .guildMessages, .guilds: .directMessages
    case .guildMessageReactions: .directMessageReactions
    case .guildMessageTyping: .directMessageTyping
    default: self
    }
  }

  private init(bit: UInt64) {
    rawValue = 1 << bit
  }
}
