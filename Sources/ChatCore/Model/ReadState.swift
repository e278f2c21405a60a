public import Base

/// How far a person has read a channel.
public struct ReadState: Hashable, Sendable {
  /// The person.
  public let userID: Snowflake
  /// The channel.
  public let channelID: Snowflake
  /// The newest message that was read; 0 before the first.
  public var lastReadID = Snowflake(rawValue: 0)
  /// Unread messages that name the person, or any of a private channel, ascending.
  ///
  /// Only the newest ``Limits/unreadMentions`` of them: ids rather than a number, so that reading half of them or
  /// deleting one leaves the right count.
  public var mentions: [Snowflake] = []
  /// The newest pin that was seen.
  public var pinsReadAt: WallTime?
  /// Grows with each change of any of the person's read states.
  public var version = 0

  /// Makes the state of somebody who has read nothing.
  public init(userID: Snowflake, channelID: Snowflake) {
    self.userID = userID
    self.channelID = channelID
  }
}

/// A message that names roles or everybody.
///
/// It is kept once, whatever the number of members; who is meant is found out when somebody's mentions are
/// counted.
public struct WideMention: Hashable, Sendable {
  /// The channel.
  public let channelID: Snowflake
  /// The message.
  public let messageID: Snowflake
  /// Who wrote it.
  public var authorID: Snowflake
  /// Whether everybody is meant.
  public var isEveryone: Bool
  /// The roles that are meant.
  public var roles: [Snowflake]

  /// Makes a mention.
  public init(
    channelID: Snowflake, messageID: Snowflake, authorID: Snowflake, isEveryone: Bool, roles: [Snowflake]
  ) {
    self.channelID = channelID
    self.messageID = messageID
    self.authorID = authorID
    self.isEveryone = isEveryone
    self.roles = roles
  }
}

/// A read state with all mentions counted.
public struct ReadStateView: Hashable, Sendable {
  /// The state.
  public var state: ReadState
  /// Unread messages that mean the person, by name, role or as one of everybody.
  public var mentionCount: Int

  /// Makes a view.
  public init(state: ReadState, mentionCount: Int) {
    self.state = state
    self.mentionCount = mentionCount
  }
}
