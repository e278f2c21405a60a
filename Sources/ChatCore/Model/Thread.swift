public import Base

/// What a thread has beyond what every channel has; its parent is the channel's ``Channel/parentID``.
public struct ThreadDetails: Hashable, Sendable {
  /// Who made it, also when no longer a member.
  public let ownerID: Snowflake
  /// When it was made; a thread of a message has an id that is older.
  public let createdAt: WallTime
  /// Whether it is put away: nobody writes until it is taken out again.
  public var isArchived = false
  /// Minutes without a message until it is archived by itself.
  public var archiveMinutes: Int
  /// When it was last archived or taken out, or ``archiveMinutes`` changed.
  public var archivedAt: WallTime
  /// Whether only those with MANAGE_THREADS write, or take it out of the archive.
  public var isLocked = false
  /// Private threads: whether members without MANAGE_THREADS may add others.
  public var isInvitable = true
  /// Messages that stand in it, without the one that it began with.
  public var messageCount = 0
  /// Messages that were ever sent, likewise.
  public var totalMessageCount = 0
  /// How many users follow it; counted from the memberships, and not stored.
  public var memberCount = 0
  /// The tags of a forum's post, in the order that was given.
  public var appliedTags: [Snowflake] = []

  /// Makes the details of a thread without messages.
  public init(ownerID: Snowflake, createdAt: WallTime, archiveMinutes: Int) {
    self.ownerID = ownerID
    self.createdAt = createdAt
    self.archiveMinutes = archiveMinutes
    archivedAt = createdAt
  }
}

extension Channel {
  /// When a thread is archived by itself; `nil` for pinned and archived ones, and for what is no thread.
  public var archiveDeadline: WallTime? {
    guard let thread, !thread.isArchived, !flags.contains(.pinned) else { return nil }
    let active = max(thread.archivedAt.milliseconds, lastMessageID?.time.milliseconds ?? 0)
    return WallTime(milliseconds: active &+ Int64(thread.archiveMinutes) &* 60_000)
  }

  /// Notes a new message: it is the newest, and a thread counts it.
  public mutating func note(_ message: Message) {
    lastMessageID = message.id
    guard message.countsInThread else { return }
    thread?.messageCount += 1
    thread?.totalMessageCount += 1
  }

  /// Notes that a message is gone; that which a post began with was never counted.
  public mutating func noteDeleted(_ message: Snowflake) {
    guard message != id, let count = thread?.messageCount else { return }
    thread?.messageCount = max(0, count - 1)
  }
}

/// A channel's flags; raw values are Discord's.
public struct ChannelFlags: OptionSet, Hashable, Sendable {
  /// The mask.
  public let rawValue: Int

  /// Makes flags of a mask.
  public init(rawValue: Int) {
    self.rawValue = rawValue
  }

  /// PINNED: a post at the top of its forum.
  public static let pinned = ChannelFlags(rawValue: 1 << 1)
  /// REQUIRE_TAG: a forum whose posts carry a tag.
  public static let requiresTag = ChannelFlags(rawValue: 1 << 4)
  /// HIDE_MEDIA_DOWNLOAD_OPTIONS: a media channel whose clients offer no download.
  public static let hidesDownloads = ChannelFlags(rawValue: 1 << 15)
}

/// Somebody who follows a thread; in a private one, somebody who may see it.
public struct ThreadMember: Hashable, Sendable {
  /// The thread.
  public let threadID: Snowflake
  /// The user.
  public let userID: Snowflake
  /// The thread's guild.
  public let guildID: Snowflake
  /// When the user was added last.
  public var joinedAt: WallTime
  /// What notifies the user, as the client keeps it.
  public var flags: Int

  /// Makes a membership.
  public init(
    threadID: Snowflake, userID: Snowflake, guildID: Snowflake, joinedAt: WallTime, flags: Int
  ) {
    self.threadID = threadID
    self.userID = userID
    self.guildID = guildID
    self.joinedAt = joinedAt
    self.flags = flags
  }
}

/// A thread's member with the membership in the guild, if that is asked for.
public struct ThreadMemberView: Hashable, Sendable {
  /// The membership of the thread.
  public var member: ThreadMember
  /// The membership of the guild.
  public var guildMember: MemberView?

  /// Joins both.
  public init(member: ThreadMember, guildMember: MemberView?) {
    self.member = member
    self.guildMember = guildMember
  }
}

/// A tag of a forum.
public struct ForumTag: Hashable, Sendable {
  /// The tag's id.
  public let id: Snowflake
  /// 1 to 20 characters.
  public var name: String
  /// Whether only those with MANAGE_THREADS give and take it.
  public var isModerated: Bool
  /// What stands before the name; an id for a custom emoji, or a name for a Unicode one.
  public var emoji: TagEmoji?

  /// Makes a tag.
  public init(id: Snowflake, name: String, isModerated: Bool, emoji: TagEmoji?) {
    self.id = id
    self.name = name
    self.isModerated = isModerated
    self.emoji = emoji
  }
}

/// An emoji of a forum: custom ones are named by their id alone.
public enum TagEmoji: Hashable, Sendable {
  /// A custom emoji.
  case custom(Snowflake)
  /// A Unicode emoji.
  case unicode(String)
}

/// What a channel says of the threads in it.
public struct ThreadSettings: Hashable, Sendable {
  /// Minutes until new threads are archived; `nil` for a day.
  public var archiveMinutes: Int?
  /// Slow mode of new threads in seconds.
  public var rateLimitPerUser = 0
  /// A forum's tags.
  public var tags: [ForumTag] = []
  /// What clients offer to react to posts with.
  public var reaction: TagEmoji?
  /// How clients sort posts: 0 by the latest message, 1 by age; `nil` as the client likes.
  public var sortOrder: Int?
  /// How clients show posts: 0 as they like, 1 as a list, 2 as a gallery.
  public var layout = 0

  /// The settings of a new channel.
  public init() {}
}
