public import Base
internal import Glibc

/// The process's monotonic clock; shells read it once per batch and pass instants down.
public enum MonotonicClock {
  /// The present instant.
  public static func now() -> Instant {
    Instant(nanoseconds: read(CLOCK_MONOTONIC))
  }
}

/// The wall clock, which may step; only for ids, messages and NTP stamps.
public enum WallClock {
  /// The present time.
  public static func now() -> WallTime {
    WallTime(milliseconds: read(CLOCK_REALTIME) / 1_000_000)
  }
}

/// The processor time of the calling thread: how busy it really was, however crowded the machine.
public enum ThreadClock {
  /// What the thread has used since it began; a system call of a fifth of a microsecond.
  public static func busy() -> Interval {
    Interval(nanoseconds: read(CLOCK_THREAD_CPUTIME_ID))
  }
}

private func read(_ clock: clockid_t) -> Int64 {
  var time = timespec()
  // `time` lives on this stack frame and outlasts the call, which cannot fail for these clocks.
  unsafe clock_gettime(clock, &time)
  return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
}
