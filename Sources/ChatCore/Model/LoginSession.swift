public import Base

/// What a person logged in with, as far as it said.
public struct ClientDescription: Hashable, Sendable {
  /// Such as "Linux".
  public var os: String
  /// Such as "Firefox".
  public var platform: String

  /// Makes a description.
  public init(os: String, platform: String) {
    self.os = os
    self.platform = platform
  }

  /// A client that said nothing.
  public static let unknown = ClientDescription(os: "Other", platform: "Other")
}

/// A log-in that has not ended: the token that claims ``issued``.
public struct LoginSession: Hashable, Sendable {
  /// The person.
  public let userID: Snowflake
  /// What its token claims; unique among the person's.
  public let issued: WallTime
  /// What names it to its person: 32 hexadecimal digits, from which no token follows.
  public let code: String
  /// What logged in.
  public var client: ClientDescription
  /// When a gateway session last began with it, to the hour.
  public var lastUsedAt: WallTime

  /// Makes a session.
  public init(
    userID: Snowflake, issued: WallTime, code: String, client: ClientDescription, lastUsedAt: WallTime
  ) {
    self.userID = userID
    self.issued = issued
    self.code = code
    self.client = client
    self.lastUsedAt = lastUsedAt
  }
}

/// A code on paper that stands in once for the second factor.
public struct BackupCode: Hashable, Sendable {
  /// Eight letters and digits.
  public var text: String
  /// Whether it was used.
  public var isUsed: Bool

  /// Makes a code.
  public init(text: String, isUsed: Bool) {
    self.text = text
    self.isUsed = isUsed
  }
}

/// What a person proves beside the password (RFC 6238).
///
/// The core keeps it and refuses what was used before; codes are computed outside.
public struct SecondFactor: Hashable, Sendable {
  /// The secret that the person's device shares; never shown again.
  public var secret: [UInt8]
  /// The newest time step whose code was accepted; none up to it is accepted again.
  public var lastStep: Int64
  /// Codes on paper.
  public var backupCodes: [BackupCode]

  /// Makes a factor.
  public init(secret: [UInt8], lastStep: Int64, backupCodes: [BackupCode]) {
    self.secret = secret
    self.lastStep = lastStep
    self.backupCodes = backupCodes
  }
}

/// That a second factor was proved, by a code that was found right outside.
public enum FactorProof: Hashable, Sendable {
  /// The code of a time step.
  case step(Int64)
  /// A code on paper.
  case backup(String)
}

/// Everything about a person that the core knows beside messages.
public struct PersonalExport: Hashable, Sendable {
  /// The account.
  public var user: SelfUser
  /// Log-ins.
  public var sessions: [LoginSession]
  /// Friends, blocks.
  public var relationships: [RelationshipView]
  /// Guilds and what the person is there.
  public var memberships: [Membership]
  /// Private channels, also closed ones.
  public var privateChannels: [PrivateChannelView]
  /// How far channels were read.
  public var readStates: [ReadStateView]
  /// Notification settings.
  public var notifications: [NotificationSettings]
  /// Bots that the person made.
  public var applications: [Application]

  /// A guild with what the person is in it.
  public struct Membership: Hashable, Sendable {
    /// The guild.
    public var guild: Guild
    /// The person there.
    public var member: Member
  }
}
