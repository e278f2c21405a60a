public import Base

/// When a gateway connection has to send its heartbeat, and whether the last one was answered.
public struct Heartbeat: Hashable, Sendable {
  private let interval: Interval
  private var dueAt: Instant
  private var isAwaited = false

  /// What to do now.
  public enum Action: Hashable, Sendable {
    case wait
    case beat
    /// The last heartbeat was never answered: the connection is dead.
    case giveUp
  }

  /// Begins when HELLO announced `interval`; `phase` from 0 to 1 spreads the first beats of many clients.
  public init(every interval: Interval, phase: Double, at now: Instant) {
    self.interval = interval
    let first = Double(interval.nanoseconds) * Swift.min(Swift.max(phase, 0), 1)
    dueAt = now + Interval(nanoseconds: Int64(first))
  }

  /// What is due at `now`; a beat counts as sent.
  public mutating func expire(at now: Instant) -> Action {
    guard now >= dueAt else { return .wait }
    guard !isAwaited else { return .giveUp }
    isAwaited = true
    dueAt = now + interval
    return .beat
  }

  /// The server answered.
  public mutating func acknowledge() {
    isAwaited = false
  }
}
