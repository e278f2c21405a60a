internal import Base
internal import Glibc

/// Sleeping without anything that could wake.
enum SleepingThread {
  /// Sleeps until `deadline` on the monotonic clock, or until a signal comes.
  static func sleep(until deadline: Instant) {
    let nanoseconds = max(0, deadline.nanoseconds)
    var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    // The kernel reads the time during the call; an absolute sleep leaves nothing behind.
    unsafe clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil)
  }
}
