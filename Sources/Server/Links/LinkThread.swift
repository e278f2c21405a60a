internal import Base
internal import Blobs
internal import ChatCore
internal import HTTPClient
internal import Net
internal import Unfurling

/// What is to be looked up on the web.
enum LinkJob: Sendable {
  /// The links of a message.
  case links(PostedLinks)
  /// A picture that an embed shows.
  case picture(String)
  /// Answers have come.
  case answers
}

/// What was found there.
enum LinkFinding: Sendable {
  case links(PostedLinks, [LinkEmbed])
  case picture(url: String, RenditionOutcome)
}

/// The thread that reads strangers' pages, and the one of the client that fetches them.
///
/// Stop ends both; what is under way then ends without a finding.
final class LinkThread: Sendable {
  private typealias Worker = WorkerThread<LinkJob, [LinkFinding]>

  private let client: HTTPClient
  private let worker: Worker
  private let clientThread = Locked<PinnedThread?>(nil)

  /// Makes the threads; `policy` says where the client connects, and `wakeLoop` runs when the first finding
  /// waits.
  ///
  /// `nil` when libcurl cannot be set up.
  init?(policy: AddressPolicy, blobs: BlobStore, wakeLoop: @escaping @Sendable () -> Void) throws(NetError) {
    // The client wakes the worker, which asks the client: one of them must be told of the other later.
    let client = Locked<HTTPClient?>(nil)
    let reader = LinkReader(blobs: blobs, client: client)
    let worker = try Worker(name: "roost-links", capacity: Limits.linkJobs, wakeLoop: wakeLoop) { job in
      reader.perform(job)
    }
    // A full mailbox loses nothing: every job in it looks for answers, too.
    let made = HTTPClient(policy: policy, capacity: Limits.linkRequests) { worker.jobs.post(.answers) }
    guard let made else { return nil }
    client.withLock { $0 = made }
    self.client = made
    self.worker = worker
  }

  /// What was found; the loop drains it whenever it runs.
  var findings: Mailbox<[LinkFinding]> { worker.results }

  /// Asks; `false` when too much waits.
  func post(_ job: LinkJob) -> Bool { worker.jobs.post(job) }

  /// Starts both threads.
  func start() throws(NetError) {
    try worker.start()
    let client = client
    let started = try PinnedThread.start(name: "roost-web", cpu: nil) { client.run() }
    clientThread.withLock { $0 = started }
  }

  /// Ends both threads.
  func stop() {
    client.stop()
    clientThread.withLock { $0 }?.join()
    worker.stop()
  }
}

/// The worker's part: goes from answers to requests until nothing is left to do.
private struct LinkReader: Sendable {
  let blobs: BlobStore
  let client: Locked<HTTPClient?>
  /// Used on the worker's thread alone.
  private let unfurler = Locked(Unfurler())

  init(blobs: BlobStore, client: Locked<HTTPClient?>) {
    self.blobs = blobs
    self.client = client
  }

  func perform(_ job: LinkJob) -> [LinkFinding]? {
    guard let client = client.withLock({ $0 }) else { return nil }
    let outcomes = client.outcomes.drain()
    let (requests, findings) = unfurler.withLock { unfurler in
      for outcome in outcomes { unfurler.receive(outcome) }
      switch job {
      case .links(let links): unfurler.begin(links)
      case .picture(let url): unfurler.begin(picture: url)
      case .answers: break
      }
      return (unfurler.takeRequests(), unfurler.takeFindings())
    }
    var found = findings.map(kept)
    for request in requests where !client.perform(request) {
      found += unfurler.withLock { unfurler in
        unfurler.refuse(request.id)
        return unfurler.takeFindings()
      }.map(kept)
    }
    return found.isEmpty ? nil : found
  }

  /// Pictures become blobs that nobody names, without what their makers did not mean to tell.
  private func kept(_ finding: Unfurler.Finding) -> LinkFinding {
    switch finding {
    case .links(let links, let embeds): return .links(links, embeds)
    case .picture(let url, nil): return .picture(url: url, .refused)
    case .picture(let url, let octets?):
      do throws(BlobError) {
        guard let (blob, header) = try blobs.keepPicture(octets) else { return .picture(url: url, .refused) }
        return .picture(url: url, .made(blob: blob.hash, count: blob.count, format: header.format))
      } catch {
        return .picture(url: url, .failed)
      }
    }
  }
}
