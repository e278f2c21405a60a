internal import Base
internal import Crypto
internal import MediaControl

/// The WebRTC transport of one peer: ICE-lite, DTLS-SRTP, and what its offer negotiated.
///
/// Owned by its ``Peer``, made by `connectWebRTC`. Its parts advance independently: ICE selects an address,
/// a handshake makes keys; the peer is connected when it has both.
struct WebRTCTransport: ~Copyable {
  private(set) var offer: WebRTCTransportOffer
  var ice: ICEAgent
  var handshake: DTLSHandshake?
  /// DTLS datagrams that wait for their turn, oldest first.
  var inbox: [HandshakeDatagram] = []
  /// Keys of the last verified handshake; they stay in use while a new handshake runs.
  var srtp: SRTPSession?

  init(_ offer: WebRTCTransportOffer, ice: ICEAgent) {
    self.offer = offer
    self.ice = ice
  }

  /// How media goes out by this transport; `nil` until it has keys and an address.
  ///
  /// Mutating only so that it is called in place.
  mutating func receiver(_ keyEpoch: UInt32) -> Receiver? {
    guard hasKeys, let address = ice.selected else { return nil }
    return Receiver(
      address: address, keyEpoch: keyEpoch, opusPayloadType: offer.opusPayloadType,
      audioLevelID: offer.extensions.audioLevel, takesPadding: true)
  }

  private var hasKeys: Bool {
    switch srtp {
    case .some: true
    case .none: false
    }
  }

  /// The next deadline of this transport: consent or DTLS.
  ///
  /// While an answer of the peer waits here, nothing is sent again: it is not lost, we are late.
  func deadline(consentTimeout: Interval) -> Instant {
    let consent = ice.lastConsent + consentTimeout
    switch handshake {
    case .some(let handshake): return min(consent, inbox.isEmpty ? handshake.next : handshake.deadline)
    case .none: return consent
    }
  }

  /// Takes the offer of an ICE restart; gives the user fragment that ended by it, if any.
  mutating func restart(_ offer: WebRTCTransportOffer, _ credentials: ICEAgent.Credentials) -> Ufrag? {
    self.offer = offer
    return ice.restart(credentials)
  }
}

/// A DTLS datagram that waits.
struct HandshakeDatagram {
  let octets: [UInt8]
  let source: SocketAddress

  init(_ datagram: Span<UInt8>, from source: SocketAddress) {
    var copy = [UInt8](repeating: 0, count: datagram.count)
    for index in datagram.indices { copy[index] = datagram[index] }
    octets = copy
    self.source = source
  }
}
