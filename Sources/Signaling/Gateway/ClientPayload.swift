import Base
import JSON

/// One message of a client, read and checked.
enum ClientPayload: Hashable, Sendable {
  /// With the number of the newest dispatch that the client has read.
  case heartbeat(UInt64?)
  case identify(Identify)
  case presenceUpdate(Presence.Status)
  case voiceStateUpdate(VoiceStateRequest)
  case resume(ResumeRequest)
  case requestMembers(MemberRequest)
  case requestSoundboardSounds([Snowflake])
  case requestChannelInfo(Snowflake)
  case ignored

  /// Deeper JSON has no meaning here and costs stack.
  private static let depthMax = 32

  /// Reads the envelope of `octets`.
  ///
  /// - Throws: `decodeError` for anything that is not an object with an integral `op`.
  static func envelope(_ octets: [UInt8]) throws(GatewayCloseCode) -> (opcode: Int, payload: JSONValue) {
    let parsed: JSONValue
    do throws(JSONError) {
      parsed = try JSONValue.parse(octets, limits: JSONLimits(depth: depthMax, octets: octets.count))
    } catch {
      throw .decodeError
    }
    guard parsed.object != nil, let opcode = parsed["op"]?.int else { throw .decodeError }
    return (opcode, parsed["d"] ?? .null)
  }

  /// Whether an opcode may come before IDENTIFY.
  static func isAllowedUnidentified(_ opcode: Int) -> Bool {
    switch GatewayOpcode(rawValue: opcode) {
    case .heartbeat, .identify, .resume, .qosHeartbeat: true
    default: false
    }
  }

  /// Reads the payload `d` of `opcode`.
  ///
  /// - Throws: `unknownOpcode`, `decodeError`.
  init(opcode: Int, _ d: JSONValue) throws(GatewayCloseCode) {
    switch GatewayOpcode(rawValue: opcode) {
    case .heartbeat:
      guard d == .null || d.int != nil else { throw .decodeError }
      self = .heartbeat(d.int.flatMap(UInt64.init(exactly:)))
    case .qosHeartbeat: self = .heartbeat(d["seq"]?.int.flatMap(UInt64.init(exactly:)))
    case .identify: self = .identify(try Identify(d))
    case .presenceUpdate:
      guard let name = d["status"]?.string, let status = Presence.Status(clientName: name) else {
        throw .decodeError
      }
      self = .presenceUpdate(status)
    case .voiceStateUpdate: self = .voiceStateUpdate(try VoiceStateRequest(d))
    case .resume: self = .resume(try ResumeRequest(d))
    case .requestGuildMembers: self = .requestMembers(try MemberRequest(d))
    case .requestSoundboardSounds:
      guard let list = d["guild_ids"]?.array else { throw .decodeError }
      self = .requestSoundboardSounds(list.prefix(100).compactMap(\.snowflake))
    case .requestChannelInfo:
      guard let guild = d["guild_id"]?.snowflake else { throw .decodeError }
      self = .requestChannelInfo(guild)
    case .dispatch, .reconnect, .invalidSession, .hello, .heartbeatACK: throw .unknownOpcode
    case nil:
      guard GatewayOpcode.ignored.contains(opcode) else { throw .unknownOpcode }
      self = .ignored
    }
  }

  /// Whether an opcode means anything from a client.
  static func isKnown(_ opcode: Int) -> Bool {
    switch GatewayOpcode(rawValue: opcode) {
    case .dispatch, .reconnect, .invalidSession, .hello, .heartbeatACK: false
    case nil: GatewayOpcode.ignored.contains(opcode)
    default: true
    }
  }
}

extension Presence.Status {
  /// What a client calls it in op 3 and IDENTIFY; `nil` for what no client sends.
  init?(clientName: String) {
    switch clientName {
    case "online", "unknown": self = .online
    case "idle": self = .idle
    case "dnd": self = .dnd
    case "invisible", "offline": self = .offline
    default: return nil
    }
  }
}

/// IDENTIFY (op 2).
struct Identify: Hashable, Sendable {
  let token: String
  /// The raw number, checked once it is known whether a bot speaks; `nil` when it was not sent.
  let intents: Int64?
  /// Index and count; `nil` for all guilds in one session.
  let shard: Shard?
  /// What the client asks of READY; user accounts only.
  let capabilities: Capabilities
  /// From how many members on GUILD_CREATE leaves members out.
  let largeThreshold: Int
  let status: Presence.Status

  init(_ d: JSONValue) throws(GatewayCloseCode) {
    guard let token = d["token"]?.string else { throw .decodeError }
    self.token = token
    switch d["intents"] {
    case nil, .null?: intents = nil
    case .integer(let value)?: intents = value
    case .unsigned?: intents = -1
    default: throw .decodeError
    }
    capabilities = Capabilities(rawValue: d["capabilities"]?.int ?? 0)
    largeThreshold = min(max(d["large_threshold"]?.int ?? 50, 50), 250)
    status = d["presence"]?["status"]?.string.flatMap(Presence.Status.init(clientName:)) ?? .online
    switch d["shard"] {
    case nil, .null?: shard = nil
    case let value?:
      guard let list = value.array, list.count == 2, let index = list[0].int, let count = list[1].int else {
        throw .decodeError
      }
      guard let shard = Shard(index: index, count: count) else { throw .invalidShard }
      self.shard = shard
    }
  }
}

/// What a user account's client understands in READY.
struct Capabilities: OptionSet, Hashable, Sendable {
  let rawValue: Int

  /// `read_state` is an object with entries and a version.
  static let versionedReadStates = Capabilities(rawValue: 1 << 2)
  /// So is `user_guild_settings`.
  static let versionedGuildSettings = Capabilities(rawValue: 1 << 3)
  /// Users stand once in `users`, members in `merged_members`.
  static let dedupedUsers = Capabilities(rawValue: 1 << 4)
  /// READY_SUPPLEMENTAL follows; only with ``dedupedUsers``.
  static let prioritizedReady = Capabilities(rawValue: 1 << 5)
  /// `user_settings_proto` instead of `user_settings`.
  static let settingsProto = Capabilities(rawValue: 1 << 9)
  /// A guild's attributes stand under `properties`.
  static let clientStateV2 = Capabilities(rawValue: 1 << 10)
}

/// Which guilds a session serves: those whose id falls to `index` of `count`.
struct Shard: Hashable, Sendable {
  /// More shards than any library makes.
  private static let countMax = 65_536

  let index: Int
  let count: Int

  init?(index: Int, count: Int) {
    guard count >= 1, count <= Shard.countMax, index >= 0, index < count else { return nil }
    self.index = index
    self.count = count
  }

  /// Whether the guild's events belong to this shard.
  func serves(_ guild: Snowflake) -> Bool {
    (guild.rawValue >> 22) % UInt64(count) == UInt64(index)
  }
}

/// RESUME (op 6).
struct ResumeRequest: Hashable, Sendable {
  let token: String
  let sessionID: String
  let sequenceNumber: UInt64

  init(_ d: JSONValue) throws(GatewayCloseCode) {
    guard let token = d["token"]?.string, let sessionID = d["session_id"]?.string else { throw .decodeError }
    self.token = token
    self.sessionID = sessionID
    switch d["seq"] {
    case nil, .null?: sequenceNumber = 0
    case let value?:
      guard let number = value.int, number >= 0 else { throw .invalidSequence }
      sequenceNumber = UInt64(number)
    }
  }
}

/// Voice state update (op 4): libraries send the ids as integers or strings.
struct VoiceStateRequest: Hashable, Sendable {
  /// `nil` for a private call.
  let guild: Snowflake?
  /// `nil` to leave.
  let channel: Snowflake?
  let isSelfMuted: Bool
  let isSelfDeafened: Bool
  let isSelfVideo: Bool

  init(_ d: JSONValue) throws(GatewayCloseCode) {
    guard d.object != nil else { throw .decodeError }
    guild = try Self.optionalID(d["guild_id"])
    channel = try Self.optionalID(d["channel_id"])
    isSelfMuted = d["self_mute"]?.bool ?? false
    isSelfDeafened = d["self_deaf"]?.bool ?? false
    isSelfVideo = d["self_video"]?.bool ?? false
  }

  private static func optionalID(_ value: JSONValue?) throws(GatewayCloseCode) -> Snowflake? {
    guard let value, value != .null else { return nil }
    guard let id = value.snowflake else { throw .decodeError }
    return id
  }
}

/// Request guild members (op 8).
struct MemberRequest: Hashable, Sendable {
  /// What is looked for.
  enum Selection: Hashable, Sendable {
    /// Names that begin with the text; an empty text is everybody.
    case prefix(String)
    case users([Snowflake])
  }

  /// Longer ones are not echoed.
  private static let nonceCountMax = 32
  private static let userCountMax = 100

  let guild: Snowflake
  let selection: Selection
  /// 0 for no limit.
  let limit: Int
  let wantsPresences: Bool
  let nonce: String?

  init(_ d: JSONValue) throws(GatewayCloseCode) {
    let guilds = d["guild_id"]?.array ?? d["guild_id"].map { [$0] } ?? []
    guard let guild = guilds.first?.snowflake else { throw .decodeError }
    self.guild = guild
    if let ids = d["user_ids"], ids != .null {
      let list = ids.array ?? [ids]
      selection = .users(list.prefix(Self.userCountMax).compactMap(\.snowflake))
    } else {
      guard let query = d["query"]?.string else { throw .decodeError }
      selection = .prefix(query)
    }
    limit = max(0, d["limit"]?.int ?? 0)
    wantsPresences = d["presences"]?.bool ?? false
    nonce = d["nonce"]?.string.flatMap { $0.utf8.count <= Self.nonceCountMax ? $0 : nil }
  }
}
