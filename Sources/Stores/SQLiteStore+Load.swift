import Base
public import ChatCore

extension SQLiteStore {
  /// Reads everything that the core keeps in memory.
  public mutating func load() throws(StoreError) -> ChatSnapshot {
    var snapshot = ChatSnapshot()
    snapshot.accounts = try database.rows(.accounts, [], account)
    snapshot.applications = try database.rows(.applications, [], application)
    snapshot.commands = try database.rows(.commands, []) { row throws(StoreError) in
      ApplicationCommand(
        id: row.id(0), applicationID: row.id(1), guildID: row.idOrNil(2), version: row.id(3),
        body: try CommandCoding.body(row.string(4)))
    }
    snapshot.guilds = try loadGuilds()
    snapshot.channels = try loadChannels()
    snapshot.threadMembers = try loadThreadMembers()
    snapshot.members = try loadMembers()
    snapshot.bans = try database.rows(.bans, []) { row in
      Ban(guildID: row.id(0), userID: row.id(1), reason: row.text(2))
    }
    snapshot.invites = try database.rows(.invites, [], invite)
    snapshot.personal = try loadPersonal()
    snapshot.webhooks = try loadWebhooks()
    let newest = try database.rows(.newestID, []) { $0.id(0) }.first
    if let newest, newest.rawValue > 0 { snapshot.newestID = newest }
    return snapshot
  }

  private mutating func loadGuilds() throws(StoreError) -> [Guild] {
    let roles = try database.rows(.roles, []) { ($0.id(0), role($0)) }
    let byGuild = Dictionary(grouping: roles, by: \.0).mapValues { $0.map(\.1) }
    return try database.rows(.guilds, []) { row throws(StoreError) in
      var guild = Guild(
        id: row.id(0), name: row.string(1), ownerID: row.id(2), systemChannelID: row.idOrNil(3),
        roles: byGuild[row.id(0)] ?? [])
      guild.settings = try GuildSettingsCoding.settings(row.text(4))
      guild.icon = row.text(5)
      return guild
    }
  }

  private mutating func loadChannels() throws(StoreError) -> [Channel] {
    let overwrites = try database.rows(.overwrites, []) { row in
      (
        row.id(0),
        PermissionOverwrite(
          id: row.id(1), target: OverwriteTarget(rawValue: row.number(2)) ?? .member,
          allow: row.mask(3), deny: row.mask(4))
      )
    }
    let byChannel = Dictionary(grouping: overwrites, by: \.0).mapValues { $0.map(\.1) }
    let groups = try loadGroups()
    let channels = try database.rows(.channels, []) { row in
      var channel = Channel(
        id: row.id(0), guildID: row.idOrNil(1) ?? .noGuild,
        kind: ChannelKind(rawValue: row.number(2)) ?? .text,
        name: row.string(3), position: row.number(4))
      channel.parentID = row.idOrNil(5)
      channel.overwrites = byChannel[channel.id] ?? []
      channel.topic = row.text(6)
      channel.isNSFW = row.flag(7)
      channel.rateLimitPerUser = row.number(8)
      channel.bitrate = row.number(9)
      channel.userLimit = row.number(10)
      channel.lastMessageID = row.idOrNil(11)
      channel.lastPinAt = row.timeOrNil(12)
      channel.recipients = row.ids(13)
      channel.closedBy = row.ids(14)
      channel.group = groups[channel.id]
      return channel
    }
    return try loadThreads(channels)
  }

  /// Members and their roles come in the same order: one pass over both.
  private mutating func loadMembers() throws(StoreError) -> [Member] {
    var members = try database.rows(.members, [], member)
    let roles = try database.rows(.memberRoles, []) { ($0.id(0), $0.id(1), $0.id(2)) }
    var position = 0
    for (guild, user, role) in roles {
      while position < members.count,
        (members[position].guildID, members[position].userID) < (guild, user)
      {
        position += 1
      }
      if position < members.count, members[position].userID == user { members[position].roles.append(role) }
    }
    return members
  }
}

private func account(_ row: SQLiteStatement) -> Account {
  var user = User(id: row.id(0), username: row.string(1), globalName: row.text(2), isBot: row.flag(3))
  user.avatar = row.text(7)
  return Account(
    user: user, email: row.text(4), passwordHash: row.text(5), tokensValidAfter: row.time(6))
}

private func application(_ row: SQLiteStatement) -> Application {
  var application = Application(
    id: row.id(0), name: row.string(1), description: row.string(2), ownerID: row.idOrNil(3),
    flags: UInt32(truncatingIfNeeded: row.integer(4)), verifyKey: row.string(5))
  application.interactionsEndpoint = row.text(6)
  return application
}

private func role(_ row: SQLiteStatement) -> Role {
  var role = Role(
    id: row.id(1), name: row.string(2), color: row.number(3), isHoisted: row.flag(4),
    position: row.number(5), permissions: row.mask(6), isManaged: row.flag(7),
    isMentionable: row.flag(8), botID: row.idOrNil(9))
  role.secondaryColor = row.numberOrNil(10)
  role.tertiaryColor = row.numberOrNil(11)
  role.unicodeEmoji = row.text(12)
  return role
}

private func member(_ row: SQLiteStatement) -> Member {
  Member(
    guildID: row.id(0), userID: row.id(1), nick: row.text(2), roles: [], joinedAt: row.time(3),
    isMuted: row.flag(4), isDeafened: row.flag(5), timedOutUntil: row.timeOrNil(6),
    isTemporary: row.flag(7))
}

private func invite(_ row: SQLiteStatement) -> Invite {
  var invite = Invite(
    code: row.string(0), guildID: row.id(1), channelID: row.id(2), inviterID: row.idOrNil(3),
    createdAt: row.time(4), maxAge: row.number(5), maxUses: row.number(6), isTemporary: row.flag(8))
  invite.uses = row.number(7)
  return invite
}
