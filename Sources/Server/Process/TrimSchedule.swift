internal import Base

/// When the heap is to be trimmed: a while after the start, and after many connections have come or gone.
struct TrimSchedule {
  private var count = 0
  /// When it is next; never while little has changed.
  private(set) var due: Instant

  /// Begins with what starting needed and gave back.
  init(start: Instant) {
    due = start + Limits.trimDelay
  }

  /// A connection has come or gone.
  mutating func note(at now: Instant) {
    count += 1
    if count >= Limits.trimConnections, due == .distantFuture { due = now + Limits.trimDelay }
  }

  /// Whether it is now; counts anew if so.
  mutating func take(at now: Instant) -> Bool {
    guard due <= now else { return false }
    count = 0
    due = .distantFuture
    return true
  }
}
