public import Base

/// Counts intervals in buckets whose width grows with the value, as HdrHistogram does.
///
/// ```
/// 0 … 127 ns                    a bucket a nanosecond
/// 2^k … 2^(k+1) for k >= 7      64 buckets: the relative error is below 1/64
/// ```
/// Quantiles are upper ends of buckets, never above the largest value: they do not flatter. Negative
/// intervals count as 0. A value; 30 KB.
public struct Histogram: Sendable {
  /// Buckets of each power of two, as a power of two.
  ///
  /// One more halves the error and doubles the memory.
  private static let precision = 6
  private static let bucketCount = (64 - precision) << precision

  private var counts = [UInt64](repeating: 0, count: bucketCount)
  private var sum: Double = 0

  /// How many intervals were recorded.
  public private(set) var count: UInt64 = 0
  /// The largest; zero when there is none.
  public private(set) var max = Interval.zero

  /// An empty histogram.
  public init() {}

  /// The arithmetic mean; zero when there is none.
  public var mean: Interval {
    count == 0 ? .zero : Interval(nanoseconds: Int64(sum / Double(count)))
  }

  /// Counts `interval`.
  public mutating func record(_ interval: Interval) {
    let value = Swift.max(0, interval.nanoseconds)
    counts[Histogram.bucket(of: UInt64(value))] += 1
    count += 1
    sum += Double(value)
    if value > max.nanoseconds { max = Interval(nanoseconds: value) }
  }

  /// Adds everything that `other` counted.
  public mutating func merge(_ other: Histogram) {
    for index in counts.indices { counts[index] += other.counts[index] }
    count += other.count
    sum += other.sum
    if other.max > max { max = other.max }
  }

  /// The smallest bucket end that at least `fraction` of the intervals do not exceed; zero when empty.
  public func quantile(_ fraction: Double) -> Interval {
    guard count > 0 else { return .zero }
    let wanted = Swift.max(1, (Double(count) * Swift.min(Swift.max(fraction, 0), 1)).rounded(.up))
    var seen: UInt64 = 0
    for (index, occurrences) in counts.enumerated() where occurrences > 0 {
      seen += occurrences
      if Double(seen) >= wanted {
        return Interval(nanoseconds: Swift.min(Histogram.upperEnd(of: index), max.nanoseconds))
      }
    }
    return max
  }

  /// The buckets that hold something, ascending: upper end and how many.
  public var filled: [(upperEnd: Interval, count: UInt64)] {
    counts.indices.filter { counts[$0] > 0 }.map {
      (Interval(nanoseconds: Histogram.upperEnd(of: $0)), counts[$0])
    }
  }

  private static func bucket(of value: UInt64) -> Int {
    guard value >= 1 << (precision + 1) else { return Int(value) }
    let shift = 63 - value.leadingZeroBitCount - precision
    return shift << precision + Int(value >> UInt64(shift))
  }

  private static func upperEnd(of bucket: Int) -> Int64 {
    guard bucket >= 1 << (precision + 1) else { return Int64(bucket) }
    let shift = bucket >> precision - 1
    let top = UInt64(bucket - shift << precision)
    return Int64(clamping: (top + 1) << UInt64(shift) - 1)
  }
}
