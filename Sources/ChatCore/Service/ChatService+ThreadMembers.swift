import Base

/// Who follows a thread.
extension ChatService where Store: ~Copyable {
  /// The asker's place in a thread that it may view.
  ///
  /// - Throws: 50024 for what is no thread, 50083 for an archived one if it must be active.
  private func threadSeat(
    _ asker: Asker, at id: Snowflake, isActive: Bool
  ) throws(ChatError) -> (ChannelSeat, Snowflake) {
    let (seat, user) = try textSeat(asker, at: id)
    guard seat.channel.kind.isThread else { throw .code(.wrongChannelType) }
    if isActive { try seat.requireActive() }
    return (seat, user)
  }

  mutating func joinThread(_ id: Snowflake, _ asker: Asker) throws(ChatError) -> ChatReply {
    let (seat, user) = try threadSeat(asker, at: id, isActive: true)
    try admit(user, to: seat.channel, asker.at)
    return .done
  }

  mutating func leaveThread(_ id: Snowflake, _ asker: Asker) throws(ChatError) -> ChatReply {
    let (seat, user) = try threadSeat(asker, at: id, isActive: true)
    try dismiss(user, from: seat.channel)
    return .done
  }

  mutating func addToThread(
    _ id: Snowflake, _ target: Snowflake, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let (seat, user) = try threadSeat(asker, at: id, isActive: true)
    try seat.requireSending()
    if seat.channel.kind == .privateThread, seat.channel.thread?.isInvitable == false {
      try seat.require(.manageThreads)
    }
    guard let member = member(seat.channel.guildID, target) else { throw .code(.unknownMember) }
    guard let parent = parent(of: seat.channel),
      PermissionRules.mayView(parent, in: seat.seat.guild, member: member)
    else { throw .code(.missingAccess) }
    guard state.threads.member(id, target) == nil else { return .done }
    try admit(target, to: seat.channel, asker.at)
    if target != user {
      try sayInThread(.recipientAdd, seat.channel, by: user, about: target, asker.at)
    }
    return .done
  }

  mutating func removeFromThread(
    _ id: Snowflake, _ target: Snowflake, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let (seat, user) = try threadSeat(asker, at: id, isActive: true)
    if target != user, seat.channel.kind != .privateThread || seat.channel.thread?.ownerID != user {
      try seat.require(.manageThreads)
    }
    guard state.threads.member(id, target) != nil else { throw .code(.unknownMember) }
    try dismiss(target, from: seat.channel)
    if target != user {
      try sayInThread(.recipientRemove, seat.channel, by: user, about: target, asker.at)
    }
    return .done
  }

  mutating func modifyThreadMember(
    _ id: Snowflake, _ flags: Int, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let (_, user) = try threadSeat(asker, at: id, isActive: false)
    guard var member = state.threads.member(id, user) else { throw .code(.unknownMember) }
    var form = FormCheck()
    form.value("flags", flags, 0...0xFF)
    try form.finish()
    if member.flags != flags {
      member.flags = flags
      try keep(.thread(.member(member)))
      emit(.thread(.memberUpdate(member)), to: .members(guild: member.guildID, only: [user]))
    }
    return .thread(.member(ThreadMemberView(member: member, guildMember: nil)))
  }

  func threadMember(
    _ id: Snowflake, _ user: Snowflake, _ isWhole: Bool, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    _ = try threadSeat(asker, at: id, isActive: false)
    guard let member = state.threads.member(id, user) else { throw .code(.unknownMember) }
    return .thread(.member(view(member, isWhole)))
  }

  func threadMembers(
    _ id: Snowflake, _ isWhole: Bool, _ after: Snowflake?, _ limit: Int, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    _ = try threadSeat(asker, at: id, isActive: false)
    var form = FormCheck()
    form.value("limit", limit, 1...max(Limits.threadMemberPage, Limits.threadMembers))
    try form.finish()
    let users = state.threads.members.sorted(id).drop { user in after.map { user <= $0 } ?? false }
    let found = users.prefix(limit).compactMap { state.threads.member(id, $0) }
    return .thread(.members(found.map { view($0, isWhole) }))
  }

  private func view(_ member: ThreadMember, _ isWhole: Bool) -> ThreadMemberView {
    let guildMember = isWhole ? self.member(member.guildID, member.userID) : nil
    return ThreadMemberView(member: member, guildMember: guildMember.map { view($0) })
  }

  /// Makes a user follow a thread; nothing when it does.
  ///
  /// Whom a private thread becomes visible to is told of it first.
  mutating func admit(_ user: Snowflake, to thread: Channel, _ now: WallTime) throws(ChatError) {
    guard state.threads.member(thread.id, user) == nil else { return }
    guard state.threads.members.count(thread.id) < Limits.threadMembers else {
      throw .code(.tooManyThreadMembers)
    }
    let isVisible = state.viewers(thread).map { $0.contains(user) } ?? true
    let (thread, member) = try follow(user, thread, now)
    if !isVisible {
      emit(
        .thread(.create(thread, member: member, isNew: false)),
        to: .members(guild: thread.guildID, only: [user]))
    }
    tellOfMember(member, thread)
  }

  /// Keeps a new membership; gives it and the thread, which counts it.
  mutating func follow(
    _ user: Snowflake, _ thread: Channel, _ now: WallTime
  ) throws(ChatError) -> (Channel, ThreadMember) {
    let member = ThreadMember(
      threadID: thread.id, userID: user, guildID: thread.guildID, joinedAt: now, flags: 1)
    try keep(.thread(.member(member)))
    return (state.channels[thread.id] ?? thread, member)
  }

  /// THREAD_MEMBERS_UPDATE of somebody who came.
  mutating func tellOfMember(_ member: ThreadMember, _ thread: Channel) {
    emit(
      .thread(.membersUpdate(thread, added: view(member, true), removed: nil)), to: viewers(thread))
  }

  /// Ends a membership; who goes is told, too.
  private mutating func dismiss(_ user: Snowflake, from thread: Channel) throws(ChatError) {
    guard state.threads.member(thread.id, user) != nil else { return }
    let audience = viewers(thread)
    try keep(.thread(.deleteMember(thread: thread.id, user: user)))
    let thread = state.channels[thread.id] ?? thread
    emit(.thread(.membersUpdate(thread, added: nil, removed: user)), to: audience)
  }

  /// What a message does to where it stands: a private channel opens, a thread leaves the archive and its author
  /// follows it.
  mutating func receive(
    from author: Snowflake, in channel: Channel, _ now: WallTime
  ) throws(ChatError) -> Channel {
    guard channel.kind.isThread else { return try open(channel, for: channel.closedBy) }
    var thread = channel
    if thread.thread?.isArchived == true {
      guard state.threads.active.count(thread.guildID) < Limits.activeThreads else {
        throw .code(.tooManyThreads)
      }
      thread.thread?.isArchived = false
      thread.thread?.archivedAt = now
      try keep(.channel(thread))
      emit(.thread(.update(thread)), to: viewers(thread))
    }
    if state.threads.members.count(thread.id) < Limits.threadMembers,
      member(thread.guildID, author) != nil
    {
      try admit(author, to: thread, now)
    }
    return state.channels[thread.id] ?? thread
  }

  /// Makes those whom a message in a thread mentions follow it, as far as its author could add them.
  mutating func admitMentioned(_ message: Message, _ seat: ChannelSeat) throws(ChatError) {
    let thread = seat.channel
    guard thread.kind.isThread, let parent = parent(of: thread) else { return }
    let mayAdd =
      thread.kind != .privateThread || thread.thread?.isInvitable == true
      || seat.permissions.contains(.manageThreads)
    guard mayAdd else { return }
    for user in message.mentions where state.threads.member(thread.id, user) == nil {
      guard let member = member(thread.guildID, user),
        PermissionRules.mayView(parent, in: seat.seat.guild, member: member),
        state.threads.members.count(thread.id) < Limits.threadMembers
      else { continue }
      try admit(user, to: thread, seat.seat.at)
    }
  }
}

extension ChannelSeat {
  /// Whether a message may be sent: threads have a permission of their own, and may be locked.
  func requireSending() throws(ChatError) {
    guard let thread = channel.thread else { return try require(.sendMessages) }
    try require(.sendMessagesInThreads)
    if thread.isLocked, !permissions.contains(.manageThreads) { throw .code(.threadLocked) }
  }

  /// Nothing in an archived thread is changed.
  func requireActive() throws(ChatError) {
    if channel.thread?.isArchived == true { throw .code(.threadArchived) }
  }
}
