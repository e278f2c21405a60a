public import Base

/// When a speaker's latest packets were handed to the kernel, by their numbers.
///
/// From there to the kernel's stamp of a delivery is what server and kernels took: however late the tool was to
/// send and to read, it is not in it. A packet that comes later than the 64th after it is not measured.
public struct SendTimes: Hashable, Sendable {
  private static let count = 64

  private var times: [Instant] = []
  private var next: UInt64 = 0

  /// Remembers nothing yet.
  public init() {}

  /// Packet `number`, the one after the last, leaves at `now`.
  public mutating func record(_ number: UInt64, at now: Instant) {
    if times.isEmpty { times = [Instant](repeating: .distantFuture, count: SendTimes.count) }
    times[Int(number % UInt64(SendTimes.count))] = now
    next = number &+ 1
  }

  /// How long packet `number` was under way when it arrived at `arrival`; `nil` when that is not known.
  public func transit(of number: UInt64, until arrival: Instant) -> Interval? {
    guard number < next, next - number <= UInt64(SendTimes.count) else { return nil }
    let sent = times[Int(number % UInt64(SendTimes.count))]
    return sent <= arrival ? arrival - sent : nil
  }
}
