internal import Base

/// Permits a burst, then a steady rate; in virtual time like everything else.
struct TokenBucket {
  private let burst: Int64
  private let nanosecondsPerToken: Int64
  private var fullAt: Instant

  /// Starts full.
  init(burst: Int, perSecond: Int) {
    self.burst = Int64(max(burst, 0))
    nanosecondsPerToken = 1_000_000_000 / Int64(max(perSecond, 1))
    fullAt = Instant(nanoseconds: .min)
  }

  /// From when on ``take(at:)`` finds a token.
  var nextToken: Instant {
    fullAt - Interval(nanoseconds: nanosecondsPerToken) * (burst - 1)
  }

  /// Takes a token; false when there is none.
  mutating func take(at now: Instant) -> Bool {
    let token = Interval(nanoseconds: nanosecondsPerToken)
    let start = max(fullAt, now)
    guard start + token <= now + token * burst else { return false }
    fullAt = start + token
    return true
  }
}
