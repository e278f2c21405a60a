public import Base

/// How long packets took, counted in fixed classes; a plain value that its owner copies out to be read.
///
/// No allocation, no lock: recording is a walk over twelve bounds.
public struct LatencyHistogram: Sendable {
  /// Number of finite upper bounds; one more class holds what is above the last.
  public static let boundCount = 12
  /// Upper bounds: a forward takes tens of microseconds, the coalescing window ends at 5 ms.
  ///
  /// Microseconds, ascending.
  public static let bounds: InlineArray<12, Int64> = [
    10, 20, 30, 50, 75, 100, 200, 300, 500, 1_000, 5_000, 10_000,
  ]

  private var counts = InlineArray<13, UInt64>(repeating: 0)
  /// All latencies together.
  public private(set) var sum = Interval.zero
  /// How many were recorded.
  public private(set) var count: UInt64 = 0

  /// Makes an empty histogram.
  public init() {}

  /// Counts `packets` packets that took `latency`; a negative one counts as 0.
  public mutating func record(_ latency: Interval, packets: Int = 1) {
    guard packets > 0 else { return }
    let latency = max(latency, .zero)
    var index = 0
    while index < LatencyHistogram.boundCount,
      latency.nanoseconds > LatencyHistogram.bounds[index] &* 1_000
    {
      index &+= 1
    }
    counts[index] &+= UInt64(packets)
    count &+= UInt64(packets)
    sum = sum + latency * Int64(packets)
  }

  /// Adds what `other` counted.
  public mutating func merge(_ other: LatencyHistogram) {
    for index in counts.indices { counts[index] &+= other.counts[index] }
    count &+= other.count
    sum = sum + other.sum
  }

  /// How many took at most bound `index`; index ``boundCount`` stands for no bound.
  public func cumulativeCount(_ index: Int) -> UInt64 {
    precondition(index >= 0 && index <= LatencyHistogram.boundCount)
    var total: UInt64 = 0
    for position in 0...index { total &+= counts[position] }
    return total
  }

  /// The bound below which a share of `quantile` (0 to 1) lies; `nil` when empty or above the last bound.
  public func bound(atQuantile quantile: Double) -> Interval? {
    guard count > 0 else { return nil }
    let wanted = Double(count) * quantile
    for index in 0..<LatencyHistogram.boundCount where Double(cumulativeCount(index)) >= wanted {
      return .microseconds(LatencyHistogram.bounds[index])
    }
    return nil
  }
}
