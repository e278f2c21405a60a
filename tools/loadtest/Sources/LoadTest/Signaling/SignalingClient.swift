public import Base

/// A member's conversation on its main signaling connection, up to the point where media can flow.
///
/// A pure value: messages and instants in, events out.
public protocol SignalingClient: Sendable {
  /// Who the server says we are; `nil` before it does, and on servers without users.
  var user: Snowflake? { get }

  /// What to do once the connection is open, for servers that do not speak first.
  mutating func begin(at now: Instant) -> [SignalingEvent]

  /// Takes a message of the server.
  mutating func receive(_ octets: [UInt8], at now: Instant) -> [SignalingEvent]

  /// Does what is due at `now`.
  mutating func expire(at now: Instant) -> [SignalingEvent]

  /// The message that enters a room, after ``SignalingEvent/identified``.
  mutating func join(_ request: JoinRequest) -> [UInt8]
}

/// Which room a member enters, and as what.
public struct JoinRequest: Hashable, Sendable {
  /// The guild; servers without guilds ignore it.
  public var guild: Snowflake
  /// The room.
  public var channel: Snowflake
  /// Whether the member is silent.
  public var isMuted: Bool
  /// Which of the room's speakers; `nil` for a listener.
  public var speaker: Int?
  /// How many speakers the room has.
  public var speakerCount: Int
  /// Our side of the media connection, for servers that want it with the request.
  public var peer: PeerDescription?

  /// Makes a request of its parts.
  public init(
    guild: Snowflake, channel: Snowflake, isMuted: Bool, speaker: Int? = nil, speakerCount: Int = 1,
    peer: PeerDescription? = nil
  ) {
    self.guild = guild
    self.channel = channel
    self.isMuted = isMuted
    self.speaker = speaker
    self.speakerCount = speakerCount
    self.peer = peer
  }
}

extension GatewayClient: SignalingClient {
  /// Nothing: the gateway speaks first.
  public mutating func begin(at now: Instant) -> [SignalingEvent] { [] }

  /// Op 4.
  public mutating func join(_ request: JoinRequest) -> [UInt8] {
    voiceState(guild: request.guild, channel: request.channel, isMuted: request.isMuted)
  }
}
