package import Base

/// When a publisher is asked for a key frame of one layer, however many ask us.
///
/// Requests are coalesced: the first is passed on at once, more within ``Fixed/keyFrameIntervalMin`` of it
/// wait, and one that is not answered is repeated, each time after twice as long. A key frame answers all of
/// them.
package struct KeyFrameRequests: Hashable, Sendable {
  private var last: Instant?
  private var wait = Fixed.keyFrameIntervalMin
  /// Since when somebody waits for a key frame.
  private var wanted: Instant?

  /// Whether somebody waits for a key frame.
  package var isWanted: Bool { wanted != nil }

  /// Nobody has asked.
  package init() {}

  /// When the publisher is to be asked; `distantFuture` while nobody wants a key frame.
  package var deadline: Instant {
    guard let wanted else { return .distantFuture }
    return last.map { max(wanted, $0 + wait) } ?? wanted
  }

  /// Somebody needs a key frame.
  package mutating func want(at now: Instant) {
    if wanted == nil { wanted = now }
  }

  /// Whether the publisher is to be asked now; if so, it counts as asked.
  package mutating func take(at now: Instant) -> Bool {
    guard deadline <= now else { return false }
    let isRepeated = last.map { now - $0 < wait * 2 } ?? false
    wait = isRepeated ? min(wait * 2, Fixed.keyFrameIntervalMax) : Fixed.keyFrameIntervalMin
    last = now
    return true
  }

  /// A key frame has begun: everybody who waits gets it.
  package mutating func answered() {
    wanted = nil
    wait = Fixed.keyFrameIntervalMin
  }

  /// Nobody watches any more.
  package mutating func cancel() {
    wanted = nil
  }
}

/// A rate that a member may use up, in eight octets: the instant at which it would be full again.
package struct Allowance: Hashable, Sendable {
  private var fullAt = Instant(nanoseconds: .min)

  /// Is full.
  package init() {}

  /// Takes `cost`, measured in the time in which it grows back; false when more than `burst` would be gone.
  package mutating func take(_ cost: Interval, burst: Interval, at now: Instant) -> Bool {
    let after = max(fullAt, now) + cost
    guard after <= now + burst else { return false }
    fullAt = after
    return true
  }
}
