internal import Base
internal import Glibc

/// The signals that end a server, taken by the main thread one at a time.
///
/// Blocked before any thread starts, so that no handler runs anywhere.
struct Signals {
  /// What was waited for.
  enum Event {
    /// SIGTERM or SIGINT.
    case stop
    /// SIGHUP: read the certificate again.
    case reload
    /// SIGUSR1: copy the database.
    case backUp
    /// ``noteDone()`` was called.
    case done
    /// The time is up.
    case timeout
  }

  private var set = sigset_t()
  private let thread = pthread_self()

  /// Blocks the signals in this thread, and so in all that it starts; ignores SIGPIPE.
  init() {
    signal(SIGPIPE, SIG_IGN)
    // `set` is plain storage that these calls fill.
    unsafe sigemptyset(&set)
    for number in [SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2] { unsafe sigaddset(&set, number) }
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Waits for a signal, at most `limit`.
  mutating func wait(limit: Interval?) -> Event {
    while true {
      var number: Int32
      if let limit {
        var time = timespec(
          tv_sec: Int(limit.nanoseconds / 1_000_000_000), tv_nsec: Int(limit.nanoseconds % 1_000_000_000))
        // All three live on this stack frame during the call.
        number = unsafe sigtimedwait(&set, nil, &time)
        if number < 0, errno == EAGAIN { return .timeout }
      } else {
        number = unsafe sigwaitinfo(&set, nil)
      }
      switch number {
      case SIGTERM, SIGINT: return .stop
      case SIGUSR2: return .done
      case SIGHUP: return .reload
      case SIGUSR1: return .backUp
      default: continue
      }
    }
  }

  /// Ends a ``wait(limit:)`` of the thread that made this value; from any thread.
  func noteDone() {
    pthread_kill(thread, SIGUSR2)
  }
}
