internal import Base
internal import Blobs
internal import HTTPClient
internal import HTTPServer
internal import Signaling
internal import Synchronization

/// What the HTTP loop shares with the other threads; made before any of them starts.
final class Services: Sendable {
  /// What was refused because a mailbox was full.
  struct Refused: Sendable {
    let chatRequests = Counter()
    let mediaCommands = Counter()
    let passwords = Counter()
    let files = Counter()
    let renditions = Counter()
    let links = Counter()
  }

  let configuration: Configuration
  let tokens: TokenAuthority
  let chat: ChatThread
  /// The media plane, in the order of the shards' ids.
  let shards: [ShardThread]
  let passwords: PasswordThread
  let blobs: BlobStore
  let files: FileThread
  let renditions: RenditionThread
  /// `nil` where links are not looked up.
  let links: LinkThread?
  /// Blobs that were removed because nothing named them.
  let swept: Counter
  /// Asks servers that others name.
  let outgoing: HTTPClient
  /// Where such requests may go.
  let addressPolicy: AddressPolicy
  /// Signs links to files.
  let secret: [UInt8]
  let refused = Refused()
  /// Bodies with files that are on disk and not yet taken in.
  let spools: Locked<SpoolLedger>
  /// Whether everything runs; `/readyz` tells.
  let isReady = Atomic<Bool>(false)
  /// The HTTP server's counts, known once it is made.
  let http = Locked<HTTPStatistics?>(nil)

  /// Bundles what was made.
  init(
    configuration: Configuration, tokens: TokenAuthority, chat: ChatThread, shards: [ShardThread],
    passwords: PasswordThread, blobs: BlobStore, files: FileThread, renditions: RenditionThread,
    links: LinkThread?, swept: Counter, outgoing: HTTPClient, addressPolicy: AddressPolicy, secret: [UInt8]
  ) {
    self.configuration = configuration
    self.tokens = tokens
    self.chat = chat
    self.shards = shards
    self.passwords = passwords
    self.blobs = blobs
    self.files = files
    self.renditions = renditions
    self.links = links
    self.swept = swept
    self.outgoing = outgoing
    self.addressPolicy = addressPolicy
    self.secret = secret
    spools = Locked(SpoolLedger(octetsMax: Limits.spooledFormsPerSender * (configuration.uploadMax << 20)))
  }
}
