import Base

/// An asker's place in a guild: what it may do there.
///
/// The operator has a seat without a member, and may do everything.
struct Seat {
  let guild: Guild
  let member: Member?
  let at: WallTime

  /// What the asker may do in the guild, apart from channels.
  var permissions: Permissions {
    guard let member else { return .all }
    return PermissionRules.permissions(of: member, in: guild, at: at)
  }

  func permissions(in channel: Channel) -> Permissions {
    guard let member else { return .all }
    return PermissionRules.permissions(of: member, in: channel, of: guild, at: at)
  }

  func permissions(inThreadsOf parent: Channel) -> Permissions {
    guard let member else { return .all }
    return PermissionRules.permissions(of: member, inThreadsOf: parent, of: guild, at: at)
  }

  func require(_ needed: Permissions) throws(ChatError) {
    guard permissions.isSuperset(of: needed) else { throw .code(.missingPermissions) }
  }

  func require(outranking role: Role) throws(ChatError) {
    guard let member else { return }
    guard PermissionRules.outranks(member, role, in: guild) else { throw .code(.missingPermissions) }
  }

  func require(outranking target: Member) throws(ChatError) {
    guard let member else { return }
    guard PermissionRules.outranks(member, target, in: guild) else {
      throw .code(.missingPermissions)
    }
  }
}

/// An asker's place at a channel that it may view.
struct ChannelSeat {
  let seat: Seat
  let channel: Channel
  let permissions: Permissions

  func require(_ needed: Permissions) throws(ChatError) {
    guard permissions.isSuperset(of: needed) else { throw .code(.missingPermissions) }
  }
}

extension ChatService where Store: ~Copyable {
  /// The user who asks.
  ///
  /// - Throws: ``ChatError/unauthorized`` for nobody and for the operator, who is no user.
  func account(_ asker: Asker) throws(ChatError) -> Account {
    guard let user = asker.user, let account = state.accounts[user] else { throw .unauthorized }
    return account
  }

  /// The asker's place in a guild.
  ///
  /// - Throws: 10004 when there is no such guild, 50001 when the asker is no member.
  func seat(_ asker: Asker, in id: Snowflake) throws(ChatError) -> Seat {
    if asker.isSystem {
      guard let guild = state.guilds[id] else { throw .code(.unknownGuild) }
      return Seat(guild: guild, member: nil, at: asker.at)
    }
    let user = try account(asker).user.id
    guard let guild = state.guilds[id] else { throw .code(.unknownGuild) }
    guard let member = member(id, user) else { throw .code(.missingAccess) }
    return Seat(guild: guild, member: member, at: asker.at)
  }

  /// The asker's place at a channel.
  ///
  /// - Throws: 10003 when there is no such channel, 50001 when the asker may not view it.
  func seat(_ asker: Asker, at id: Snowflake) throws(ChatError) -> ChannelSeat {
    if !asker.isSystem { _ = try account(asker) }
    guard let channel = state.channels[id] else { throw .code(.unknownChannel) }
    if channel.kind.isPrivate { return try privateSeat(asker, channel) }
    let seat = try seat(asker, in: channel.guildID)
    let permissions = permissions(seat, in: channel)
    guard permissions.contains(.viewChannel) else { throw .code(.missingAccess) }
    return ChannelSeat(seat: seat, channel: channel, permissions: permissions)
  }

  /// What a seat may do in a channel or thread; nothing in a private thread that it may not view.
  func permissions(_ seat: Seat, in channel: Channel) -> Permissions {
    guard channel.kind.isThread else { return seat.permissions(in: channel) }
    guard let parent = channel.parentID.flatMap({ state.channels[$0] }) else { return [] }
    let permissions = seat.permissions(inThreadsOf: parent)
    guard channel.kind == .privateThread, let member = seat.member else { return permissions }
    let isInside =
      state.threads.member(channel.id, member.userID) != nil
      || PermissionRules.managesThreads(in: parent, of: seat.guild, member: member)
    return isInside ? permissions : []
  }

  func member(_ guild: Snowflake, _ user: Snowflake) -> Member? {
    state.members[MemberKey(place: guild, user: user)]
  }

  /// A user; one that was never kept is shown as deleted.
  func user(_ id: Snowflake) -> User {
    state.accounts[id]?.user ?? User(id: id, username: "deleted_user", globalName: nil, isBot: false)
  }

  func view(_ member: Member) -> MemberView {
    MemberView(user: user(member.userID), member: member)
  }

  /// Everybody who may view the channel.
  mutating func viewers(_ channel: Channel) -> Audience {
    if channel.kind.isPrivate { return .users(Set(channel.recipients)) }
    return .viewers(guild: channel.guildID, channel: channel.id, only: state.viewers(channel))
  }

  /// Everybody who may view the channel, and `user` in any case.
  mutating func viewers(_ channel: Channel, and user: Snowflake) -> Audience {
    .viewers(guild: channel.guildID, channel: channel.id, only: state.viewers(channel)?.union([user]))
  }

  /// A guild's channels by position, then id.
  func sortedChannels(_ guild: Snowflake) -> [Channel] {
    let channels = state.guildChannels.sorted(guild).compactMap { state.channels[$0] }
    return channels.sorted { ($0.position, $0.id) < ($1.position, $1.id) }
  }

  /// The guild as one member sees it; all of it for the operator.
  func snapshot(_ seat: Seat) -> GuildSnapshot {
    let id = seat.guild.id
    let channels = sortedChannels(id).filter { seat.permissions(in: $0).contains(.viewChannel) }
    let visible = Set(channels.map(\.id))
    let voice = state.guildVoice.sorted(id).compactMap { user in
      state.voiceStates[MemberKey(place: id, user: user)]
    }
    let seen = voice.filter { $0.channelID.map(visible.contains) ?? false }
    var listed = state.guildMembers.sorted(id)
    if listed.count > Limits.memberPage {
      let extra = Set(seen.map(\.userID)).union(seat.member.map { [$0.userID] } ?? [])
      listed = Set(listed.prefix(Limits.memberPage)).union(extra).sorted()
    }
    var snapshot = GuildSnapshot(
      guild: seat.guild, channels: channels, members: listed.compactMap { member(id, $0) }.map { view($0) },
      memberCount: state.guildMembers.count(id), voiceStates: seen,
      joinedAt: seat.member?.joinedAt ?? seat.guild.id.time)
    snapshot.threads = activeThreads(seat)
    return snapshot
  }
}
