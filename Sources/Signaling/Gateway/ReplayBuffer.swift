import Base

/// The dispatches that a session may ask for again, oldest first.
///
/// Holds references to shared encoded events, so a message to a thousand sessions is held once. Bounded in
/// number, octets and age; what falls out makes an older RESUME fail with INVALID_SESSION instead of
/// skipping an event silently. The numbers are dense: `first`, `first + 1`, … `last`.
struct ReplayBuffer: Sendable {
  private struct Entry: Sendable {
    let event: EncodedEvent
    let at: Instant
  }

  private let limits: ReplayLimits
  // Entries before `head` are gone; the array is compacted when they are the greater part.
  private var entries: [Entry] = []
  private var head = 0
  private var octets = 0

  /// The number of the newest dispatch, 0 before the first.
  private(set) var last: UInt64 = 0

  init(limits: ReplayLimits) {
    self.limits = limits
  }

  /// How many dispatches are kept.
  var count: Int { entries.count - head }

  /// Octets of the kept dispatches, each counted whole although it is shared.
  var octetCount: Int { octets }

  /// The number of the oldest kept dispatch; `last + 1` when there is none.
  var first: UInt64 { last &+ 1 &- UInt64(count) }

  /// Takes `event` in under the next number, which is returned.
  mutating func append(_ event: EncodedEvent, at now: Instant) -> UInt64 {
    last &+= 1
    entries.append(Entry(event: event, at: now))
    octets += event.count
    while count > limits.countMax || octets > limits.octetCountMax { dropFirst() }
    expire(at: now)
    return last
  }

  /// Forgets what the client has read, but for the newest few: 10,000 sessions of a lively guild would hold
  /// a gigabyte of references for clients that never ask.
  mutating func acknowledge(_ sequenceNumber: UInt64) {
    while count > limits.acknowledgedCountMax, first <= sequenceNumber { dropFirst() }
  }

  /// Whether everything after `sequenceNumber` is still here.
  func canReplay(after sequenceNumber: UInt64) -> Bool {
    sequenceNumber <= last && sequenceNumber &+ 1 >= first
  }

  /// The dispatches after `sequenceNumber` with their numbers; ask ``canReplay(after:)`` before.
  func events(after sequenceNumber: UInt64) -> [(sequenceNumber: UInt64, event: EncodedEvent)] {
    guard canReplay(after: sequenceNumber) else { return [] }
    let skipped = Int(clamping: sequenceNumber &+ 1 &- first)
    return entries[(head + skipped)...].enumerated().map { offset, entry in
      (sequenceNumber &+ 1 &+ UInt64(offset), entry.event)
    }
  }

  /// Forgets what is older than the limit.
  mutating func expire(at now: Instant) {
    while count > 0, now - entries[head].at > limits.ageMax { dropFirst() }
  }

  private mutating func dropFirst() {
    guard count > 0 else { return }
    octets -= entries[head].event.count
    head += 1
    if head * 2 > entries.count {
      entries.removeFirst(head)
      head = 0
    }
  }
}
