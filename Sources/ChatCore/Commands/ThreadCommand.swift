public import Base

/// What can be asked of threads; changing and deleting one are ``ChatCommand/modifyChannel(_:_:)`` and
/// ``ChatCommand/deleteChannel(_:)``.
public enum ThreadCommand: Sendable {
  /// → ``ThreadReply/thread(_:member:)`` A public thread with the message's id. CREATE_PUBLIC_THREADS.
  case createFromMessage(channel: Snowflake, message: Snowflake, ThreadDraft)
  /// → ``ThreadReply/thread(_:member:)`` CREATE_PUBLIC_THREADS or CREATE_PRIVATE_THREADS.
  case create(channel: Snowflake, kind: ChannelKind, ThreadDraft)
  /// → ``ThreadReply/post(_:member:_:)`` A forum's post with its first message. SEND_MESSAGES.
  case createPost(channel: Snowflake, ThreadDraft, MessageDraft)
  /// → ``ChatReply/done``
  case join(thread: Snowflake)
  /// → ``ChatReply/done``
  case leave(thread: Snowflake)
  /// → ``ChatReply/done`` SEND_MESSAGES_IN_THREADS; where members may not invite, MANAGE_THREADS.
  case add(thread: Snowflake, user: Snowflake)
  /// → ``ChatReply/done`` MANAGE_THREADS, or the maker of a private thread.
  case remove(thread: Snowflake, user: Snowflake)
  /// → ``ThreadReply/member(_:)`` What notifies the actor.
  case modifyMember(thread: Snowflake, flags: Int)
  /// → ``ThreadReply/member(_:)``
  case member(thread: Snowflake, user: Snowflake, isWhole: Bool)
  /// → ``ThreadReply/members(_:)`` ascending by user id.
  case members(thread: Snowflake, isWhole: Bool, after: Snowflake?, limit: Int)
  /// → ``ThreadReply/list(_:)`` All that the actor may view, newest first.
  case active(guild: Snowflake)
  /// → ``ThreadReply/list(_:)``
  case archived(channel: Snowflake, ThreadPage)
  /// → ``ThreadReply/search(_:)`` A forum's posts, also of text channels.
  case search(channel: Snowflake, ThreadQuery)
  /// → ``ThreadReply/posts(_:)`` What posts began with. Those that are no threads of the channel are passed over.
  case posts(channel: Snowflake, [Snowflake])
  /// → ``ChatReply/done`` Archives those whose time has come. Only `.system`.
  case archiveInactive([Snowflake])
}

/// POST of a thread.
public struct ThreadDraft: Hashable, Sendable {
  /// 1 to 100 characters.
  public var name: String
  /// 60, 1440, 4320 or 10080; the parent's when nil.
  public var archiveMinutes: Int?
  /// Slow mode in seconds; the parent's when nil.
  public var rateLimitPerUser: Int?
  /// Private threads: whether members may add others.
  public var isInvitable = true
  /// A post's tags.
  public var appliedTags: [Snowflake] = []

  /// A thread with a name; set the rest.
  public init(name: String) {
    self.name = name
  }
}

/// What a PATCH of a thread changes beyond name and slow mode.
public struct ThreadChanges: Hashable, Sendable {
  /// Put away, or taken out.
  public var isArchived: Change<Bool> = .keep
  /// Minutes until it is archived by itself.
  public var archiveMinutes: Change<Int> = .keep
  /// Closed for those without MANAGE_THREADS.
  public var isLocked: Change<Bool> = .keep
  /// Whether members may add others.
  public var isInvitable: Change<Bool> = .keep
  /// All tags.
  public var appliedTags: Change<[Snowflake]> = .keep

  /// Changes nothing; set what the body gives.
  public init() {}
}

/// A tag as a client writes it: without an id it is a new one.
public struct TagDraft: Hashable, Sendable {
  /// The tag that is kept.
  public var id: Snowflake?
  /// The name.
  public var name: String
  /// Whether only moderators give it.
  public var isModerated: Bool
  /// What stands before the name.
  public var emoji: TagEmoji?

  /// Makes a draft.
  public init(id: Snowflake?, name: String, isModerated: Bool, emoji: TagEmoji?) {
    self.id = id
    self.name = name
    self.isModerated = isModerated
    self.emoji = emoji
  }
}

/// What a PATCH changes of what a channel says of its threads.
public struct ThreadSettingsChanges: Hashable, Sendable {
  /// Minutes until new threads are archived.
  public var archiveMinutes: Change<Int?> = .keep
  /// Slow mode of new threads.
  public var rateLimitPerUser: Change<Int> = .keep
  /// All tags of a forum.
  public var tags: Change<[TagDraft]> = .keep
  /// What clients offer to react with.
  public var reaction: Change<TagEmoji?> = .keep
  /// The order of posts.
  public var sortOrder: Change<Int?> = .keep
  /// The look of posts.
  public var layout: Change<Int> = .keep

  /// Changes nothing; set what the body gives.
  public init() {}
}

/// Which archived threads of a channel are listed.
public struct ThreadPage: Hashable, Sendable {
  /// Which of them.
  public enum Scope: Hashable, Sendable {
    /// Public and announcement threads, by the time of archiving, before `before`.
    case everybodys(before: WallTime?)
    /// Private threads, likewise. MANAGE_THREADS.
    case hidden(before: WallTime?)
    /// Private threads that the actor is in, by id, below `before`.
    case own(before: Snowflake?)
  }

  /// Which of them.
  public var scope: Scope
  /// How many at most.
  public var limit: Int

  /// Makes a page.
  public init(scope: Scope, limit: Int) {
    self.scope = scope
    self.limit = limit
  }
}

/// Which posts of a forum are searched.
public struct ThreadQuery: Hashable, Sendable {
  /// How they are sorted.
  public enum Order: String, Hashable, Sendable {
    /// By the newest message, or by nothing better.
    case lastMessage = "last_message_time"
    /// By when the archive state changed.
    case archived = "archive_time"
    /// By how well the name fits.
    case relevance
    /// By when they were made.
    case created = "creation_time"
  }

  /// Words that the name holds.
  public var name: String?
  /// Tags that they carry.
  public var tags: [Snowflake] = []
  /// Whether they carry all of the tags, and not only one.
  public var needsAllTags = false
  /// Only archived, or only active ones.
  public var isArchived: Bool?
  /// How they are sorted.
  public var order: Order = .lastMessage
  /// Whether the first becomes the last.
  public var isAscending = false
  /// How many at most.
  public var limit: Int
  /// How many are passed over.
  public var offset = 0
  /// Only with a greater id.
  public var after: Snowflake?
  /// Only with a lower id.
  public var before: Snowflake?

  /// Asks for the most recently active ones.
  public init(limit: Int) {
    self.limit = limit
  }
}

/// What a command on threads came to.
public enum ThreadReply: Hashable, Sendable {
  /// A thread, with the actor's membership.
  case thread(Channel, member: ThreadMember?)
  /// A post with its first message.
  case post(Channel, member: ThreadMember?, MessageView)
  /// A membership.
  case member(ThreadMemberView)
  /// Memberships.
  case members([ThreadMemberView])
  /// Threads.
  case list(ThreadList)
  /// Posts that were found.
  case search(ThreadSearch)
  /// What posts began with; nil when that is gone.
  case posts([ThreadPost])
}

/// Threads with the actor's memberships of them.
public struct ThreadList: Hashable, Sendable {
  /// The threads.
  public var threads: [Channel]
  /// Those that the actor is in.
  public var members: [ThreadMember]
  /// Whether there are more; `nil` when all are listed.
  public var hasMore: Bool?

  /// Makes a list.
  public init(threads: [Channel], members: [ThreadMember], hasMore: Bool?) {
    self.threads = threads
    self.members = members
    self.hasMore = hasMore
  }
}

/// A page of what was searched.
public struct ThreadSearch: Hashable, Sendable {
  /// The posts.
  public var list: ThreadList
  /// What they began with, as far as it stands.
  public var firstMessages: [MessageView]
  /// How many there are on all pages.
  public var count: Int

  /// Makes a page.
  public init(list: ThreadList, firstMessages: [MessageView], count: Int) {
    self.list = list
    self.firstMessages = firstMessages
    self.count = count
  }
}

/// What a post began with.
public struct ThreadPost: Hashable, Sendable {
  /// The post.
  public var thread: Channel
  /// Its maker, while a member of the guild.
  public var owner: MemberView?
  /// The first message; nil when it is gone.
  public var firstMessage: MessageView?

  /// Joins them.
  public init(thread: Channel, owner: MemberView?, firstMessage: MessageView?) {
    self.thread = thread
    self.owner = owner
    self.firstMessage = firstMessage
  }
}

/// Something that happened to threads.
public enum ThreadEvent: Hashable, Sendable {
  /// THREAD_CREATE: it is new, or has become visible; `member` when the audience was added.
  case create(Channel, member: ThreadMember?, isNew: Bool)
  /// THREAD_UPDATE.
  case update(Channel)
  /// THREAD_DELETE: it is gone, or is no longer visible.
  case delete(Channel)
  /// THREAD_LIST_SYNC: a channel has become visible; these are its active threads.
  case listSync(guild: Snowflake, channel: Snowflake, ThreadList)
  /// THREAD_MEMBER_UPDATE to the member itself.
  case memberUpdate(ThreadMember)
  /// THREAD_MEMBERS_UPDATE. Who came or went gets it whatever the intents.
  case membersUpdate(Channel, added: ThreadMemberView?, removed: Snowflake?)
}

/// What is kept of threads beyond ``StoreWrite/channel(_:)``.
public enum ThreadWrite: Hashable, Sendable {
  /// Adds or replaces a membership.
  case member(ThreadMember)
  /// Removes a membership.
  case deleteMember(thread: Snowflake, user: Snowflake)
  /// A forum has a new post.
  case newest(channel: Snowflake, thread: Snowflake)
}
