import Base
import ChatCore
import Testing

/// Threads, their members and what forums keep.
extension StoreConformance {
  private static let thread = Snowflake(rawValue: 5_101)
  private static let forum = Snowflake(rawValue: 5_100)

  /// A thread with everything; its members are counted elsewhere.
  private static var made: Channel {
    var made = Channel(id: thread, guildID: guild, kind: .privateThread, name: "t\u{0}", position: 0)
    made.parentID = channel
    made.rateLimitPerUser = 5
    made.flags = .pinned
    var details = ThreadDetails(ownerID: user, createdAt: at, archiveMinutes: 60)
    details.isArchived = true
    details.archivedAt = WallTime(milliseconds: at.milliseconds + 1)
    details.isLocked = true
    details.isInvitable = false
    details.messageCount = 3
    details.totalMessageCount = 5
    details.appliedTags = [Snowflake(rawValue: .max), user]
    made.thread = details
    return made
  }

  private static func member(_ user: Snowflake, _ flags: Int) -> ThreadMember {
    ThreadMember(threadID: thread, userID: user, guildID: guild, joinedAt: at, flags: flags)
  }

  private static func kept<Store: ChatStore & ~Copyable>(
    _ id: Snowflake, _ store: inout Store
  ) throws -> Channel? {
    try store.load().channels.first { $0.id == id }
  }

  static func checkThreads<Store: ChatStore & ~Copyable>(_ store: inout Store) throws {
    try checkForum(&store)
    let other = Snowflake(rawValue: 1002)
    let bot = Member(
      guildID: guild, userID: other, nick: nil, roles: [], joinedAt: at, isMuted: false, isDeafened: false,
      timedOutUntil: nil, isTemporary: false)
    try write(
      [
        .channel(made), .member(bot), .thread(.member(member(user, 1))), .thread(.member(member(other, 2))),
        .thread(.member(member(other, 7))),
      ], to: &store)
    #expect(try kept(thread, &store) == made)
    #expect(try store.load().threadMembers == [member(user, 1), member(other, 7)])

    var changed = made
    changed.flags = []
    changed.thread?.isArchived = false
    changed.thread?.appliedTags = []
    try write([.channel(changed)], to: &store)
    #expect(try kept(thread, &store) == changed)
    #expect(try store.load().threadMembers.count == 2, "replacing a thread keeps its members")
    try checkCounting(&store, &changed)

    try write([.deleteMember(guild: guild, user: other)], to: &store)
    #expect(try store.load().threadMembers == [member(user, 1)])
    try write([.thread(.deleteMember(thread: thread, user: user))], to: &store)
    #expect(try store.load().threadMembers == [])
    try write([.thread(.member(member(user, 1))), .deleteChannel(thread)], to: &store)
    #expect(try store.load().threadMembers == [] && kept(thread, &store) == nil)
    #expect(try store.messages(channel: thread, before: nil, limit: 9) == [])
    try write([.deleteChannel(forum)], to: &store)
  }

  private static func checkCounting<Store: ChatStore & ~Copyable>(
    _ store: inout Store, _ expected: inout Channel
  ) throws {
    func inside(_ id: UInt64, _ kind: MessageKind) -> Message {
      var message = Message(
        id: Snowflake(rawValue: id), channelID: thread, guildID: guild, authorID: user, kind: kind,
        content: "")
      message.position = 5
      return message
    }
    var notice = inside(5_104, .threadCreated)
    notice.reference = MessageReference(channelID: thread, messageID: nil)
    let all = [
      inside(5_101, .ordinary), inside(5_102, .threadStarter), inside(5_103, .ordinary), notice,
      inside(5_105, .recipientAdd),
    ]
    try write(all.map { .message($0) }, to: &store)
    for message in all { expected.note(message) }
    #expect(expected.thread?.messageCount == 6 && expected.thread?.totalMessageCount == 8)
    #expect(try kept(thread, &store) == expected)
    #expect(try store.message(channel: thread, id: notice.id) == notice)
    let deletable = try store.messageIDs(
      channel: thread, author: user, since: Snowflake(rawValue: 1), limit: 9)
    #expect(deletable.map(\.rawValue) == [5_104, 5_103, 5_101])
    for id in [thread, Snowflake(rawValue: 5_103)] {
      try write([.deleteMessage(channel: thread, message: id)], to: &store)
      expected.noteDeleted(id)
    }
    #expect(expected.thread?.messageCount == 5)
    #expect(try kept(thread, &store) == expected)
  }

  private static func checkForum<Store: ChatStore & ~Copyable>(_ store: inout Store) throws {
    var made = Channel(id: forum, guildID: guild, kind: .forum, name: "f", position: 9)
    made.flags = [.requiresTag, .hidesDownloads]
    made.threadSettings.archiveMinutes = 60
    made.threadSettings.rateLimitPerUser = 9
    made.threadSettings.sortOrder = 1
    made.threadSettings.layout = 2
    made.threadSettings.reaction = .custom(Snowflake(rawValue: .max))
    made.threadSettings.tags = [
      ForumTag(id: user, name: "t\u{0}\"", isModerated: true, emoji: .unicode("👍")),
      ForumTag(id: guild, name: "u", isModerated: false, emoji: nil),
    ]
    try write([.channel(made)], to: &store)
    #expect(try kept(forum, &store) == made)
    try write([.thread(.newest(channel: forum, thread: thread))], to: &store)
    #expect(try kept(forum, &store)?.lastMessageID == thread)
    let plain = Channel(id: forum, guildID: guild, kind: .forum, name: "f", position: 9)
    try write([.channel(plain)], to: &store)
    #expect(try kept(forum, &store) == plain, "settings of a new channel leave nothing behind")
  }
}
