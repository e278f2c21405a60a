import Base

/// PATCH of a guild.
extension ChatService where Store: ~Copyable {
  mutating func modifyGuild(
    _ id: Snowflake, _ changes: GuildChanges, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, in: id)
    try seat.require(.manageGuild)
    var guild = seat.guild
    var form = FormCheck()
    if case .set(let name) = changes.name {
      guild.name = TextRules.trimmed(name)
      form.length("name", guild.name, Limits.guildNameLengthMin...Limits.nameLength)
    }
    if case .set(let icon) = changes.icon { guild.icon = icon }
    apply(changes, to: &guild.settings, &form)
    try form.finish()
    guild.systemChannelID = try named(
      changes.systemChannelID, [.text, .announcement], guild.systemChannelID, seat)
    try applyChannels(changes, to: &guild.settings, seat)
    try checkCommunity(guild.settings)
    try applyOwner(changes, to: &guild, seat)
    if guild == seat.guild { return .guild(snapshot(seat)) }
    let sight = guild.ownerID != seat.guild.ownerID ? sight(of: id) : nil
    try keep(.guild(guild))
    emit(.guildUpdate(guild), to: .guild(id))
    if let sight { showChanges(since: sight, at: asker.at) }
    try audit(.guildUpdate, in: id, of: id, AuditDiff.guild(seat.guild, guild), [], asker)
    return .guild(snapshot(Seat(guild: guild, member: seat.member, at: asker.at)))
  }

  private func applyOwner(
    _ changes: GuildChanges, to guild: inout Guild, _ seat: Seat
  ) throws(ChatError) {
    guard case .set(let owner) = changes.ownerID, owner != guild.ownerID else { return }
    if let member = seat.member, member.userID != guild.ownerID { throw .code(.missingPermissions) }
    guard member(guild.id, owner) != nil else { throw .code(.unknownMember) }
    guard !user(owner).isBot else { throw .code(.botsNotAllowed) }
    guild.ownerID = owner
  }

  private func apply(
    _ changes: GuildChanges, to settings: inout GuildSettings, _ form: inout FormCheck
  ) {
    if case .set(let text) = changes.description {
      settings.description = text.flatMap { $0.isEmpty ? nil : $0 }
      form.length("description", text ?? "", 0...Limits.descriptionLength)
    }
    if case .set(let level) = changes.verificationLevel {
      settings.verificationLevel = level ?? 0
      form.value("verification_level", level ?? 0, 0...4)
    }
    if case .set(let level) = changes.defaultNotifications {
      settings.defaultNotifications = level ?? 0
      form.value("default_message_notifications", level ?? 0, 0...1)
    }
    if case .set(let level) = changes.contentFilter {
      settings.contentFilter = level ?? 0
      form.value("explicit_content_filter", level ?? 0, 0...2)
    }
    if case .set(let seconds) = changes.afkTimeout {
      settings.afkTimeout = seconds
      if !Limits.afkTimeouts.contains(seconds) {
        form.fail(
          ["afk_timeout"], "BASE_TYPE_CHOICES", "Value must be one of {60, 300, 900, 1800, 3600}.")
      }
    }
    if case .set(let flags) = changes.systemChannelFlags {
      settings.systemChannelFlags = flags
      form.value("system_channel_flags", flags.rawValue, 0...0xFFFF)
    }
    if case .set(let locale) = changes.locale {
      settings.locale = locale ?? "en-US"
      form.length("preferred_locale", settings.locale, 2...Limits.localeLength)
    }
    if case .set(let features) = changes.features {
      settings.features = GuildSettings.changeableFeatures.filter(features.contains).sorted()
    }
    if case .set(let shows) = changes.showsProgressBar { settings.showsProgressBar = shows }
  }

  private func applyChannels(
    _ changes: GuildChanges, to settings: inout GuildSettings, _ seat: Seat
  ) throws(ChatError) {
    let text: [ChannelKind] = [.text, .announcement]
    settings.afkChannelID = try named(changes.afkChannelID, [.voice], settings.afkChannelID, seat)
    settings.rulesChannelID = try named(changes.rulesChannelID, text, settings.rulesChannelID, seat)
    settings.updatesChannelID = try named(
      changes.updatesChannelID, text, settings.updatesChannelID, seat)
    settings.alertsChannelID = try named(
      changes.alertsChannelID, text, settings.alertsChannelID, seat)
  }

  /// The channel that a setting names from now on: one of the guild, of a fitting kind, that the asker sees.
  private func named(
    _ change: Change<Snowflake?>, _ kinds: [ChannelKind], _ before: Snowflake?, _ seat: Seat
  ) throws(ChatError) -> Snowflake? {
    guard case .set(let id) = change, id != before else { return before }
    guard let id else { return nil }
    guard let channel = state.channels[id], channel.guildID == seat.guild.id else {
      throw .code(.unknownChannel)
    }
    guard kinds.contains(channel.kind) else { throw .code(.wrongChannelType) }
    guard seat.permissions(in: channel).contains(.viewChannel) else { throw .code(.missingAccess) }
    return id
  }

  /// A community has a channel with its rules and one for its moderators.
  private func checkCommunity(
    _ settings: GuildSettings
  ) throws(ChatError) {
    guard settings.isCommunity else { return }
    var form = FormCheck()
    for (name, channel) in [
      ("rules_channel_id", settings.rulesChannelID),
      ("public_updates_channel_id", settings.updatesChannelID),
    ] where channel == nil {
      form.fail([name], "BASE_TYPE_REQUIRED", "This field is required")
    }
    try form.finish()
  }
}
