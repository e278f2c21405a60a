import Base
import ChatCore
import JSON

/// Guilds, roles, channels and invites.
extension RESTCall {
  func guildCommand() throws(RESTError) -> ChatCommand {
    switch route {
    case .createGuild:
      var form = try form()
      let name = form.requiredString("name")
      try form.check()
      return .createGuild(name: name, owner: nil)
    case .deleteGuild: return .deleteGuild(try id("guild"))
    case .getGuildChannels: return .channels(guild: try id("guild"))
    case .createChannel: return try createChannel()
    case .getGuildRoles: return .roles(guild: try id("guild"))
    case .getRole: return .role(guild: try id("guild"), role: try id("role"))
    case .getRoleMemberCounts: return .roleMemberCounts(guild: try id("guild"))
    case .moveRoles: return .moveRoles(guild: try id("guild"), try rolePlacements())
    case .moveChannels: return .moveChannels(guild: try id("guild"), try channelPlacements())
    case .createRole: return .createRole(guild: try id("guild"), try roleChanges())
    case .modifyRole:
      return .modifyRole(guild: try id("guild"), role: try id("role"), try roleChanges())
    case .deleteRole: return .deleteRole(guild: try id("guild"), role: try id("role"))
    case .getGuildInvites: return .guildInvites(try id("guild"))
    case .getChannel: return .channel(try id("channel"))
    case .deleteChannel: return .deleteChannel(try id("channel"))
    case .setOverwrite: return try setOverwrite()
    case .deleteOverwrite: return .deleteOverwrite(channel: try id("channel"), target: try id("target"))
    case .getChannelInvites: return .channelInvites(try id("channel"))
    case .createInvite: return try createInvite()
    case .getInvite: return .invite(code: parameters["code"] ?? "")
    case .acceptInvite: return .acceptInvite(code: parameters["code"] ?? "")
    case .deleteInvite: return .deleteInvite(code: parameters["code"] ?? "")
    default: return .guild(try id("guild"))
    }
  }

  /// A channel's change; that of a group may bring a picture.
  func channelChangePlan() throws(RESTError) -> RESTPlan {
    var form = try form()
    var changes = RESTCall.channelChanges(&form)
    changes.takesNameAway = form.isNull("name")
    changes.ownerID = form.change("owner") { $0.snowflake($1) }
    let icon = form.clearable("icon") { $0.picture($1) }
    if case .set(nil) = icon { changes.icon = .set(nil) }
    try form.check()
    return RESTCall.plan(.modifyChannel(try id("channel"), changes), with: icon)
  }

  private func createChannel() throws(RESTError) -> ChatCommand {
    var form = try form()
    let number = form.int("type") ?? ChannelKind.text.rawValue
    let kind = ChannelKind(rawValue: number)
    if kind == nil {
      form.note("type", "BASE_TYPE_CHOICES", "Value must be one of {0, 2, 4, 5, 13, 15, 16}.")
    }
    _ = form.requiredString("name")
    let changes = RESTCall.channelChanges(&form)
    try form.check()
    return .createChannel(guild: try id("guild"), kind: kind ?? .text, changes)
  }

  private static func channelChanges(_ form: inout FormReader) -> ChannelChanges {
    var changes = ChannelChanges()
    changes.kind = form.change("type") { form, key in
      form.int(key).flatMap(ChannelKind.init(rawValue:))
    }
    changes.name = form.change("name") { $0.string($1) }
    changes.position = form.change("position") { $0.int($1) }
    changes.parentID = form.clearable("parent_id") { $0.snowflake($1) }
    changes.overwrites = form.change("permission_overwrites") { overwrites(&$0, $1) }
    changes.topic = form.clearable("topic") { $0.string($1) }
    changes.isNSFW = form.change("nsfw") { $0.bool($1) }
    changes.rateLimitPerUser = form.change("rate_limit_per_user") { $0.int($1) }
    changes.bitrate = form.change("bitrate") { $0.int($1) }
    changes.userLimit = form.change("user_limit") { $0.int($1) }
    changes.flags = form.change("flags") { form, key in form.int(key).map(ChannelFlags.init(rawValue:)) }
    changes.thread = threadChanges(&form)
    changes.threadSettings = threadSettings(&form)
    return changes
  }

  private static func overwrites(_ form: inout FormReader, _ key: String) -> [PermissionOverwrite]? {
    guard let list = form.nestedList(key) else { return nil }
    var result: [PermissionOverwrite] = []
    for var element in list {
      if element.value("id") == nil { element.note("id", "BASE_TYPE_REQUIRED", "This field is required") }
      if let id = element.snowflake("id") {
        result.append(overwrite(id, &element))
      }
      form.note(element)
    }
    return result
  }

  private static func overwrite(_ id: Snowflake, _ form: inout FormReader) -> PermissionOverwrite {
    // Older clients write "role" and "member".
    let name = form.value("type")?.string
    let number = ["role": 0, "member": 1][name] ?? form.int("type") ?? 0
    let target = OverwriteTarget(rawValue: number)
    if target == nil { form.note("type", "BASE_TYPE_CHOICES", "Value must be one of {0, 1}.") }
    return PermissionOverwrite(
      id: id, target: target ?? .role, allow: form.permissions("allow") ?? [],
      deny: form.permissions("deny") ?? [])
  }

  private func setOverwrite() throws(RESTError) -> ChatCommand {
    var form = try form()
    let overwrite = RESTCall.overwrite(try id("target"), &form)
    try form.check()
    return .setOverwrite(channel: try id("channel"), overwrite)
  }

  private func createInvite() throws(RESTError) -> ChatCommand {
    var form = try form()
    var invite = InviteParameters()
    invite.maxAge = form.int("max_age") ?? invite.maxAge
    invite.maxUses = form.int("max_uses") ?? invite.maxUses
    invite.isTemporary = form.bool("temporary") ?? invite.isTemporary
    invite.isUnique = form.bool("unique") ?? invite.isUnique
    try form.check()
    return .createInvite(channel: try id("channel"), invite)
  }
}
