public import Base

/// How long a shard lets packets gather, so that those for one receiver leave together.
///
/// Nothing while the processor has time to spare, more as it fills up, never more than ``longest``; and
/// nothing when gathering brings nothing, as with one speaker. A pure value: the shard tells it about the
/// load and asks for ``length``.
///
/// ```
///   length   5 ms ┤             ╭─
///                 │           ╱
///               0 ┼─────────╯
///                 0        75   100 %  of one processor
/// ```
public struct CoalescingWindow: Sendable {
  /// What a shard has done so far.
  public struct Load: Sendable {
    /// Processor time of the thread.
    public let busy: Interval
    /// Datagrams sent.
    public let packets: UInt64
    /// Runs of datagrams that they were sent as.
    public let runs: UInt64
    /// Whether datagrams waited faster than they were taken.
    public let isBehind: Bool

    /// Makes a load of its parts.
    public init(busy: Interval, packets: UInt64, runs: UInt64, isBehind: Bool) {
      self.busy = busy
      self.packets = packets
      self.runs = runs
      self.isBehind = isBehind
    }
  }

  /// How often the load is looked at: a packet interval of audio, so that each speaker counts once.
  public static let period = Interval.milliseconds(20)
  /// How far the past reaches: a burst of 20 ms says little.
  private static let memory = Interval.milliseconds(60)
  /// How long nothing is gathered after a period in which it brought nothing.
  private static let rest = Interval.seconds(1)
  /// Datagrams a run below which gathering brings nothing: a run costs about what a datagram costs.
  private static let runLengthMin = 1.05

  /// The longest it may get; zero means that nothing ever gathers.
  public let longest: Interval
  /// How long the first of the gathering packets waits at present.
  public private(set) var length = Interval.zero
  /// The share of a processor that the thread has lately used, 0 to 1.
  public private(set) var utilisation = 0.0
  private var last: (at: Instant, load: Load)?
  private var restsUntil = Instant.zero

  /// Makes a window of length zero.
  public init(longest: Interval) {
    self.longest = longest
  }

  /// Whether it wants to know the load: not more often than every ``period``, because that is a system call.
  public func isDue(at now: Instant) -> Bool {
    guard let last else { return true }
    return now - last.at >= CoalescingWindow.period
  }

  /// Takes in the present load and decides about ``length``.
  public mutating func observe(_ load: Load, at now: Instant) {
    defer { last = (now, load) }
    guard let last, now > last.at else { return }
    let elapsed = now - last.at
    let busy = load.busy - last.load.busy
    let share = load.isBehind ? 1 : min(1, max(0, busy.seconds / elapsed.seconds))
    let weight = elapsed.seconds / (elapsed.seconds + CoalescingWindow.memory.seconds)
    utilisation += (share - utilisation) * weight

    if length > .zero, isFruitless(load, since: last.load) { restsUntil = now + CoalescingWindow.rest }
    length = now < restsUntil ? .zero : wanted
  }

  private func isFruitless(_ load: Load, since earlier: Load) -> Bool {
    let packets = Double(load.packets &- earlier.packets)
    return packets < Double(load.runs &- earlier.runs) * CoalescingWindow.runLengthMin
  }

  private var wanted: Interval {
    // Below that, latency would be given for processor time that nobody needs. A steeper slope would swing:
    // gathering saves time, which shortens the window.
    let share = min(1, max(0, (utilisation - 0.75) / 0.24))
    return Interval(nanoseconds: Int64(Double(longest.nanoseconds) * share))
  }
}

extension Interval {
  fileprivate static func - (lhs: Interval, rhs: Interval) -> Interval {
    lhs + rhs * -1
  }
}
