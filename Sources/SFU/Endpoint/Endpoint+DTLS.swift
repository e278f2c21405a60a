internal import Base
internal import Crypto
internal import MediaControl

/// Handshakes: DTLS datagrams from checked addresses in, keys out once the fingerprint is proved.
///
/// ```
///   receive ─▶ the peer's share of waiting datagrams ─▶ its place in a line
///   performDeferred ─▶ next peer of a line ─▶ its oldest datagram ─▶ OpenSSL ─▶ back into line, if more wait
///
///   running     peers whose handshake is under way      ╮ in turns, so that neither starves the other
///   beginning   peers who would begin one: a token each ╯
/// ```
extension Endpoint {
  /// Puts a datagram by: OpenSSL works for a tenth to a third of a millisecond on it, and media does not wait
  /// for that.
  mutating func receiveDTLS(_ datagram: Span<UInt8>, _ arrival: Arrival) {
    guard let peer = addresses[arrival.source],
      let isChecked = peers[peer].webRTC?.ice.isChecked(arrival.source), isChecked
    else { return counters.drop(.dtlsUnexpected) }
    let begins = beginsHandshake(datagram, peer)
    guard begins || peers[peer].isHandshakeRunning != nil else { return drop(.dtlsUnexpected, peer) }
    let waiting = peers[peer].waitingCount
    guard waiting < configuration.limits.handshakeDatagramsPerPeer,
      counters.waitingHandshakeDatagrams < configuration.limits.handshakeDatagrams,
      datagram.count <= Fixed.handshakeDatagramMax
    else { return drop(.handshakeQueueFull, peer) }
    if waiting == 0 { standInLine(peer, begins: begins) }
    peers[peer].webRTC?.inbox.append(HandshakeDatagram(datagram, from: arrival.source))
    counters.waitingHandshakeDatagrams += 1
    armPeer(peer)
  }

  /// Puts the peer at the end of the line it belongs to.
  ///
  /// There is room: a line is as long as datagrams may wait, and who stands in it has one at least.
  private mutating func standInLine(_ peer: Handle<Peer>, begins: Bool) {
    let hasPlace = begins ? beginning.append(peer) : running.append(peer)
    assert(hasPlace)
  }

  /// Drops what waits of the peer, whose transport goes.
  mutating func forgetWaiting(of peer: Handle<Peer>) {
    let waiting = peers[peer].waitingCount
    guard waiting > 0 else { return }
    peers[peer].webRTC?.inbox = []
    counters.waitingHandshakeDatagrams -= waiting
    for _ in 0..<waiting { drop(.dtlsUnexpected, peer) }
    running.remove(peer)
    beginning.remove(peer)
  }

  /// Gives one waiting datagram to its session.
  mutating func advanceHandshakes(at now: Instant, into sink: inout some TransmitSink & ~Copyable) {
    guard let peer = nextInLine(at: now),
      let datagram = peers[peer].webRTC?.inbox.removeFirst()
    else { return }
    counters.waitingHandshakeDatagrams -= 1
    handshake(datagram, peer, at: now, into: &sink)
    guard peers[peer].webRTC != nil else { return }
    if let next = peers[peer].webRTC?.inbox.first?.octets {
      standInLine(peer, begins: beginsHandshake(next.span, peer))
    }
    armPeer(peer)
  }

  /// Takes the next peer out of the line whose turn it is; a beginner needs a token.
  private mutating func nextInLine(at now: Instant) -> Handle<Peer>? {
    let mayBegin = beginning.count > 0 && handshakeStarts.nextToken <= now
    guard mayBegin, isBeginnersTurn || running.count == 0 else {
      isBeginnersTurn = true
      return running.popFirst()
    }
    isBeginnersTurn = false
    return handshakeStarts.take(at: now) ? beginning.popFirst() : nil
  }

  private mutating func handshake(
    _ datagram: HandshakeDatagram, _ peer: Handle<Peer>, at now: Instant,
    into sink: inout some TransmitSink & ~Copyable
  ) {
    // The address may have been given up while the datagram waited.
    guard let isChecked = peers[peer].webRTC?.ice.isChecked(datagram.source), isChecked else {
      return drop(.dtlsUnexpected, peer)
    }
    if beginsHandshake(datagram.octets.span, peer) {
      guard openHandshake(of: peer, from: datagram.source, at: now) else { return }
    }
    guard peers[peer].isHandshakeRunning != nil else { return drop(.dtlsUnexpected, peer) }
    peers[peer].webRTC?.handshake?.address = datagram.source
    peers[peer].webRTC?.handshake?.session.receive(datagram.octets.span, at: now)
    advanceHandshake(of: peer, at: now, into: &sink)
  }

  /// Whether `datagram` asks for a session that is not there: a ClientHello in the first epoch.
  ///
  /// Also after a finished handshake: a page may come back with the same certificate. The keys in use stay
  /// until the new handshake's fingerprint is proved.
  private func beginsHandshake(_ datagram: Span<UInt8>, _ peer: Handle<Peer>) -> Bool {
    guard peers[peer].isHandshakeRunning != true, datagram.count > 13 else { return false }
    // RFC 6347 §4.1: content type, version, epoch; a handshake's first octet is the message's type.
    return datagram[0] == 22 && datagram[3] == 0 && datagram[4] == 0 && datagram[13] == 1
  }

  /// Makes a session for the peer; false when the node has as many as it may.
  private mutating func openHandshake(
    of peer: Handle<Peer>, from source: SocketAddress, at now: Instant
  ) -> Bool {
    releaseHandshake(of: peer)
    guard counters.openHandshakes < configuration.limits.handshakes,
      let session = try? DTLSSession(dtls)
    else {
      counters.drop(.handshakesFull)
      return false
    }
    counters.openHandshakes += 1
    peers[peer].webRTC?.handshake = DTLSHandshake(
      session: session, address: source, deadline: now + configuration.handshakeTimeout)
    return true
  }

  /// The peer's timer fired: retransmit, give up, or free a session that lingered.
  mutating func expireHandshake(
    of peer: Handle<Peer>, at now: Instant, into sink: inout some TransmitSink & ~Copyable
  ) {
    guard let deadline = peers[peer].webRTC?.handshake?.deadline else { return }
    if deadline <= now {
      let isRunning = peers[peer].isHandshakeRunning == true
      return isRunning ? endHandshake(of: peer, .handshakeFailed) : releaseHandshake(of: peer)
    }
    // An answer that waits here is not lost: see WebRTCTransport.deadline.
    guard peers[peer].waitingCount == 0 else { return }
    peers[peer].webRTC?.handshake?.session.expire(at: now)
    advanceHandshake(of: peer, at: now, into: &sink)
  }

  /// Sends what the session wants sent and acts on its state.
  private mutating func advanceHandshake(
    of peer: Handle<Peer>, at now: Instant, into sink: inout some TransmitSink & ~Copyable
  ) {
    guard let address = peers[peer].webRTC?.handshake?.address else { return }
    var isDone = false
    while !isDone {
      sink.transmit(to: address) { slot in
        let count = peers[peer].webRTC?.handshake?.session.nextDatagram(into: &slot) ?? nil
        isDone = count == nil
        return count ?? 0
      }
    }
    guard let state = peers[peer].webRTC?.handshake?.session.state else { return }
    switch state {
    case .handshaking:
      break
    case .established(let ingress, let egress, let fingerprint):
      finishHandshake(of: peer, ingress, egress, fingerprint, at: now)
    case .failed:
      endHandshake(of: peer, .handshakeFailed)
    case .closed:
      releaseHandshake(of: peer)
    }
  }

  /// Takes the keys of a session whose certificate is the one that signaling named; once.
  private mutating func finishHandshake(
    of peer: Handle<Peer>, _ ingress: SRTPMaterial, _ egress: SRTPMaterial, _ fingerprint: [UInt8],
    at now: Instant
  ) {
    guard peers[peer].isHandshakeRunning == true else { return }
    guard fingerprint == peers[peer].webRTC?.offer.remoteFingerprint else {
      return endHandshake(of: peer, .fingerprintMismatch)
    }
    guard let srtp = SRTPSession(ingress: ingress, egress: egress, limits: configuration.limits) else {
      return endHandshake(of: peer, .handshakeFailed)
    }
    peers[peer].webRTC?.srtp = consume srtp
    peers[peer].keyEpoch &+= 1
    detachTrack(of: peer)
    detachVideos(of: peer, at: now)
    peers[peer].webRTC?.handshake?.linger(until: now + configuration.handshakeLinger)
    counters.openHandshakes -= 1
    if let address = peers[peer].webRTC?.handshake?.address {
      peers[peer].webRTC?.ice.selectUnlessNominated(address)
    }
    counters.handshakes &+= 1
    connected(peer, at: now)
  }

  /// Ends a handshake that failed.
  ///
  /// A transport that is up keeps the keys of its earlier handshake: whoever spoils a second one, with
  /// forged datagrams perhaps, must not end the call. Without keys the transport has failed.
  private mutating func endHandshake(of peer: Handle<Peer>, _ failure: TransportFailure) {
    guard peers[peer].transport != .webRTC else { return releaseHandshake(of: peer) }
    fail(peer, failure)
  }
}
