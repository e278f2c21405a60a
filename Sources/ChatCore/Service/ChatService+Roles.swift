import Base

extension ChatService where Store: ~Copyable {
  mutating func createRole(
    _ guild: Snowflake, _ changes: RoleChanges, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, in: guild)
    try seat.require(.manageRoles)
    guard seat.guild.roles.count < Limits.rolesPerGuild else { throw .code(.tooManyRoles) }
    var role = Role(
      id: ids.next(at: asker.at), name: "new role", color: 0, isHoisted: false, position: 1,
      permissions: seat.guild.everyone?.permissions ?? [], isManaged: false, isMentionable: false,
      botID: nil)
    try apply(changes, to: &role)
    // What is inherited from @everyone need not be the maker's own; what is named must.
    if case .set(let permissions) = changes.permissions { try requireGrant(permissions, seat) }
    role.position = 1
    try keep(.role(guild: guild, role))
    emit(.roleCreate(guild: guild, role), to: .guild(guild))
    try audit(.roleCreate, in: guild, of: role.id, AuditDiff.role(nil, role), [], asker)
    return .role(role)
  }

  mutating func modifyRole(
    _ guild: Snowflake, _ id: Snowflake, _ changes: RoleChanges, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, in: guild)
    try seat.require(.manageRoles)
    guard var role = seat.guild.role(id) else { throw .code(.unknownRole) }
    try seat.require(outranking: role)
    let before = role
    try apply(changes, to: &role)
    try requireGrant(role.permissions.symmetricDifference(before.permissions), seat)
    if id == guild {
      role.name = before.name
      role.position = 0
    } else if role.position != before.position {
      try seat.require(outranking: role)
    }
    if role == before { return .role(role) }
    let sight = sight(of: guild)
    try keep(.role(guild: guild, role))
    emit(.roleUpdate(guild: guild, role), to: .guild(guild))
    showChanges(since: sight, at: asker.at)
    try audit(.roleUpdate, in: guild, of: id, AuditDiff.role(before, role), [], asker)
    return .role(role)
  }

  mutating func deleteRole(
    _ guild: Snowflake, _ id: Snowflake, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, in: guild)
    try seat.require(.manageRoles)
    guard let role = seat.guild.role(id) else { throw .code(.unknownRole) }
    guard id != guild, !role.isManaged else { throw .code(.invalidRole) }
    try seat.require(outranking: role)
    let sight = sight(of: guild)
    for var channel in sortedChannels(guild) where channel.overwrites.contains(where: { $0.id == id }) {
      channel.overwrites.removeAll { $0.id == id }
      try keep(.channel(channel))
    }
    try keep(.deleteRole(guild: guild, role: id))
    emit(.roleDelete(guild: guild, role: id), to: .guild(guild))
    showChanges(since: sight, at: asker.at)
    try audit(.roleDelete, in: guild, of: id, AuditDiff.role(role, nil), [], asker)
    return .done
  }

  /// Nobody hands out what they do not have.
  private func requireGrant(_ changed: Permissions, _ seat: Seat) throws(ChatError) {
    if seat.permissions.contains(.administrator) { return }
    try seat.require(changed)
  }

  private func apply(_ changes: RoleChanges, to role: inout Role) throws(ChatError) {
    var form = FormCheck()
    if case .set(let name) = changes.name {
      role.name = TextRules.trimmed(name)
      form.length("name", role.name, 1...Limits.nameLength)
    }
    if case .set(let color) = changes.color {
      role.color = color
      form.value("color", color, 0...0xFF_FFFF)
    }
    applyStyle(changes, to: &role, &form)
    if case .set(let position) = changes.position {
      role.position = position
      form.value("position", position, 1...Limits.rolesPerGuild)
    }
    if case .set(let isHoisted) = changes.isHoisted { role.isHoisted = isHoisted }
    if case .set(let permissions) = changes.permissions { role.permissions = permissions }
    if case .set(let isMentionable) = changes.isMentionable { role.isMentionable = isMentionable }
    try form.finish()
  }

  /// The colours beside the first, and the emoji.
  private func applyStyle(_ changes: RoleChanges, to role: inout Role, _ form: inout FormCheck) {
    if case .set(let color) = changes.secondaryColor {
      role.secondaryColor = color
      if let color { form.value(["colors", "secondary_color"], color, 0...0xFF_FFFF) }
    }
    if case .set(let color) = changes.tertiaryColor {
      role.tertiaryColor = color
      if let color { form.value(["colors", "tertiary_color"], color, 0...0xFF_FFFF) }
    }
    if role.tertiaryColor != nil, role.secondaryColor == nil {
      form.fail(["colors", "secondary_color"], "BASE_TYPE_REQUIRED", "This field is required")
    }
    if case .set(let emoji) = changes.unicodeEmoji {
      role.unicodeEmoji = emoji.flatMap { $0.isEmpty ? nil : $0 }
      if let emoji = role.unicodeEmoji, !TextRules.isEmoji(emoji) {
        form.fail(["unicode_emoji"], "STRING_TYPE_REGEX", "Not an emoji.")
      }
    }
  }
}
