public import Base

/// What people do about each other; bots get 20001.
///
/// Each side that changes is told with ``PersonalEvent/relationshipAdd(_:notifies:)``,
/// ``PersonalEvent/relationshipUpdate(_:)`` or ``PersonalEvent/relationshipRemove(of:_:)``.
public enum RelationshipCommand: Sendable {
  /// → ``ChatReply/personal(_:)`` All of the actor's, ascending by user.
  case list
  /// → ``ChatReply/done`` Asks somebody to be a friend, or says yes to who asked; 80000 to 80007 when it cannot be.
  case befriend(Snowflake)
  /// → ``ChatReply/done`` The same by username; 80004 when nobody has it.
  case befriendNamed(String)
  /// → ``ChatReply/done`` Ends a friendship and what was asked; the other one is told of that only.
  case block(Snowflake)
  /// → ``ChatReply/done`` Whether somebody's messages do not notify.
  case ignore(Snowflake, Bool)
  /// → ``ChatReply/done`` What the actor calls a friend; nil for nothing of its own.
  case rename(Snowflake, String?)
  /// → ``ChatReply/done`` No friend, nothing asked, not blocked.
  case remove(Snowflake)
}
