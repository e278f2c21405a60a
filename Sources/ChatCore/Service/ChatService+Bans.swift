import Base

extension ChatService where Store: ~Copyable {
  /// GUILD_BAN_ADD to moderators, then what a member's end brings, then its recent messages go.
  mutating func banMember(
    _ guild: Snowflake, _ user: Snowflake, _ parameters: BanParameters, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, in: guild)
    try seat.require(.banMembers)
    var form = FormCheck()
    form.value("delete_message_seconds", parameters.deleteSeconds, 0...Limits.banDeleteSecondsMax)
    form.length("reason", parameters.reason ?? "", 0...Limits.reasonLength)
    try form.finish()
    guard state.accounts[user] != nil else { throw .code(.unknownUser) }
    guard seat.guild.ownerID != user else { throw .code(.missingPermissions) }
    let target = member(guild, user)
    if let target { try seat.require(outranking: target) }
    guard state.bans[MemberKey(place: guild, user: user)] == nil else { return .done }
    guard state.guildBans.count(guild) < Limits.bansPerGuild else { throw .code(.tooManyBans) }
    let messages = try recentMessages(guild, user, parameters.deleteSeconds, asker.at)

    try keep(.ban(Ban(guildID: guild, userID: user, reason: parameters.reason)))
    let moderators: Permissions = [.banMembers, .viewAuditLog]
    emit(
      .banAdd(guild: guild, self.user(user)),
      to: holders(of: moderators, in: guild, except: user, at: asker.at))
    if let target { try removeMember(target) }
    for (channel, ids) in messages { try remove(ids, from: channel) }
    try audit(.memberBan, in: guild, of: user, [], [], asker)
    return .done
  }

  /// Bans several at once; whoever is banned already, unknown or too high fails alone.
  mutating func banMembers(
    _ guild: Snowflake, _ users: [Snowflake], _ parameters: BanParameters, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, in: guild)
    try seat.require([.banMembers, .manageGuild])
    var form = FormCheck()
    form.length(["user_ids"], users.count, 1...Limits.bulkBan)
    form.value("delete_message_seconds", parameters.deleteSeconds, 0...Limits.banDeleteSecondsMax)
    try form.finish()
    var banned: [Snowflake] = []
    var failed: [Snowflake] = []
    for user in users {
      guard state.accounts[user] != nil, mayBan(user, seat),
        state.bans[MemberKey(place: guild, user: user)] == nil
      else {
        failed.append(user)
        continue
      }
      _ = try banMember(guild, user, parameters, asker)
      banned.append(user)
    }
    guard !banned.isEmpty else { throw .code(.bulkBanFailed) }
    return .bulkBan(banned: banned, failed: failed)
  }

  private func mayBan(_ user: Snowflake, _ seat: Seat) -> Bool {
    guard seat.guild.ownerID != user else { return false }
    guard let target = member(seat.guild.id, user), let actor = seat.member else { return true }
    return PermissionRules.outranks(actor, target, in: seat.guild)
  }

  mutating func unban(
    _ guild: Snowflake, _ user: Snowflake, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, in: guild)
    try seat.require(.banMembers)
    guard state.bans[MemberKey(place: guild, user: user)] != nil else { throw .code(.unknownBan) }
    try keep(.deleteBan(guild: guild, user: user))
    emit(
      .banRemove(guild: guild, self.user(user)),
      to: holders(of: [.banMembers, .viewAuditLog], in: guild, except: user, at: asker.at))
    try audit(.memberUnban, in: guild, of: user, [], [], asker)
    return .done
  }

  func ban(_ guild: Snowflake, _ user: Snowflake, _ asker: Asker) throws(ChatError) -> ChatReply {
    try seat(asker, in: guild).require(.banMembers)
    guard let ban = state.bans[MemberKey(place: guild, user: user)] else { throw .code(.unknownBan) }
    return .bans([BanView(ban: ban, user: self.user(user))])
  }

  func bans(_ guild: Snowflake, _ page: BanPage, _ asker: Asker) throws(ChatError) -> ChatReply {
    try seat(asker, in: guild).require(.banMembers)
    var form = FormCheck()
    form.value("limit", page.limit, 1...Limits.banPage)
    try form.finish()
    let users = state.guildBans.sorted(guild)
    let listed =
      switch page.anchor {
      case .after(let id): Array(users.drop { $0 <= id }.prefix(page.limit))
      case .before(let id): Array(users.prefix { $0 < id }.suffix(page.limit))
      default: Array(users.prefix(page.limit))
      }
    return .bans(
      listed.compactMap { id in
        state.bans[MemberKey(place: guild, user: id)].map { BanView(ban: $0, user: user(id)) }
      })
  }

  /// What the user said in the guild in the last `seconds`, newest first within a channel.
  private mutating func recentMessages(
    _ guild: Snowflake, _ user: Snowflake, _ seconds: Int, _ now: WallTime
  ) throws(ChatError) -> [(Channel, [Snowflake])] {
    guard seconds > 0 else { return [] }
    let oldest = Snowflake.first(
      at: WallTime(milliseconds: now.milliseconds &- Int64(seconds) &* 1000))
    var left = Limits.messagesDeletedByBan
    var found: [(Channel, [Snowflake])] = []
    let threads = sortedChannels(guild).flatMap { state.threads.children.sorted($0.id) }
    let places = sortedChannels(guild) + threads.compactMap { state.channels[$0] }
    for channel in places where left > 0 {
      guard channel.kind.holdsMessages, let newest = channel.lastMessageID, newest >= oldest else { continue }
      let limit = left
      let ids = try read { store throws(StoreError) in
        try store.messageIDs(channel: channel.id, author: user, since: oldest, limit: limit)
      }
      left -= ids.count
      if !ids.isEmpty { found.append((channel, ids)) }
    }
    return found
  }

  mutating func deleteMessages(
    _ channel: Snowflake, _ ids: [Snowflake], _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let (seat, _) = try textSeat(asker, at: channel)
    try seat.require(.manageMessages)
    var form = FormCheck()
    form.length(["messages"], ids.count, 2...Limits.bulkDelete)
    if Set(ids).count < ids.count {
      form.fail(["messages"], "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
    }
    try form.finish()
    let oldest = Snowflake.first(
      at: WallTime(milliseconds: asker.at.milliseconds &- Limits.bulkDeleteAge))
    guard ids.allSatisfy({ $0 >= oldest }) else { throw .code(.messageTooOld) }
    var known: [Snowflake] = []
    for id in ids.sorted() {
      let message = try read { store throws(StoreError) in try store.message(channel: channel, id: id) }
      if message != nil { known.append(id) }
    }
    try remove(known, from: seat.channel)
    if !known.isEmpty {
      try audit(
        .messageBulkDelete, in: seat.channel.guildID, of: channel, [], .place(nil, count: known.count),
        asker)
    }
    return .done
  }

  /// Removes messages that exist: MESSAGE_DELETE_BULK for each hundred.
  private mutating func remove(_ ids: [Snowflake], from channel: Channel) throws(ChatError) {
    try loseSource(ids, of: channel)
    for id in ids { try keep(.deleteMessage(channel: channel.id, message: id)) }
    try forgetMentions(of: Set(ids), in: channel)
    let sorted = ids.sorted()
    for start in stride(from: 0, to: sorted.count, by: Limits.bulkDelete) {
      let part = Array(sorted[start..<min(start + Limits.bulkDelete, sorted.count)])
      emit(
        .messagesDelete(guild: channel.guildID, channel: channel.id, messages: part),
        to: viewers(channel))
    }
  }
}
