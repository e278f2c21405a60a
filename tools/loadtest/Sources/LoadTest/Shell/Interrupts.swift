internal import Glibc

/// Counts Ctrl-C and SIGTERM without a handler: the signals are blocked and asked for.
struct Interrupts {
  private var set = sigset_t()
  private var seen = 0
  /// 128 + SIGINT, as shells say.
  private static let abortStatus: Int32 = 130

  /// Blocks the signals in this thread, and ignores writes to closed pipes.
  init() {
    signal(SIGPIPE, SIG_IGN)
    // `set` is plain storage that these calls fill.
    unsafe sigemptyset(&set)
    for number in [SIGINT, SIGTERM] { unsafe sigaddset(&set, number) }
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// How many came so far; the second one ends the process at once.
  mutating func count() -> Int {
    var time = timespec()
    // Both live on this stack frame during the call; a time of zero does not wait.
    while unsafe sigtimedwait(&set, nil, &time) > 0 { seen += 1 }
    if seen > 1 { exit(Interrupts.abortStatus) }
    return seen
  }
}
