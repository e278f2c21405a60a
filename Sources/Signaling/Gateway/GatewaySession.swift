import Base

/// One client's stay at the main gateway, which outlives its connections.
///
/// A plain value: what it holds could be written down and resumed elsewhere.
struct GatewaySession: Sendable {
  let id: String
  let user: Snowflake
  /// When the token was minted that it was begun with.
  let issued: WallTime
  let isBot: Bool
  /// Everything for user accounts.
  let intents: Intents
  let shard: Shard?
  let largeThreshold: Int
  /// The connection that the client reads from; `nil` while it is away.
  var connection: Handle<GatewayConnection>?
  /// When the connection was lost.
  var detachedAt: Instant?
  var status: Presence.Status
  var buffer: ReplayBuffer
  /// The guilds that it is subscribed to, for membership only.
  var guilds: Set<Snowflake> = []
  var memberLists: WindowTable<Snowflake>
  /// How many VOICE_STATE_UPDATEs told of its user leaving voice.
  var departures: UInt64 = 0

  /// What the session sees of a guild's members, apart from presences.
  func view(presences: [Presence]) -> GuildView {
    GuildView(
      user: user, seesMembers: !intents.isDisjoint(with: [.guildMembers, .guildPresences]),
      largeThreshold: largeThreshold, presences: presences)
  }

  /// Whether guilds of that id belong to its shard.
  func serves(_ guild: Snowflake) -> Bool { shard?.serves(guild) ?? true }
}
