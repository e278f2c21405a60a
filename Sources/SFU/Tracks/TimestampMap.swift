package import Base

/// Maps a source's RTP timestamps to a clock that never goes back.
///
/// The source's own steps are kept while they are plausible: forward, and not further than the time that
/// really passed and some slack. Anything else (a bot that starts again at 0, a new SSRC, a hostile jump)
/// re-anchors: the output goes on by the elapsed time. Late packets keep their distance to the newest one.
package struct TimestampMap: Hashable, Sendable {
  /// How far a source may run ahead of the clock: a jitter buffer's worth, far above any drift.
  private var slack: Int64 { 5 * clockRate }
  /// The least step of a re-anchored packet: 20 ms.
  private var frame: Int64 { clockRate / 50 }

  private let clockRate: Int64
  private var lastInput: UInt32 = 0
  private var lastOutput: UInt32
  /// When the newest packet arrived; `nil` before the first.
  private var lastArrival: Instant?
  /// The first packet index of the present anchor; older packets were timed by another clock.
  private var anchorIndex: UInt64 = 0
  private var isAnchored = false

  /// Starts with `first` as the output of the first packet; the clock ticks `clockRate` times a second.
  package init(first: UInt32, clockRate: Int64) {
    lastOutput = first
    self.clockRate = clockRate
  }

  /// The next packet comes from another clock.
  package mutating func restart() {
    isAnchored = false
  }

  /// The output timestamp of the newest packet so far.
  package mutating func map(_ input: UInt32, index: UInt64, at now: Instant) -> UInt32 {
    let step = Int64(Int32(bitPattern: input &- lastInput))
    let elapsed = ticks(at: now)
    if !isAnchored || step < 0 || step > elapsed + slack {
      if lastArrival != nil {
        lastOutput &+= UInt32(truncatingIfNeeded: max(frame, elapsed))
      }
      anchorIndex = index
      isAnchored = true
    } else {
      lastOutput &+= UInt32(truncatingIfNeeded: step)
    }
    lastInput = input
    lastArrival = now
    return lastOutput
  }

  /// The output timestamp of a packet that newer ones have overtaken; `nil` when its clock is gone.
  package func late(_ input: UInt32, index: UInt64) -> UInt32? {
    let step = Int64(Int32(bitPattern: input &- lastInput))
    guard isAnchored, index >= anchorIndex, step <= 0, step > -slack else { return nil }
    return lastOutput &+ UInt32(truncatingIfNeeded: step)
  }

  /// The output clock's reading at `now`, for sender reports.
  package func reading(at now: Instant) -> UInt32 {
    lastOutput &+ UInt32(truncatingIfNeeded: ticks(at: now))
  }

  /// Ticks since the newest packet, at most the 2^30 that a 32-bit clock can tell apart.
  private func ticks(at now: Instant) -> Int64 {
    guard let lastArrival else { return 0 }
    let milliseconds = min(max((now - lastArrival).milliseconds, 0), 20_000_000)
    return milliseconds * (clockRate / 1_000)
  }
}
