internal import Synchronization

/// Wakes a thread that sleeps, and costs a load while it is awake.
///
/// The sleeper lies down, looks once more whether there is work, and only then waits; whoever brings work
/// publishes it first and rings then. Both sides' steps are sequentially consistent, so that either the
/// sleeper sees the work or the ringer sees the sleeper: no work is left lying.
public final class SleepBell: Sendable {
  private let wake: WakeDescriptor
  private let isAsleep = Atomic<Bool>(false)

  /// Makes the bell of a thread that waits for `wake`.
  public init(_ wake: WakeDescriptor) {
    self.wake = wake
  }

  /// For the sleeper, before it looks for work a last time.
  public func lieDown() {
    isAsleep.store(true, ordering: .sequentiallyConsistent)
  }

  /// For the sleeper, when it is awake: nobody needs to ring.
  public func rise() {
    isAsleep.store(false, ordering: .relaxed)
  }

  /// For whoever has published work.
  public func ring() {
    guard isAsleep.load(ordering: .sequentiallyConsistent) else { return }
    // Of several that see the sleeper, one signals.
    if isAsleep.exchange(false, ordering: .acquiringAndReleasing) { wake.signal() }
  }
}
