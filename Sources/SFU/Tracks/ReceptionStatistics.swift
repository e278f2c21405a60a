package import Base

/// What RFC 3550 §6.4.1 and appendix A ask a receiver to know of one source.
///
/// Packets that we dropped unopened because their sender is muted are neither expected nor received.
package struct ReceptionStatistics: Hashable, Sendable {
  /// Has received nothing of a source whose clock ticks `clockRate` times a second.
  package init(clockRate: Int64) {
    self.clockRate = clockRate
  }

  private let clockRate: Int64

  /// Packets that arrived, authentic and not replayed.
  package private(set) var received: UInt64 = 0
  /// Octets of their payloads.
  package private(set) var octets: UInt64 = 0
  /// The highest index: rollovers · 2^16 + sequence number.
  package private(set) var highestIndex: UInt64 = 0

  private var expectedBefore: UInt64 = 0
  private var firstIndex: UInt64 = 0
  private var isStarted = false
  private var isBroken = false

  /// Interarrival jitter in ticks, scaled by 16 (RFC 3550 §A.8).
  private var scaledJitter: Int64 = 0
  private var lastTransit: Int64?

  private var expectedPrior: UInt64 = 0
  private var receivedPrior: UInt64 = 0

  /// Interarrival jitter in timestamp units.
  package var jitter: UInt32 { UInt32(clamping: scaledJitter >> 4) }

  /// Packets that should have arrived by now.
  package var expected: UInt64 {
    isStarted ? expectedBefore &+ (highestIndex &- firstIndex) &+ 1 : expectedBefore
  }

  /// Expected and not received; duplicates cannot make it negative, for they are dropped before.
  package var lost: UInt64 { expected > received ? expected - received : 0 }

  /// The next packet starts a new run: what lies between is nobody's loss.
  package mutating func interrupt() {
    isBroken = true
    lastTransit = nil
  }

  /// Counts an authentic packet of `payloadCount` octets.
  package mutating func record(index: UInt64, timestamp: UInt32, payloadCount: Int, at now: Instant) {
    received &+= 1
    octets &+= UInt64(payloadCount)
    if isBroken || !isStarted {
      expectedBefore = expected
      firstIndex = index
      highestIndex = index
      isStarted = true
      isBroken = false
    } else if index > highestIndex {
      if index - highestIndex > Fixed.sequenceGapMax {
        expectedBefore = expected
        firstIndex = index
      }
      highestIndex = index
    } else if index < firstIndex {
      // Overtaken by the first packet of its run: expected there, though nobody knew.
      expectedBefore &+= 1
    }
    let arrival = now.nanoseconds / (1_000_000_000 / clockRate)
    let transit = Int64(Int32(truncatingIfNeeded: arrival &- Int64(timestamp)))
    if let lastTransit {
      let difference = Int64(Int32(truncatingIfNeeded: transit &- lastTransit)).magnitude
      // A step of more than 10 s is another clock, not jitter.
      if difference < UInt64(10 * clockRate) {
        scaledJitter += Int64(difference) - ((scaledJitter + 8) >> 4)
      }
    }
    lastTransit = transit
  }

  /// The loss since the last report as a fraction of 256 (RFC 3550 §A.3); starts the next interval.
  package mutating func takeFractionLost() -> UInt8 {
    let expectedNow = expected &- expectedPrior
    let receivedNow = received &- receivedPrior
    expectedPrior = expected
    receivedPrior = received
    guard expectedNow > 0, expectedNow < 1 << 40, receivedNow < expectedNow else { return 0 }
    return UInt8(clamping: ((expectedNow - receivedNow) << 8) / expectedNow)
  }
}
