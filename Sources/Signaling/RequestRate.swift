public import Base

/// So many requests in so much time.
public struct RequestRate: Hashable, Sendable {
  /// How many.
  public let countMax: Int
  /// In how long.
  public let window: Interval

  /// Makes a rate of its parts.
  public init(countMax: Int, window: Interval) {
    self.countMax = countMax
    self.window = window
  }
}
