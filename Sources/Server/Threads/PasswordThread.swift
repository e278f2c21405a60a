internal import Base
internal import Crypto
internal import Net
internal import Synchronization

/// What the password worker is asked: Argon2id takes 100 ms and 64 MiB, too long for any other thread.
enum PasswordJob: Sendable {
  case hash(id: UInt64, password: String)
  case verify(id: UInt64, password: String, hash: String)
}

/// What came of a ``PasswordJob``.
enum PasswordResult: Sendable {
  /// `nil` when there was no memory.
  case hashed(id: UInt64, String?)
  case verified(id: UInt64, Bool)
}

/// One thread that hashes and verifies passwords, one at a time, so that memory stays bounded.
final class PasswordThread: Sendable {
  /// What is to be done; refuses when full.
  let jobs: Mailbox<PasswordJob>
  /// What was done; as long as `jobs`, so that it never refuses.
  let results: Mailbox<PasswordResult>
  private let wake: WakeDescriptor
  private let isStopping = Atomic<Bool>(false)
  private let thread = Locked<PinnedThread?>(nil)

  /// Makes the mailboxes; `wakeLoop` runs when the first result waits.
  init(wakeLoop: @escaping @Sendable () -> Void) throws(NetError) {
    let wake = try WakeDescriptor()
    self.wake = wake
    jobs = Mailbox(capacity: Limits.passwords) { wake.signal() }
    results = Mailbox(capacity: Limits.passwords * 2, wake: wakeLoop)
  }

  /// Starts the thread.
  func start() throws(NetError) {
    let started = try PinnedThread.start(name: "roost-password", cpu: nil) { [self] in
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
        // The loop drains results whenever it runs, and there are at most twice as many as jobs.
        results.post(PasswordThread.perform(job))
      }
      if isStopping.load(ordering: .acquiring) { return }
    }
  }

  private static func perform(_ job: PasswordJob) -> PasswordResult {
    switch job {
    case .hash(let id, let password): .hashed(id: id, PasswordHash.hash(password))
    case .verify(let id, let password, let hash):
      .verified(id: id, PasswordHash.verify(password, hash))
    }
  }
}
