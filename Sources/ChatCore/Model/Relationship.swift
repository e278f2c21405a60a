public import Base

/// What one person is to another; raw values are Discord's.
public enum RelationshipKind: Int, Hashable, Sendable {
  /// Nothing, but perhaps ignored.
  case none = 0
  /// A friend; both sides have it.
  case friend = 1
  /// Blocked by the person; the other side does not know.
  case blocked = 2
  /// The other one asks to be a friend.
  case incoming = 3
  /// The person asks the other one.
  case outgoing = 4
}

/// One person's side of a relationship.
public struct Relationship: Hashable, Sendable {
  /// Whose side it is.
  public let userID: Snowflake
  /// The other one.
  public let otherID: Snowflake
  /// What the other one is.
  public var kind: RelationshipKind
  /// What the person calls a friend.
  public var nickname: String?
  /// Whether the other one's messages do not notify.
  public var isIgnored = false
  /// Since when.
  public var since: WallTime

  /// Makes a side without nickname.
  public init(userID: Snowflake, otherID: Snowflake, kind: RelationshipKind, since: WallTime) {
    self.userID = userID
    self.otherID = otherID
    self.kind = kind
    self.since = since
  }
}

/// A relationship with what its JSON needs.
public struct RelationshipView: Hashable, Sendable {
  /// The person's side.
  public var relationship: Relationship
  /// The other one.
  public var user: User

  /// Makes a view.
  public init(relationship: Relationship, user: User) {
    self.relationship = relationship
    self.user = user
  }
}
