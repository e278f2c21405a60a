public import Base

/// Something that happened, by the ids from which it is told again.
///
/// What still stands is told as it is now; of what is gone the entry has what a client must know.
public struct LoggedEvent: Hashable, Sendable {
  /// What happened; the comment names the ids in their order.
  ///
  /// The raw values are stored: none is used again.
  public enum Kind: UInt8, CaseIterable, Hashable, Sendable {
    /// Guild, channel, message.
    case messageCreate = 1
    /// Guild, channel, message.
    case messageUpdate = 2
    /// Guild, channel, message.
    case messageDelete = 3
    /// Guild, channel, then the messages.
    case messagesDelete = 4
    /// Guild, channel, message, its author, user, emoji (0 for Unicode); the text is the emoji.
    case reactionAdd = 5
    /// The same.
    case reactionRemove = 6
    /// Guild, channel, message, emoji; the text is the emoji, and empty for all of them.
    case reactionsClear = 7
    /// Guild, channel.
    case pinsUpdate = 8
    /// Guild, user.
    case guildCreate = 9
    /// Guild.
    case guildUpdate = 10
    /// Guild, and the user who is no member any more; without one the guild is gone.
    case guildDelete = 11
    /// Guild, role.
    case roleCreate = 12
    /// Guild, role.
    case roleUpdate = 13
    /// Guild, role.
    case roleDelete = 14
    /// Guild, channel.
    case channelCreate = 15
    /// Guild, channel.
    case channelUpdate = 16
    /// Guild, channel, its kind; the text is its name.
    case channelDelete = 17
    /// Guild, user.
    case memberAdd = 18
    /// Guild, user.
    case memberUpdate = 19
    /// Guild, user.
    case memberRemove = 20
    /// Guild, user.
    case banAdd = 21
    /// Guild, user.
    case banRemove = 22
    /// Guild, entry.
    case auditEntry = 23
    /// User.
    case userUpdate = 24
    /// Guild, channel; the text is the code.
    case inviteCreate = 25
    /// Guild, channel; the text is the code.
    case inviteDelete = 26
    /// Channel, user.
    case privateChannelCreate = 27
    /// Channel, user.
    case privateChannelDelete = 28
    /// User.
    case tokensRevoked = 29
  }

  /// What happened.
  public var kind: Kind
  /// To what, in the order of ``Kind``.
  public var ids: [Snowflake]
  /// What is no id; mostly empty.
  public var text: String

  /// Makes an event.
  public init(_ kind: Kind, _ ids: [Snowflake], text: String = "") {
    self.kind = kind
    self.ids = ids
    self.text = text
  }
}

/// The events of one transaction, in their order.
public struct LogEntry: Hashable, Sendable {
  /// The entry's place in the log, from 1 on without gaps.
  public var offset: UInt64
  /// When it was written.
  public var at: WallTime
  /// What happened.
  public var events: [LoggedEvent]

  /// Makes an entry.
  public init(offset: UInt64, at: WallTime, events: [LoggedEvent]) {
    self.offset = offset
    self.at = at
    self.events = events
  }
}

/// Who reads the log; a name is stored and means the same for ever.
public struct LogConsumer: RawRepresentable, Hashable, Sendable {
  /// The name.
  public let rawValue: String

  /// Names a consumer.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// Those who tell gateway sessions.
  public static let gateway = LogConsumer(rawValue: "gateway")
}

/// Where the log and its readers stand.
public struct LogState: Hashable, Sendable {
  /// The newest entry; 0 before the first.
  public var newest: UInt64 = 0
  /// The oldest entry that is kept; 0 before the first.
  public var oldest: UInt64 = 0
  /// The last entry that each consumer is done with.
  public var consumers: [LogConsumer: UInt64] = [:]

  /// An empty log.
  public init() {}
}

/// Changes of the log.
public enum LogWrite: Hashable, Sendable {
  /// Adds an entry, and forgets the oldest while the log is larger than ``Limits/logOctets``.
  case append(LogEntry)
  /// A consumer is done with everything up to an entry; the first such write makes it known.
  case acknowledge(LogConsumer, through: UInt64)
}
