import Base

/// Lists of threads, each with the asker's memberships.
extension ChatService where Store: ~Copyable {
  /// A guild's active threads that the seat may view, ascending by id.
  func activeThreads(_ seat: Seat) -> ThreadList {
    let threads = state.threads.active.sorted(seat.guild.id).compactMap { state.channels[$0] }
    return list(
      threads.filter { permissions(seat, in: $0).contains(.viewChannel) }, of: seat.member?.userID)
  }

  private func list(_ threads: [Channel], of user: Snowflake?) -> ThreadList {
    let members = threads.compactMap { state.threads.member($0.id, user) }
    return ThreadList(threads: threads, members: members, hasMore: nil)
  }

  func archivedThreads(
    _ id: Snowflake, _ page: ThreadPage, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, at: id)
    guard seat.channel.kind.holdsThreads else { throw .code(.wrongChannelType) }
    try seat.require(.readMessageHistory)
    var form = FormCheck()
    form.value("limit", page.limit, 1...Limits.threadPage)
    try form.finish()
    let archived = state.threads.children.sorted(id).compactMap { state.channels[$0] }.filter {
      $0.thread?.isArchived == true
    }
    let found: [Channel]
    switch page.scope {
    case .everybodys(let before):
      found = byTime(archived.filter { $0.kind != .privateThread }, before)
    case .hidden(let before):
      try seat.require(.manageThreads)
      found = byTime(archived.filter { $0.kind == .privateThread }, before)
    case .own(let before):
      let own = archived.filter { thread in
        thread.kind == .privateThread && state.threads.member(thread.id, asker.user) != nil
      }
      found = own.filter { thread in before.map { thread.id < $0 } ?? true }.reversed()
    }
    var list = list(Array(found.prefix(page.limit)), of: asker.user)
    list.hasMore = found.count > page.limit
    return .thread(.list(list))
  }

  /// The latest to be archived first.
  private func byTime(_ threads: [Channel], _ before: WallTime?) -> [Channel] {
    threads.filter { thread in
      before.map { (thread.thread?.archivedAt ?? $0) < $0 } ?? true
    }.sorted { left, right in
      (left.archivedAt, left.id) > (right.archivedAt, right.id)
    }
  }

  mutating func searchThreads(
    _ id: Snowflake, _ query: ThreadQuery, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, at: id)
    guard seat.channel.kind.holdsThreads else { throw .code(.wrongChannelType) }
    try seat.require(.readMessageHistory)
    var form = FormCheck()
    form.value("limit", query.limit, 1...Limits.threadSearchPage)
    form.value("offset", query.offset, 0...Limits.threadSearchOffset)
    form.length("name", query.name ?? "", 0...Limits.nameLength)
    form.length(["tag"], query.tags.count, 0...Limits.forumTags)
    try form.finish()
    let words = (query.name ?? "").lowercased().split(separator: " ")
    let threads = state.threads.children.sorted(id).compactMap { state.channels[$0] }.filter { thread in
      thread.fits(query, words) && permissions(seat.seat, in: thread).contains(.viewChannel)
    }
    let sorted = threads.sorted { $0.rank(query.order, words) > $1.rank(query.order, words) }
    let all = query.isAscending ? sorted.reversed() : sorted
    var list = list(Array(all.dropFirst(query.offset).prefix(query.limit)), of: asker.user)
    list.hasMore = all.count > query.offset + query.limit
    var first: [MessageView] = []
    for thread in list.threads {
      if let view = try firstMessage(of: thread, reader: asker.user) { first.append(view) }
    }
    return .thread(.search(ThreadSearch(list: list, firstMessages: first, count: all.count)))
  }

  mutating func posts(
    _ id: Snowflake, _ threads: [Snowflake], _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, at: id)
    guard seat.channel.kind.isForum else { throw .code(.wrongChannelType) }
    try seat.require(.readMessageHistory)
    var form = FormCheck()
    form.length(["thread_ids"], threads.count, 1...Limits.threadPosts)
    try form.finish()
    var posts: [ThreadPost] = []
    for thread in threads.compactMap({ state.channels[$0] }) where thread.parentID == id {
      let owner = thread.thread.flatMap { member(thread.guildID, $0.ownerID) }
      posts.append(
        ThreadPost(
          thread: thread, owner: owner.map { view($0) },
          firstMessage: try firstMessage(of: thread, reader: asker.user)))
    }
    return .thread(.posts(posts))
  }

  /// What a post began with, or the message that a thread hangs on.
  private mutating func firstMessage(
    of thread: Channel, reader: Snowflake?
  ) throws(ChatError) -> MessageView? {
    guard let parent = parent(of: thread) else { return nil }
    let place = parent.kind.isForum ? thread.id : parent.id
    let found = try read { store throws(StoreError) in
      try store.message(channel: place, id: thread.id)
    }
    guard let found else { return nil }
    return try view(found, reader: reader)
  }

  /// THREAD_LIST_SYNC to those who have come to view a channel: one for all who are in none of its threads, and
  /// one for each of the others.
  mutating func syncThreads(of channel: Channel, to gained: Set<Snowflake>) {
    guard channel.kind.holdsThreads else { return }
    let threads = state.threads.children.sorted(channel.id).compactMap { state.channels[$0] }.filter {
      $0.thread?.isArchived == false
    }
    guard !threads.isEmpty else { return }
    let open = threads.filter { $0.kind != .privateThread }
    var known: Set<Snowflake> = []
    for thread in threads {
      known.formUnion(state.threads.members.set(thread.id))
      if thread.kind == .privateThread { known.formUnion(state.viewers(thread) ?? []) }
    }
    let strangers = gained.subtracting(known)
    if !strangers.isEmpty, !open.isEmpty { sync(list(open, of: nil), channel, strangers) }
    for user in gained.intersection(known).sorted() {
      var seen: [Channel] = []
      for thread in threads where state.viewers(thread)?.contains(user) ?? true { seen.append(thread) }
      sync(list(seen, of: user), channel, [user])
    }
  }

  private mutating func sync(_ list: ThreadList, _ channel: Channel, _ users: Set<Snowflake>) {
    emit(
      .thread(.listSync(guild: channel.guildID, channel: channel.id, list)),
      to: .viewers(guild: channel.guildID, channel: channel.id, only: users))
  }

  /// Somebody leaves the guild: its memberships of active threads are taken back aloud, the others go with it.
  mutating func leaveThreads(_ member: Member) throws(ChatError) {
    for id in state.threads.userThreads.sorted(member.userID) {
      guard let thread = state.channels[id], thread.guildID == member.guildID else { continue }
      try keep(.thread(.deleteMember(thread: id, user: member.userID)))
      guard thread.thread?.isArchived == false, let left = state.channels[id] else { continue }
      emit(
        .thread(.membersUpdate(left, added: nil, removed: member.userID)), to: viewers(left))
    }
  }
}

extension ThreadList {
  /// The same with the newest first.
  var newestFirst: ThreadList {
    ThreadList(threads: threads.reversed(), members: members.reversed(), hasMore: hasMore)
  }
}

extension Channel {
  fileprivate var archivedAt: WallTime { thread?.archivedAt ?? id.time }

  fileprivate func fits(_ query: ThreadQuery, _ words: [Substring]) -> Bool {
    guard let thread else { return false }
    if let isArchived = query.isArchived, thread.isArchived != isArchived { return false }
    if let after = query.after, id <= after { return false }
    if let before = query.before, id >= before { return false }
    if !query.tags.isEmpty {
      let carried = query.tags.filter(thread.appliedTags.contains)
      guard query.needsAllTags ? carried.count == query.tags.count : !carried.isEmpty else { return false }
    }
    let name = name.lowercased()
    return words.allSatisfy { name.contains($0) }
  }

  /// What a search sorts by; of equals the newer thread comes first.
  fileprivate func rank(_ order: ThreadQuery.Order, _ words: [Substring]) -> (Int64, Snowflake) {
    switch order {
    case .lastMessage: ((lastMessageID ?? id).time.milliseconds, id)
    case .archived: (archivedAt.milliseconds, id)
    case .created: (thread?.createdAt.milliseconds ?? 0, id)
    case .relevance: (-Int64(name.count), id)
    }
  }
}
