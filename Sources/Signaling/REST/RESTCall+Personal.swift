import Base
import ChatCore
import JSON

/// What people tell of their own: what they read, what notifies them, who their friends are.
extension RESTCall {
  func personalCommand() throws(RESTError) -> ChatCommand {
    switch route {
    case .acknowledgeMessages: return .readState(.readAll(try readMarks()))
    case .acknowledgeMessage:
      var form = try optionalForm()
      let isManual = form.bool("manual") ?? false
      try form.check()
      return .readState(
        .read(ReadMark(channel: try id("channel"), message: try id("message"), isManual: isManual)))
    case .acknowledgeGuild: return .readState(.readGuild(try id("guild")))
    case .acknowledgePins: return .readState(.readPins(channel: try id("channel")))
    case .addRecipient: return .addRecipient(channel: try id("channel"), user: try id("user"))
    case .removeRecipient: return .removeRecipient(channel: try id("channel"), user: try id("user"))
    case .forgetReadState: return .readState(.forget(channel: try id("channel")))
    default:
      let guild = parameters["guild"] == "@me" ? Snowflake.noGuild : try id("guild")
      return .modifyNotifications(guild: guild, try notificationChanges())
    }
  }

  func relationshipCommand() throws(RESTError) -> RelationshipCommand {
    switch route {
    case .createRelationship:
      var form = try form()
      let name = form.requiredString("username")
      try form.check()
      return .befriendNamed(name)
    case .setRelationship:
      var form = try optionalForm()
      let kind = form.int("type") ?? RelationshipKind.friend.rawValue
      if kind != RelationshipKind.friend.rawValue, kind != RelationshipKind.blocked.rawValue {
        form.note("type", "BASE_TYPE_CHOICES", "Value must be one of (1, 2).")
      }
      try form.check()
      let other = try id("user")
      return kind == RelationshipKind.blocked.rawValue ? .block(other) : .befriend(other)
    case .modifyRelationship:
      var form = try form()
      let nickname = form.string("nickname")
      try form.check()
      return .rename(try id("user"), nickname)
    case .deleteRelationship: return .remove(try id("user"))
    case .ignoreUser: return .ignore(try id("user"), true)
    case .heedUser: return .ignore(try id("user"), false)
    default: return .list
    }
  }

  /// The body's fields; none when there is no body.
  private func optionalForm() throws(RESTError) -> FormReader {
    if request.body.isEmpty { return FormReader(JSONObject([]), path: []) }
    return try form()
  }

  /// Read states of other kinds than channels' are passed over: this server keeps none.
  private func readMarks() throws(RESTError) -> [ReadMark] {
    var form = try form()
    var marks: [ReadMark] = []
    if form.value("read_states") == nil { form.noteMissing("read_states") }
    for var row in form.nestedList("read_states") ?? [] {
      let channel = row.snowflake("channel_id")
      let message = row.snowflake("message_id")
      let kind = row.int("read_state_type") ?? 0
      if let channel, let message, kind == 0 {
        marks.append(ReadMark(channel: channel, message: message, isManual: false))
      }
      form.note(row)
    }
    try form.check()
    return marks
  }

  private func notificationChanges() throws(RESTError) -> NotificationChanges {
    var form = try form()
    var changes = NotificationChanges()
    changes.isMuted = form.change("muted") { $0.bool($1) }
    changes.muteTime = form.clearable("mute_config") { $0.muteTime($1) }
    changes.level = form.change("message_notifications") { $0.int($1) }
    changes.suppressesEveryone = form.change("suppress_everyone") { $0.bool($1) }
    changes.suppressesRoles = form.change("suppress_roles") { $0.bool($1) }
    changes.hidesMutedChannels = form.change("hide_muted_channels") { $0.bool($1) }
    changes.pushesToMobile = form.change("mobile_push") { $0.bool($1) }
    changes.mutesEvents = form.change("mute_scheduled_events") { $0.bool($1) }
    changes.highlights = form.change("notify_highlights") { $0.int($1) }
    changes.flags = form.change("flags") { $0.int($1) }
    changes.channels = form.channelNotifications()
    try form.check()
    return changes
  }
}

extension FormReader {
  fileprivate mutating func muteTime(_ key: String) -> MuteTime? {
    guard var nested = nested(key) else { return nil }
    let time = MuteTime(end: nested.time("end_time"), window: nested.int("selected_time_window"))
    note(nested)
    return time
  }

  /// An object by channel ids, as clients send it, or a list, as READY has it.
  fileprivate mutating func channelNotifications() -> [ChannelNotificationChanges] {
    let key = "channel_overrides"
    guard let value = value(key) else { return [] }
    var changes: [ChannelNotificationChanges] = []
    if value.array != nil {
      for var row in nestedList(key) ?? [] {
        if let id = row.snowflake("channel_id") { changes.append(row.channelNotifications(of: id)) }
        note(row)
      }
      return changes
    }
    guard var rows = nested(key) else { return [] }
    for name in rows.keys {
      guard let id = Snowflake(name), var row = rows.nested(name) else {
        note(key, "NUMBER_TYPE_COERCE", "Value is not snowflake.")
        continue
      }
      changes.append(row.channelNotifications(of: id))
      note(row)
    }
    note(rows)
    return changes
  }

  private mutating func channelNotifications(of id: Snowflake) -> ChannelNotificationChanges {
    var changes = ChannelNotificationChanges(channel: id)
    changes.isMuted = change("muted") { $0.bool($1) }
    changes.muteTime = clearable("mute_config") { $0.muteTime($1) }
    changes.level = change("message_notifications") { $0.int($1) }
    changes.isCollapsed = change("collapsed") { $0.bool($1) }
    changes.flags = change("flags") { $0.int($1) }
    return changes
  }
}
