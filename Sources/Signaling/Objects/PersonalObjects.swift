import Base
import ChatCore
import JSON

/// Objects of a person's own: read states and notification settings; each writes the fields into an object that is
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

  /// What one person's sessions are told.
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
    }
  }
}
