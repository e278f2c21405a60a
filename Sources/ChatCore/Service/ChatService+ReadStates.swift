import Base

/// How far people have read, and what mentions them since.
///
/// A message that names people is noted with each of them. One that names roles or everybody is noted once, with
/// its channel: whom it means is found out when somebody's mentions are counted, so that it costs as much in a
/// guild of ten as in one of a hundred thousand.
extension ChatService where Store: ~Copyable {
  mutating func perform(_ command: ReadStateCommand, _ asker: Asker) throws(ChatError) -> ChatReply {
    let reader = try person(asker)
    switch command {
    case .read(let mark): try read(mark, reader, try textSeat(asker, at: mark.channel).0)
    case .readAll(let marks):
      var form = FormCheck()
      form.length(["read_states"], marks.count, 0...Limits.readMarks)
      try form.finish()
      for mark in marks {
        // A channel that the person may not view is not worth refusing the others.
        guard let (seat, _) = try? textSeat(asker, at: mark.channel) else { continue }
        try read(mark, reader, seat)
      }
    case .readGuild(let guild):
      let seat = try seat(asker, in: guild)
      let threads = activeThreads(seat).threads
      for channel in sortedChannels(guild) + threads where channel.kind.holdsMessages {
        let permissions = permissions(seat, in: channel)
        guard permissions.contains(.viewChannel), let last = channel.lastMessageID else { continue }
        let mark = ReadMark(channel: channel.id, message: last, isManual: false)
        try read(mark, reader, ChannelSeat(seat: seat, channel: channel, permissions: permissions))
      }
    case .readPins(let channel): try readPins(try textSeat(asker, at: channel).0.channel, reader)
    case .forget(let id):
      let channel = try textSeat(asker, at: id).0.channel
      guard state.personal.readState(channel.id, reader) != nil else { break }
      try keep(.personal(.deleteReadState(channel: channel.id, user: reader)))
    }
    return .done
  }

  /// The person who asks.
  func person(_ asker: Asker) throws(ChatError) -> Snowflake {
    let user = try account(asker).user
    guard !user.isBot else { throw .code(.botsNotAllowed) }
    return user.id
  }

  private mutating func read(
    _ mark: ReadMark, _ reader: Snowflake, _ seat: ChannelSeat
  ) throws(ChatError) {
    let channel = seat.channel
    let before = readState(channel.id, reader)
    var after = before
    // Nothing that is yet to come can be read already.
    after.lastReadID = min(mark.message, channel.lastMessageID ?? before.lastReadID)
    if after.lastReadID < before.lastReadID {
      guard mark.isManual else { return }
      after.mentions = try mentions(of: reader, after: after.lastReadID, in: seat)
    } else {
      after.mentions.removeAll { $0 <= after.lastReadID }
    }
    guard after != before else { return }
    after.version = nextVersion(of: reader)
    try keep(.personal(.readState(after)))
    let count = mentionCount(in: channel, of: reader)
    emit(
      .personal(.read(ReadStateView(state: after, mentionCount: count), isManual: mark.isManual)),
      to: .user(reader))
  }

  /// Messages that name the reader, among the first page after one that is marked unread.
  private mutating func mentions(
    of reader: Snowflake, after id: Snowflake, in seat: ChannelSeat
  ) throws(ChatError) -> [Snowflake] {
    let channel = seat.channel
    guard seat.permissions.contains(.readMessageHistory) else { return [] }
    let messages = try read { store throws(StoreError) in
      try store.messages(channel: channel.id, after: id, limit: Limits.historyPage)
    }
    return messages.filter { named(by: $0, in: channel).contains(reader) }.map(\.id)
  }

  private mutating func readPins(_ channel: Channel, _ reader: Snowflake) throws(ChatError) {
    var after = readState(channel.id, reader)
    guard let last = channel.lastPinAt, after.pinsReadAt != last else { return }
    after.pinsReadAt = last
    after.version = nextVersion(of: reader)
    try keep(.personal(.readState(after)))
    emit(.personal(.pinsRead(after)), to: .user(reader))
  }

  private func readState(_ channel: Snowflake, _ reader: Snowflake) -> ReadState {
    state.personal.readState(channel, reader) ?? ReadState(userID: reader, channelID: channel)
  }

  func nextVersion(of user: Snowflake) -> Int {
    (state.personal.versions[user] ?? 0) + 1
  }
}

extension ChatService where Store: ~Copyable {
  /// Notes a new message with those whom it names, and as read with its author.
  ///
  /// Costs as much as it names people and roles, whatever the number of members.
  mutating func note(_ message: Message, in channel: Channel) throws(ChatError) {
    if isPerson(message.authorID) {
      var own = readState(channel.id, message.authorID)
      own.lastReadID = message.id
      own.mentions = []
      own.version = nextVersion(of: message.authorID)
      try keep(.personal(.readState(own)))
    }
    for user in named(by: message, in: channel) {
      var other = readState(channel.id, user)
      other.mentions = (other.mentions + [message.id]).suffix(Limits.unreadMentions)
      other.version = nextVersion(of: user)
      try keep(.personal(.readState(other)))
    }
    guard message.mentionsEveryone || !message.mentionedRoles.isEmpty else { return }
    try keep(
      .personal(
        .wideMention(
          WideMention(
            channelID: channel.id, messageID: message.id, authorID: message.authorID,
            isEveryone: message.mentionsEveryone, roles: message.mentionedRoles))))
  }

  /// Forgets what a message that goes was noted for.
  mutating func forgetMentions(of message: Message, in channel: Channel) throws(ChatError) {
    for user in named(by: message, in: channel) {
      guard var other = state.personal.readState(channel.id, user), other.mentions.contains(message.id)
      else { continue }
      other.mentions.removeAll { $0 == message.id }
      other.version = nextVersion(of: user)
      try keep(.personal(.readState(other)))
    }
    let isWide = state.personal.wideMentions[channel.id]?.contains { $0.messageID == message.id }
    if isWide == true {
      try keep(.personal(.deleteWideMention(channel: channel.id, message: message.id)))
    }
  }

  /// The same for many messages, in O(people who ever read the channel).
  mutating func forgetMentions(of ids: Set<Snowflake>, in channel: Channel) throws(ChatError) {
    for user in state.personal.channelReaders.sorted(channel.id) {
      guard var other = state.personal.readState(channel.id, user), !ids.isDisjoint(with: other.mentions)
      else { continue }
      other.mentions.removeAll(where: ids.contains)
      other.version = nextVersion(of: user)
      try keep(.personal(.readState(other)))
    }
    for mention in state.personal.wideMentions[channel.id] ?? [] where ids.contains(mention.messageID) {
      try keep(.personal(.deleteWideMention(channel: channel.id, message: mention.messageID)))
    }
  }

  /// People whom a message names, and who may read it; everybody else in a private channel.
  private func named(by message: Message, in channel: Channel) -> [Snowflake] {
    let candidates = channel.kind.isPrivate ? channel.recipients : message.mentions
    return candidates.filter { user in
      guard user != message.authorID, isPerson(user), mayNotify(user, from: message.authorID) else {
        return false
      }
      return channel.kind.isPrivate || mayView(channel, user)
    }
  }

  private func mayView(_ channel: Channel, _ user: Snowflake) -> Bool {
    guard let guild = state.guilds[channel.guildID], let member = member(guild.id, user) else {
      return false
    }
    // The time does not matter: no time-out takes VIEW_CHANNEL.
    let seat = Seat(guild: guild, member: member, at: member.joinedAt)
    return permissions(seat, in: channel).contains(.viewChannel)
  }

  func isPerson(_ user: Snowflake) -> Bool {
    state.accounts[user].map { !$0.user.isBot } ?? false
  }

  /// Unread messages of a channel that mean the reader, who may view it.
  private func mentionCount(in channel: Channel, of reader: Snowflake) -> Int {
    let kept = readState(channel.id, reader)
    guard let wide = state.personal.wideMentions[channel.id], let member = member(channel.guildID, reader)
    else { return kept.mentions.count }
    let settings = state.personal.settings(channel.guildID, reader)
    let start = max(kept.lastReadID, Snowflake.first(at: member.joinedAt))
    let unread = wide.reversed().prefix { $0.messageID > start }
    let meant = unread.count { mention in
      guard mention.authorID != reader, !kept.mentions.contains(mention.messageID),
        mayNotify(reader, from: mention.authorID)
      else { return false }
      if mention.isEveryone, settings?.suppressesEveryone != true { return true }
      return settings?.suppressesRoles != true && mention.roles.contains(where: member.roles.contains)
    }
    return kept.mentions.count + meant
  }

  /// The read states that READY tells a person: of channels that were ever read, or in which something means it.
  func readStates(
    of reader: Snowflake, _ guilds: [GuildSnapshot], _ privateChannels: [PrivateChannelView]
  ) -> [ReadStateView] {
    let channels =
      guilds.flatMap { $0.channels + $0.threads.threads } + privateChannels.map(\.channel)
    return channels.filter(\.kind.holdsMessages).compactMap { channel in
      let count = mentionCount(in: channel, of: reader)
      guard count > 0 || state.personal.readState(channel.id, reader) != nil else { return nil }
      return ReadStateView(state: readState(channel.id, reader), mentionCount: count)
    }
  }
}
