import Base

/// What differs between two states of something, in Discord's names; either may be missing.
struct AuditDiff {
  private(set) var changes: [AuditChange] = []

  /// Notes a field when its values differ.
  mutating func note(_ key: String, _ old: PlainValue?, _ new: PlainValue?) {
    if old != new { changes.append(AuditChange(key: key, old: old, new: new)) }
  }

  mutating func note(_ key: String, _ old: String?, _ new: String?) {
    note(key, old.map(PlainValue.text), new.map(PlainValue.text))
  }

  mutating func note(_ key: String, _ old: Int?, _ new: Int?) {
    note(key, old.map { .integer(Int64($0)) }, new.map { .integer(Int64($0)) })
  }

  mutating func note(_ key: String, _ old: Bool?, _ new: Bool?) {
    note(key, old.map(PlainValue.bool), new.map(PlainValue.bool))
  }

  mutating func note(_ key: String, _ old: Snowflake?, _ new: Snowflake?) {
    note(key, old.map(PlainValue.id), new.map(PlainValue.id))
  }

  mutating func note(_ key: String, _ old: Permissions?, _ new: Permissions?) {
    note(key, old.map { String($0.rawValue) }, new.map { String($0.rawValue) })
  }

  static func role(_ old: Role?, _ new: Role?) -> [AuditChange] {
    var diff = AuditDiff()
    diff.note("name", old?.name, new?.name)
    diff.note("permissions", old?.permissions, new?.permissions)
    diff.note("color", old?.color, new?.color)
    diff.note("hoist", old?.isHoisted, new?.isHoisted)
    diff.note("mentionable", old?.isMentionable, new?.isMentionable)
    diff.note("position", old?.position, new?.position)
    diff.note("unicode_emoji", old?.unicodeEmoji, new?.unicodeEmoji)
    return diff.changes
  }

  /// Everything of a channel but its overwrites, which have entries of their own when they change.
  static func channel(_ old: Channel?, _ new: Channel?) -> [AuditChange] {
    var diff = AuditDiff()
    diff.note("name", old?.name, new?.name)
    diff.note("type", old?.kind.rawValue, new?.kind.rawValue)
    diff.note("position", old?.position, new?.position)
    diff.note("parent_id", old?.parentID, new?.parentID)
    diff.note("topic", old?.topic, new?.topic)
    diff.note("nsfw", old?.isNSFW, new?.isNSFW)
    diff.note("rate_limit_per_user", old?.rateLimitPerUser, new?.rateLimitPerUser)
    diff.note("flags", old?.flags.rawValue, new?.flags.rawValue)
    let (was, now) = (old?.threadSettings, new?.threadSettings)
    diff.note("default_auto_archive_duration", was?.archiveMinutes, now?.archiveMinutes)
    diff.note("default_thread_rate_limit_per_user", was?.rateLimitPerUser, now?.rateLimitPerUser)
    diff.note("available_tags", was.map { ids($0.tags.map(\.id)) }, now.map { ids($0.tags.map(\.id)) })
    if (old ?? new)?.kind.isVoice == true {
      diff.note("bitrate", old?.bitrate, new?.bitrate)
      diff.note("user_limit", old?.userLimit, new?.userLimit)
    }
    if old == nil || new == nil {
      diff.note("permission_overwrites", old.map(overwrites), new.map(overwrites))
    }
    return diff.changes
  }

  static func thread(_ old: Channel?, _ new: Channel?) -> [AuditChange] {
    var diff = AuditDiff()
    let (was, now) = (old?.thread, new?.thread)
    diff.note("name", old?.name, new?.name)
    if old == nil || new == nil { diff.note("type", old?.kind.rawValue, new?.kind.rawValue) }
    diff.note("archived", was?.isArchived, now?.isArchived)
    diff.note("locked", was?.isLocked, now?.isLocked)
    diff.note("auto_archive_duration", was?.archiveMinutes, now?.archiveMinutes)
    diff.note("rate_limit_per_user", old?.rateLimitPerUser, new?.rateLimitPerUser)
    diff.note("invitable", was?.isInvitable, now?.isInvitable)
    diff.note("flags", old?.flags.rawValue, new?.flags.rawValue)
    diff.note("applied_tags", was.map { ids($0.appliedTags) }, now.map { ids($0.appliedTags) })
    return diff.changes
  }

  private static func ids(_ ids: [Snowflake]) -> PlainValue {
    .list(ids.map(PlainValue.id))
  }

  private static func overwrites(_ channel: Channel) -> PlainValue {
    .list(
      channel.overwrites.map { overwrite in
        .object([
          .init("id", .id(overwrite.id)), .init("type", .integer(Int64(overwrite.target.rawValue))),
          .init("allow", .text(String(overwrite.allow.rawValue))),
          .init("deny", .text(String(overwrite.deny.rawValue))),
        ])
      })
  }

  static func overwrite(
    _ old: PermissionOverwrite?, _ new: PermissionOverwrite?
  ) -> [AuditChange] {
    var diff = AuditDiff()
    diff.note("id", old?.id, new?.id)
    diff.note("type", old?.target.rawValue, new?.target.rawValue)
    diff.note("allow", old?.allow, new?.allow)
    diff.note("deny", old?.deny, new?.deny)
    return diff.changes
  }

  static func guild(_ old: Guild, _ new: Guild) -> [AuditChange] {
    var diff = AuditDiff()
    let (was, now) = (old.settings, new.settings)
    diff.note("name", old.name, new.name)
    diff.note("owner_id", old.ownerID, new.ownerID)
    diff.note("description", was.description, now.description)
    diff.note("verification_level", was.verificationLevel, now.verificationLevel)
    diff.note("default_message_notifications", was.defaultNotifications, now.defaultNotifications)
    diff.note("explicit_content_filter", was.contentFilter, now.contentFilter)
    diff.note("afk_channel_id", was.afkChannelID, now.afkChannelID)
    diff.note("afk_timeout", was.afkTimeout, now.afkTimeout)
    diff.note("system_channel_id", old.systemChannelID, new.systemChannelID)
    diff.note("system_channel_flags", was.systemChannelFlags.rawValue, now.systemChannelFlags.rawValue)
    diff.note("rules_channel_id", was.rulesChannelID, now.rulesChannelID)
    diff.note("public_updates_channel_id", was.updatesChannelID, now.updatesChannelID)
    diff.note("preferred_locale", was.locale, now.locale)
    return diff.changes
  }

  /// A member but for its roles, which have an entry of their own.
  static func member(_ old: Member, _ new: Member) -> [AuditChange] {
    var diff = AuditDiff()
    diff.note("nick", old.nick, new.nick)
    diff.note("mute", old.isMuted, new.isMuted)
    diff.note("deaf", old.isDeafened, new.isDeafened)
    diff.note(
      "communication_disabled_until", old.timedOutUntil.map(ISO8601.text),
      new.timedOutUntil.map(ISO8601.text))
    return diff.changes
  }

  static func roles(_ old: Member, _ new: Member, in guild: Guild) -> [AuditChange] {
    func named(_ ids: Set<Snowflake>) -> PlainValue {
      .list(
        ids.sorted().map { id in
          .object([.init("id", .id(id)), .init("name", .text(guild.role(id)?.name ?? ""))])
        })
    }
    let added = Set(new.roles).subtracting(old.roles)
    let removed = Set(old.roles).subtracting(new.roles)
    var diff = AuditDiff()
    if !added.isEmpty { diff.note("$add", nil, named(added)) }
    if !removed.isEmpty { diff.note("$remove", nil, named(removed)) }
    return diff.changes
  }

  static func invite(_ old: Invite?, _ new: Invite?) -> [AuditChange] {
    var diff = AuditDiff()
    diff.note("code", old?.code, new?.code)
    diff.note("channel_id", old?.channelID, new?.channelID)
    diff.note("inviter_id", old?.inviterID, new?.inviterID)
    diff.note("max_age", old?.maxAge, new?.maxAge)
    diff.note("max_uses", old?.maxUses, new?.maxUses)
    diff.note("uses", old?.uses, new?.uses)
    diff.note("temporary", old?.isTemporary, new?.isTemporary)
    return diff.changes
  }
}
