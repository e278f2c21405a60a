import Base

/// Making threads, with and without a message.
extension ChatService where Store: ~Copyable {
  mutating func perform(_ command: ThreadCommand, _ asker: Asker) throws(ChatError) -> ChatReply {
    switch command {
    case .createFromMessage(let channel, let message, let draft):
      try createThread(channel, from: message, draft, asker)
    case .create(let channel, let kind, let draft): try createThread(channel, kind, draft, asker)
    case .createPost(let channel, let draft, let message): try createPost(channel, draft, message, asker)
    case .join(let thread): try joinThread(thread, asker)
    case .leave(let thread): try leaveThread(thread, asker)
    case .add(let thread, let user): try addToThread(thread, user, asker)
    case .remove(let thread, let user): try removeFromThread(thread, user, asker)
    case .modifyMember(let thread, let flags): try modifyThreadMember(thread, flags, asker)
    case .member(let thread, let user, let isWhole): try threadMember(thread, user, isWhole, asker)
    case .members(let thread, let isWhole, let after, let limit):
      try threadMembers(thread, isWhole, after, limit, asker)
    case .active(let guild): .thread(.list(activeThreads(try seat(asker, in: guild)).newestFirst))
    case .archived(let channel, let page): try archivedThreads(channel, page, asker)
    case .search(let channel, let query): try searchThreads(channel, query, asker)
    case .posts(let channel, let threads): try posts(channel, threads, asker)
    case .archiveInactive(let threads): try archiveInactive(threads, asker)
    }
  }

  private mutating func createThread(
    _ channel: Snowflake, from id: Snowflake, _ draft: ThreadDraft, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let (seat, user) = try textSeat(asker, at: channel)
    guard seat.channel.kind.isText else { throw .code(.wrongChannelType) }
    try seat.require([.createPublicThreads, .readMessageHistory])
    let before = try find(channel, id)
    guard !before.kind.isSystem else { throw .code(.systemMessage) }
    guard state.channels[id] == nil else { throw .code(.threadExists) }
    var message = before
    message.flags.insert(.hasThread)
    var event = try view(message, as: before, reader: nil)

    let kind: ChannelKind = seat.channel.kind == .text ? .publicThread : .announcementThread
    var draft = draft
    draft.appliedTags = []
    let made = try startThread(draft, kind, id, in: seat, user, asker)
    try keep(.updateMessage(message))
    event.thread = made
    emit(.messageUpdate(event), to: viewers(seat.channel))
    var starter = newMessage(.threadStarter, in: made, by: user, asker.at)
    starter.reference = MessageReference(channelID: channel, messageID: id)
    try keep(.message(starter))
    event.thread = nil
    emit(.messageCreate(freshView(starter, referenced: .message(event))), to: viewers(made))
    return .thread(.thread(state.channels[id] ?? made, member: state.threads.member(id, user)))
  }

  private mutating func createThread(
    _ channel: Snowflake, _ kind: ChannelKind, _ draft: ThreadDraft, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let (seat, user) = try textSeat(asker, at: channel)
    let isFitting =
      switch seat.channel.kind {
      case .text: kind == .publicThread || kind == .privateThread
      case .announcement: kind == .announcementThread
      default: false
      }
    guard isFitting else { throw .code(.wrongChannelType) }
    try seat.require(kind == .privateThread ? .createPrivateThreads : .createPublicThreads)
    var draft = draft
    draft.appliedTags = []
    let made = try startThread(draft, kind, nil, in: seat, user, asker)
    if kind != .privateThread {
      var notice = newMessage(.threadCreated, in: seat.channel, by: user, asker.at)
      notice.content = made.name
      notice.reference = MessageReference(channelID: made.id, messageID: nil)
      try keep(.message(notice))
      emit(.messageCreate(freshView(notice, referenced: .none)), to: viewers(seat.channel))
    }
    return .thread(.thread(made, member: state.threads.member(made.id, user)))
  }

  /// Makes a thread with its maker as first member: THREAD_CREATE and THREAD_MEMBERS_UPDATE.
  mutating func startThread(
    _ draft: ThreadDraft, _ kind: ChannelKind, _ id: Snowflake?, in seat: ChannelSeat,
    _ owner: Snowflake, _ asker: Asker
  ) throws(ChatError) -> Channel {
    let parent = seat.channel
    var form = FormCheck()
    let settings = parent.threadSettings
    let minutes = draft.archiveMinutes ?? settings.archiveMinutes ?? Limits.archiveMinutesDefault
    var thread = Channel(
      id: id ?? ids.next(at: asker.at), guildID: parent.guildID, kind: kind,
      name: TextRules.channelName(draft.name, kind), position: 0)
    thread.parentID = parent.id
    thread.isNSFW = parent.isNSFW
    thread.rateLimitPerUser = draft.rateLimitPerUser ?? settings.rateLimitPerUser
    form.length("name", thread.name, 1...Limits.nameLength)
    form.archiveMinutes("auto_archive_duration", minutes)
    form.value("rate_limit_per_user", thread.rateLimitPerUser, 0...Limits.slowModeMax)
    var details = ThreadDetails(ownerID: owner, createdAt: asker.at, archiveMinutes: minutes)
    details.isInvitable = kind != .privateThread || draft.isInvitable
    details.appliedTags = checkTags(draft.appliedTags, [], of: parent, &form)
    thread.thread = details
    try form.finish()
    try checkModeration(details.appliedTags, [], of: parent, seat.permissions)
    guard state.threads.active.count(parent.guildID) < Limits.activeThreads else {
      throw .code(.tooManyThreads)
    }
    try checkThreadPause(seat, owner, asker.at)

    try keep(.channel(thread))
    let (made, member) = try follow(owner, thread, asker.at)
    emit(.thread(.create(made, member: nil, isNew: true)), to: viewers(made))
    tellOfMember(member, made)
    try audit(
      .threadCreate, in: thread.guildID, of: thread.id, AuditDiff.thread(nil, thread), [], asker)
    return made
  }

  /// A channel's slow mode holds for making threads, too, apart from messages.
  private mutating func checkThreadPause(
    _ seat: ChannelSeat, _ user: Snowflake, _ now: WallTime
  ) throws(ChatError) {
    let pause = Int64(seat.channel.rateLimitPerUser) * 1000
    let exempt: Permissions = [.manageMessages, .manageChannels, .manageThreads, .bypassSlowmode]
    guard pause > 0, seat.permissions.isDisjoint(with: exempt), !self.user(user).isBot else { return }
    let key = MemberKey(place: seat.channel.id, user: user)
    if let last = state.threads.starts[key] {
      let passed = now.milliseconds &- last.milliseconds
      if passed >= 0, passed < pause { throw .slowMode(.milliseconds(pause - passed)) }
    }
    state.threads.starts[key] = now
  }

  /// A message in a channel or thread, with its place in the latter.
  mutating func newMessage(
    _ kind: MessageKind, in channel: Channel, by author: Snowflake, _ now: WallTime
  ) -> Message {
    var message = Message(
      id: ids.next(at: now), channelID: channel.id, guildID: channel.guildID, authorID: author, kind: kind,
      content: "")
    message.position = channel.thread?.totalMessageCount
    return message
  }
}

extension FormCheck {
  /// Minutes until a thread is archived: one of four.
  mutating func archiveMinutes(_ path: String, _ minutes: Int) {
    guard !Limits.archiveMinutes.contains(minutes) else { return }
    fail([path], "BASE_TYPE_CHOICES", "Value must be one of {60, 1440, 4320, 10080}.")
  }
}
