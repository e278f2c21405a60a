import Synchronization

/// One small value behind a lock; nothing calls out while it is held.
///
/// For the edges between threads only: the packet path takes no lock.
public final class Locked<State: Sendable>: Sendable {
  private let mutex: Mutex<State>

  /// Guards `state`.
  public init(_ state: State) {
    mutex = Mutex(state)
  }

  /// Runs `body` with the state, alone.
  public func withLock<Result: Sendable>(_ body: (inout State) -> Result) -> Result {
    mutex.withLock { state in body(&state) }
  }
}
