/// How large a document may be before it is refused unread.
public struct JSONLimits: Hashable, Sendable {
  /// Arrays and objects within one another.
  ///
  /// The parser refuses deeper text before it recurses.
  public var depth: Int
  /// Octets of text.
  public var octets: Int

  /// Makes limits.
  public init(depth: Int, octets: Int) {
    self.depth = depth
    self.octets = octets
  }

  /// 32 deep and 1 MiB: Discord's deepest body (components in a message) is 9 deep, its longest JSON
  /// (6000 characters of embeds, bulk commands) well below 1 MiB.
  public static let standard = JSONLimits(depth: 32, octets: 1 << 20)
}

/// Why a text is no document for us.
public enum JSONError: Error, Hashable, Sendable {
  /// Longer than the limit.
  case tooLarge
  /// Nested deeper than the limit.
  case tooDeep
  /// Not UTF-8.
  case invalidUTF8
  /// A number that no `Double` holds.
  case numberOutOfRange
  /// Not JSON.
  case malformed
  /// The parser could not get memory.
  case outOfMemory
}
