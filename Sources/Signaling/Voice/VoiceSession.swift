import Base
import MediaControl

/// One user's voice connection, from READY until it leaves; it outlives its sockets for a while.
struct VoiceSession {
  /// What the client has chosen; media needs it, the others hear of the user from then on.
  enum Transport {
    /// READY was sent, SELECT_PROTOCOL has not come.
    case awaited
    case udp
    case webRTC
  }

  let peer: PeerID
  let seat: VoiceSeat
  let token: String
  /// What READY announced and what every other member receives.
  let ssrc: UInt32
  var standing: VoiceStanding
  var transport = Transport.awaited
  /// `nil` while the client may still come back with RESUME.
  var connection: ConnectionID?
  /// When the socket was lost; meaningless while there is one.
  var lostAt: Instant
  var version: Int
  var replay = VoiceReplay()
  /// SPEAKING flags as last told to the others.
  var speaking: UInt8 = 0
  /// Whether SPEAKING ever said that the user speaks.
  var hasSpoken = false
  /// Whether the others have been told of it; only what is present can be announced.
  var isAnnounced = false

  var isPresent: Bool {
    if case .awaited = transport { false } else { true }
  }
}

/// One open socket.
struct VoiceConnection {
  let version: Int
  let address: IPAddress
  var rate: VoiceRate
  /// When the socket is closed unless something happens: IDENTIFY at first, then heartbeats.
  var deadline: Instant
  /// Its session; `nil` before IDENTIFY or RESUME.
  var peer: PeerID?
}
