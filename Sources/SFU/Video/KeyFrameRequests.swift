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
  /// When the last key frame began to arrive.
  private var answer: Instant?

  /// Whether somebody waits for a key frame.
  package var isWanted: Bool { wanted != nil }

  /// Nobody has asked.
  package init() {}

  /// When the publisher is to be asked; `distantFuture` while nobody wants a key frame.
  package var deadline: Instant {
    guard let wanted else { return .distantFuture }
    return last.map { max(wanted, $0 + wait) } ?? wanted
  }

  /// Somebody needs a key frame, and may ask for it at `instant`.
  package mutating func want(at instant: Instant) {
    wanted = min(wanted ?? instant, instant)
  }

  /// Whether the publisher is to be asked now; if so, it counts as asked.
  package mutating func take(at now: Instant) -> Bool {
    guard deadline <= now else { return false }
    let isRepeated = last.map { now - $0 < wait * 2 } ?? false
    wait = isRepeated ? min(wait * 2, Fixed.keyFrameIntervalMax) : Fixed.keyFrameIntervalMin
    last = now
    return true
  }

  /// A key frame has begun, with a packet that arrived at `instant`: everybody who waits gets it.
  package mutating func answered(at instant: Instant) {
    answer = instant
    wanted = nil
    wait = Fixed.keyFrameIntervalMin
  }

  /// Somebody still waits when a packet is sent that arrived at `instant`.
  ///
  /// If that was after the last key frame began, this one did not get it: it was dropped here.
  package mutating func missed(at instant: Instant) {
    guard wanted == nil, let answer, instant > answer else { return }
    wanted = instant
  }

  /// The publisher sends again after a silence in which it could not answer.
  package mutating func hurry() {
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
