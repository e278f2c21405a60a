import Base

extension ChatState {
  /// Who may view `channel`: nil when all members may.
  mutating func viewers(_ channel: Channel) -> Set<Snowflake>? {
    if channel.kind.isThread { return threadViewers(channel) }
    if let known = visibility.viewers(of: channel) { return known.only }
    guard let guild = guilds[channel.guildID] else { return [] }
    let only: Set<Snowflake>?
    if PermissionRules.isOpen(channel, in: guild) {
      only = nil
    } else {
      only = guildMembers.set(guild.id).filter { user in
        guard let member = members[MemberKey(place: guild.id, user: user)] else { return false }
        return PermissionRules.mayView(channel, in: guild, member: member)
      }
    }
    visibility.remember(only, of: channel)
    return only
  }

  /// Members who may manage threads in the channel when no time-out holds them: they see private ones.
  mutating func threadManagers(of channel: Channel) -> Set<Snowflake> {
    if let known = visibility.managers(of: channel) { return known }
    guard let guild = guilds[channel.guildID] else { return [] }
    let found = guildMembers.set(guild.id).filter { user in
      guard let member = members[MemberKey(place: guild.id, user: user)] else { return false }
      return PermissionRules.managesThreads(in: channel, of: guild, member: member)
    }
    visibility.remember(managers: found, of: channel)
    return found
  }

  /// Members who have any of `permissions` in the guild when no time-out holds them.
  mutating func holders(of permissions: Permissions, in id: Snowflake) -> Set<Snowflake> {
    if let known = visibility.holders(of: permissions, in: id) { return known }
    guard let guild = guilds[id] else { return [] }
    let wanted = permissions.union(.administrator)
    let roles = Set(guild.roles.filter { !$0.permissions.isDisjoint(with: wanted) }.map(\.id))
    let found =
      roles.contains(id)
      ? guildMembers.set(id)
      : guildMembers.set(id).filter { user in
        guard user != guild.ownerID, !roles.isEmpty else { return user == guild.ownerID }
        let member = members[MemberKey(place: id, user: user)]
        return member?.roles.contains(where: roles.contains) ?? false
      }
    visibility.remember(found, of: permissions, in: id)
    return found
  }
}
