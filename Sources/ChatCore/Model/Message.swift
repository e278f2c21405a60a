public import Base

/// A client's own mark on a message; the answer keeps the JSON type that was sent.
public enum Nonce: Hashable, Sendable {
  /// Sent as a string of at most 25 characters.
  case text(String)
  /// Sent as a number.
  case integer(Int64)
}

/// A message's type; raw values are Discord's.
public enum MessageKind: Int, Hashable, Sendable {
  /// An ordinary message.
  case ordinary = 0
  /// "… added …": content empty, the mention is the newcomer.
  case recipientAdd = 1
  /// "… removed …", or "… left" when the author is the mention: content empty.
  case recipientRemove = 2
  /// "… named the group": content is the new name.
  case nameChange = 4
  /// "… changed the group's picture": content empty.
  case iconChange = 5
  /// "… pinned a message": content empty, the reference names the message.
  case pin = 6
  /// "… joined": content empty, the author is the newcomer.
  case join = 7
  /// "… has added … to this channel": content is what the channel follows.
  case followAdd = 12
  /// "… started a thread": content is its name, the reference names it.
  case threadCreated = 18
  /// An answer to another message.
  case reply = 19
  /// A bot's answer to a command after a slash.
  case chatCommand = 20
  /// What a thread began with: the reference names the message in its parent.
  case threadStarter = 21
  /// A bot's answer to a command on a user or message.
  case contextCommand = 23

  /// Whether the server wrote it: nobody edits, answers, forwards or pins it.
  public var isSystem: Bool {
    switch self {
    case .ordinary, .reply, .chatCommand, .contextCommand: false
    default: true
    }
  }

  /// Whether somebody may delete it.
  public var isDeletable: Bool {
    switch self {
    case .recipientAdd, .recipientRemove, .nameChange, .iconChange, .threadStarter: false
    default: true
    }
  }
}

/// A message's flags; raw values are Discord's.
public struct MessageFlags: OptionSet, Hashable, Sendable {
  /// The mask.
  public let rawValue: UInt32

  /// Makes flags of a mask.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// CROSSPOSTED: published from an announcement channel.
  public static let crossposted = MessageFlags(rawValue: 1 << 0)
  /// IS_CROSSPOST: a copy of what another channel published.
  public static let isCrosspost = MessageFlags(rawValue: 1 << 1)
  /// SOURCE_MESSAGE_DELETED: what it copies is gone.
  public static let sourceDeleted = MessageFlags(rawValue: 1 << 3)
  /// HAS_THREAD: a thread with the same id began with it.
  public static let hasThread = MessageFlags(rawValue: 1 << 5)
  /// SUPPRESS_EMBEDS.
  public static let suppressEmbeds = MessageFlags(rawValue: 1 << 2)
  /// EPHEMERAL: only one person and the bot see it.
  public static let ephemeral = MessageFlags(rawValue: 1 << 6)
  /// LOADING: a bot is still thinking.
  public static let loading = MessageFlags(rawValue: 1 << 7)
  /// IS_COMPONENTS_V2: components are the whole message.
  public static let componentsV2 = MessageFlags(rawValue: 1 << 15)
  /// SUPPRESS_NOTIFICATIONS.
  public static let suppressNotifications = MessageFlags(rawValue: 1 << 12)
  /// IS_VOICE_MESSAGE: one recording is the whole message.
  public static let voiceMessage = MessageFlags(rawValue: 1 << 13)
  /// HAS_SNAPSHOT: a forward.
  public static let hasSnapshot = MessageFlags(rawValue: 1 << 14)
}

/// Which message another one answers, forwards or tells of.
public struct MessageReference: Hashable, Sendable {
  /// The channel of the message.
  public var channelID: Snowflake
  /// The message; `nil` when the channel itself is told of.
  public var messageID: Snowflake?
  /// The guild of a forwarded or copied message; nil for the referring message's own.
  public var guildID: Snowflake?

  /// Makes a reference within a guild.
  public init(channelID: Snowflake, messageID: Snowflake?) {
    self.channelID = channelID
    self.messageID = messageID
  }
}

/// A message as it is stored.
public struct Message: Hashable, Sendable {
  /// The message's id; its time is the timestamp.
  public let id: Snowflake
  /// The channel.
  public let channelID: Snowflake
  /// The guild; ``Base/Snowflake/noGuild`` in a private channel.
  public let guildID: Snowflake
  /// The author.
  public let authorID: Snowflake
  /// The type.
  public var kind: MessageKind
  /// At most 2000 code points.
  public var content: String
  /// When it was last edited.
  public var editedAt: WallTime?
  /// Whether clients read it aloud.
  public var isTTS: Bool
  /// The flags.
  public var flags: MessageFlags
  /// The author's mark.
  public var nonce: Nonce?
  /// Whether @everyone or @here notifies.
  public var mentionsEveryone: Bool
  /// Users that it notifies, in the order of the text, the answered author last.
  public var mentions: [Snowflake]
  /// Roles that it notifies.
  public var mentionedRoles: [Snowflake]
  /// What it answers.
  public var reference: MessageReference?
  /// Buttons, lists and layouts beneath it, in Discord's form.
  public var components: [PlainValue] = []
  /// The interaction that it answers.
  public var interaction: InteractionMetadata?
  /// What it forwards.
  public var snapshot: MessageSnapshot?
  /// The name that the author, a webhook, gave itself; nil for an account's messages.
  public var webhook: WebhookAuthor?
  /// When it was pinned; nil while it is not.
  public var pinnedAt: WallTime?
  /// Its cards; kept, but not shown, while SUPPRESS_EMBEDS is set.
  public var embeds: [Embed]
  /// Its files.
  public var attachments: [Attachment]
  /// In a thread: how many messages were sent before it.
  public var position: Int?

  /// Whether a thread counts it: what one began with is not counted.
  public var countsInThread: Bool { position != nil && kind != .threadStarter && id != channelID }

  /// Makes a message with text only; set the rest.
  public init(
    id: Snowflake, channelID: Snowflake, guildID: Snowflake, authorID: Snowflake, kind: MessageKind,
    content: String
  ) {
    self.id = id
    self.channelID = channelID
    self.guildID = guildID
    self.authorID = authorID
    self.kind = kind
    self.content = content
    editedAt = nil
    isTTS = false
    flags = []
    nonce = nil
    mentionsEveryone = false
    mentions = []
    mentionedRoles = []
    reference = nil
    embeds = []
    attachments = []
  }

  /// The cards that readers are shown.
  public var shownEmbeds: [Embed] { flags.contains(.suppressEmbeds) ? [] : embeds }

  /// Its files and those of the message that it forwards: what it keeps from being swept.
  public var allFiles: [Attachment] { attachments + (snapshot?.attachments ?? []) }
}

/// A message as it was when somebody forwarded it.
public struct MessageSnapshot: Hashable, Sendable {
  /// The message; its time is the timestamp.
  public var id: Snowflake
  /// The type.
  public var kind: MessageKind
  /// The text.
  public var content: String
  /// When it was last edited.
  public var editedAt: WallTime?
  /// The flags.
  public var flags: MessageFlags
  /// Users that it mentioned.
  public var mentions: [Snowflake]
  /// Roles that it mentioned.
  public var mentionedRoles: [Snowflake]
  /// Its cards as readers were shown them.
  public var embeds: [Embed]
  /// Its files; the forward holds them under ids of its own, so that they outlive the forwarded message.
  public var attachments: [Attachment] = []

  /// Makes a snapshot with text only; set the rest.
  public init(id: Snowflake, kind: MessageKind, content: String) {
    self.id = id
    self.kind = kind
    self.content = content
    editedAt = nil
    flags = []
    mentions = []
    mentionedRoles = []
    embeds = []
  }

  /// What a message shows now.
  init(_ message: Message) {
    self.init(id: message.id, kind: message.kind, content: message.content)
    editedAt = message.editedAt
    flags = message.flags.subtracting([.crossposted, .suppressNotifications, .hasThread])
    mentions = message.mentions
    mentionedRoles = message.mentionedRoles
    embeds = message.shownEmbeds
  }
}

/// What somebody reacts with: a Unicode emoji (`id` nil) until custom emoji exist.
public struct ReactionEmoji: Hashable, Sendable {
  /// The custom emoji's id.
  public var id: Snowflake?
  /// The emoji itself, or the custom emoji's name.
  public var name: String

  /// Makes an emoji of its parts.
  public init(id: Snowflake?, name: String) {
    self.id = id
    self.name = name
  }
}

/// How often one emoji was put on a message.
public struct ReactionCount: Hashable, Sendable {
  /// The emoji.
  public var emoji: ReactionEmoji
  /// By how many users, at least 1.
  public var count: Int
  /// Whether the reader is one of them.
  public var isMine: Bool

  /// Makes a count.
  public init(emoji: ReactionEmoji, count: Int, isMine: Bool) {
    self.emoji = emoji
    self.count = count
    self.isMine = isMine
  }
}

/// A user whom a message mentions, with the membership that MESSAGE_CREATE carries.
public struct MentionedUser: Hashable, Sendable {
  /// The user.
  public var user: User
  /// The membership; `nil` once the user has left.
  public var member: Member?

  /// Joins a user and its membership.
  public init(user: User, member: Member?) {
    self.user = user
    self.member = member
  }
}

/// What became of the message that another one answers.
public enum ReferencedMessage: Hashable, Sendable {
  /// There is no answer here: leave `referenced_message` out.
  case none
  /// It is gone: `referenced_message` is null.
  case deleted
  /// It stands, itself without its own reference.
  indirect case message(MessageView)
}

/// A message with everything that its JSON needs.
public struct MessageView: Hashable, Sendable {
  /// The message.
  public var message: Message
  /// The author, also when it has left the guild.
  public var author: User
  /// The author's membership; `nil` once it has left.
  public var authorMember: Member?
  /// The mentioned users in the order of ``Message/mentions``.
  public var mentions: [MentionedUser]
  /// Reactions in the order in which the emoji first appeared.
  ///
  /// `isMine` is the asking user's in replies; in events there is no asking user and it is false.
  public var reactions: [ReactionCount]
  /// The answered message.
  public var referenced: ReferencedMessage
  /// Who caused the bot to write it.
  public var interactionUser: User?
  /// Users whom a forwarded message mentioned.
  public var snapshotMentions: [User] = []
  /// The thread that began with it.
  public var thread: Channel?

  /// Makes a view.
  public init(
    message: Message, author: User, authorMember: Member?, mentions: [MentionedUser],
    reactions: [ReactionCount], referenced: ReferencedMessage
  ) {
    self.message = message
    self.author = author
    self.authorMember = authorMember
    self.mentions = mentions
    self.reactions = reactions
    self.referenced = referenced
  }
}

/// Who reacted to a message with what, emoji in the order in which they came.
public struct ReactionTally: Hashable, Sendable {
  /// Everybody who reacted with one emoji.
  public struct Row: Hashable, Sendable {
    /// The emoji.
    public var emoji: ReactionEmoji
    /// The users.
    public var users: Set<Snowflake>
  }

  /// A row an emoji.
  public private(set) var rows: [Row] = []

  /// Nobody reacted.
  public init() {}

  /// Adds a reaction; they come in the order of their times.
  public mutating func add(_ emoji: ReactionEmoji, _ user: Snowflake) {
    if let index = rows.firstIndex(where: { $0.emoji == emoji }) {
      rows[index].users.insert(user)
    } else {
      rows.append(Row(emoji: emoji, users: [user]))
    }
  }

  /// What a reader is shown.
  func counts(for reader: Snowflake?) -> [ReactionCount] {
    rows.map { row in
      ReactionCount(
        emoji: row.emoji, count: row.users.count, isMine: reader.map(row.users.contains) ?? false)
    }
  }

  /// About what it takes of memory.
  var octets: Int { 64 + rows.reduce(0) { $0 + 200 + $1.users.count * 24 } }
}
