/// A point on the monotonic clock of one process, in nanoseconds.
///
/// Pure modules receive instants and never read a clock. The origin is arbitrary: only differences mean
/// anything. Arithmetic saturates, so that a hostile interval cannot trap.
public struct Instant: Comparable, Hashable, Sendable {
  /// Nanoseconds since the clock's origin.
  public let nanoseconds: Int64

  /// Makes an instant `nanoseconds` after the clock's origin.
  public init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// The clock's origin.
  public static let zero = Instant(nanoseconds: 0)

  /// Later than every instant that happens: the deadline of what waits for nothing.
  public static let distantFuture = Instant(nanoseconds: .max)

  /// Whether `lhs` is before `rhs`.
  public static func < (lhs: Instant, rhs: Instant) -> Bool {
    lhs.nanoseconds < rhs.nanoseconds
  }

  /// The instant `interval` after `instant`, saturating.
  public static func + (instant: Instant, interval: Interval) -> Instant {
    let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(interval.nanoseconds)
    return Instant(nanoseconds: overflow ? (interval.nanoseconds < 0 ? .min : .max) : sum)
  }

  /// The instant `interval` before `instant`, saturating.
  public static func - (instant: Instant, interval: Interval) -> Instant {
    let (difference, overflow) = instant.nanoseconds.subtractingReportingOverflow(interval.nanoseconds)
    return Instant(nanoseconds: overflow ? (interval.nanoseconds < 0 ? .max : .min) : difference)
  }

  /// The interval from `earlier` to `later`, saturating.
  public static func - (later: Instant, earlier: Instant) -> Interval {
    let (difference, overflow) = later.nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
    return Interval(nanoseconds: overflow ? (later < earlier ? .min : .max) : difference)
  }
}

/// A length of time in nanoseconds.
///
/// Half the size of the standard library's `Duration` and cheaper to compare; every timer of the packet
/// path holds one. Arithmetic saturates.
public struct Interval: Comparable, Hashable, Sendable {
  /// Length in nanoseconds; negative when it points backwards.
  public let nanoseconds: Int64

  /// Makes an interval of `nanoseconds`.
  public init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// No time at all.
  public static let zero = Interval(nanoseconds: 0)

  /// An interval of `count` microseconds, saturating.
  public static func microseconds(_ count: Int64) -> Interval { scaled(count, 1_000) }

  /// An interval of `count` milliseconds, saturating.
  public static func milliseconds(_ count: Int64) -> Interval { scaled(count, 1_000_000) }

  /// An interval of `count` seconds, saturating.
  public static func seconds(_ count: Int64) -> Interval { scaled(count, 1_000_000_000) }

  /// Whole milliseconds, rounded towards zero.
  public var milliseconds: Int64 { nanoseconds / 1_000_000 }

  /// Whole microseconds, rounded towards zero.
  public var microseconds: Int64 { nanoseconds / 1_000 }

  /// Seconds as a floating-point number, for metrics and logs.
  public var seconds: Double { Double(nanoseconds) / 1e9 }

  /// Whether `lhs` is shorter than `rhs`.
  public static func < (lhs: Interval, rhs: Interval) -> Bool {
    lhs.nanoseconds < rhs.nanoseconds
  }

  /// The sum of two intervals, saturating.
  public static func + (lhs: Interval, rhs: Interval) -> Interval {
    let (sum, overflow) = lhs.nanoseconds.addingReportingOverflow(rhs.nanoseconds)
    return Interval(nanoseconds: overflow ? (rhs.nanoseconds < 0 ? .min : .max) : sum)
  }

  /// `interval` repeated `count` times, saturating.
  public static func * (interval: Interval, count: Int64) -> Interval {
    scaled(count, interval.nanoseconds)
  }

  private static func scaled(_ count: Int64, _ unit: Int64) -> Interval {
    let (product, overflow) = count.multipliedReportingOverflow(by: unit)
    return Interval(nanoseconds: overflow ? ((count < 0) == (unit < 0) ? .max : .min) : product)
  }
}

/// A wall-clock time: milliseconds since 1970-01-01T00:00:00Z, for snowflakes, messages and NTP stamps.
public struct WallTime: Comparable, Hashable, Sendable {
  /// Milliseconds since the Unix epoch.
  public let milliseconds: Int64

  /// Makes a time `milliseconds` after the Unix epoch.
  public init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  /// Whether `lhs` is before `rhs`.
  public static func < (lhs: WallTime, rhs: WallTime) -> Bool {
    lhs.milliseconds < rhs.milliseconds
  }
}
