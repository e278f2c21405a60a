public import Base

/// One channel read up to a message.
public struct ReadMark: Hashable, Sendable {
  /// The channel.
  public var channel: Snowflake
  /// The newest message that was read.
  public var message: Snowflake
  /// Whether the person chose the place ("mark unread"): only then may it be before what was read already.
  public var isManual: Bool

  /// Makes a mark.
  public init(channel: Snowflake, message: Snowflake, isManual: Bool) {
    self.channel = channel
    self.message = message
    self.isManual = isManual
  }
}

/// What people tell of their reading; bots get 20001.
///
/// Every change is told with ``PersonalEvent/read(_:isManual:)`` or ``PersonalEvent/pinsRead(_:)``.
public enum ReadStateCommand: Sendable {
  /// → ``ChatReply/done``
  case read(ReadMark)
  /// → ``ChatReply/done`` At most ``Limits/readMarks``; channels that the person may not view are passed over.
  case readAll([ReadMark])
  /// → ``ChatReply/done`` All channels of a guild.
  case readGuild(Snowflake)
  /// → ``ChatReply/done`` The newest pin of the channel was seen.
  case readPins(channel: Snowflake)
  /// → ``ChatReply/done`` As if the channel had never been read.
  case forget(channel: Snowflake)
}
