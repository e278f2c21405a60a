public import Base

/// A room of the media plane: one voice or stage channel.
public struct RoomID: Hashable, Sendable {
  /// The channel.
  public let channel: Snowflake

  /// Makes the room of `channel`.
  public init(channel: Snowflake) {
    self.channel = channel
  }
}

/// One voice connection: a user in a room through one voice gateway session.
///
/// Minted by the voice gateway, never reused within a process.
public struct PeerID: Hashable, Sendable {
  /// The number.
  public let rawValue: UInt64

  /// Makes an id of its number.
  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }
}
