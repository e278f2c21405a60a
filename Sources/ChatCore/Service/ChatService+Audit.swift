import Base

/// The audit log: who with power did what, and why.
extension ChatService where Store: ~Copyable {
  /// Keeps an entry and tells those who may read the log.
  mutating func audit(
    _ action: AuditAction, in guild: Snowflake, of target: Snowflake?, _ changes: [AuditChange],
    _ options: [PlainValue.Field], _ asker: Asker
  ) throws(ChatError) {
    // Nobody moderates a private channel.
    guard guild != .noGuild else { return }
    let entry = AuditEntry(
      id: ids.next(at: asker.at), guildID: guild, userID: asker.user, targetID: target, action: action,
      changes: changes, options: options, reason: asker.reason)
    let oldest = Snowflake.first(
      at: WallTime(milliseconds: asker.at.milliseconds &- Limits.auditAge))
    try keep(.audit(entry, forgetting: oldest))
    emit(.auditEntry(entry), to: holders(of: .viewAuditLog, in: guild, except: nil, at: asker.at))
  }

  /// The members who have any of `permissions` in the guild now.
  mutating func holders(
    of permissions: Permissions, in guild: Snowflake, except user: Snowflake?, at now: WallTime
  ) -> Audience {
    let only = state.holders(of: permissions, in: guild).filter { id in
      guard id != user, let member = member(guild, id), let whole = state.guilds[guild] else { return false }
      return !PermissionRules.permissions(of: member, in: whole, at: now).isDisjoint(with: permissions)
    }
    return .members(guild: guild, only: only)
  }

  mutating func auditLog(
    _ guild: Snowflake, _ query: AuditQuery, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    try seat(asker, in: guild).require(.viewAuditLog)
    var form = FormCheck()
    form.value("limit", query.limit, 1...Limits.auditPage)
    try form.finish()
    let entries = try read { store throws(StoreError) in
      try store.auditEntries(guild: guild, query)
    }
    var named: Set<Snowflake> = []
    for entry in entries {
      if let user = entry.userID { named.insert(user) }
      if entry.action.targetsUser, let user = entry.targetID { named.insert(user) }
    }
    var view = AuditLogView(entries: entries, users: named.sorted().map { user($0) })
    let targets = Set(entries.compactMap(\.targetID)).sorted()
    view.webhooks = targets.compactMap { state.webhooks.all[$0] }.map { self.view($0) }
    return .auditLog(view)
  }

  /// Entries for overwrites that came, changed or went.
  mutating func auditOverwrites(
    _ before: Channel, _ after: Channel, _ asker: Asker
  ) throws(ChatError) {
    let ids = Set(before.overwrites.map(\.id)).union(after.overwrites.map(\.id))
    for id in ids.sorted() {
      let old = before.overwrites.first { $0.id == id }
      let new = after.overwrites.first { $0.id == id }
      guard old != new, let either = new ?? old else { continue }
      let action: AuditAction =
        old == nil ? .overwriteCreate : new == nil ? .overwriteDelete : .overwriteUpdate
      var options: [PlainValue.Field] = [
        .init("id", .id(id)), .init("type", .text(String(either.target.rawValue))),
      ]
      if either.target == .role {
        let name = state.guilds[before.guildID]?.role(id)?.name
        options.append(.init("role_name", .text(name ?? "")))
      }
      try audit(
        action, in: before.guildID, of: before.id, AuditDiff.overwrite(old, new), options, asker)
    }
  }
}

extension [PlainValue.Field] {
  /// What belongs to an action on messages or voice: where, and how many.
  static func place(_ channel: Snowflake?, count: Int) -> [PlainValue.Field] {
    let place = channel.map { PlainValue.Field("channel_id", .id($0)) }
    return [place].compactMap(\.self) + [.init("count", .text(String(count)))]
  }
}
