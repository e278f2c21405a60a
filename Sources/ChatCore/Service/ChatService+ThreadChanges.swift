public import Base

/// Changing, archiving and deleting threads.
extension ChatService where Store: ~Copyable {
  mutating func modifyThread(
    _ seat: ChannelSeat, _ changes: ChannelChanges, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let before = seat.channel
    var thread = before
    var form = FormCheck()
    apply(changes, to: &thread, at: asker.at, &form)
    try form.finish()
    try checkRights(before, thread, seat, asker)
    if before.thread?.appliedTags != thread.thread?.appliedTags, let parent = parent(of: thread) {
      try checkModeration(
        thread.thread?.appliedTags ?? [], before.thread?.appliedTags ?? [], of: parent, seat.permissions)
    }
    if thread != before { try replaceThread(before, with: thread, asker) }
    let known = state.channels[thread.id] ?? thread
    return .thread(.thread(known, member: state.threads.member(thread.id, asker.user)))
  }

  private mutating func apply(
    _ changes: ChannelChanges, to thread: inout Channel, at now: WallTime, _ form: inout FormCheck
  ) {
    if case .set(let name) = changes.name {
      thread.name = TextRules.channelName(name, thread.kind)
      form.length("name", thread.name, 1...Limits.nameLength)
    }
    if case .set(let seconds) = changes.rateLimitPerUser {
      thread.rateLimitPerUser = seconds
      form.value("rate_limit_per_user", seconds, 0...Limits.slowModeMax)
    }
    if case .set(let flags) = changes.flags, let parent = parent(of: thread), parent.kind.isForum {
      thread.flags = flags.intersection(.pinned)
    }
    guard var details = thread.thread else { return }
    if case .set(let minutes) = changes.thread.archiveMinutes, minutes != details.archiveMinutes {
      details.archiveMinutes = minutes
      details.archivedAt = now
      form.archiveMinutes("auto_archive_duration", minutes)
    }
    if case .set(let isArchived) = changes.thread.isArchived, isArchived != details.isArchived {
      details.isArchived = isArchived
      details.archivedAt = now
      if isArchived { thread.flags.remove(.pinned) }
    }
    if case .set(let isLocked) = changes.thread.isLocked { details.isLocked = isLocked }
    if case .set(let isInvitable) = changes.thread.isInvitable, thread.kind == .privateThread {
      details.isInvitable = isInvitable
    }
    if case .set(let tags) = changes.thread.appliedTags, let parent = parent(of: thread) {
      details.appliedTags = checkTags(tags, details.appliedTags, of: parent, &form)
    }
    thread.thread = details
  }

  /// Who may change what: moderators all, the maker its name and shape, anybody who may write takes it out of
  /// the archive while it is not locked.
  private func checkRights(
    _ before: Channel, _ after: Channel, _ seat: ChannelSeat, _ asker: Asker
  ) throws(ChatError) {
    guard let old = before.thread, let new = after.thread, before != after else { return }
    let isManager = seat.permissions.contains(.manageThreads)
    if !isManager {
      guard old.isLocked == new.isLocked, before.rateLimitPerUser == after.rateLimitPerUser,
        before.flags == after.flags || new.isArchived
      else { throw .code(.missingPermissions) }
      if old.isLocked { throw .code(.threadLocked) }
      try seat.require(.sendMessagesInThreads)
    }
    var opened = before
    opened.thread?.isArchived = new.isArchived
    opened.thread?.archivedAt = new.archivedAt
    opened.thread?.isLocked = new.isLocked
    if old.isArchived, new.isArchived, after != opened { throw .code(.threadArchived) }
    if !isManager, old.ownerID != asker.user, !(old.isArchived && after == opened) {
      throw .code(.missingPermissions)
    }
    if old.isArchived, !new.isArchived,
      state.threads.active.count(before.guildID) >= Limits.activeThreads
    {
      throw .code(.tooManyThreads)
    }
    guard after.flags.contains(.pinned), !before.flags.contains(.pinned), let parent = after.parentID else {
      return
    }
    let isTaken = state.threads.children.set(parent).contains { id in
      id != after.id && state.channels[id]?.flags.contains(.pinned) == true
    }
    if isTaken { throw .code(.tooManyPinnedPosts) }
  }

  /// Keeps a changed thread: THREAD_UPDATE, a line in it when its name changed, an entry in the audit log.
  private mutating func replaceThread(
    _ before: Channel, with thread: Channel, _ asker: Asker
  ) throws(ChatError) {
    try keep(.channel(thread))
    emit(.thread(.update(thread)), to: viewers(thread))
    if before.name != thread.name, thread.thread?.isArchived == false, let user = asker.user {
      try sayInThread(.nameChange, thread, by: user, about: nil, asker.at)
    }
    try audit(
      .threadUpdate, in: thread.guildID, of: thread.id, AuditDiff.thread(before, thread), [], asker)
  }

  /// Writes a line of the server's own into a thread.
  mutating func sayInThread(
    _ kind: MessageKind, _ thread: Channel, by user: Snowflake, about target: Snowflake?, _ now: WallTime
  ) throws(ChatError) {
    guard let thread = state.channels[thread.id] else { return }
    var notice = newMessage(kind, in: thread, by: user, now)
    if kind == .nameChange { notice.content = thread.name }
    notice.mentions = [target].compactMap(\.self)
    try keep(.message(notice))
    emit(.messageCreate(freshView(notice, referenced: .none)), to: viewers(thread))
  }

  /// Deletes a thread with its messages; the message that it began with stays.
  mutating func deleteThread(_ seat: ChannelSeat, _ asker: Asker) throws(ChatError) -> ChatReply {
    try seat.require(.manageThreads)
    let thread = seat.channel
    let audience = viewers(thread)
    var starter: (Message, MessageView)?
    if let parent = parent(of: thread), parent.kind.holdsMessages {
      let found = try read { store throws(StoreError) in
        try store.message(channel: parent.id, id: thread.id)
      }
      if let found {
        var message = found
        message.flags.remove(.hasThread)
        starter = (message, try view(message, as: found, reader: nil))
      }
    }
    try keep(.deleteChannel(thread.id))
    emit(.thread(.delete(thread)), to: audience)
    if let (message, view) = starter, let parent = parent(of: thread) {
      try keep(.updateMessage(message))
      emit(.messageUpdate(view), to: viewers(parent))
    }
    try audit(
      .threadDelete, in: thread.guildID, of: thread.id, AuditDiff.thread(thread, nil), [], asker)
    return .thread(.thread(thread, member: nil))
  }

  func parent(of thread: Channel) -> Channel? {
    thread.parentID.flatMap { state.channels[$0] }
  }
}

/// Time passing.
extension ChatService where Store: ~Copyable {
  /// When ``expire(at:)`` has something to do; `nil` for never.
  public var deadline: WallTime? { state.threads.archiving.first }

  /// Archives the threads that nobody has written in for long enough, at most ``Limits/batch`` at once.
  ///
  /// Blocks for as long as the store's commit. What the store refuses is tried again later.
  public mutating func expire(at now: WallTime) -> [ChatOutput] {
    let due = state.threads.takeDue(at: now, limit: Limits.batch)
    let ripe = due.filter { id in state.channels[id]?.archiveDeadline.map { $0 <= now } ?? false }
    var events: [ChatOutput] = []
    if !ripe.isEmpty {
      let request = ChatRequest(
        id: 0, actor: .system, command: .thread(.archiveInactive(ripe)), at: now)
      events = perform([request]).filter { output in
        if case .event = output { true } else { false }
      }
    }
    let retry = WallTime(milliseconds: now.milliseconds &+ Limits.archivePause)
    for id in due {
      guard let deadline = state.channels[id]?.archiveDeadline else { continue }
      state.threads.schedule(id, deadline <= now ? retry : deadline)
    }
    return events
  }

  mutating func archiveInactive(
    _ threads: [Snowflake], _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    guard asker.isSystem else { throw .code(.general) }
    for id in threads {
      guard var thread = state.channels[id], let deadline = thread.archiveDeadline, deadline <= asker.at
      else {
        continue
      }
      thread.thread?.isArchived = true
      thread.thread?.archivedAt = asker.at
      try keep(.channel(thread))
      emit(.thread(.update(thread)), to: viewers(thread))
    }
    return .done
  }
}
