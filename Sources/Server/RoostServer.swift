public import Base
internal import Blobs
internal import ChatCore
internal import Crypto
internal import HTTPClient
internal import HTTPServer
internal import MediaControl
internal import Net
internal import SFU
internal import Signaling
internal import Stores
internal import Synchronization

/// A running server: the composition of everything else.
///
/// Start order: data directory, store and chat core, media plane, HTTP; each thread starts when all it
/// posts to exist. Stop is the reverse. Any thread may call ``stop()``, once.
public final class RoostServer: Sendable {
  /// Where it is and what there is to try.
  public let announcement: Announcement
  private let services: Services
  private let http: HTTPServer
  /// The HTTP loop's and the HTTP client's.
  private let threads: [PinnedThread]
  private let directory: DataDirectory
  private let certificateFiles: Configuration?

  private init(
    announcement: Announcement, services: Services, http: HTTPServer,
    threads: [PinnedThread], directory: consuming DataDirectory, certificateFiles: Configuration?
  ) {
    self.announcement = announcement
    self.services = services
    self.http = http
    self.threads = threads
    self.directory = directory
    self.certificateFiles = certificateFiles
  }

  /// Starts a server; when this returns, it answers.
  ///
  /// - Throws: ``ServerError`` with nothing left running.
  public static func start(
    _ configuration: Configuration, isDev: Bool, log: Log
  ) throws(ServerError) -> RoostServer {
    do {
      return try compose(configuration, isDev: isDev, log: log)
    } catch let error as ServerError {
      throw error
    } catch let error as NetError {
      throw .listen(error.description)
    } catch let error as HTTPServerError {
      throw .listen(describe(error))
    } catch let error as CryptoError {
      throw .certificate("\(error)")
    } catch {
      throw .store("\(error)")
    }
  }

  private static func compose(
    _ configuration: Configuration, isDev: Bool, log: Log
  ) throws -> RoostServer {
    let now = WallClock.now()
    let directory = try DataDirectory(configuration.dataDirectory)
    let secret = try InstanceSecret.load(in: directory)
    let tokens = TokenAuthority(secret: secret)
    let certificate = try ServerCertificate.find(configuration, isDev: isDev, in: directory, at: now)

    var chat = try openChat(configuration, in: directory, at: now)
    let demo = isDev ? try DemoWorld.findOrMake(in: &chat, directory, configuration, at: now) : nil
    let media = try MediaPlane(configuration, isDev: isDev, log: log, at: now)

    let blobs = try openBlobs(in: directory)
    let waker = HTTPWaker()
    let wakeLoop: @Sendable () -> Void = { waker.wake() }
    let swept = Counter()
    let policy = AddressPolicy(trustedHosts: configuration.trustedHosts)
    guard let outgoing = HTTPClient(policy: policy, capacity: Limits.outgoingRequests, wake: wakeLoop) else {
      throw ServerError.listen("libcurl cannot be set up")
    }
    let services = Services(
      configuration: configuration, tokens: tokens, chat: try ChatThread(log: log, wakeLoop: wakeLoop),
      shards: media.wakes.map { ShardThread(wake: $0, wakeLoop: wakeLoop) },
      passwords: try PasswordThread(wakeLoop: wakeLoop), blobs: blobs,
      files: try FileThread(blobs: blobs, swept: swept, wakeLoop: wakeLoop),
      renditions: try RenditionThread(renditionsOf: blobs, log: log, wakeLoop: wakeLoop),
      links: configuration.linkPreviews == .off
        ? nil
        : try LinkThread(policy: AddressPolicy(trustedHosts: []), blobs: blobs, wakeLoop: wakeLoop),
      swept: swept, outgoing: outgoing, addressPolicy: policy, secret: secret)
    let site = Locked<Site?>(nil)
    let http = try HTTPServer(
      configuration: httpConfiguration(configuration, certificate?.identity),
      application: SignalingLoop(site: site, services: services), waker: waker)
    services.http.withLock { $0 = http.statistics }
    let known = Site(
      configuration, bound: http.boundAddresses, node: media.description)
    site.withLock { $0 = known }

    try services.passwords.start()
    try services.files.start()
    try services.renditions.start()
    try services.links?.start()
    try services.chat.start(ChatBox(chat))
    for (index, shard) in services.shards.enumerated() {
      let isInPlace = try shard.start(
        media.shards[index], name: "roost-shard-\(index)", on: media.processors[index]
      ) {
        prioritise(configuration.mediaPriority, log: log)
      }
      if !isInPlace { log.write(.warning, "A media thread was not pinned", [("shard", "\(index)")]) }
    }
    let outgoingThread = try PinnedThread.start(name: "roost-outgoing", cpu: nil) { outgoing.run() }
    let httpThread = try PinnedThread.start(name: "roost-http", cpu: nil) {
      PinnedThread.stepBack(by: Limits.signalingNiceness)
      http.run()
    }
    services.isReady.store(true, ordering: .releasing)
    let announcement = Announcement(
      site: known, certificateAuthority: certificate?.authorityFile,
      demo: try demo.map { world throws(ServerError) in
        try Announcement.Demo(world: world, tokens: tokens, in: directory)
      })
    return RoostServer(
      announcement: announcement, services: services, http: http,
      threads: [httpThread, outgoingThread], directory: directory,
      certificateFiles: certificate == nil || configuration.certificateFile.isEmpty ? nil : configuration)
  }

  /// Reads the certificate's files again; open connections keep the old one.
  ///
  /// Nothing with a certificate that `--dev` made.
  ///
  /// - Throws: ``ServerError/certificate(_:)`` when they cannot be used; then nothing has changed.
  func reloadCertificate() throws(ServerError) {
    guard let certificateFiles else { return }
    let certificate = try ServerCertificate.load(certificateFiles)
    do throws(HTTPServerError) {
      try http.replaceIdentity(certificate.identity)
    } catch {
      throw .certificate(RoostServer.describe(error))
    }
  }

  /// Copies the database for `roost backup`, as ``BackupRequest`` asks.
  func backUpDatabase() {
    guard let path = BackupRequest.path(in: directory.path) else { return }
    let folder = directory.path
    services.chat.backUp(to: path) { error in BackupRequest.answer(error, in: folder) }
  }

  /// Stops: clients are told to come back, what was accepted is done, all threads end.
  public func stop() {
    services.isReady.store(false, ordering: .releasing)
    http.stop()
    services.outgoing.stop()
    for thread in threads { thread.join() }
    services.chat.stop()
    for shard in services.shards { shard.stop() }
    services.passwords.stop()
    services.links?.stop()
    services.renditions.stop()
    services.files.stop()
  }

  private static func openBlobs(in directory: borrowing DataDirectory) throws(ServerError) -> BlobStore {
    let path = directory.file("blobs")
    do throws(BlobError) {
      return try BlobStore(path: path)
    } catch {
      throw .store("\(path): \(error)")
    }
  }

  /// Gives the calling media thread its priority; without permission it goes on with the ordinary one.
  private static func prioritise(_ priority: MediaPriority, log: Log) {
    guard priority == .realtime else { return PinnedThread.askForShortSlices() }
    do {
      try PinnedThread.becomeRealtime()
    } catch {
      log.write(.warning, "Media threads have no real-time priority", [("error", error.description)])
    }
  }

  static func openChat(
    _ configuration: Configuration, in directory: borrowing DataDirectory, at now: WallTime
  ) throws -> Chat {
    let path = directory.file("roost.db")
    let store: SQLiteStore
    do { store = try SQLiteStore(path: path) } catch { throw ServerError.store("\(path): \(error)") }
    let registration: ChatCore.RegistrationPolicy =
      switch configuration.registration {
      case .open: .open
      case .invite: .invited
      case .closed: .closed
      }
    return try ChatService(
      store: store, random: SystemRandom(),
      configuration: ChatConfiguration(registration: registration, node: 0), at: now)
  }

  private static func httpConfiguration(
    _ configuration: Configuration, _ identity: TLSIdentity?
  ) -> HTTPServerConfiguration {
    let addresses = configuration.httpListen + configuration.voiceListen
    var result = HTTPServerConfiguration(
      listeners: addresses.map { HTTPServerConfiguration.Listener(address: $0, tls: identity) })
    if configuration.tls == .off { result.proxies = ProxyTrust(addresses: Set(configuration.proxies)) }
    result.limits.connectionsMax = configuration.connectionsMax
    // 1012, service restart: clients come back soon.
    result.stopCode = 1012
    return result
  }

  private static func describe(_ error: HTTPServerError) -> String {
    switch error {
    case .loop: "the event loop cannot be made"
    case .bind(let address, let code): "\(address): \(errorText(code))"
    case .identity: "certificate and key are not PEM or do not belong together"
    }
  }
}
