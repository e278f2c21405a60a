public import Base

/// How a session is begun, after the password was found right.
public struct SessionOpening: Hashable, Sendable {
  /// The person.
  public var user: Snowflake
  /// What logs in.
  public var client: ClientDescription
  /// The second factor's proof, where there is one.
  public var proof: FactorProof?
  /// Whether a disabled account is to be enabled again.
  public var enables: Bool

  /// Makes an opening without a second factor.
  public init(user: Snowflake, client: ClientDescription, enables: Bool) {
    self.user = user
    self.client = client
    self.enables = enables
  }
}

/// What people do with their own account; bots get 20001.
///
/// Passwords and codes are found right outside before the commands that need them.
public enum AccountCommand: Sendable {
  /// → ``ChatReply/credentials(_:)`` What the actor's password and codes are verified against.
  case credentials
  /// → ``ChatReply/personal(_:)`` Log-ins, the newest first.
  case sessions
  /// → ``ChatReply/done`` Ends log-ins by their codes; unknown ones are passed over.
  case endSessions([String])
  /// → ``ChatReply/done`` Ends the actor's own log-in; its token is void.
  case endSession
  /// → ``ChatReply/personal(_:)`` Log-ins need a second factor from now on. All tokens are void but the reply's.
  case setSecondFactor(secret: [UInt8], step: Int64)
  /// → ``ChatReply/authenticated(_:issued:)`` They need none. All tokens are void but the reply's.
  case removeSecondFactor(FactorProof)
  /// → ``ChatReply/personal(_:)`` New codes on paper in place of the old ones.
  case renewBackupCodes
  /// → ``ChatReply/done`` Ends all log-ins; the next one must ask to enable the account again.
  case disable
  /// → ``ChatReply/done`` For ever. What was said stays, by "Deleted User". 40011 while the actor owns a guild.
  case delete
  /// → ``ChatReply/personal(_:)`` What is known of the actor beside messages.
  case export
}

/// What the operator does with somebody's account; only `.system`.
public enum AccountOrder: Sendable {
  /// → ``ChatReply/done`` Ends all log-ins.
  case endSessions(Snowflake)
  /// → ``ChatReply/done`` Log-ins need no second factor: the person has lost it.
  case removeSecondFactor(Snowflake)
  /// → ``ChatReply/done`` See ``AccountCommand/disable``.
  case disable(Snowflake)
  /// → ``ChatReply/done`` See ``AccountCommand/delete``.
  case delete(Snowflake)
  /// → ``ChatReply/personal(_:)`` See ``AccountCommand/export``.
  case export(Snowflake)
  /// → ``ChatReply/personal(_:)`` What the person wrote, by channel, then id; reads up to the whole store.
  case messages(of: Snowflake, after: MessagePlace?, limit: Int)
}
