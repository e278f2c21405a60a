internal import CNet

/// Wakes a thread that waits in ``EventPoll``, from any thread: an eventfd.
///
/// A class because the signalling side lives in mailboxes of other threads.
public final class WakeDescriptor: Sendable {
  /// The descriptor, for ``EventPoll``.
  public let descriptor: Int32

  /// Makes a descriptor that is not signalled.
  public init() throws(NetError) {
    let opened = cnet_event_open()
    guard opened >= 0 else { throw NetError(.createWake, "", code: -opened) }
    descriptor = opened
  }

  deinit {
    cnet_close(descriptor)
  }

  /// Makes the descriptor readable until it is cleared; never blocks.
  public func signal() {
    cnet_event_signal(descriptor)
  }

  /// Makes the descriptor unreadable; call it before looking for the work, so that no wake is lost.
  public func clear() {
    cnet_event_clear(descriptor)
  }
}
