internal import Base
internal import MediaControl

/// What the rest of the endpoint asks of a peer's transport.
///
/// A borrowed noncopyable payload is read by `switch`: optional chaining would consume it.
extension Peer {
  /// The payload type that Opus has for this peer, in both directions.
  var opusPayloadType: UInt8? {
    switch voice {
    case .some(let voice): return voice.offer.opusPayloadType
    case .none: break
    }
    switch webRTC {
    case .some(let webRTC): return webRTC.offer.opusPayloadType
    case .none: return nil
    }
  }

  /// The id of RFC 6464's extension in packets from this peer.
  var audioLevelID: UInt8? {
    switch webRTC {
    case .some(let webRTC): return webRTC.offer.extensions.audioLevel
    // Discord's native clients use fixed ids; theirs for the level is 1.
    case .none: return 1
    }
  }

  /// Where media for this peer goes; `nil` until it has keys and an address.
  var egressAddress: SocketAddress? {
    switch webRTC {
    case .some(let webRTC): return webRTC.srtp == nil ? nil : webRTC.ice.selected
    case .none: return voice == nil ? nil : binding
    }
  }

  /// Whether RTCP may be sent to this peer: to a browser always, to a UDP client if it sent some or shows pictures.
  ///
  /// Libraries that only play audio may take anything for audio; who shows pictures is asked for key frames.
  var takesReports: Bool {
    switch voice {
    case .some(let voice): return voice.speaksRTCP || videos.camera != nil || videos.screen != nil
    case .none: return egressAddress != nil
    }
  }

  /// How the peer is connected.
  var transport: PeerExplanation.Transport {
    switch webRTC {
    case .some(let webRTC): return webRTC.srtp == nil ? .webRTCConnecting : .webRTC
    case .none: return voice == nil ? .none : .voice
    }
  }

  /// The addresses of a WebRTC peer from which valid checks came.
  var candidates: [ICEAgent.Candidate] {
    switch webRTC {
    case .some(let webRTC): return webRTC.ice.candidates
    case .none: return []
    }
  }

  /// DTLS datagrams of this peer that wait for their turn.
  var waitingCount: Int {
    switch webRTC {
    case .some(let webRTC): return webRTC.inbox.count
    case .none: return 0
    }
  }

  /// Whether a WebRTC peer's handshake is running; `nil` without one.
  var isHandshakeRunning: Bool? {
    switch webRTC {
    case .some(let webRTC): return webRTC.isHandshakeRunning
    case .none: return nil
    }
  }
}

extension WebRTCTransport {
  fileprivate var isHandshakeRunning: Bool? {
    switch handshake {
    case .some(let handshake): return !handshake.isFinished
    case .none: return nil
    }
  }
}
