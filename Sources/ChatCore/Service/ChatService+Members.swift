import Base

extension ChatService where Store: ~Copyable {
  func memberView(
    _ guild: Snowflake, _ user: Snowflake, _ asker: Asker
  ) throws(ChatError) -> MemberView {
    _ = try seat(asker, in: guild)
    guard let member = member(guild, user) else { throw .code(.unknownMember) }
    return view(member)
  }

  func members(
    _ guild: Snowflake, _ limit: Int, _ after: Snowflake?, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    _ = try seat(asker, in: guild)
    var form = FormCheck()
    form.value("limit", limit, 1...Limits.memberPage)
    try form.finish()
    let ids = state.guildMembers.set(guild).filter { id in after.map { $0 < id } ?? true }.sorted()
    let page = ids.prefix(limit).compactMap { member(guild, $0) }.map { view($0) }
    return .members(page, notFound: [])
  }

  mutating func kick(
    _ guild: Snowflake, _ user: Snowflake, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, in: guild)
    guard let target = member(guild, user) else { throw .code(.unknownMember) }
    try seat.require(.kickMembers)
    guard seat.guild.ownerID != user else { throw .code(.missingPermissions) }
    try seat.require(outranking: target)
    try removeMember(target)
    try audit(.memberKick, in: guild, of: user, [], [], asker)
    return .done
  }

  mutating func addBot(
    _ guild: Snowflake, _ bot: Snowflake, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, in: guild)
    try seat.require(.manageGuild)
    guard state.applications[bot] != nil else { throw .code(.unknownApplication) }
    guard member(guild, bot) == nil else { return .done }
    try join(seat.guild, bot, asker.at, isTemporary: false)
    try audit(.botAdd, in: guild, of: bot, [], [], asker)
    return .done
  }

  mutating func changeMemberRole(
    _ guild: Snowflake, _ user: Snowflake, _ role: Snowflake, isAdded: Bool, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    guard let target = member(guild, user) else {
      _ = try seat(asker, in: guild)
      throw .code(.unknownMember)
    }
    var changes = MemberChanges()
    changes.roles = .set(target.roles.filter { $0 != role } + (isAdded ? [role] : []))
    if !isAdded, state.guilds[guild]?.role(role) == nil { throw .code(.unknownRole) }
    _ = try modifyMember(guild, user, changes, asker)
    return .done
  }

  /// PATCH of a member: each field needs its own permission; all are checked before any is changed.
  mutating func modifyMember(
    _ guild: Snowflake, _ user: Snowflake, _ changes: MemberChanges, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, in: guild)
    guard var member = member(guild, user) else { throw .code(.unknownMember) }
    let before = member
    try changeNick(changes, of: &member, seat)
    try changeRoles(changes, of: &member, seat)
    try changeTimeout(changes, of: &member, seat)
    let voice = try changeVoiceFlags(changes, of: &member, seat)
    let destination = try destination(changes, voice, seat)

    if member != before {
      let sight = member.roles != before.roles ? sight(of: guild) : nil
      try keep(.member(member))
      emit(.memberUpdate(view(member)), to: .guild(guild))
      if let sight { showChanges(since: sight, at: asker.at) }
    }
    // Losing a role may have ended the voice state already.
    if let voice = self.voice(guild, user) {
      if PermissionRules.isTimedOut(member, at: asker.at), seat.guild.ownerID != user {
        leaveVoice(voice)
      } else {
        try moderate(voice, member, destination, asker.at)
      }
    }
    try auditMember(before, member, voice, destination, asker)
    return .member(view(member))
  }

  /// Entries for what a PATCH of a member did to it, its roles and its place in voice.
  private mutating func auditMember(
    _ before: Member, _ after: Member, _ voice: VoiceState?, _ destination: Change<Channel?>, _ asker: Asker
  ) throws(ChatError) {
    let (id, user) = (after.guildID, after.userID)
    guard let guild = state.guilds[id] else { return }
    let changes = AuditDiff.member(before, after)
    if !changes.isEmpty { try audit(.memberUpdate, in: id, of: user, changes, [], asker) }
    let roles = AuditDiff.roles(before, after, in: guild)
    if !roles.isEmpty { try audit(.memberRoles, in: id, of: user, roles, [], asker) }
    guard let voice, case .set(let channel) = destination else { return }
    if let channel {
      guard channel.id != voice.channelID else { return }
      try audit(.memberMove, in: id, of: nil, [], .place(channel.id, count: 1), asker)
    } else {
      try audit(.memberDisconnect, in: id, of: nil, [], .place(nil, count: 1), asker)
    }
  }

  private func changeNick(
    _ changes: MemberChanges, of member: inout Member, _ seat: Seat
  ) throws(ChatError) {
    guard case .set(let nick) = changes.nick else { return }
    let trimmed = nick.map(TextRules.trimmed).flatMap { $0.isEmpty ? nil : $0 }
    if trimmed == member.nick { return }
    if seat.member?.userID == member.userID {
      guard !seat.permissions.isDisjoint(with: [.changeNickname, .manageNicknames]) else {
        throw .code(.missingPermissions)
      }
    } else {
      try seat.require(.manageNicknames)
      try seat.require(outranking: member)
    }
    var form = FormCheck()
    if let trimmed { form.length("nick", trimmed, 0...Limits.nickLength) }
    try form.finish()
    member.nick = trimmed
  }

  private func changeRoles(
    _ changes: MemberChanges, of member: inout Member, _ seat: Seat
  ) throws(ChatError) {
    guard case .set(let roles) = changes.roles else { return }
    let wanted = Set(roles).subtracting([seat.guild.id])
    let changed = wanted.symmetricDifference(member.roles)
    if changed.isEmpty { return }
    try seat.require(.manageRoles)
    for id in changed.sorted() {
      guard let role = seat.guild.role(id) else { throw .code(.unknownRole) }
      guard !role.isManaged else { throw .code(.invalidRole) }
      try seat.require(outranking: role)
    }
    member.roles = wanted.sorted()
  }

  private func changeTimeout(
    _ changes: MemberChanges, of member: inout Member, _ seat: Seat
  ) throws(ChatError) {
    guard case .set(let until) = changes.timedOutUntil, until != member.timedOutUntil else { return }
    try seat.require(.moderateMembers)
    try seat.require(outranking: member)
    let target = PermissionRules.permissions(of: member, in: seat.guild, at: seat.at)
    if until != nil, target.contains(.administrator) { throw .code(.missingPermissions) }
    if let until, until.milliseconds > seat.at.milliseconds + Limits.timeoutMax {
      throw .form([
        FormProblem(
          path: ["communication_disabled_until"], code: "DATE_TIME_TYPE_INVALID",
          message: "A time-out lasts 28 days at most.")
      ])
    }
    member.timedOutUntil = until
  }

  /// Server mute and deafen; answers the voice state that they and a move need.
  private func changeVoiceFlags(
    _ changes: MemberChanges, of member: inout Member, _ seat: Seat
  ) throws(ChatError) -> VoiceState? {
    let voice = voice(member.guildID, member.userID)
    if changes.isMuted == .keep, changes.isDeafened == .keep, changes.channelID == .keep { return voice }
    guard let voice, let id = voice.channelID, let channel = state.channels[id] else {
      throw .code(.targetNotInVoice)
    }
    let permissions = seat.permissions(in: channel)
    if case .set(let isMuted) = changes.isMuted {
      guard permissions.contains(.muteMembers) else { throw .code(.missingPermissions) }
      member.isMuted = isMuted
    }
    if case .set(let isDeafened) = changes.isDeafened {
      guard permissions.contains(.deafenMembers) else { throw .code(.missingPermissions) }
      member.isDeafened = isDeafened
    }
    if changes.channelID != .keep {
      guard permissions.contains(.moveMembers) else { throw .code(.missingPermissions) }
    }
    return voice
  }

  /// The channel that a moderator moves the member to; `.keep` when it stays.
  private func destination(
    _ changes: MemberChanges, _ voice: VoiceState?, _ seat: Seat
  ) throws(ChatError) -> Change<Channel?> {
    guard case .set(let id) = changes.channelID else { return .keep }
    guard let id else { return .set(nil) }
    guard let channel = state.channels[id], channel.guildID == seat.guild.id else {
      throw .code(.unknownChannel)
    }
    guard channel.kind.isVoice else { throw .code(.wrongChannelType) }
    guard seat.permissions(in: channel).isSuperset(of: [.viewChannel, .connect]) else {
      throw .code(.missingPermissions)
    }
    guard let voice, let target = member(voice.guildID, voice.userID),
      PermissionRules.mayView(channel, in: seat.guild, member: target)
    else { throw .code(.missingPermissions) }
    return .set(channel)
  }
}
