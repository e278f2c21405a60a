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
  /// Where its media is, for as long as the session lasts.
  let shard: ShardID
  /// What the client said in IDENTIFY that it may send; READY gave each two SSRCs.
  let streamOffers: [VoiceStreamOffer]
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

  var codecs = VoiceCodecList.none
  /// In which codec the client was told to send.
  var videoCodec = VideoCodecName.h264
  /// What the client says it sends of pictures.
  var streams: [VoiceStream] = []
  /// The sources that the media plane knows of.
  var published: [VideoSource] = []
  /// What the others were told of it.
  var picture = VoicePicture.none
  /// What the client wants to see; `nil` until it says.
  var wants: VoiceWantsRequest?
  /// Counts what was told to the media plane about pictures.
  var videoVersion: UInt64 = 0

  /// The low bits of an SSRC that its owner's pictures may use.
  static var blockMask: UInt32 { 0xF }

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
