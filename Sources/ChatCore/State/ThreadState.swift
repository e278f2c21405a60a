import Base

/// Who follows which thread, which threads a guild and a channel have, and when the next one is archived.
///
/// The threads themselves are among the channels.
struct ThreadState: Sendable {
  private(set) var memberships = Table<MemberKey, ThreadMember>()
  private(set) var members = Relation<Snowflake, Snowflake>()
  private(set) var userThreads = Relation<Snowflake, Snowflake>()
  /// A guild's threads that are not archived.
  private(set) var active = Relation<Snowflake, Snowflake>()
  /// All threads of a channel.
  private(set) var children = Relation<Snowflake, Snowflake>()
  /// When a member last made a thread in a channel (`place`) with slow mode.
  var starts = Table<MemberKey, WallTime>()
  /// Grows beyond what a transaction keeps, and is checked against the threads when something is due.
  private(set) var archiving = ArchiveQueue()

  /// Takes in a thread as it now is.
  mutating func put(_ thread: Channel) {
    if let parent = thread.parentID { children.insert(parent, thread.id) }
    if thread.thread?.isArchived == true {
      active.remove(thread.guildID, thread.id)
    } else {
      active.insert(thread.guildID, thread.id)
    }
    if let deadline = thread.archiveDeadline { archiving.schedule(thread.id, deadline) }
  }

  /// Forgets a thread and its members.
  mutating func remove(_ thread: Channel) {
    for user in members.sorted(thread.id) { removeMember(thread.id, user) }
    if let parent = thread.parentID { children.remove(parent, thread.id) }
    active.remove(thread.guildID, thread.id)
  }

  mutating func putMember(_ member: ThreadMember) {
    memberships[MemberKey(place: member.threadID, user: member.userID)] = member
    members.insert(member.threadID, member.userID)
    userThreads.insert(member.userID, member.threadID)
  }

  mutating func removeMember(_ thread: Snowflake, _ user: Snowflake) {
    memberships[MemberKey(place: thread, user: user)] = nil
    members.remove(thread, user)
    userThreads.remove(user, thread)
  }

  func member(_ thread: Snowflake, _ user: Snowflake?) -> ThreadMember? {
    user.flatMap { memberships[MemberKey(place: thread, user: $0)] }
  }

  /// Threads that may be due; the caller sees to it that those that are not come again.
  mutating func takeDue(at now: WallTime, limit: Int) -> [Snowflake] {
    archiving.takeDue(at: now, limit: limit)
  }

  mutating func schedule(_ thread: Snowflake, _ deadline: WallTime) {
    archiving.schedule(thread, deadline)
  }
}

extension ThreadState {
  struct Mark: Sendable {
    fileprivate var tables: [Int]
  }

  var mark: Mark {
    Mark(tables: [
      memberships.mark, members.mark, userThreads.mark, active.mark, children.mark, starts.mark,
    ])
  }

  mutating func rollback(to mark: Mark) {
    memberships.rollback(to: mark.tables[0])
    members.rollback(to: mark.tables[1])
    userThreads.rollback(to: mark.tables[2])
    active.rollback(to: mark.tables[3])
    children.rollback(to: mark.tables[4])
    starts.rollback(to: mark.tables[5])
  }

  mutating func commit() {
    memberships.commit()
    members.commit()
    userThreads.commit()
    active.commit()
    children.commit()
    starts.commit()
  }
}

/// When threads may be due, the earliest first: a binary heap with at most one valid entry a thread.
///
/// A message moves a thread's deadline away; the entry stays, and is looked at when its time comes. So a message
/// costs nothing here.
struct ArchiveQueue: Sendable {
  private struct Entry: Comparable, Sendable {
    let at: WallTime
    let thread: Snowflake

    static func < (left: Entry, right: Entry) -> Bool {
      (left.at, left.thread) < (right.at, right.thread)
    }
  }

  private var heap: [Entry] = []
  private var scheduled: [Snowflake: WallTime] = [:]

  /// When to look next; not later than the earliest deadline.
  var first: WallTime? { heap.first?.at }

  /// Has the thread looked at by `at`.
  mutating func schedule(_ thread: Snowflake, _ at: WallTime) {
    if let known = scheduled[thread], known <= at { return }
    scheduled[thread] = at
    heap.append(Entry(at: at, thread: thread))
    var index = heap.count - 1
    while index > 0, heap[index] < heap[(index - 1) / 2] {
      heap.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  /// Takes out at most `limit` whose time has come.
  mutating func takeDue(at now: WallTime, limit: Int) -> [Snowflake] {
    var due: [Snowflake] = []
    while due.count < limit, let entry = heap.first, entry.at <= now {
      removeFirst()
      guard scheduled[entry.thread] == entry.at else { continue }
      scheduled[entry.thread] = nil
      due.append(entry.thread)
    }
    return due
  }

  private mutating func removeFirst() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var index = 0
    while true {
      let children = [2 * index + 1, 2 * index + 2].filter { $0 < heap.count }
      guard let least = children.min(by: { heap[$0] < heap[$1] }), heap[least] < heap[index] else { return }
      heap.swapAt(least, index)
      index = least
    }
  }
}

extension ChatState {
  /// Applies what is kept of threads alone.
  mutating func apply(_ write: ThreadWrite) {
    switch write {
    case .member(let member):
      threads.putMember(member)
      countMembers(of: member.threadID)
    case .deleteMember(let thread, let user):
      threads.removeMember(thread, user)
      countMembers(of: thread)
    case .newest(let channel, let thread): setNewest(thread, of: channel)
    }
  }

  /// Memberships of the guild's threads end with the membership of the guild.
  mutating func removeFromThreads(_ guild: Snowflake, _ user: Snowflake) {
    for id in threads.userThreads.sorted(user) where channels[id]?.guildID == guild {
      apply(ThreadWrite.deleteMember(thread: id, user: user))
    }
  }

  /// A guild's channels and threads.
  func places(in guild: Snowflake) -> Set<Snowflake> {
    let channels = guildChannels.set(guild)
    return channels.reduce(into: channels) { $0.formUnion(threads.children.set($1)) }
  }

  private mutating func countMembers(of id: Snowflake) {
    guard var thread = channels[id] else { return }
    thread.thread?.memberCount = threads.members.count(id)
    replaceThread(thread)
  }

  /// Who may view a thread: those who may view its parent; of a private one those who are in it, or manage
  /// threads there.
  mutating func threadViewers(_ thread: Channel) -> Set<Snowflake>? {
    guard let parent = thread.parentID.flatMap({ channels[$0] }) else { return [] }
    let outer = viewers(parent)
    guard thread.kind == .privateThread else { return outer }
    if let known = visibility.viewers(of: thread) { return known.only }
    let inside = threads.members.set(thread.id).union(threadManagers(of: parent))
    let only = outer.map(inside.intersection) ?? inside
    visibility.remember(only, of: thread)
    return only
  }
}
