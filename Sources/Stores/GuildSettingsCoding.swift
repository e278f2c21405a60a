import Base
import ChatCore
import JSON

/// A guild's settings as they stand in a column: a JSON object, what is as in a new guild left out.
///
/// Keys are only ever added; a reader passes over those that it does not know.
enum GuildSettingsCoding {
  private static let limits = JSONLimits(depth: 8, octets: 1 << 20)

  /// `nil` for the settings of a new guild.
  static func text(_ settings: GuildSettings) -> String? {
    let initial = GuildSettings()
    if settings == initial { return nil }
    var writer = JSONWriter()
    writer.object {
      if let text = settings.description { $0.field("description", text) }
      $0.field("verification", settings.verificationLevel)
      $0.field("notifications", settings.defaultNotifications)
      $0.field("filter", settings.contentFilter)
      if let id = settings.afkChannelID { $0.field("afk", id) }
      $0.field("afk_timeout", settings.afkTimeout)
      $0.field("system_flags", settings.systemChannelFlags.rawValue)
      if let id = settings.rulesChannelID { $0.field("rules", id) }
      if let id = settings.updatesChannelID { $0.field("updates", id) }
      if let id = settings.alertsChannelID { $0.field("alerts", id) }
      $0.field("locale", settings.locale)
      $0.array("features") { for feature in settings.features { $0.element(feature) } }
      $0.field("progress", settings.showsProgressBar)
    }
    return String(decoding: writer.octets, as: UTF8.self)
  }

  /// - Throws: ``StoreError/corrupt`` when it is not what ``text(_:)`` wrote.
  static func settings(_ text: String?) throws(StoreError) -> GuildSettings {
    var settings = GuildSettings()
    guard let text else { return settings }
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue.parse(Array(text.utf8), limits: limits)
    } catch {
      throw .corrupt
    }
    settings.description = value["description"]?.string
    settings.verificationLevel = value["verification"]?.int ?? 0
    settings.defaultNotifications = value["notifications"]?.int ?? 0
    settings.contentFilter = value["filter"]?.int ?? 0
    settings.afkChannelID = value["afk"]?.snowflake
    settings.afkTimeout = value["afk_timeout"]?.int ?? settings.afkTimeout
    settings.systemChannelFlags = SystemChannelFlags(rawValue: value["system_flags"]?.int ?? 0)
    settings.rulesChannelID = value["rules"]?.snowflake
    settings.updatesChannelID = value["updates"]?.snowflake
    settings.alertsChannelID = value["alerts"]?.snowflake
    settings.locale = value["locale"]?.string ?? settings.locale
    settings.features = (value["features"]?.array ?? []).compactMap(\.string)
    settings.showsProgressBar = value["progress"]?.bool ?? false
    return settings
  }
}
