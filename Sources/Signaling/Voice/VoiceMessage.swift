import Base
import JSON
import MediaControl

/// What the server says on a voice socket (voice.md §3): an opcode and its `d`, encoded once.
///
/// `d` is always an object or a value, never `null`: clients crash on it, even in RESUMED. A copy shares the
/// octets, so that what many are told, and may ask for again, is held once.
struct VoiceMessage {
  let opcode: VoiceOpcode
  private let d: [UInt8]

  private init(_ opcode: VoiceOpcode, _ body: (inout JSONWriter) -> Void) {
    self.opcode = opcode
    var writer = JSONWriter()
    body(&writer)
    // Copied, because it may be kept: the writer's storage has room for more than was written.
    var exact: [UInt8] = []
    exact.reserveCapacity(writer.octets.count)
    exact.append(contentsOf: writer.octets)
    d = exact
  }

  /// Octets of what it says, apart from its opcode and number.
  var count: Int { d.count }

  /// The whole message; `sequence` for what a resume repeats, from version 8 on.
  func octets(sequence: UInt16? = nil) -> [UInt8] {
    var room: [UInt8] = []
    room.reserveCapacity(d.count + VoiceMessage.frameCount)
    var writer = JSONWriter(appendingTo: room)
    writer.object {
      $0.field("op", opcode.rawValue)
      $0.raw("d", d)
      if let sequence { $0.field("seq", sequence) }
    }
    return writer.octets
  }

  /// Octets around `d` at most: `{"op":12,"d":` and `,"seq":65535}`.
  private static let frameCount = 26

  static func hello(version: Int) -> VoiceMessage {
    VoiceMessage(.hello) {
      $0.object {
        $0.field("v", version)
        $0.field("heartbeat_interval", VoiceLimits.heartbeatMilliseconds)
      }
    }
  }

  static func heartbeatACK(_ heartbeat: VoiceHeartbeat) -> VoiceMessage {
    VoiceMessage(.heartbeatACK) {
      if heartbeat.isObject {
        $0.object { $0.field("t", heartbeat.nonce) }
      } else {
        $0.element(heartbeat.nonce.isNull ? .integer(0) : heartbeat.nonce)
      }
    }
  }

  static func ready(of session: VoiceSession, address: SocketAddress) -> VoiceMessage {
    VoiceMessage(.ready) {
      $0.object {
        $0.field("ssrc", session.ssrc)
        $0.field("ip", address.ip.description)
        $0.field("port", address.port)
        $0.array("modes") { for mode in VoiceEncryptionMode.allCases { $0.element(mode.rawValue) } }
        $0.array("experiments") { _ in }
        $0.array("streams") {
          var ssrc = session.ssrc &+ 1
          for offer in session.streamOffers {
            $0.object {
              $0.field("type", "video")
              $0.field("ssrc", ssrc)
              $0.field("rtx_ssrc", ssrc &+ 1)
              $0.field("rid", offer.rid)
              $0.field("quality", offer.quality)
              $0.field("active", false)
            }
            ssrc &+= 2
          }
        }
      }
    }
  }

  /// What both kinds of SESSION_DESCRIPTION say of the media.
  struct Medium {
    let videoCodec: VideoCodecName
    let session: String
  }

  static func sessionDescription(_ offer: VoiceTransportOffer, describing medium: Medium) -> VoiceMessage {
    VoiceMessage(.sessionDescription) {
      $0.object {
        $0.field("mode", offer.mode.rawValue)
        $0.array("secret_key") { for octet in offer.secretKey { $0.element(octet) } }
        describe(medium, into: &$0)
      }
    }
  }

  static func sessionDescription(_ sdp: String, describing medium: Medium) -> VoiceMessage {
    VoiceMessage(.sessionDescription) {
      $0.object {
        $0.field("sdp", sdp)
        describe(medium, into: &$0)
      }
    }
  }

  // `dave_protocol_version` must be there even when it is 0.
  private static func describe(_ medium: Medium, into writer: inout JSONWriter) {
    writer.field("audio_codec", "opus")
    writer.field("video_codec", medium.videoCodec.rawValue)
    writer.field("media_session_id", medium.session)
    writer.field("dave_protocol_version", 0)
  }

  static func speaking(of session: VoiceSession) -> VoiceMessage {
    VoiceMessage(.speaking) {
      $0.object {
        $0.field("user_id", session.seat.user)
        $0.field("ssrc", session.ssrc)
        $0.field("speaking", session.speaking)
      }
    }
  }

  static func video(of session: VoiceSession) -> VoiceMessage {
    VoiceMessage(.video) {
      $0.object {
        $0.field("user_id", session.seat.user)
        session.picture.write(after: session.ssrc, into: &$0)
      }
    }
  }

  static func sessionUpdate(videoCodec: VideoCodecName) -> VoiceMessage {
    VoiceMessage(.sessionUpdate) { $0.object { $0.field("video_codec", videoCodec.rawValue) } }
  }

  static func mediaSinkWants(any quality: UInt8) -> VoiceMessage {
    VoiceMessage(.mediaSinkWants) { $0.object { $0.field("any", quality) } }
  }

  static func clientsConnect(_ users: [Snowflake]) -> VoiceMessage {
    VoiceMessage(.clientsConnect) {
      $0.object { $0.array("user_ids") { for user in users { $0.element(user) } } }
    }
  }

  static func clientDisconnect(_ user: Snowflake) -> VoiceMessage {
    VoiceMessage(.clientDisconnect) { $0.object { $0.field("user_id", user) } }
  }

  static let resumed = VoiceMessage(.resumed) { $0.object { _ in } }

  static let backendVersion = VoiceMessage(.backendVersion) {
    $0.object {
      $0.field("voice", "0.1.0")
      $0.field("rtc_worker", "0.1.0")
    }
  }
}
