internal import CNet
internal import Glibc
internal import Synchronization

/// A thread of our own, on a processor of our choice; the composition root starts and joins them.
///
/// All signals are blocked in it. A thread that is dropped without ``join()`` runs on, detached.
public final class PinnedThread: Sendable {
  private let identifier: UInt64
  private let isJoined = Atomic<Bool>(false)

  private init(_ identifier: UInt64) {
    self.identifier = identifier
  }

  deinit {
    if !isJoined.load(ordering: .acquiring) { pthread_detach(pthread_t(identifier)) }
  }

  /// Runs `body` on a new thread, named for tools by the first 15 octets of `name`.
  ///
  /// - Throws: when there is no thread to be had or `cpu` is not one that the process may use.
  public static func start(
    name: String, cpu: Int?, body: sending @escaping () -> Void
  ) throws(NetError) -> PinnedThread {
    let work = ThreadBody(name: name, body: body)
    // The reference is given to the thread, which takes it exactly once; or taken back below.
    let context = unsafe Unmanaged.passRetained(work)
    var identifier: UInt64 = 0
    // `identifier` outlasts the call; the closure captures nothing.
    let code = unsafe cnet_thread_start(
      &identifier, cpu.map { Int32(clamping: $0) } ?? -1,
      { context in
        // cnet_thread_start passes on what it was given below.
        if let context = unsafe context {
          unsafe Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
        }
        return nil
      }, context.toOpaque())
    guard code >= 0 else {
      // No thread was made, so that nobody else takes the reference.
      unsafe context.release()
      throw NetError(.startThread, name, code: -code)
    }
    return PinnedThread(identifier)
  }

  /// The processors that the process may use, ascending; one unknown processor where the system does not tell.
  ///
  /// At most ``NetLimits/processorCountMax``.
  public static func allowedProcessors() -> [Int?] {
    var numbers = [Int32](repeating: 0, count: NetLimits.processorCountMax)
    // The buffer is as long as the call is told.
    let found = unsafe numbers.withUnsafeMutableBufferPointer {
      unsafe cnet_allowed_cpus($0.baseAddress, UInt32($0.count))
    }
    guard found > 0 else { return [nil] }
    return numbers.prefix(Int(found)).map { Int($0) }
  }

  /// Lets the calling thread go before all ordinary ones (SCHED_RR at the lowest real-time priority).
  ///
  /// The kernel leaves a twentieth of each second to the others, however busy the thread is (sched(7)).
  ///
  /// - Throws: when the process may not: it wants CAP_SYS_NICE or a limit of real-time priority (RLIMIT_RTPRIO).
  public static func becomeRealtime() throws(NetError) {
    let code = cnet_thread_realtime(1)
    guard code >= 0 else { throw NetError(.prioritise, "", code: -code) }
  }

  /// Lets the calling thread give way to others: when it wakes it takes the processor from nobody (SCHED_BATCH),
  /// and `niceness`, 0 to 19, is added to its own, see sched(7).
  ///
  /// Everybody may step back.
  public static func stepBack(by niceness: Int) {
    precondition((0...19).contains(niceness))
    // Nothing that the caller could do about a refusal: the thread goes on as an equal of the others.
    _ = cnet_thread_step_back(Int32(niceness))
  }

  /// Lets the calling thread run often and briefly: with the same share of a busy processor as before, its turn
  /// comes sooner after it wakes.
  ///
  /// Linux grants that since 6.12, to everybody; an older one goes on as before.
  public static func askForShortSlices() {
    // The shortest that the kernel takes. A refusal changes nothing.
    _ = cnet_thread_short_slices(100_000)
  }

  /// Whether the calling thread has stepped back.
  public static var hasSteppedBack: Bool { cnet_thread_is_batch() != 0 }

  /// How nice the calling thread is.
  public static var niceness: Int { Int(cnet_thread_niceness()) }

  /// Waits until the thread has ended; the second and later calls return at once.
  public func join() {
    guard !isJoined.exchange(true, ordering: .acquiringAndReleasing) else { return }
    pthread_join(pthread_t(identifier), nil)
  }
}

private final class ThreadBody {
  private let name: String
  private let body: () -> Void

  init(name: String, body: @escaping () -> Void) {
    self.name = name
    self.body = body
  }

  func run() {
    // The C function copies the name.
    unsafe name.withCString { unsafe cnet_thread_prepare($0) }
    body()
  }
}
