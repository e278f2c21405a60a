internal import Base
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
  }

  let configuration: Configuration
  let tokens: TokenAuthority
  let chat: ChatThread
  /// The media plane, in the order of the shards' ids.
  let shards: [ShardThread]
  let passwords: PasswordThread
  let refused = Refused()
  /// Whether everything runs; `/readyz` tells.
  let isReady = Atomic<Bool>(false)
  /// The HTTP server's counts, known once it is made.
  let http = Locked<HTTPStatistics?>(nil)

  /// Bundles what was made.
  init(
    configuration: Configuration, tokens: TokenAuthority, chat: ChatThread, shards: [ShardThread],
    passwords: PasswordThread
  ) {
    self.configuration = configuration
    self.tokens = tokens
    self.chat = chat
    self.shards = shards
    self.passwords = passwords
  }
}
