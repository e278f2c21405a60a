internal import Base
internal import ChatCore
internal import Net
internal import Stores
internal import Synchronization

/// The chat core over its store.
typealias Chat = ChatService<SQLiteStore, SystemRandom>

/// The chat core's thread: requests in, outputs out, strictly in order.
///
/// What waits is taken as one batch: one transaction, one sync. While the HTTP loop has not taken enough
/// of the outputs, no further requests are taken; the loop's ``tookOutputs()`` resumes it.
final class ChatThread: Sendable {
  /// What is asked; refuses when full.
  let requests: Mailbox<ChatRequest>
  /// What came of it, a batch an element.
  let outputs: Mailbox<[ChatOutput]>
  private let wake: WakeDescriptor
  private let log: Log
  private let counted = Locked(ChatStatistics())
  private let isStopping = Atomic<Bool>(false)
  /// Batches of outputs that the loop has taken and told, ever.
  private let told = Atomic<UInt64>(0)
  private let thread = Locked<PinnedThread?>(nil)
  private let backup = Locked<BackupJob?>(nil)

  /// Makes the mailboxes; `wakeLoop` runs when the first output waits.
  init(log: Log, wakeLoop: @escaping @Sendable () -> Void) throws(NetError) {
    let wake = try WakeDescriptor()
    self.wake = wake
    self.log = log
    requests = Mailbox(capacity: Limits.chatRequests) { wake.signal() }
    outputs = Mailbox(capacity: Limits.chatOutputs, wake: wakeLoop)
  }

  /// Runs `chat` on a thread of its own.
  func start(_ chat: sending ChatBox) throws(NetError) {
    let started = try PinnedThread.start(name: "roost-chat", cpu: nil) { [self] in
      PinnedThread.stepBack(by: Limits.signalingNiceness)
      guard var chat = chat.take() else { return }
      do {
        try run(&chat)
      } catch {
        preconditionFailure("a descriptor of ours is wrong: \(error)")
      }
    }
    thread.withLock { $0 = started }
  }

  /// Tells the thread to do what waits and end, and waits for it.
  func stop() {
    isStopping.store(true, ordering: .releasing)
    wake.signal()
    thread.withLock { $0 }?.join()
  }

  /// Copies the database to `path` between two batches; `done` runs on the chat thread with what went wrong.
  func backUp(to path: String, done: @escaping @Sendable (String?) -> Void) {
    backup.withLock { $0 = BackupJob(path: path, done: done) }
    wake.signal()
  }

  private struct BackupJob: Sendable {
    let path: String
    let done: @Sendable (String?) -> Void
  }

  private func takeBackup(of chat: inout Chat) {
    let asked = backup.withLock { job -> BackupJob? in
      defer { job = nil }
      return job
    }
    guard let asked else { return }
    do throws(StoreError) {
      try chat.backUp(to: asked.path)
      asked.done(nil)
    } catch {
      asked.done("the database cannot be copied: \(error)")
    }
  }

  /// Says that the outputs were drained: the chat thread may have been waiting for it.
  func tookOutputs(_ count: Int) {
    told.add(UInt64(count), ordering: .releasing)
    if count >= Limits.chatOutputs { wake.signal() }
  }

  /// What the core had counted after its latest batch.
  func latestStatistics() -> ChatStatistics {
    counted.withLock { $0 }
  }

  /// Publishes what the core counted; logs when the store begins to refuse and when it takes again.
  private func tell(_ now: ChatStatistics) {
    let before = latestStatistics()
    counted.withLock { $0 = now }
    if now.rollbacks > before.rollbacks, !before.isRefused {
      let reason = now.lastStoreError.map { "\($0)" } ?? ""
      log.write(.error, "The database takes no changes; they are answered 503", [("reason", reason)])
    } else if before.isRefused, !now.isRefused {
      log.write(.info, "The database takes changes again")
    }
  }

  /// What a crash may have kept from those who should have been told.
  private func missed(by chat: inout Chat) -> [ChatOutput] {
    do throws(StoreError) {
      let missed = try chat.missed()
      if !missed.isEmpty {
        log.write(.info, "Events of before the end are told again", [("count", "\(missed.count)")])
      }
      return missed
    } catch {
      log.write(.error, "The event log cannot be read", [("reason", "\(error)")])
      return []
    }
  }

  private func run(_ chat: inout Chat) throws(NetError) {
    var poll = try EventPoll()
    try poll.add(wake.descriptor, token: 0, interest: .readable)
    var waiting: ArraySlice<ChatRequest> = []
    var unposted: [ChatOutput] = []
    var upkeep = Upkeep()
    var posted = PostedBatches()
    unposted = missed(by: &chat)
    while true {
      // Cleared before looking, so that no wake is lost.
      wake.clear()
      let isLast = isStopping.load(ordering: .acquiring)
      takeBackup(of: &chat)
      if !unposted.isEmpty, outputs.post(unposted) {
        unposted = []
        posted.append(chat.logOffset)
      }
      if let offset = posted.told(told.load(ordering: .acquiring)) { chat.acknowledge(through: offset) }
      if unposted.isEmpty, let deadline = chat.deadline, deadline <= WallClock.now() {
        unposted = chat.expire(at: WallClock.now())
        tell(chat.statistics)
        continue
      }
      if unposted.isEmpty {
        if waiting.isEmpty { waiting = requests.drain()[...] }
        if !waiting.isEmpty {
          unposted = chat.perform(Array(waiting.prefix(ChatCore.Limits.batch)))
          waiting = waiting.dropFirst(ChatCore.Limits.batch)
          tell(chat.statistics)
          upkeep.isDue = true
          upkeep.perform(on: &chat)
          continue
        }
      }
      // At the end the HTTP loop takes no outputs any more: what it has not taken is nobody's.
      if isLast { return }
      upkeep.perform(on: &chat)
      let alarm = unposted.isEmpty ? ChatThread.wakeTime(chat.deadline) : .distantFuture
      _ = try poll.wait(until: min(upkeep.next, alarm))
    }
  }

  /// When to look at the clock again: at the deadline, and often enough to notice that somebody set the clock.
  private static func wakeTime(_ deadline: WallTime?) -> Instant {
    guard let deadline else { return .distantFuture }
    let left = deadline.milliseconds &- WallClock.now().milliseconds
    return MonotonicClock.now() + .milliseconds(min(max(left, 0), Limits.clockCheck))
  }
}

/// Up to which entry of the event log the outputs of each batch go that the loop has not told yet.
private struct PostedBatches {
  private var offsets: [UInt64] = []
  private var first: UInt64 = 0

  mutating func append(_ offset: UInt64) {
    offsets.append(offset)
  }

  /// The entry up to which everything was told, when `count` batches were told ever; nil when that is no news.
  mutating func told(_ count: UInt64) -> UInt64? {
    let done = min(offsets.count, Int(clamping: count &- first))
    guard done > 0 else { return nil }
    let offset = offsets[done - 1]
    offsets.removeFirst(done)
    first &+= UInt64(done)
    return offset
  }
}

/// When the core does what it may do later: soon after something was written, and at most half of the time.
private struct Upkeep {
  /// Whether there may be something to do.
  var isDue = true
  private var earliest = Instant.zero

  /// When to look again.
  var next: Instant { isDue ? earliest : .distantFuture }

  /// Does a part, unless it is too early.
  mutating func perform(on chat: inout Chat) {
    let start = MonotonicClock.now()
    guard isDue, start >= earliest else { return }
    isDue = chat.maintain()
    let end = MonotonicClock.now()
    earliest = isDue ? end + (end - start) : end + Limits.upkeepPause
  }
}

/// Carries the chat core, which cannot be copied, into its thread.
final class ChatBox {
  private var chat: Chat?

  /// Packs `chat`.
  init(_ chat: consuming Chat) {
    self.chat = consume chat
  }

  /// Gives the core out, once.
  func take() -> Chat? {
    chat.take()
  }
}
