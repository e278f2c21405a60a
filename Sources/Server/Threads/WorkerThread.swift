internal import Base
internal import Net
internal import Synchronization

/// One thread that does slow jobs one after the other, so that no other thread waits for a disk or a hash.
final class WorkerThread<Job: Sendable, Outcome: Sendable>: Sendable {
  /// What is to be done; refuses when full.
  let jobs: Mailbox<Job>
  /// What was done; the loop drains it whenever it runs, and twice as long as `jobs`, it never refuses.
  let results: Mailbox<Outcome>
  private let name: String
  private let perform: @Sendable (Job) -> Outcome?
  private let wake: WakeDescriptor
  private let isStopping = Atomic<Bool>(false)
  private let thread = Locked<PinnedThread?>(nil)

  /// Makes the mailboxes, for at most `capacity` jobs; `wakeLoop` runs when the first result waits.
  ///
  /// `perform` runs on the thread; its `nil` has nothing to report.
  init(
    name: String, capacity: Int, wakeLoop: @escaping @Sendable () -> Void,
    perform: @escaping @Sendable (Job) -> Outcome?
  ) throws(NetError) {
    let wake = try WakeDescriptor()
    self.name = name
    self.perform = perform
    self.wake = wake
    jobs = Mailbox(capacity: capacity) { wake.signal() }
    results = Mailbox(capacity: capacity * 2, wake: wakeLoop)
  }

  /// Starts the thread.
  func start() throws(NetError) {
    let started = try PinnedThread.start(name: name, cpu: nil) { [self] in
      PinnedThread.stepBack(by: Limits.workerNiceness)
      do {
        try run()
      } catch {
        preconditionFailure("a descriptor of ours is wrong: \(error)")
      }
    }
    thread.withLock { $0 = started }
  }

  /// Tells the thread to end after its present job and waits for it.
  func stop() {
    isStopping.store(true, ordering: .releasing)
    wake.signal()
    thread.withLock { $0 }?.join()
  }

  private func run() throws(NetError) {
    var poll = try EventPoll()
    try poll.add(wake.descriptor, token: 0, interest: .readable)
    while true {
      _ = try poll.wait(until: .distantFuture)
      wake.clear()
      for job in jobs.drain() {
        if isStopping.load(ordering: .acquiring) { return }
        if let result = perform(job) { results.post(result) }
      }
      if isStopping.load(ordering: .acquiring) { return }
    }
  }
}
