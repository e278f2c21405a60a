import Base
import CEvent
import Glibc

/// Owns a libevent base: the loop of one thread.
///
/// Whatever is registered with it keeps a reference, so the base is freed last.
@safe
final class EventBase {
  let pointer: OpaquePointer

  init() throws(HTTPServerError) {
    // A base without locks: one thread uses it, wake-ups come through an eventfd.
    guard let configuration = unsafe event_config_new() else { throw .loop }
    defer { unsafe event_config_free(configuration) }
    unsafe event_config_set_flag(configuration, Int32(bitPattern: EVENT_BASE_FLAG_NOLOCK.rawValue))
    guard let pointer = unsafe event_base_new_with_config(configuration) else { throw .loop }
    unsafe self.pointer = pointer
  }

  deinit {
    // Everything registered held a reference and is gone.
    unsafe event_base_free(pointer)
  }

  /// Runs until ``stop()``, on a thread that takes no SIGPIPE from now on.
  ///
  /// Neither libevent nor OpenSSL writes with MSG_NOSIGNAL: without this, one peer that resets its connection
  /// at the right moment ends the process.
  func run() {
    var signals = sigset_t()
    // A local of the right type.
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGPIPE)
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    // EVLOOP_NO_EXIT_ON_EMPTY: an idle server waits.
    _ = unsafe event_base_loop(pointer, 0x04)
  }

  /// Runs what is due and what libevent has put off, without waiting.
  func settle() {
    // EVLOOP_NONBLOCK.
    _ = unsafe event_base_loop(pointer, 0x02)
  }

  /// Lets ``run()`` return after the present callback.
  func stop() {
    // The base is alive: self owns it.
    _ = unsafe event_base_loopbreak(pointer)
  }

  /// Seconds since 1970, for the Date of answers.
  static func wallSeconds() -> Int {
    time(nil)
  }

  /// The monotonic clock, the same one that other modules of the process read.
  static func now() -> Instant {
    var time = timespec()
    // A local of the right type; CLOCK_MONOTONIC cannot fail.
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
  }
}

/// One libevent event: the loop's timer, or the readable end of its waker.
@safe
final class LoopEvent {
  private let base: EventBase
  private let event: OpaquePointer

  /// Registers `descriptor` for reading (persistently), or a timer when it is -1; `context` outlives this.
  init(
    base: EventBase, descriptor: Int32, context: HTTPLoop,
    callback: @escaping @convention(c) (Int32, Int16, UnsafeMutableRawPointer?) -> Void
  ) throws(HTTPServerError) {
    let kinds: Int16 = descriptor < 0 ? 0 : Int16(EV_READ | EV_PERSIST)
    // The loop owns this event, so the unretained pointer is valid whenever the event fires.
    let opaque = unsafe Unmanaged.passUnretained(context).toOpaque()
    guard let event = unsafe event_new(base.pointer, descriptor, kinds, callback, opaque) else { throw .loop }
    self.base = base
    unsafe self.event = event
    // Without a time-out: fires on readability only.
    if descriptor >= 0 { _ = unsafe event_add(event, nil) }
  }

  deinit {
    // self owns the event; the base is still alive.
    unsafe event_free(event)
  }

  /// Fires once after `interval`, rounded up to a millisecond.
  func fire(after interval: Interval) {
    let milliseconds = max(0, interval.milliseconds &+ 1)
    var time = timeval(tv_sec: Int(milliseconds / 1000), tv_usec: Int(milliseconds % 1000) * 1000)
    // libevent copies the time.
    _ = unsafe event_add(event, &time)
  }

  /// Does not fire any more.
  func cancel() {
    // self owns the event.
    _ = unsafe event_del(event)
  }
}
