import Base

extension ChatService where Store: ~Copyable {
  mutating func createInvite(
    _ id: Snowflake, _ parameters: InviteParameters, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, at: id)
    try seat.require(.createInstantInvite)
    guard seat.channel.kind != .category, !seat.channel.kind.isThread else {
      throw .code(.wrongChannelType)
    }
    var form = FormCheck()
    form.value("max_age", parameters.maxAge, 0...Limits.inviteAgeMax)
    form.value("max_uses", parameters.maxUses, 0...Limits.inviteUsesMax)
    try form.finish()
    if !parameters.isUnique, let like = likeInvite(seat.channel, parameters, asker) {
      return .invite(try view(like))
    }
    if state.guildInvites.count(seat.channel.guildID) >= Limits.invitesPerGuild {
      try removeExpiredInvites(seat.channel.guildID, asker.at)
    }
    guard state.guildInvites.count(seat.channel.guildID) < Limits.invitesPerGuild else {
      throw .code(.tooManyInvites)
    }
    var code = random.text(8, of: .alphanumeric)
    while state.invites[code] != nil { code = random.text(8, of: .alphanumeric) }
    let invite = Invite(
      code: code, guildID: seat.channel.guildID, channelID: id, inviterID: asker.user,
      createdAt: asker.at, maxAge: parameters.maxAge, maxUses: parameters.maxUses,
      isTemporary: parameters.isTemporary)
    try keep(.invite(invite))
    let result = try view(invite)
    emit(.inviteCreate(result), to: managers(of: seat.channel, at: asker.at))
    try audit(.inviteCreate, in: invite.guildID, of: nil, AuditDiff.invite(nil, invite), [], asker)
    return .invite(result)
  }

  /// An invite of the same maker with the same terms that nobody has used: it is given again.
  private func likeInvite(
    _ channel: Channel, _ parameters: InviteParameters, _ asker: Asker
  ) -> Invite? {
    let invites = state.guildInvites.sorted(channel.guildID).compactMap { state.invites[$0] }
    return invites.first { invite in
      invite.channelID == channel.id && invite.inviterID == asker.user && invite.uses == 0
        && invite.maxAge == parameters.maxAge && invite.maxUses == parameters.maxUses
        && invite.isTemporary == parameters.isTemporary && isLiving(invite, asker.at)
    }
  }

  private func isLiving(_ invite: Invite, _ now: WallTime) -> Bool {
    invite.expiresAt.map { now < $0 } ?? true
  }

  private mutating func removeExpiredInvites(
    _ guild: Snowflake, _ now: WallTime
  ) throws(ChatError) {
    for code in state.guildInvites.sorted(guild) {
      if let invite = state.invites[code], !isLiving(invite, now) { try remove(invite, now) }
    }
  }

  private mutating func remove(_ invite: Invite, _ now: WallTime) throws(ChatError) {
    try keep(.deleteInvite(code: invite.code))
    guard let channel = state.channels[invite.channelID] else { return }
    emit(
      .inviteDelete(guild: invite.guildID, channel: invite.channelID, code: invite.code),
      to: managers(of: channel, at: now))
  }

  /// - Throws: 10006 when there is none, or it has ended.
  func livingInvite(_ code: String, _ now: WallTime) throws(ChatError) -> Invite {
    guard let invite = state.invites[code], isLiving(invite, now) else { throw .code(.unknownInvite) }
    return invite
  }

  private func view(_ invite: Invite) throws(ChatError) -> InviteView {
    guard let guild = state.guilds[invite.guildID], let channel = state.channels[invite.channelID] else {
      throw .code(.unknownInvite)
    }
    return InviteView(
      invite: invite, guild: guild, channel: channel, inviter: invite.inviterID.map { user($0) },
      memberCount: state.guildMembers.count(guild.id))
  }

  func invite(_ code: String, _ asker: Asker) throws(ChatError) -> ChatReply {
    .invite(try view(try livingInvite(code, asker.at)))
  }

  mutating func acceptInvite(_ code: String, _ asker: Asker) throws(ChatError) -> ChatReply {
    let account = try account(asker)
    guard !account.user.isBot else { throw .code(.botsNotAllowed) }
    let invite = try livingInvite(code, asker.at)
    if member(invite.guildID, account.user.id) == nil {
      try join(through: invite, account.user.id, asker.at)
    }
    return .invite(try view(state.invites[code] ?? invite))
  }

  /// Joins and counts the use; the last use removes the invite.
  mutating func join(
    through invite: Invite, _ user: Snowflake, _ now: WallTime
  ) throws(ChatError) {
    guard let guild = state.guilds[invite.guildID], !guild.settings.pausesInvites else {
      throw .code(.unknownInvite)
    }
    try join(guild, user, now, isTemporary: invite.isTemporary)
    var used = invite
    used.uses += 1
    if used.maxUses > 0, used.uses >= used.maxUses {
      try remove(used, now)
    } else {
      try keep(.invite(used))
    }
  }

  mutating func deleteInvite(_ code: String, _ asker: Asker) throws(ChatError) -> ChatReply {
    guard let invite = state.invites[code] else { throw .code(.unknownInvite) }
    let seat = try seat(asker, in: invite.guildID)
    guard let channel = state.channels[invite.channelID] else { throw .code(.unknownInvite) }
    let mayDelete =
      seat.permissions(in: channel).contains(.manageChannels)
      || seat.permissions.contains(.manageGuild)
    guard mayDelete else { throw .code(.missingPermissions) }
    let result = try view(invite)
    try remove(invite, asker.at)
    try audit(.inviteDelete, in: invite.guildID, of: nil, AuditDiff.invite(invite, nil), [], asker)
    return .invite(result)
  }

  func channelInvites(_ id: Snowflake, _ asker: Asker) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, at: id)
    try seat.require(.manageChannels)
    return .invites(try living(seat.channel.guildID, asker.at).filter { $0.channel.id == id })
  }

  func guildInvites(_ id: Snowflake, _ asker: Asker) throws(ChatError) -> ChatReply {
    try seat(asker, in: id).require(.manageGuild)
    return .invites(try living(id, asker.at))
  }

  private func living(_ guild: Snowflake, _ now: WallTime) throws(ChatError) -> [InviteView] {
    var result: [InviteView] = []
    for code in state.guildInvites.sorted(guild) {
      guard let invite = state.invites[code], isLiving(invite, now) else { continue }
      result.append(try view(invite))
    }
    return result.sorted {
      ($0.invite.createdAt, $0.invite.code) < ($1.invite.createdAt, $1.invite.code)
    }
  }
}
