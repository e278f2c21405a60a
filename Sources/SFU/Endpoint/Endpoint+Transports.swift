internal import Base
internal import Crypto
internal import MediaControl

/// Gives peers their transports and takes them away again.
extension Endpoint {
  mutating func connectVoice(_ id: PeerID, _ offer: VoiceTransportOffer, at now: Instant) {
    guard let peer = peersByID[id] else { return counters.drop(.unknownPeer) }
    // The same key again must go on with its nonces: repeating one would give the key away.
    if peers[peer].voice?.offer == offer { return }
    guard offer.secretKey != peers[peer].voice?.offer.secretKey, let voice = VoiceTransport(offer) else {
      return counters.drop(.badOffer)
    }
    if peers[peer].webRTC != nil { dropTransport(of: peer) }
    peers[peer].voice = consume voice
    detachTrack(of: peer)
    detachVideos(of: peer, at: now)
    for source in VideoSource.allCases {
      if let video = peers[peer].videos[source] { leadVideo(video, to: peer) }
    }
    takeCodecs(offer.videoCodecs, audio: offer.opusPayloadType, HeaderExtensionMap(), of: peer, at: now)
    // A new key proves nothing about the old address, but the client did not move because of it either.
    peers[peer].isBindingAuthentic = false
    if peers[peer].binding != nil { connected(peer, at: now) }
  }

  mutating func connectWebRTC(_ id: PeerID, _ offer: WebRTCTransportOffer, at now: Instant) {
    guard let peer = peersByID[id] else { return counters.drop(.unknownPeer) }
    guard let ufrag = Ufrag(offer.localUfrag), offer.remoteFingerprint.count == 32,
      !offer.localPassword.utf8.isEmpty, ufrags[ufrag] == nil
    else { return counters.drop(.badOffer) }
    guard ufrags.insert(peer, for: ufrag) else { return counters.drop(.admissionsFull) }
    // Any fragment of the peer passes: the password is ours, and it alone proves who knows the answer.
    let check = STUNCredentials(
      localUfrag: Array(offer.localUfrag.utf8), remoteUfrag: [], password: Array(offer.localPassword.utf8))
    let credentials = ICEAgent.Credentials(ufrag: ufrag, check: check)

    if peers[peer].webRTC?.offer.remoteFingerprint == offer.remoteFingerprint {
      let ended = peers[peer].webRTC?.restart(offer, credentials)
      if let ended = ended ?? nil { ufrags.remove(ended) }
      takeCodecs(offer.videoCodecs, audio: offer.opusPayloadType, offer.extensions, of: peer, at: now)
      return
    }
    // Releases only what the peer had before.
    dropTransport(of: peer)
    peers[peer].webRTC = WebRTCTransport(offer, ice: ICEAgent(credentials, at: now))
    takeCodecs(offer.videoCodecs, audio: offer.opusPayloadType, offer.extensions, of: peer, at: now)
    armPeer(peer)
  }

  /// New keys count their packets anew: the peer's track, if there is one, goes on with the next packet.
  mutating func detachTrack(of peer: Handle<Peer>) {
    if let track = peers[peer].track { tracks[track].detach() }
  }

  /// Says once per transport that it is up.
  mutating func connected(_ peer: Handle<Peer>, at now: Instant) {
    guard !peers[peer].isConnected else { return }
    peers[peer].isConnected = true
    retargetMember(peer, at: now)
    counters.connectedPeers += 1
    pending.append(.connected(peers[peer].admission.peer))
  }

  /// Ends the transport of `peer`, which stays admitted, and says why.
  mutating func fail(_ peer: Handle<Peer>, _ failure: TransportFailure) {
    dropTransport(of: peer)
    peers[peer].lastFailure = failure
    pending.append(.failed(peers[peer].admission.peer, failure))
  }

  /// Releases keys, addresses, user fragments and timers of `peer`.
  mutating func dropTransport(of peer: Handle<Peer>) {
    if peers[peer].isConnected { counters.connectedPeers -= 1 }
    peers[peer].isConnected = false
    stopVideos(for: peer)
    unbind(peer)
    peers[peer].voice = nil
    forgetWaiting(of: peer)
    releaseHandshake(of: peer)
    if let ice = peers[peer].webRTC?.ice {
      ufrags.remove(ice.credentials.ufrag)
      if let previous = ice.previous { ufrags.remove(previous.ufrag) }
      for candidate in ice.candidates { releaseAddress(candidate.address, of: peer) }
    }
    peers[peer].webRTC = nil
    deadlines.set(.distantFuture, for: Int(peer.index))
  }

  /// Frees the peer's DTLS session, if it has one.
  mutating func releaseHandshake(of peer: Handle<Peer>) {
    guard let isRunning = peers[peer].isHandshakeRunning else { return }
    if isRunning { counters.openHandshakes -= 1 }
    peers[peer].webRTC?.handshake = nil
  }

  /// Removes `address` from the table if it still leads to `peer`.
  mutating func releaseAddress(_ address: SocketAddress, of peer: Handle<Peer>) {
    if addresses[address] == peer { addresses.remove(address) }
  }

  /// Forgets where a UDP client is.
  mutating func unbind(_ peer: Handle<Peer>) {
    if let address = peers[peer].binding { releaseAddress(address, of: peer) }
    peers[peer].binding = nil
    peers[peer].isBindingAuthentic = false
  }

  /// Sets the peer's timer to the earliest of its deadlines.
  mutating func armPeer(_ peer: Handle<Peer>) {
    let deadline = peers[peer].webRTC?.deadline(consentTimeout: configuration.consentTimeout)
    deadlines.set(deadline ?? .distantFuture, for: Int(peer.index))
  }

  mutating func expirePeer(
    _ peer: Handle<Peer>, at now: Instant, into sink: inout some TransmitSink & ~Copyable
  ) {
    guard let consent = peers[peer].webRTC?.ice.lastConsent else { return }
    if now - consent >= configuration.consentTimeout { return fail(peer, .consentExpired) }
    expireHandshake(of: peer, at: now, into: &sink)
    // A failed handshake has taken the transport and its timer with it.
    if peers[peer].webRTC != nil { armPeer(peer) }
  }
}
