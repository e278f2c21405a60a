import Base

/// What people chose to be notified of.
extension ChatService where Store: ~Copyable {
  mutating func modifyNotifications(
    _ guild: Snowflake, _ changes: NotificationChanges, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let user = try person(asker)
    if guild != .noGuild { _ = try seat(asker, in: guild) }
    let before =
      state.personal.settings(guild, user) ?? NotificationSettings(userID: user, guildID: guild)
    var after = before
    var form = FormCheck()
    changes.isMuted.apply(to: &after.isMuted)
    changes.muteTime.apply(to: &after.muteTime)
    after.level = level(changes.level, before.level, ["message_notifications"], &form)
    changes.suppressesEveryone.apply(to: &after.suppressesEveryone)
    changes.suppressesRoles.apply(to: &after.suppressesRoles)
    changes.hidesMutedChannels.apply(to: &after.hidesMutedChannels)
    changes.pushesToMobile.apply(to: &after.pushesToMobile)
    changes.mutesEvents.apply(to: &after.mutesEvents)
    changes.highlights.apply(to: &after.highlights)
    changes.flags.apply(to: &after.flags)
    form.value("notify_highlights", after.highlights, 0...2)
    form.value("flags", after.flags, 0...Int(Int32.max))
    form.length(["channel_overrides"], changes.channels.count, 0...Limits.channelNotifications)
    try form.finish()
    try change(&after, changes.channels, user)
    if after != before {
      after.version = nextVersion(of: user)
      try keep(.personal(.notifications(after)))
      emit(.personal(.notifications(after)), to: .user(user))
    }
    return .personal(.notifications(after))
  }

  /// Channels that are not there, or not the person's, are passed over; those that are gone are forgotten.
  private func change(
    _ settings: inout NotificationSettings, _ changes: [ChannelNotificationChanges], _ user: Snowflake
  ) throws(ChatError) {
    var form = FormCheck()
    var channels = Dictionary(settings.channels.map { ($0.channelID, $0) }) { first, _ in first }
    for change in changes {
      guard let channel = state.channels[change.channel], channel.guildID == settings.guildID,
        !channel.kind.isPrivate || channel.recipients.contains(user)
      else { continue }
      let path = ["channel_overrides", change.channel.description]
      var row = channels[channel.id] ?? ChannelNotifications(channelID: channel.id)
      change.isMuted.apply(to: &row.isMuted)
      change.muteTime.apply(to: &row.muteTime)
      row.level = level(change.level, row.level, path + ["message_notifications"], &form)
      change.isCollapsed.apply(to: &row.isCollapsed)
      change.flags.apply(to: &row.flags)
      form.value(path + ["flags"], row.flags, 0...Int(Int32.max))
      channels[channel.id] = row
    }
    try form.finish()
    settings.channels = channels.values.filter { state.channels[$0.channelID] != nil }
      .sorted { $0.channelID < $1.channelID }
  }

  private func level(
    _ change: Change<Int>, _ before: NotificationLevel, _ path: [String], _ form: inout FormCheck
  ) -> NotificationLevel {
    guard case .set(let number) = change else { return before }
    guard let level = NotificationLevel(rawValue: number) else {
      form.fail(path, "BASE_TYPE_CHOICES", "Value must be one of (0, 1, 2, 3).")
      return before
    }
    return level
  }

  /// The settings that READY tells a person.
  func notifications(of user: Snowflake) -> [NotificationSettings] {
    state.personal.userNotifications.sorted(user).compactMap { state.personal.settings($0, user) }
  }
}

extension Change {
  /// Takes over what was given.
  fileprivate func apply(to field: inout Value) {
    if case .set(let value) = self { field = value }
  }
}
