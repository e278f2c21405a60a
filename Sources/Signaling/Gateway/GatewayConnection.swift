import Base
import Compression

/// One WebSocket connection of the main gateway.
///
/// ```
/// unidentified ── IDENTIFY ──▶ identifying(request) ── the core's reply ──▶ attached(session)
///       └───────── RESUME ─────────────────────────────────────────────────────▶┘
/// ```
/// Every state ends with the connection; `attached` leaves its session behind, waiting for a RESUME.
struct GatewayConnection: ~Copyable {
  /// How far the client has come.
  enum Phase: Sendable {
    case unidentified
    /// The chat core has been asked; the session exists when it answers.
    case identifying(Identify, issued: WallTime)
    case attached(Handle<GatewaySession>)
  }

  let id: ConnectionID
  let remote: IPAddress
  /// 9 or 10, as asked; READY says it again.
  let version: Int
  let openedAt: Instant
  var phase = Phase.unidentified
  var compressor: ZlibStream?
  var heartbeatAt: Instant
  var messages = RateWindow()
  var presences = RateWindow()

  init(id: ConnectionID, remote: IPAddress, version: Int, compresses: Bool, at now: Instant) {
    self.id = id
    self.remote = remote
    self.version = version
    openedAt = now
    heartbeatAt = now
    compressor = compresses ? ZlibStream() : nil
  }

  /// The WebSocket message that carries `payload`.
  mutating func encode(_ payload: [UInt8]) -> SocketMessage {
    if let compressed = compressor?.compress(payload) { return .binary(compressed) }
    return .text(payload)
  }

  /// When the connection is to be closed unless something happens before.
  func deadline(_ limits: GatewayLimits) -> Instant {
    let heartbeat = heartbeatAt + limits.heartbeatTimeout
    if case .unidentified = phase { return min(heartbeat, openedAt + limits.identifyTimeout) }
    return heartbeat
  }
}

/// What the query of the WebSocket's URL asks for.
struct GatewayQuery: Sendable {
  let version: Int
  let compresses: Bool

  /// Reads `v=10&encoding=json&compress=zlib-stream`; every field may be missing.
  ///
  /// - Throws: `invalidVersion` for another version, `decodeError` for another encoding.
  init(_ query: String) throws(GatewayCloseCode) {
    let fields = FormFields(query)
    switch fields["v"] {
    case nil, "10": version = 10
    case "9": version = 9
    default: throw .invalidVersion
    }
    guard fields["encoding"] == nil || fields["encoding"] == "json" else { throw .decodeError }
    // A client that asked for another compression takes plain text.
    compresses = fields["compress"] == "zlib-stream"
  }
}
