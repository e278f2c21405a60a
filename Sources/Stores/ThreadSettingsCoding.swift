import Base
import ChatCore
import JSON

/// What a channel says of its threads, with its flags, as it stands in a column: a JSON object.
///
/// Keys are only ever added; a reader passes over those that it does not know.
enum ThreadSettingsCoding {
  private static let limits = JSONLimits(depth: 8, octets: 1 << 16)

  /// `nil` for the settings of a new channel.
  static func text(_ channel: Channel) -> String? {
    let settings = channel.threadSettings
    if settings == ThreadSettings(), channel.flags.isEmpty { return nil }
    var writer = JSONWriter()
    writer.object {
      $0.field("flags", channel.flags.rawValue)
      if let minutes = settings.archiveMinutes { $0.field("archive", minutes) }
      $0.field("rate", settings.rateLimitPerUser)
      if let order = settings.sortOrder { $0.field("sort", order) }
      $0.field("layout", settings.layout)
      if let reaction = settings.reaction { $0.object("reaction") { write(reaction, to: &$0) } }
      $0.array("tags") { for tag in settings.tags { $0.object { write(tag, to: &$0) } } }
    }
    return String(decoding: writer.octets, as: UTF8.self)
  }

  private static func write(_ tag: ForumTag, to writer: inout JSONWriter) {
    writer.field("id", tag.id)
    writer.field("name", tag.name)
    writer.field("moderated", tag.isModerated)
    if let emoji = tag.emoji { writer.object("emoji") { write(emoji, to: &$0) } }
  }

  private static func write(_ emoji: TagEmoji, to writer: inout JSONWriter) {
    switch emoji {
    case .custom(let id): writer.field("id", id)
    case .unicode(let text): writer.field("name", text)
    }
  }

  /// Sets what ``text(_:)`` wrote.
  ///
  /// - Throws: ``StoreError/corrupt`` when it is not that.
  static func read(_ text: String, into channel: inout Channel) throws(StoreError) {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue.parse(Array(text.utf8), limits: limits)
    } catch {
      throw .corrupt
    }
    channel.flags = ChannelFlags(rawValue: value["flags"]?.int ?? 0)
    channel.threadSettings.archiveMinutes = value["archive"]?.int
    channel.threadSettings.rateLimitPerUser = value["rate"]?.int ?? 0
    channel.threadSettings.sortOrder = value["sort"]?.int
    channel.threadSettings.layout = value["layout"]?.int ?? 0
    channel.threadSettings.reaction = emoji(value["reaction"])
    channel.threadSettings.tags = (value["tags"]?.array ?? []).compactMap { tag in
      guard let id = tag["id"]?.snowflake, let name = tag["name"]?.string else { return nil }
      return ForumTag(
        id: id, name: name, isModerated: tag["moderated"]?.bool ?? false, emoji: emoji(tag["emoji"]))
    }
  }

  private static func emoji(_ value: JSONValue?) -> TagEmoji? {
    if let id = value?["id"]?.snowflake { return .custom(id) }
    return value?["name"]?.string.map(TagEmoji.unicode)
  }
}
