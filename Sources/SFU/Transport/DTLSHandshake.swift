internal import Base
internal import Crypto

/// One DTLS session while it is needed: the handshake, and a while after it.
///
/// `handshaking ──Finished──▶ lingering ──linger──▶ freed`; `handshaking ──timeout or alert──▶ failed`.
/// The lingering session answers a repeated last flight (RFC 6347 §4.2.4) without its 75 KB of memory.
struct DTLSHandshake: ~Copyable {
  var session: DTLSSession
  /// Where the peer's last datagram came from, and where ours go.
  var address: SocketAddress
  /// The end of the handshake's time, or of the lingering.
  private(set) var deadline: Instant
  private(set) var isFinished = false

  init(session: consuming DTLSSession, address: SocketAddress, deadline: Instant) {
    self.session = session
    self.address = address
    self.deadline = deadline
  }

  /// The earlier of that and the session's own timer.
  var next: Instant { min(deadline, session.deadline ?? .distantFuture) }

  /// Ends the handshake well: its memory is freed, its last flight kept until `deadline`.
  mutating func linger(until deadline: Instant) {
    session.finish()
    isFinished = true
    self.deadline = deadline
  }
}
