import Base

/// Channels in no guild: messages between two or in a group.
extension ChatService where Store: ~Copyable {
  /// The place of a recipient; a private channel has no operator.
  func privateSeat(_ asker: Asker, _ channel: Channel) throws(ChatError) -> ChannelSeat {
    let user = try account(asker).user.id
    guard channel.recipients.contains(user) else { throw .code(.missingAccess) }
    let nowhere = Guild(
      id: .noGuild, name: "", ownerID: .noGuild, systemChannelID: nil, roles: [])
    // A member without roles of a guild without any: it may do nothing but what the channel allows.
    let member = Member(
      guildID: .noGuild, userID: user, nick: nil, roles: [], joinedAt: channel.id.time, isMuted: false,
      isDeafened: false, timedOutUntil: nil, isTemporary: false)
    let seat = Seat(guild: nowhere, member: member, at: asker.at)
    return ChannelSeat(seat: seat, channel: channel, permissions: .privateChannel)
  }

  func channel(_ id: Snowflake, _ asker: Asker) throws(ChatError) -> ChatReply {
    let channel = try seat(asker, at: id).channel
    if channel.kind.isThread {
      return .thread(.thread(channel, member: state.threads.member(id, asker.user)))
    }
    guard channel.kind.isPrivate, let user = asker.user else { return .channel(channel) }
    return .privateChannel(view(channel, for: user))
  }

  /// A private channel as one recipient sees it.
  func view(_ channel: Channel, for user: Snowflake) -> PrivateChannelView {
    PrivateChannelView(
      channel: channel, recipients: channel.recipients.filter { $0 != user }.map { self.user($0) })
  }

  mutating func openDirect(_ other: Snowflake, _ asker: Asker) throws(ChatError) -> ChatReply {
    let account = try account(asker)
    let user = account.user.id
    guard let target = state.accounts[other]?.user else { throw .code(.unknownUser) }
    guard other != user, !(target.isBot && account.user.isBot) else { throw .code(.cannotMessageUser) }
    let pair = MemberKey(place: min(user, other), user: max(user, other))
    if let id = state.directs[pair], let known = state.channels[id] {
      let channel = try open(known, for: [user])
      return .privateChannel(view(channel, for: user))
    }
    var channel = Channel(
      id: ids.next(at: asker.at), guildID: .noGuild, kind: .direct, name: "", position: 0)
    channel.recipients = [pair.place, pair.user]
    // The other one learns of it with the first message.
    channel.closedBy = [other]
    try keep(.channel(channel))
    tell(of: channel, to: [user])
    return .privateChannel(view(channel, for: user))
  }

  /// Opens a private channel for recipients who had closed it.
  mutating func open(_ channel: Channel, for users: [Snowflake]) throws(ChatError) -> Channel {
    let returning = channel.closedBy.filter(users.contains)
    if returning.isEmpty { return channel }
    var channel = channel
    channel.closedBy.removeAll(where: returning.contains)
    try keep(.channel(channel))
    tell(of: channel, to: returning)
    return channel
  }

  /// CHANNEL_CREATE to people; bots have not been told of private channels since version 8.
  private mutating func tell(of channel: Channel, to users: [Snowflake]) {
    for user in users where !self.user(user).isBot {
      emit(.privateChannelCreate(view(channel, for: user)), to: .users([user]))
    }
  }

  mutating func close(_ channel: Channel, _ asker: Asker) throws(ChatError) -> ChatReply {
    let user = try account(asker).user.id
    if channel.kind == .group {
      let before = view(channel, for: user)
      try leaveGroup(channel, user, by: user, asker.at)
      return .privateChannel(before)
    }
    var channel = channel
    if !channel.closedBy.contains(user) {
      channel.closedBy = (channel.closedBy + [user]).sorted()
      try keep(.channel(channel))
      emit(.privateChannelDelete(view(channel, for: user)), to: .users([user]))
    }
    return .privateChannel(view(channel, for: user))
  }

  func privateChannels(_ asker: Asker) throws(ChatError) -> ChatReply {
    .privateChannels(openChannels(of: try account(asker).user.id))
  }

  /// The private channels that a user has not closed, the newest message first.
  func openChannels(of user: Snowflake) -> [PrivateChannelView] {
    let channels = state.userChannels.sorted(user).compactMap { state.channels[$0] }
    let open = channels.filter { !$0.closedBy.contains(user) }
    return open.sorted { ($0.lastMessageID ?? $0.id) > ($1.lastMessageID ?? $1.id) }.map {
      view($0, for: user)
    }
  }

  /// Whether a message may be sent to a private channel: its two recipients are friends or share a guild, and
  /// neither has blocked the other.
  func checkAcquainted(_ channel: Channel) throws(ChatError) {
    guard channel.kind == .direct, let first = channel.recipients.first,
      let last = channel.recipients.last
    else { return }
    guard !hasBlocked(first, last), !hasBlocked(last, first) else { throw .code(.cannotMessageUser) }
    if areFriends(first, last) { return }
    guard !state.userGuilds.set(first).isDisjoint(with: state.userGuilds.set(last)) else {
      throw .code(.cannotMessageUser)
    }
  }

  /// Whether a message in the channel can notify the user.
  func isReader(_ user: Snowflake, of channel: Channel) -> Bool {
    channel.kind.isPrivate
      ? channel.recipients.contains(user) : member(channel.guildID, user) != nil
  }
}
