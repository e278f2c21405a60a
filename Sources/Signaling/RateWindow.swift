import Base

/// Counts events in fixed windows: at most `countMax` from the first of them until `window` later.
struct RateWindow: Sendable {
  private(set) var end: Instant = Instant(nanoseconds: .min)
  private var count = 0

  /// Whether one more is allowed at `now`; counts it when it is.
  mutating func admits(at now: Instant, _ rate: RequestRate) -> Bool {
    if now >= end {
      end = now + rate.window
      count = 0
    }
    guard count < rate.countMax else { return false }
    count += 1
    return true
  }

  /// How many more are allowed before ``end``.
  func remaining(_ rate: RequestRate) -> Int { max(0, rate.countMax - count) }
}

/// One ``RateWindow`` per key, for at most `capacity` keys.
///
/// Full, it forgets the windows that are over, at most once a second, and then refuses newcomers: a flood
/// of keys cannot push out the memory of what the known ones did.
struct WindowTable<Key: Hashable & Sendable>: Sendable {
  /// What came of counting.
  struct Outcome: Sendable {
    let isAllowed: Bool
    let remaining: Int
    let resetAfter: Interval
  }

  private static var sweepInterval: Interval { .seconds(1) }

  private let capacity: Int
  private var windows: [Key: RateWindow] = [:]
  private var sweptAt = Instant(nanoseconds: .min)

  init(capacity: Int) {
    self.capacity = capacity
  }

  /// How many keys are remembered.
  var count: Int { windows.count }

  /// Counts one event of `key`, if `rate` allows it.
  mutating func count(_ key: Key, _ rate: RequestRate, at now: Instant) -> Outcome {
    if windows[key] == nil, !hasRoom(at: now) {
      return Outcome(isAllowed: false, remaining: 0, resetAfter: rate.window)
    }
    var window = windows[key] ?? RateWindow()
    let isAllowed = window.admits(at: now, rate)
    windows[key] = window
    return Outcome(
      isAllowed: isAllowed, remaining: window.remaining(rate), resetAfter: window.end - now)
  }

  /// Whether `key` has used up `rate` at `now`, without counting.
  func isExhausted(_ key: Key, _ rate: RequestRate, at now: Instant) -> Bool {
    guard let window = windows[key], now < window.end else { return false }
    return window.remaining(rate) == 0
  }

  private mutating func hasRoom(at now: Instant) -> Bool {
    if windows.count < capacity { return true }
    guard now - sweptAt >= WindowTable.sweepInterval else { return false }
    sweptAt = now
    windows = windows.filter { $0.value.end > now }
    return windows.count < capacity
  }
}
