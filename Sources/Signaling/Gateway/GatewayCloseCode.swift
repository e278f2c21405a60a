/// Why the main gateway closes a connection: Discord's codes, with the reason text that is sent along.
///
/// Libraries stop for good on 4004 and 4010 to 4014 and resume after the others.
public enum GatewayCloseCode: UInt16, Error, CaseIterable, Sendable {
  case normal = 1000
  case goingAway = 1001
  case unknownError = 4000
  case unknownOpcode = 4001
  case decodeError = 4002
  case notAuthenticated = 4003
  case authenticationFailed = 4004
  case alreadyAuthenticated = 4005
  case invalidSequence = 4007
  case rateLimited = 4008
  case sessionTimedOut = 4009
  case invalidShard = 4010
  case shardingRequired = 4011
  case invalidVersion = 4012
  case invalidIntents = 4013
  case disallowedIntents = 4014
  case tooManySessions = 4015

  /// The text in the close frame, at most 123 octets.
  public var reason: String {
    switch self {
    case .normal: ""
    case .goingAway: "Going away."
    case .unknownError: "Unknown error."
    case .unknownOpcode: "Unknown opcode."
    case .decodeError: "Error while decoding payload."
    case .notAuthenticated: "Not authenticated."
    case .authenticationFailed: "Authentication failed."
    case .alreadyAuthenticated: "Already authenticated."
    case .invalidSequence: "Invalid seq."
    case .rateLimited: "Rate limited."
    case .sessionTimedOut: "Session timed out."
    case .invalidShard: "Invalid shard."
    case .shardingRequired: "Sharding required."
    case .invalidVersion: "Invalid API version."
    case .invalidIntents: "Invalid intent(s)."
    case .disallowedIntents: "Disallowed intent(s)."
    case .tooManySessions: "Too many sessions."
    }
  }

  /// Whether the client comes back to the session after this code.
  ///
  /// After the others the session ends with the connection.
  var keepsSession: Bool {
    switch self {
    case .normal, .goingAway, .authenticationFailed, .invalidShard, .shardingRequired, .invalidVersion,
      .invalidIntents, .disallowedIntents, .tooManySessions:
      false
    case .unknownError, .unknownOpcode, .decodeError, .notAuthenticated, .alreadyAuthenticated,
      .invalidSequence, .rateLimited, .sessionTimedOut:
      true
    }
  }
}
