import Base

/// Reordering of roles and channels, and what else is asked of roles as a list.
extension ChatService where Store: ~Copyable {
  func role(_ guild: Snowflake, _ id: Snowflake, _ asker: Asker) throws(ChatError) -> ChatReply {
    guard let role = try seat(asker, in: guild).guild.role(id) else { throw .code(.unknownRole) }
    return .role(role)
  }

  func roleMemberCounts(_ guild: Snowflake, _ asker: Asker) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, in: guild)
    var counts: [Snowflake: Int] = [:]
    for user in state.guildMembers.set(guild) {
      for role in member(guild, user)?.roles ?? [] { counts[role, default: 0] += 1 }
    }
    let roles = seat.guild.roles.map(\.id).filter { $0 != guild }.sorted()
    return .roleMemberCounts(roles.map { RoleMemberCount(role: $0, count: counts[$0] ?? 0) })
  }

  /// Gives roles new ranks: each must stand below the asker's highest one before and after.
  mutating func moveRoles(
    _ guild: Snowflake, _ placements: [RolePlacement], _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, in: guild)
    try seat.require(.manageRoles)
    var form = FormCheck()
    form.length([], placements.count, 0...Limits.rolesPerGuild)
    var moved: [Role] = []
    for (index, placement) in placements.enumerated() {
      guard var role = seat.guild.role(placement.role) else { throw .code(.unknownRole) }
      guard let position = placement.position, position != role.position else { continue }
      guard role.id != guild else { throw .code(.invalidRole) }
      form.value([String(index), "position"], position, 1...Limits.rolesPerGuild)
      try seat.require(outranking: role)
      role.position = position
      try seat.require(outranking: role)
      moved.append(role)
    }
    try form.finish()
    for role in moved {
      try keep(.role(guild: guild, role))
      emit(.roleUpdate(guild: guild, role), to: .guild(guild))
      let changes = AuditDiff.role(seat.guild.role(role.id), role)
      try audit(.roleUpdate, in: guild, of: role.id, changes, [], asker)
    }
    return .roles(state.guilds[guild]?.roles ?? [])
  }

  /// Gives channels new places, categories and, with `copiesOverwrites`, their category's overwrites.
  mutating func moveChannels(
    _ guild: Snowflake, _ placements: [ChannelPlacement], _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, in: guild)
    var form = FormCheck()
    form.length([], placements.count, 0...Limits.channelsPerGuild)
    try form.finish()
    for (index, placement) in placements.enumerated() {
      guard let before = state.channels[placement.channel], before.guildID == guild,
        !before.kind.isThread
      else { throw .code(.unknownChannel) }
      let permissions = seat.permissions(in: before)
      guard permissions.isSuperset(of: [.viewChannel, .manageChannels]) else {
        throw .code(.missingPermissions)
      }
      var channel = before
      if let position = placement.position {
        form.value([String(index), "position"], position, 0...Limits.channelsPerGuild)
        channel.position = position
      }
      if case .set(let parent) = placement.parentID {
        checkParent(parent, of: channel, &form)
        channel.parentID = parent
      }
      try form.finish()
      if placement.copiesOverwrites, let parent = channel.parentID.flatMap({ state.channels[$0] }) {
        guard permissions.contains(.manageRoles) else { throw .code(.missingPermissions) }
        try checkOverwrites(parent.overwrites, of: &channel, seat, permissions)
      }
      try replace(before, with: channel, asker)
    }
    return .done
  }
}
