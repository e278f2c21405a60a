internal import Base

/// The latest IP discoveries for SSRCs that nobody has yet.
///
/// A client sends its discovery once, as soon as it is told its SSRC; on a busy shard the command that admits
/// it may still wait then. A ring: the oldest gives way, so that a flood costs an honest client no more than
/// it would without. Nothing is allocated after `init`.
struct EarlyDiscoveries: ~Copyable {
  private struct Entry {
    var ssrc: UInt32
    var source: SocketAddress
    var at: Instant
  }

  private var entries: [Entry?]
  private var next = 0

  init(capacity: Int) {
    entries = Array(repeating: nil, count: max(capacity, 1))
  }

  mutating func remember(_ ssrc: UInt32, from source: SocketAddress, at now: Instant) {
    entries[next] = Entry(ssrc: ssrc, source: source, at: now)
    next = (next + 1) % entries.count
  }

  /// Takes out where the latest discovery for `ssrc` came from, unless that is longer ago than `age`.
  ///
  /// O(capacity), once an admission.
  mutating func take(_ ssrc: UInt32, at now: Instant, within age: Interval) -> SocketAddress? {
    var latest: SocketAddress?
    for step in 1...entries.count {
      let place = (next + entries.count - step) % entries.count
      guard let entry = entries[place], entry.ssrc == ssrc else { continue }
      entries[place] = nil
      if latest == nil, now - entry.at <= age { latest = entry.source }
    }
    return latest
  }
}
