import Base

/// The event log: what a transaction changed, written with it, and told again if nobody can say that it was told.
///
///     commands ─▶ writes + one log entry ─▶ commit ─▶ fan-out ─▶ acknowledged with the next commit
///                                             └─ crash ─▶ start ─▶ ``missed()`` tells it again
extension ChatService where Store: ~Copyable {
  /// The entry for the events of the running batch; nil when none of them lasts.
  func logEntry(at now: WallTime) -> LogEntry? {
    let events = outputs.compactMap { output -> LoggedEvent? in
      guard case .event(let event) = output else { return nil }
      return LoggedEvent(event)
    }
    return events.isEmpty ? nil : LogEntry(offset: logOffset + 1, at: now, events: events)
  }

  /// The events that a crash may have kept from those who should have been told; asked once, at the start.
  ///
  /// At least once, not exactly once: what was told but not acknowledged comes again. A message that was
  /// changed since then is told as it is now, and only to those who may see it now.
  ///
  /// - Throws: what the store throws.
  public mutating func missed() throws(StoreError) -> [ChatOutput] {
    guard let done = try store.logState().consumers[.gateway] else { return [] }
    var missed: [ChatOutput] = []
    var offset = done
    while true {
      let entries = try store.logEntries(after: offset, limit: Limits.batch)
      for entry in entries {
        for event in entry.events {
          guard let told = try retell(event, at: entry.at) else { continue }
          missed.append(.event(told))
        }
      }
      guard let last = entries.last else { return missed }
      offset = last.offset
    }
  }

  /// The fan-out is done with everything up to an entry; it is kept with the next transaction.
  public mutating func acknowledge(through offset: UInt64) {
    acknowledged = max(acknowledged, min(offset, logOffset))
  }

  private mutating func retell(_ event: LoggedEvent, at now: WallTime) throws(StoreError) -> ChatEvent? {
    do throws(ChatError) {
      switch event.kind {
      case .messageCreate, .messageUpdate, .messageDelete, .messagesDelete, .reactionAdd, .reactionRemove,
        .reactionsClear, .pinsUpdate:
        return try retellMessage(event)
      case .userUpdate, .privateChannelCreate, .privateChannelDelete, .tokensRevoked:
        return retellPersonal(event)
      case .auditEntry: return try retellAudit(event, at: now)
      default: return retellGuild(event, at: now)
      }
    } catch {
      // Only reading can fail here.
      throw statistics.lastStoreError ?? .io
    }
  }

  private mutating func retellMessage(_ event: LoggedEvent) throws(ChatError) -> ChatEvent? {
    guard event.ids.count >= 2, let channel = state.channels[event.ids[1]] else { return nil }
    let (guild, id) = (event.ids[0], channel.id)
    let audience = viewers(channel)
    if event.kind == .pinsUpdate {
      return ChatEvent(
        audience: audience, payload: .pinsUpdate(guild: guild, channel: id, last: channel.lastPinAt))
    }
    guard event.ids.count >= 3 else { return nil }
    let message = event.ids[2]
    let payload: Payload
    switch event.kind {
    case .messageDelete: payload = .messageDelete(guild: guild, channel: id, message: message)
    case .messagesDelete:
      payload = .messagesDelete(guild: guild, channel: id, messages: Array(event.ids[2...]))
    case .messageCreate, .messageUpdate:
      let kept = try read { store throws(StoreError) in try store.message(channel: id, id: message) }
      // One that was deleted since then was told to be deleted, too.
      guard let kept else { return nil }
      let view = try view(kept, reader: nil)
      payload = event.kind == .messageCreate ? .messageCreate(view) : .messageUpdate(view)
    case .reactionsClear:
      payload = .reactionsClear(guild: guild, channel: id, message: message, event.emoji)
    default:
      guard event.ids.count == 6, let emoji = event.emoji else { return nil }
      let reaction = ReactionEvent(
        guildID: guild, channelID: id, messageID: message, messageAuthorID: event.ids[3],
        userID: event.ids[4], emoji: emoji)
      payload =
        event.kind == .reactionAdd
        ? .reactionAdd(reaction, member: member(guild, event.ids[4]).map { view($0) })
        : .reactionRemove(reaction)
    }
    return ChatEvent(audience: audience, payload: payload)
  }

  private mutating func retellAudit(
    _ event: LoggedEvent, at now: WallTime
  ) throws(ChatError) -> ChatEvent? {
    guard event.ids.count == 2, state.guilds[event.ids[0]] != nil, event.ids[1].rawValue > 0 else {
      return nil
    }
    var query = AuditQuery(limit: 1)
    query.anchor = .after(Snowflake(rawValue: event.ids[1].rawValue - 1))
    let found = try read { [guild = event.ids[0]] store throws(StoreError) in
      try store.auditEntries(guild: guild, query)
    }
    guard let entry = found.first, entry.id == event.ids[1] else { return nil }
    return ChatEvent(
      audience: holders(of: .viewAuditLog, in: event.ids[0], except: nil, at: now),
      payload: .auditEntry(entry))
  }

  private func retellPersonal(_ event: LoggedEvent) -> ChatEvent? {
    guard let first = event.ids.first else { return nil }
    switch event.kind {
    case .userUpdate:
      guard let account = state.accounts[first] else { return nil }
      return ChatEvent(
        audience: .user(first),
        payload: .userUpdate(SelfUser(user: account.user, email: account.email)))
    case .tokensRevoked: return ChatEvent(audience: .user(first), payload: .tokensRevoked(user: first))
    default:
      guard event.ids.count == 2, let channel = state.channels[first] else { return nil }
      let view = view(channel, for: event.ids[1])
      return ChatEvent(
        audience: .users([event.ids[1]]),
        payload: event.kind == .privateChannelCreate
          ? .privateChannelCreate(view) : .privateChannelDelete(view))
    }
  }
}

/// What concerns a guild.
extension ChatService where Store: ~Copyable {
  private mutating func retellGuild(_ event: LoggedEvent, at now: WallTime) -> ChatEvent? {
    guard let id = event.ids.first else { return nil }
    let second = event.ids.dropFirst().first
    if event.kind == .guildDelete {
      return ChatEvent(
        audience: second.map { .user($0) } ?? .guild(id), payload: .guildDelete(guild: id))
    }
    guard let guild = state.guilds[id] else { return nil }
    guard let second else { return ChatEvent(audience: .guild(id), payload: .guildUpdate(guild)) }
    switch event.kind {
    case .channelCreate, .channelUpdate, .channelDelete: return retellChannel(event, guild, second)
    case .roleCreate, .roleUpdate, .roleDelete:
      let role = guild.role(second)
      let payload: Payload? =
        switch event.kind {
        case .roleCreate: role.map { .roleCreate(guild: id, $0) }
        case .roleUpdate: role.map { .roleUpdate(guild: id, $0) }
        default: .roleDelete(guild: id, role: second)
        }
      return payload.map { ChatEvent(audience: .guild(id), payload: $0) }
    case .guildCreate, .memberAdd, .memberUpdate, .memberRemove:
      return retellMember(event.kind, guild, second, at: now)
    default: return retellModeration(event, guild, second, at: now)
    }
  }

  private mutating func retellChannel(
    _ event: LoggedEvent, _ guild: Guild, _ id: Snowflake
  ) -> ChatEvent? {
    guard let channel = state.channels[id] else {
      guard event.kind == .channelDelete, event.ids.count == 3,
        let kind = ChannelKind(rawValue: Int(clamping: event.ids[2].rawValue))
      else { return nil }
      let gone = Channel(id: id, guildID: guild.id, kind: kind, name: event.text, position: 0)
      return ChatEvent(audience: .guild(guild.id), payload: .channelDelete(gone))
    }
    switch event.kind {
    case .channelCreate: return ChatEvent(audience: viewers(channel), payload: .channelCreate(channel))
    case .channelUpdate: return ChatEvent(audience: viewers(channel), payload: .channelUpdate(channel))
    default:
      // It stands: it was hidden from those who may not view it.
      guard let viewers = state.viewers(channel) else { return nil }
      let others = state.guildMembers.set(guild.id).subtracting(viewers)
      return ChatEvent(audience: .members(guild: guild.id, only: others), payload: .channelDelete(channel))
    }
  }

  private func retellMember(
    _ kind: LoggedEvent.Kind, _ guild: Guild, _ user: Snowflake, at now: WallTime
  ) -> ChatEvent? {
    let member = member(guild.id, user)
    switch kind {
    case .memberRemove:
      return ChatEvent(
        audience: .guild(guild.id), payload: .memberRemove(guild: guild.id, self.user(user)))
    case .guildCreate:
      return member.map { member in
        ChatEvent(
          audience: .user(user),
          payload: .guildCreate(snapshot(Seat(guild: guild, member: member, at: now))))
      }
    default:
      guard let member else { return nil }
      return ChatEvent(
        audience: .guild(guild.id),
        payload: kind == .memberAdd ? .memberAdd(view(member)) : .memberUpdate(view(member)))
    }
  }

  private mutating func retellModeration(
    _ event: LoggedEvent, _ guild: Guild, _ second: Snowflake, at now: WallTime
  ) -> ChatEvent? {
    let moderators: Permissions = [.banMembers, .viewAuditLog]
    switch event.kind {
    case .banAdd, .banRemove:
      let user = user(second)
      return ChatEvent(
        audience: holders(of: moderators, in: guild.id, except: second, at: now),
        payload: event.kind == .banAdd
          ? .banAdd(guild: guild.id, user) : .banRemove(guild: guild.id, user))
    case .inviteDelete:
      return ChatEvent(
        audience: holders(of: .manageChannels, in: guild.id, except: nil, at: now),
        payload: .inviteDelete(guild: guild.id, channel: second, code: event.text))
    default:
      guard let invite = state.invites[event.text], let channel = state.channels[second] else { return nil }
      let view = InviteView(
        invite: invite, guild: guild, channel: channel, inviter: invite.inviterID.map { user($0) },
        memberCount: state.guildMembers.count(guild.id))
      return ChatEvent(
        audience: holders(of: .manageChannels, in: guild.id, except: nil, at: now),
        payload: .inviteCreate(view))
    }
  }
}

extension LoggedEvent {
  /// The emoji of a reaction.
  fileprivate var emoji: ReactionEmoji? {
    guard !text.isEmpty, let id = ids.last else { return nil }
    return ReactionEmoji(id: id.rawValue == 0 ? nil : id, name: text)
  }
}
