import Base
import ChatCore
import JSON

/// Objects of a person's own: read states, notification settings, relationships; each writes the fields into an object that is
/// open.
extension JSONWriter {
  /// An entry of READY's `read_state`.
  mutating func readState(_ view: ReadStateView) {
    field("id", view.state.channelID)
    field("read_state_type", 0)
    field("last_message_id", view.state.lastReadID)
    field("mention_count", view.mentionCount)
    field("flags", 0)
    if let time = view.state.pinsReadAt { field("last_pin_timestamp", ISO8601.text(time)) }
  }

  /// An entry of READY's `user_guild_settings`, and USER_GUILD_SETTINGS_UPDATE.
  mutating func notifications(_ settings: NotificationSettings) {
    field("guild_id", settings.guildID == .noGuild ? nil : settings.guildID)
    field("muted", settings.isMuted)
    muteConfiguration(settings.muteTime)
    field("message_notifications", settings.level.rawValue)
    field("suppress_everyone", settings.suppressesEveryone)
    field("suppress_roles", settings.suppressesRoles)
    field("hide_muted_channels", settings.hidesMutedChannels)
    field("mobile_push", settings.pushesToMobile)
    field("mute_scheduled_events", settings.mutesEvents)
    field("notify_highlights", settings.highlights)
    field("flags", settings.flags)
    field("version", settings.version)
    array("channel_overrides") {
      for channel in settings.channels {
        $0.object {
          $0.field("channel_id", channel.channelID)
          $0.field("muted", channel.isMuted)
          $0.muteConfiguration(channel.muteTime)
          $0.field("message_notifications", channel.level.rawValue)
          $0.field("collapsed", channel.isCollapsed)
          $0.field("flags", channel.flags)
        }
      }
    }
  }

  private mutating func muteConfiguration(_ time: MuteTime?) {
    guard let time else { return null("mute_config") }
    object("mute_config") {
      $0.field("end_time", time.end.map(ISO8601.text))
      $0.field("selected_time_window", time.window)
    }
  }

  /// One side of a relationship, without the other user.
  mutating func relationship(_ side: Relationship) {
    field("id", side.otherID)
    field("type", side.kind.rawValue)
    field("nickname", side.nickname)
    field("since", ISO8601.text(side.since))
    field("user_ignored", side.isIgnored)
    field("is_spam_request", false)
    field("stranger_request", false)
  }

  /// What people are told.
  mutating func personal(_ event: PersonalEvent) {
    switch event {
    case .read(let view, let isManual):
      field("channel_id", view.state.channelID)
      field("message_id", view.state.lastReadID)
      field("ack_type", 0)
      field("mention_count", view.mentionCount)
      field("manual", isManual)
      field("version", view.state.version)
    case .pinsRead(let state):
      field("channel_id", state.channelID)
      field("timestamp", state.pinsReadAt.map(ISO8601.text))
      field("version", state.version)
    case .notifications(let settings): notifications(settings)
    case .relationshipAdd(let view, let notifies):
      relationship(view.relationship)
      object("user") { $0.user(view.user) }
      field("should_notify", notifies)
    case .relationshipUpdate(let side): relationship(side)
    case .relationshipRemove(let other, let kind):
      field("id", other)
      field("type", kind.rawValue)
    case .recipientAdd(let channel, let user), .recipientRemove(let channel, let user):
      field("channel_id", channel)
      object("user") { $0.user(user) }
    case .groupUpdate(let view): privateChannel(view)
    }
  }
}

extension PersonalEvent {
  /// The dispatch's name.
  var name: String {
    switch self {
    case .read: "MESSAGE_ACK"
    case .pinsRead: "CHANNEL_PINS_ACK"
    case .notifications: "USER_GUILD_SETTINGS_UPDATE"
    case .relationshipAdd: "RELATIONSHIP_ADD"
    case .relationshipUpdate: "RELATIONSHIP_UPDATE"
    case .relationshipRemove: "RELATIONSHIP_REMOVE"
    case .recipientAdd: "CHANNEL_RECIPIENT_ADD"
    case .recipientRemove: "CHANNEL_RECIPIENT_REMOVE"
    case .groupUpdate: "CHANNEL_UPDATE"
    }
  }
}
