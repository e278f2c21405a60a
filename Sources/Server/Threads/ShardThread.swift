package import Base
internal import MediaControl
package import Net
package import SFU
internal import Synchronization

/// A thread of the media plane, seen from the others: commands in, events out, statistics to read.
package final class ShardThread: Sendable {
  /// What the shard is told; refuses when full.
  let commands: Mailbox<MediaCommand>
  /// What the shard tells; drained by the HTTP loop.
  let events: Mailbox<MediaEvent>
  /// Events that did not fit.
  let droppedEvents = Counter()
  private let statistics = Locked(ShardStatistics())
  private let wake: WakeDescriptor
  private let isStopping = Atomic<Bool>(false)
  private let thread = Locked<PinnedThread?>(nil)

  /// Makes the mailboxes; `wake` is what the thread waits for, and `wakeLoop` runs when the first event waits.
  package init(wake: WakeDescriptor, wakeLoop: @escaping @Sendable () -> Void) {
    self.wake = wake
    commands = Mailbox(capacity: Limits.mediaCommands) { wake.signal() }
    events = Mailbox(capacity: Limits.mediaEvents, wake: wakeLoop)
  }

  /// Runs `shard` on a thread of its own called `name`, on `processor` or, where that is refused, on any.
  ///
  /// The thread calls `prepare` before it begins. Says whether it is where it was wanted.
  package func start(
    _ shard: ShardBox, name: String, on processor: Int?, prepare: @escaping @Sendable () -> Void
  ) throws(NetError) -> Bool {
    let body: @Sendable () -> Void = { [self] in
      prepare()
      // The box is emptied once, so that the loop owns the shard without reference counts.
      guard let shard = shard.take() else { return }
      do {
        try shard.run(self)
      } catch {
        preconditionFailure("a descriptor of ours is wrong: \(error)")
      }
    }
    if let processor, let started = try? PinnedThread.start(name: name, cpu: processor, body: body) {
      thread.withLock { $0 = started }
      return true
    }
    let started = try PinnedThread.start(name: name, cpu: nil, body: body)
    thread.withLock { $0 = started }
    return processor == nil
  }

  /// Tells the thread to end and waits for it.
  package func stop() {
    isStopping.store(true, ordering: .releasing)
    wake.signal()
    thread.withLock { $0 }?.join()
  }

  /// The newest statistics.
  package func latestStatistics() -> ShardStatistics {
    statistics.withLock { $0 }
  }

  // For the shard, on its own thread.

  /// Whether the thread has been told to end.
  var hasToStop: Bool { isStopping.load(ordering: .acquiring) }

  /// The descriptor that says that commands wait.
  var wakeDescriptor: Int32 { wake.descriptor }

  /// Takes the commands that wait.
  func takeCommands() -> [MediaCommand] {
    wake.clear()
    return commands.drain()
  }

  /// Makes `newest` readable by other threads.
  func publish(_ newest: ShardStatistics) {
    statistics.withLock { $0 = newest }
  }
}

/// What a shard and its sockets have counted.
package struct ShardStatistics: Sendable {
  /// When they were read, and the processor time that the shard's thread had used then.
  package var at = Instant.zero
  package var busy = Interval.zero
  package var endpoint: EndpointStatistics?
  package var received: UInt64 = 0
  var oversized: UInt64 = 0
  var receiveErrors: UInt64 = 0
  /// RTP that had waited too long for the shard.
  var lateMedia: UInt64 = 0
  package var sends = SendStatistics()
  package var coalescingWindow = Interval.zero
  /// Share of a processor that the shard's thread uses.
  var utilisation = 0.0
}

/// Carries a shard, which cannot be copied, into its thread.
package final class ShardBox: Sendable {
  private let shard: Mutex<Shard?>

  /// Packs `shard`.
  package init(_ shard: consuming sending Shard) {
    self.shard = Mutex(consume shard)
  }

  /// Gives the shard out, once.
  func take() -> sending Shard? {
    shard.withLock { shard in shard.take() }
  }
}
