import Base

/// When a DTLS flight that got no answer is sent again (RFC 6347 §4.2.4).
///
/// OpenSSL keeps its own timer on the wall clock, which a simulation cannot turn. It is set to fire never
/// and this one, which takes its time from the caller, replaces it.
struct DTLSTimer: Sendable {
  /// When the flight must be sent again; `nil` while nothing waits for an answer.
  private(set) var deadline: Instant?

  private var interval = Limits.dtlsRetransmissionFirst
  private var count = 0

  /// A new flight was sent.
  mutating func arm(at now: Instant) {
    interval = Limits.dtlsRetransmissionFirst
    count = 0
    deadline = now + interval
  }

  /// The flight was answered, or nobody waits for it any more.
  mutating func disarm() {
    deadline = nil
  }

  /// What to do at `now`.
  mutating func expire(at now: Instant) -> Expiry {
    guard let deadline, now >= deadline else { return .early }
    count += 1
    guard count <= Limits.dtlsRetransmissionsMax else {
      self.deadline = nil
      return .giveUp
    }
    interval = min(interval * 2, Limits.dtlsRetransmissionLast)
    self.deadline = now + interval
    return .retransmit
  }

  enum Expiry { case early, retransmit, giveUp }
}
