import CEvent
import Glibc
import Synchronization

/// Wakes a loop from any thread; many calls before the loop runs are one.
///
/// Made before its server, so that mailboxes can be built over it. One waker belongs to one server.
public final class HTTPWaker: Sendable {
  /// An eventfd; -1 when the system had none, which the server's init reports.
  let descriptor: Int32
  private let isSignalled = Atomic<Bool>(false)
  private let stopRequested = Atomic<Bool>(false)

  /// Makes a waker for one server.
  public init() {
    descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Lets the loop call ``HTTPApplication/woken(on:)`` soon.
  public func wake() {
    guard !isSignalled.exchange(true, ordering: .acquiringAndReleasing) else { return }
    // Cannot block or fail but by overflow, which leaves the descriptor readable, as wanted.
    _ = eventfd_write(descriptor, 1)
  }

  func requestStop() {
    stopRequested.store(true, ordering: .releasing)
    wake()
  }

  /// Takes the signal on the loop's thread; `true` once a stop was requested.
  func clear() -> Bool {
    var count: eventfd_t = 0
    // A local of the right type; an empty eventfd answers EAGAIN.
    _ = unsafe eventfd_read(descriptor, &count)
    isSignalled.store(false, ordering: .sequentiallyConsistent)
    return stopRequested.load(ordering: .acquiring)
  }
}
