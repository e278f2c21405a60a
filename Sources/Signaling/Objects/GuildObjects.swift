import Base
import ChatCore
import JSON

/// Guild objects of REST and of the gateway; each writes the fields into an object that is open.
extension JSONWriter {
  /// The fields that REST and GUILD_UPDATE carry: everything but members, channels and what goes with them.
  mutating func guild(_ guild: Guild) {
    field("id", guild.id)
    guildAttributes(guild)
    array("roles") { for role in guild.roles { $0.object { $0.role(role) } } }
    array("emojis") { _ in }
    array("stickers") { _ in }
  }

  /// The attributes of a guild without its id and its lists.
  mutating func guildAttributes(_ guild: Guild) {
    let settings = guild.settings
    field("name", guild.name)
    field("icon", guild.icon.map(Picture.name))
    null("icon_hash")
    null("splash")
    null("discovery_splash")
    field("owner_id", guild.ownerID)
    field("region", "roost")
    field("afk_channel_id", settings.afkChannelID)
    field("afk_timeout", settings.afkTimeout)
    field("widget_enabled", false)
    null("widget_channel_id")
    field("verification_level", settings.verificationLevel)
    field("default_message_notifications", settings.defaultNotifications)
    field("explicit_content_filter", settings.contentFilter)
    array("features") { for feature in settings.features { $0.element(feature) } }
    field("mfa_level", 0)
    null("application_id")
    field("system_channel_id", guild.systemChannelID)
    field("system_channel_flags", settings.systemChannelFlags.rawValue)
    field("rules_channel_id", settings.rulesChannelID)
    null("max_presences")
    field("max_members", Limits.membersPerGuild)
    null("vanity_url_code")
    field("description", settings.description)
    null("banner")
    field("premium_tier", 0)
    field("premium_subscription_count", 0)
    field("preferred_locale", settings.locale)
    field("public_updates_channel_id", settings.updatesChannelID)
    field("max_video_channel_users", 25)
    field("max_stage_video_channel_users", 50)
    field("nsfw_level", 0)
    field("nsfw", false)
    field("premium_progress_bar_enabled", settings.showsProgressBar)
    field("safety_alerts_channel_id", settings.alertsChannelID)
    null("incidents_data")
    null("hub_type")
  }

  /// What GUILD_CREATE adds to a guild, for one session's `view` of it.
  mutating func guildState(_ snapshot: GuildSnapshot, view: GuildView) {
    field("joined_at", ISO8601.text(snapshot.joinedAt))
    field("large", view.isLarge(snapshot))
    field("unavailable", false)
    field("member_count", snapshot.memberCount)
    array("voice_states") {
      for state in snapshot.voiceStates { $0.object { $0.voiceState(state) } }
    }
    array("members") {
      for member in view.members(of: snapshot) { $0.object { $0.member(member) } }
    }
    array("channels") { for channel in snapshot.channels { $0.object { $0.channel(channel) } } }
    threadArray(snapshot.threads)
    array("presences") {
      for presence in view.presences { $0.object { $0.presence(presence, guild: nil) } }
    }
    for key in JSONWriter.emptyGuildLists { array(key) { _ in } }
  }

  private static let emptyGuildLists: [StaticString] = [
    "stage_instances", "guild_scheduled_events", "soundboard_sounds", "activity_instances",
    "embedded_activities",
  ]

  /// A row of `GET /users/@me/guilds`.
  mutating func guildSummary(_ summary: GuildSummary, withCounts: Bool) {
    field("id", summary.guild.id)
    field("name", summary.guild.name)
    field("icon", summary.guild.icon.map(Picture.name))
    null("banner")
    field("owner", summary.isOwner)
    field("permissions", summary.permissions)
    array("features") { for feature in summary.guild.settings.features { $0.element(feature) } }
    if withCounts {
      field("approximate_member_count", summary.memberCount)
      field("approximate_presence_count", summary.memberCount)
    }
  }

  /// The fields of a presence; without activities until they exist.
  mutating func presence(_ presence: Presence, guild: Snowflake?) {
    object("user") { $0.field("id", presence.user) }
    if let guild { field("guild_id", guild) }
    field("status", presence.status.rawValue)
    array("activities") { _ in }
    object("client_status") {
      if presence.status != .offline { $0.field("web", presence.status.rawValue) }
    }
  }
}

/// Whether somebody is there, as others see it.
struct Presence: Hashable, Sendable {
  /// What libraries know.
  enum Status: String, Sendable {
    case online, idle, dnd, offline
  }

  let user: Snowflake
  let status: Status
}

/// What one session sees of a guild's members.
struct GuildView: Hashable, Sendable {
  /// The session's user, who is always among the members.
  let user: Snowflake
  /// Whether everybody is sent, or only the user and those in voice: intents GUILD_MEMBERS or
  /// GUILD_PRESENCES, and user accounts.
  let seesMembers: Bool
  /// From how many members on a guild is large.
  let largeThreshold: Int
  /// Who is not offline, for sessions that may know.
  let presences: [Presence]

  func isLarge(_ snapshot: GuildSnapshot) -> Bool { snapshot.memberCount > largeThreshold }

  func members(of snapshot: GuildSnapshot) -> [MemberView] {
    if seesMembers, !isLarge(snapshot) { return snapshot.members }
    let speakers = Set(snapshot.voiceStates.map(\.userID))
    return snapshot.members.filter { $0.user.id == user || speakers.contains($0.user.id) }
  }
}
