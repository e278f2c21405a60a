public import Base

/// What a session may keep for RESUME.
public struct ReplayLimits: Hashable, Sendable {
  /// Dispatches.
  ///
  /// A busy guild sends some 20 a second; 4096 outlive a reconnect of three minutes.
  public var countMax = 4_096
  /// Dispatches that are kept although the client's heartbeat says that it has read them.
  public var acknowledgedCountMax = 64
  /// Octets, counted as if nothing were shared: 4096 messages of 1 KiB, with room for large chunks.
  public var octetCountMax = 8 << 20
  /// Older dispatches are forgotten even while the client is connected.
  ///
  /// A connected client never needs more than what its socket lost, which is at most one heartbeat timeout
  /// old; the detached time comes on top.
  public var ageMax = Interval.seconds(300)

  /// The defaults.
  public init() {}
}

/// The main gateway's bounds; every one is hit in a test.
public struct GatewayLimits: Hashable, Sendable {
  /// Connections at once, refused with 4000 above: a process has 20,000 descriptors here.
  public var connectionCountMax = 20_000
  /// Sessions at once, attached or waiting for a RESUME; IDENTIFY above gets INVALID_SESSION.
  public var sessionCountMax = 40_000
  /// Sessions of one account; the one detached longest goes first, with none detached 4015.
  public var accountSessionCountMax = 64
  /// What HELLO announces.
  public var heartbeatInterval = Interval.milliseconds(41_250)
  /// Without a heartbeat for 1.75 intervals the connection is closed with 4009.
  public var heartbeatTimeout = Interval.milliseconds(72_187)
  /// A connection that has not identified by then is closed with 4009.
  public var identifyTimeout = Interval.seconds(45)
  /// How long a session waits for a RESUME after its connection is lost.
  public var detachedMax = Interval.seconds(180)
  /// Largest message of a bot, and of a connection before it says who it is.
  public var botPayloadCountMax = 4_096
  /// Largest message of a user account, and of IDENTIFY, which may carry one.
  public var userPayloadCountMax = 15 << 10
  /// Messages of a connection, heartbeats included; then 4008.
  public var messageRate = RequestRate(countMax: 120, window: .seconds(60))
  /// Presence updates of a connection; more are dropped silently, as Discord does.
  public var presenceRate = RequestRate(countMax: 5, window: .seconds(20))
  /// IDENTIFYs of one account; more get INVALID_SESSION.
  ///
  /// Generous, because every browser tab and shard is one.
  public var identifyRate = RequestRate(countMax: 40, window: .seconds(5))
  /// Failed tokens of one address; more are closed with 4008 without looking at the token.
  public var failureRate = RequestRate(countMax: 60, window: .seconds(60))
  /// Accounts and addresses remembered for the two rates above.
  public var rateTableCapacity = 65_536
  /// Full member lists of one guild to one session; more are answered with RATE_LIMITED.
  public var memberListRate = RequestRate(countMax: 1, window: .seconds(30))
  /// Members in one GUILD_MEMBERS_CHUNK, Discord's number.
  public var chunkMemberCountMax = 1_000
  /// Bounds of a session's replay buffer.
  public var replay = ReplayLimits()

  /// The defaults.
  public init() {}
}
