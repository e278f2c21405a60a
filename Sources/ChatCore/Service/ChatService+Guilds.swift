import Base

extension ChatService where Store: ~Copyable {
  mutating func createGuild(
    _ name: String, _ owner: Snowflake?, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let owner = asker.isSystem ? owner : try account(asker).user.id
    guard let owner, let account = state.accounts[owner] else { throw .code(.unknownUser) }
    if account.user.isBot { throw .code(.botsNotAllowed) }
    let name = TextRules.trimmed(name)
    var form = FormCheck()
    form.length("name", name, Limits.guildNameLengthMin...Limits.nameLength)
    try form.finish()
    guard state.userGuilds.count(owner) < Limits.guildsPerUser else { throw .code(.tooManyGuilds) }

    let id = ids.next(at: asker.at)
    let text = Channel(
      id: ids.next(at: asker.at), guildID: id, kind: .text, name: "general", position: 0)
    let voice = Channel(
      id: ids.next(at: asker.at), guildID: id, kind: .voice, name: "General", position: 0)
    let everyone = Role(
      id: id, name: "@everyone", color: 0, isHoisted: false, position: 0, permissions: .newGuildDefault,
      isManaged: false, isMentionable: false, botID: nil)
    try keep(
      .guild(Guild(id: id, name: name, ownerID: owner, systemChannelID: text.id, roles: [])))
    try keep(.role(guild: id, everyone))
    try keep(.channel(text))
    try keep(.channel(voice))
    let member = newMember(id, owner, asker.at, isTemporary: false)
    try keep(.member(member))
    guard let guild = state.guilds[id] else { throw .code(.general) }
    let view = snapshot(Seat(guild: guild, member: member, at: asker.at))
    emit(.guildCreate(view), to: .user(owner))
    return .guild(view)
  }

  private func newMember(
    _ guild: Snowflake, _ user: Snowflake, _ at: WallTime, isTemporary: Bool
  ) -> Member {
    Member(
      guildID: guild, userID: user, nick: nil, roles: [], joinedAt: at, isMuted: false,
      isDeafened: false, timedOutUntil: nil, isTemporary: isTemporary)
  }

  func guild(_ id: Snowflake, _ asker: Asker) throws(ChatError) -> ChatReply {
    .guild(snapshot(try seat(asker, in: id)))
  }

  mutating func deleteGuild(_ id: Snowflake, _ asker: Asker) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, in: id)
    if let member = seat.member, member.userID != seat.guild.ownerID {
      throw .code(.missingPermissions)
    }
    for user in state.guildVoice.sorted(id) {
      if let voice = voice(id, user) { leaveVoice(voice) }
    }
    try keep(.deleteGuild(id))
    emit(.guildDelete(guild: id), to: .guild(id))
    return .done
  }

  func currentGuilds(_ asker: Asker) throws(ChatError) -> ChatReply {
    let user = try account(asker).user.id
    var rows: [GuildSummary] = []
    for id in state.userGuilds.sorted(user) {
      let seat = try seat(asker, in: id)
      rows.append(
        GuildSummary(
          guild: seat.guild, isOwner: seat.guild.ownerID == user, permissions: seat.permissions,
          memberCount: state.guildMembers.count(id)))
    }
    return .guilds(rows)
  }

  /// Makes `user` a member: GUILD_CREATE to the newcomer, GUILD_MEMBER_ADD to the others, then the
  /// message in the system channel.
  mutating func join(
    _ guild: Guild, _ user: Snowflake, _ at: WallTime, isTemporary: Bool
  ) throws(ChatError) {
    guard state.userGuilds.count(user) < Limits.guildsPerUser else { throw .code(.tooManyGuilds) }
    guard state.guildMembers.count(guild.id) < Limits.membersPerGuild else {
      throw .code(.tooManyMembers)
    }
    guard state.bans[MemberKey(place: guild.id, user: user)] == nil else { throw .code(.userBanned) }
    let member = newMember(guild.id, user, at, isTemporary: isTemporary)
    try keep(.member(member))
    emit(.guildCreate(snapshot(Seat(guild: guild, member: member, at: at))), to: .user(user))
    emit(.memberAdd(view(member)), to: .guildExcept(guild.id, user: user))
    try welcome(member, to: guild, at)
  }

  private mutating func welcome(_ member: Member, to guild: Guild, _ at: WallTime) throws(ChatError) {
    guard let id = guild.systemChannelID, let channel = state.channels[id],
      !guild.settings.systemChannelFlags.contains(.suppressJoins)
    else { return }
    let message = Message(
      id: ids.next(at: at), channelID: id, guildID: guild.id, authorID: member.userID, kind: .join,
      content: "")
    try keep(.message(message))
    emit(.messageCreate(freshView(message, referenced: .none)), to: viewers(channel))
  }

  mutating func leaveGuild(_ id: Snowflake, _ asker: Asker) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, in: id)
    guard let member = seat.member else { throw .unauthorized }
    guard seat.guild.ownerID != member.userID else { throw .code(.invalidGuild) }
    try removeMember(member)
    return .done
  }

  /// Ends a membership: voice first, then GUILD_MEMBER_REMOVE to the others and GUILD_DELETE to the one who goes.
  mutating func removeMember(_ member: Member) throws(ChatError) {
    if let voice = voice(member.guildID, member.userID) { leaveVoice(voice) }
    try leaveThreads(member)
    try keep(.deleteMember(guild: member.guildID, user: member.userID))
    emit(
      .memberRemove(guild: member.guildID, user(member.userID)),
      to: .guildExcept(member.guildID, user: member.userID))
    emit(.guildDelete(guild: member.guildID), to: .user(member.userID))
  }
}
