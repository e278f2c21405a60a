internal import Base
internal import Blobs
internal import ChatCore
internal import HTTPServer
internal import Net
internal import Signaling
internal import Synchronization

/// What the file worker is asked: copying and syncing take as long as the disk does.
enum FileJob: Sendable {
  /// Reads a form with files and keeps them.
  case form(id: UInt64, FileBody, contentType: String)
  /// Keeps a picture.
  case picture(id: UInt64, [UInt8])
  /// Looks for blobs that were not kept for a while (seconds since 1970).
  case list(olderThan: Int)
  /// Removes those of `blobs` that still were not.
  case remove(blobs: [String], olderThan: Int)
}

/// What came of a ``FileJob``.
enum FileResult: Sendable {
  case form(id: UInt64, Result<UploadedForm, UploadProblem>)
  case picture(id: UInt64, KeptPicture)
  case list([String], olderThan: Int)
}

/// One thread that reads and writes uploaded files, one job at a time.
///
/// Keeping and sweeping happen here only, so that a blob that was just kept again is not swept.
final class FileThread: Sendable {
  /// What is to be done; refuses when full.
  let jobs: Mailbox<FileJob>
  /// What was done; longer than `jobs`, so that it never refuses.
  let results: Mailbox<FileResult>
  /// Blobs removed because nothing named them.
  let swept = Counter()
  private let blobs: BlobStore
  private let wake: WakeDescriptor
  private let isStopping = Atomic<Bool>(false)
  private let thread = Locked<PinnedThread?>(nil)

  /// Makes the mailboxes; `wakeLoop` runs when the first result waits.
  init(blobs: BlobStore, wakeLoop: @escaping @Sendable () -> Void) throws(NetError) {
    let wake = try WakeDescriptor()
    self.blobs = blobs
    self.wake = wake
    jobs = Mailbox(capacity: Limits.fileJobs) { wake.signal() }
    results = Mailbox(capacity: Limits.fileJobs * 2, wake: wakeLoop)
  }

  /// Starts the thread.
  func start() throws(NetError) {
    let started = try PinnedThread.start(name: "roost-files", cpu: nil) { [self] in
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

  private func perform(_ job: FileJob) -> FileResult? {
    switch job {
    case .form(let id, let body, let type):
      return .form(id: id, SpooledForm(body, blobs).read(contentType: type))
    case .picture(let id, let octets): return .picture(id: id, keep(octets))
    case .list(let time):
      // A folder that cannot be read is looked at again next time.
      do throws(BlobError) {
        return .list(try blobs.blobs(olderThan: time), olderThan: time)
      } catch {
        return nil
      }
    case .remove(let unnamed, let time):
      swept.add(UInt64(blobs.remove(unnamed, olderThan: time)))
      return nil
    }
  }

  private func keep(_ octets: [UInt8]) -> KeptPicture {
    guard let header = PictureHeader(octets.span) else { return .invalid }
    do throws(BlobError) {
      let mark = header.format == .gif ? Picture.animatedMark : ""
      return .kept(mark + (try blobs.keep(octets)).hash)
    } catch {
      return .failed
    }
  }
}
