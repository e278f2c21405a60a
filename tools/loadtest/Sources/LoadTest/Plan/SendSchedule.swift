public import Base

/// When each speaker's next packet is due: an open loop that never waits for anything.
///
/// Each of `laneCount` speakers sends once a frame; the lanes are spread evenly over the frame, so that the
/// server sees a steady stream and not a burst. A tool that falls behind sends late packets with their old
/// due times, so the delay shows up as latency instead of being hidden.
public struct SendSchedule: Hashable, Sendable {
  /// A packet that is due.
  public struct Turn: Hashable, Sendable {
    /// Which speaker.
    public let lane: Int
    /// When it should leave.
    public let due: Instant
  }

  private let start: Instant
  private let frame: Interval
  private let laneCount: Int
  private var tick: Int64 = 0

  /// A schedule whose lane 0 is first due at `start`.
  public init(start: Instant, frame: Interval, laneCount: Int) {
    precondition(frame > .zero && laneCount > 0)
    self.start = start
    self.frame = frame
    self.laneCount = laneCount
  }

  /// When the next packet of any lane is due.
  public var nextDue: Instant { due(tick) }

  /// Takes the next turn if it is due at `now`.
  public mutating func next(at now: Instant) -> Turn? {
    let due = due(tick)
    guard due <= now else { return nil }
    defer { tick += 1 }
    return Turn(lane: Int(tick % Int64(laneCount)), due: due)
  }

  private func due(_ tick: Int64) -> Instant {
    let lanes = Int64(laneCount)
    let within = frame.nanoseconds * (tick % lanes) / lanes
    return start + frame * (tick / lanes) + Interval(nanoseconds: within)
  }
}
