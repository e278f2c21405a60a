public import Base
public import MediaControl

/// A voice session that ended by itself: its voice state has to end too.
///
/// The receiver ends it only if the user's voice state is still the one named here.
public struct VoiceDeparture: Hashable, Sendable {
  /// The guild, or the channel of a private call.
  public let server: Snowflake
  /// The channel that was left.
  public let channel: Snowflake
  /// Who left.
  public let user: Snowflake
  /// The main gateway session that had joined.
  public let sessionID: String

  /// Makes a departure of its parts.
  public init(server: Snowflake, channel: Snowflake, user: Snowflake, sessionID: String) {
    self.server = server
    self.channel = channel
    self.user = user
    self.sessionID = sessionID
  }
}

/// What the voice gateway wants done, in order.
public enum VoiceAction: Hashable, Sendable {
  /// A message, always TEXT as long as there is no end-to-end encryption.
  case send(ConnectionID, SocketMessage)
  /// A close; the socket is forgotten here, `closed` need not follow.
  case close(ConnectionID, VoiceCloseCode)
  /// A command for a shard.
  case media(ShardID, MediaCommand)
  /// A voice state to end.
  case left(VoiceDeparture)
}
