import Base

/// A token bucket over a monotonic clock.
struct VoiceRate {
  private var tokens: Double
  private var checked: Instant
  private let burst: Double
  private let perSecond: Double

  init(burst: Double, perSecond: Double, at now: Instant) {
    tokens = burst
    checked = now
    self.burst = burst
    self.perSecond = perSecond
  }

  /// Whether one more fits at `now`; takes it if so.
  mutating func take(at now: Instant) -> Bool {
    refill(at: now)
    guard tokens >= 1 else { return false }
    tokens -= 1
    return true
  }

  /// Whether one more would fit at `now`.
  mutating func hasRoom(at now: Instant) -> Bool {
    refill(at: now)
    return tokens >= 1
  }

  /// Whether nothing of the past counts any more.
  mutating func isFull(at now: Instant) -> Bool {
    refill(at: now)
    return tokens >= burst
  }

  private mutating func refill(at now: Instant) {
    guard now > checked else { return }
    tokens = min(burst, tokens + (now - checked).seconds * perSecond)
    checked = now
  }
}

/// Which addresses fail to IDENTIFY too often.
///
/// Only failures count, so that many honest users behind one address never meet it. When the table is full
/// of addresses that are still failing, a further one goes unremembered: it costs the same to refuse.
struct VoiceFailures {
  private var rates: [IPAddress: VoiceRate] = [:]

  /// Counts a failed IDENTIFY of `address`.
  mutating func record(_ address: IPAddress, at now: Instant) {
    if rates[address] == nil, rates.count >= VoiceLimits.failingAddressesMax {
      forgive(at: now)
      guard rates.count < VoiceLimits.failingAddressesMax else { return }
    }
    var rate = rates[address] ?? fresh(now)
    _ = rate.take(at: now)
    rates[address] = rate
  }

  /// Whether `address` has failed too often to be heard now.
  mutating func isExhausted(_ address: IPAddress, at now: Instant) -> Bool {
    guard var rate = rates[address] else { return false }
    return !rate.hasRoom(at: now)
  }

  private mutating func forgive(at now: Instant) {
    rates = rates.filter { entry in
      var rate = entry.value
      return !rate.isFull(at: now)
    }
  }

  private func fresh(_ now: Instant) -> VoiceRate {
    VoiceRate(burst: VoiceLimits.failureBurst, perSecond: VoiceLimits.failuresPerSecond, at: now)
  }
}
