import Base
import ChatCore
import JSON

/// A person's notification settings as they stand in a column: a JSON object.
///
/// Keys are only ever added; a reader passes over those that it does not know.
enum NotificationCoding {
  private static let limits = JSONLimits(depth: 8, octets: 1 << 20)

  static func text(_ settings: NotificationSettings) -> String {
    var writer = JSONWriter()
    writer.object {
      $0.field("muted", settings.isMuted)
      write(settings.muteTime, to: &$0)
      $0.field("level", settings.level.rawValue)
      $0.field("no_everyone", settings.suppressesEveryone)
      $0.field("no_roles", settings.suppressesRoles)
      $0.field("hides", settings.hidesMutedChannels)
      $0.field("mobile", settings.pushesToMobile)
      $0.field("no_events", settings.mutesEvents)
      $0.field("highlights", settings.highlights)
      $0.field("flags", settings.flags)
      $0.array("channels") {
        for channel in settings.channels { $0.object { write(channel, to: &$0) } }
      }
    }
    return String(decoding: writer.octets, as: UTF8.self)
  }

  private static func write(_ channel: ChannelNotifications, to writer: inout JSONWriter) {
    writer.field("id", channel.channelID)
    writer.field("muted", channel.isMuted)
    write(channel.muteTime, to: &writer)
    writer.field("level", channel.level.rawValue)
    writer.field("folded", channel.isCollapsed)
    writer.field("flags", channel.flags)
  }

  private static func write(_ time: MuteTime?, to writer: inout JSONWriter) {
    guard let time else { return }
    writer.object("until") {
      if let end = time.end { $0.field("end", end.milliseconds) }
      if let window = time.window { $0.field("window", window) }
    }
  }

  /// Sets what ``text(_:)`` wrote.
  ///
  /// - Throws: ``StoreError/corrupt`` when it is not that.
  static func read(_ text: String, into settings: inout NotificationSettings) throws(StoreError) {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue.parse(Array(text.utf8), limits: limits)
    } catch {
      throw .corrupt
    }
    settings.isMuted = value["muted"]?.bool ?? false
    settings.muteTime = muteTime(value["until"])
    settings.level = level(value["level"])
    settings.suppressesEveryone = value["no_everyone"]?.bool ?? false
    settings.suppressesRoles = value["no_roles"]?.bool ?? false
    settings.hidesMutedChannels = value["hides"]?.bool ?? false
    settings.pushesToMobile = value["mobile"]?.bool ?? true
    settings.mutesEvents = value["no_events"]?.bool ?? false
    settings.highlights = value["highlights"]?.int ?? 0
    settings.flags = value["flags"]?.int ?? 0
    settings.channels = (value["channels"]?.array ?? []).compactMap(channel)
  }

  private static func channel(_ value: JSONValue) -> ChannelNotifications? {
    guard let id = value["id"]?.snowflake else { return nil }
    var channel = ChannelNotifications(channelID: id)
    channel.isMuted = value["muted"]?.bool ?? false
    channel.muteTime = muteTime(value["until"])
    channel.level = level(value["level"])
    channel.isCollapsed = value["folded"]?.bool ?? false
    channel.flags = value["flags"]?.int ?? 0
    return channel
  }

  private static func level(_ value: JSONValue?) -> NotificationLevel {
    value?.int.flatMap(NotificationLevel.init(rawValue:)) ?? .inherited
  }

  private static func muteTime(_ value: JSONValue?) -> MuteTime? {
    guard let value else { return nil }
    return MuteTime(
      end: value["end"]?.int.map { WallTime(milliseconds: Int64($0)) }, window: value["window"]?.int)
  }
}
