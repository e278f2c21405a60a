import Base
import ChatCore
import JSON

/// Bodies that change guilds and roles, and lists that reorder roles and channels.
extension RESTCall {
  func guildChangePlan() throws(RESTError) -> RESTPlan {
    var form = try form()
    var changes = GuildChanges()
    changes.name = form.change("name") { $0.string($1) }
    changes.systemChannelID = form.clearable("system_channel_id") { $0.snowflake($1) }
    changes.ownerID = form.change("owner_id") { $0.snowflake($1) }
    changes.description = form.clearable("description") { $0.string($1) }
    changes.verificationLevel = form.clearable("verification_level") { $0.int($1) }
    changes.defaultNotifications = form.clearable("default_message_notifications") { $0.int($1) }
    changes.contentFilter = form.clearable("explicit_content_filter") { $0.int($1) }
    changes.afkChannelID = form.clearable("afk_channel_id") { $0.snowflake($1) }
    changes.afkTimeout = form.change("afk_timeout") { $0.int($1) }
    changes.systemChannelFlags = form.change("system_channel_flags") { form, key in
      form.int(key).map(SystemChannelFlags.init(rawValue:))
    }
    changes.rulesChannelID = form.clearable("rules_channel_id") { $0.snowflake($1) }
    changes.updatesChannelID = form.clearable("public_updates_channel_id") { $0.snowflake($1) }
    changes.alertsChannelID = form.clearable("safety_alerts_channel_id") { $0.snowflake($1) }
    changes.locale = form.clearable("preferred_locale") { $0.string($1) }
    changes.features = form.change("features") { $0.strings($1) }
    changes.showsProgressBar = form.change("premium_progress_bar_enabled") { $0.bool($1) }
    let icon = form.clearable("icon") { $0.picture($1) }
    if case .set(nil) = icon { changes.icon = .set(nil) }
    for key in ["splash", "discovery_splash", "banner"] { form.refusePicture(key) }
    try form.check()
    return RESTCall.plan(.modifyGuild(try id("guild"), changes), with: icon)
  }

  func roleChanges() throws(RESTError) -> RoleChanges {
    var form = try form()
    var changes = RoleChanges()
    changes.name = form.change("name") { $0.string($1) }
    changes.color = form.change("color") { $0.int($1) }
    if var colors = form.nested("colors") {
      let primary = colors.change("primary_color") { $0.int($1) }
      if primary != .keep { changes.color = primary }
      changes.secondaryColor = colors.clearable("secondary_color") { $0.int($1) }
      changes.tertiaryColor = colors.clearable("tertiary_color") { $0.int($1) }
      form.note(colors)
    }
    changes.isHoisted = form.change("hoist") { $0.bool($1) }
    changes.permissions = form.change("permissions") { $0.permissions($1) }
    changes.isMentionable = form.change("mentionable") { $0.bool($1) }
    changes.unicodeEmoji = form.clearable("unicode_emoji") { $0.string($1) }
    form.refusePicture("icon")
    try form.check()
    return changes
  }

  func rolePlacements() throws(RESTError) -> [RolePlacement] {
    try placements { form, id in RolePlacement(role: id, position: form.int("position")) }
  }

  func channelPlacements() throws(RESTError) -> [ChannelPlacement] {
    try placements { form, id in
      var placement = ChannelPlacement(channel: id, position: form.int("position"))
      placement.parentID = form.clearable("parent_id") { $0.snowflake($1) }
      placement.copiesOverwrites = form.bool("lock_permissions") ?? false
      return placement
    }
  }

  /// Reads the rows of a list, each with an `id`; what is wrong with any of them is told at once.
  private func placements<Row>(
    _ read: (inout FormReader, Snowflake) -> Row
  ) throws(RESTError) -> [Row] {
    var rows: [Row] = []
    var problems: [FieldError] = []
    for var form in try forms() {
      if form.value("id") == nil { form.note("id", "BASE_TYPE_REQUIRED", "This field is required") }
      if let id = form.snowflake("id") { rows.append(read(&form, id)) }
      problems += form.problems
    }
    guard problems.isEmpty else { throw .form(problems) }
    return rows
  }
}
