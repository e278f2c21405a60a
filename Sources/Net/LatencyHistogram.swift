public import Base

/// How long packets took, counted in fixed classes; a plain value that its owner copies out to be read.
///
/// Fine enough to tell a median of 50 µs and a 99th percentile of 300 µs: the classes are 5 µs wide up to
/// 100 µs, then a fiftieth of a power of ten up to a second. No allocation, no lock: recording is a few
/// comparisons and one division by a constant.
public struct LatencyHistogram: Sendable {
  /// Number of the upper bounds that others are shown; one more class holds what is above the last.
  public static let boundCount = 12
  /// Upper bounds: a forward takes tens of microseconds, the coalescing window ends at 5 ms.
  ///
  /// Microseconds, ascending; each is the upper bound of a class.
  public static let bounds: InlineArray<12, Int64> = [
    10, 20, 30, 50, 75, 100, 200, 300, 500, 1_000, 5_000, 10_000,
  ]

  /// Classes below 100 µs, and in each power of ten above it.
  private static let firstClasses = 20
  private static let decadeClasses = 45
  private static let finiteClasses = 200

  private var counts = InlineArray<201, UInt64>(repeating: 0)
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
    counts[LatencyHistogram.place(of: latency.nanoseconds)] &+= UInt64(packets)
    count &+= UInt64(packets)
    sum = sum + latency * Int64(packets)
  }

  /// Adds what `other` counted.
  public mutating func merge(_ other: LatencyHistogram) {
    for index in counts.indices { counts[index] &+= other.counts[index] }
    count &+= other.count
    sum = sum + other.sum
  }

  /// What was counted since `earlier`, an earlier copy of this histogram.
  public func since(_ earlier: LatencyHistogram) -> LatencyHistogram {
    var difference = LatencyHistogram()
    for index in counts.indices { difference.counts[index] = counts[index] &- earlier.counts[index] }
    difference.count = count &- earlier.count
    difference.sum = sum + earlier.sum * -1
    return difference
  }

  /// How many took at most bound `index`; index ``boundCount`` stands for no bound.
  public func cumulativeCount(_ index: Int) -> UInt64 {
    precondition(index >= 0 && index <= LatencyHistogram.boundCount)
    guard index < LatencyHistogram.boundCount else { return count }
    var total: UInt64 = 0
    for position in 0...LatencyHistogram.place(of: LatencyHistogram.bounds[index] &* 1_000) {
      total &+= counts[position]
    }
    return total
  }

  /// The upper bound of the class in which a share of `quantile` (0 to 1) is reached.
  ///
  /// `nil` when nothing was recorded or it took more than a second.
  public func bound(atQuantile quantile: Double) -> Interval? {
    guard count > 0 else { return nil }
    let wanted = Double(count) * quantile
    var total: UInt64 = 0
    for position in 0..<LatencyHistogram.finiteClasses {
      total &+= counts[position]
      if Double(total) >= wanted { return LatencyHistogram.bound(of: position) }
    }
    return nil
  }

  /// The class of a latency: bounds belong to the class below them.
  private static func place(of nanoseconds: Int64) -> Int {
    switch nanoseconds {
    case ...0: 0
    case ...100_000: Int((nanoseconds &- 1) / 5_000)
    case ...1_000_000: firstClasses + Int((nanoseconds &- 100_001) / 20_000)
    case ...10_000_000: firstClasses + decadeClasses + Int((nanoseconds &- 1_000_001) / 200_000)
    case ...100_000_000: firstClasses + 2 * decadeClasses + Int((nanoseconds &- 10_000_001) / 2_000_000)
    case ...1_000_000_000: firstClasses + 3 * decadeClasses + Int((nanoseconds &- 100_000_001) / 20_000_000)
    default: finiteClasses
    }
  }

  /// The upper bound of class `place`, which is finite.
  private static func bound(of place: Int) -> Interval {
    guard place >= firstClasses else { return .microseconds(Int64(place + 1) * 5) }
    let (decade, step) = (place - firstClasses).quotientAndRemainder(dividingBy: decadeClasses)
    var unit: Int64 = 1
    for _ in 0..<decade { unit *= 10 }
    return .microseconds((100 + Int64(step + 1) * 20) * unit)
  }
}
