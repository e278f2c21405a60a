internal import Base
internal import MediaControl
internal import Wire

/// What Discord's UDP clients send besides RTP: IP discovery and pings.
extension Endpoint {
  /// Answers always and idempotently: clients send one request and wait for its answer.
  ///
  /// The request is not authenticated, so it binds the client's address only while no authentic packet
  /// has, and never displaces another peer from the address table. The answer is no larger than the
  /// request.
  mutating func receiveDiscovery(
    _ datagram: Span<UInt8>, _ arrival: Arrival, into sink: inout some TransmitSink & ~Copyable
  ) {
    guard let ssrc = try? IPDiscovery.parseRequest(datagram) else { return counters.drop(.malformed) }
    guard let peer = ssrcs[ssrc] else {
      earlyDiscoveries.remember(ssrc, from: arrival.source, at: arrival.at)
      return counters.drop(.unknownSSRC)
    }
    answerDiscovery(of: peer, ssrc, from: arrival.source, at: arrival.at, into: &sink)
  }

  /// Answers the discovery that came before the admission of `id`, if there was one a moment ago.
  mutating func answerEarlyDiscovery(
    of id: PeerID, _ ssrc: UInt32, at now: Instant, into sink: inout some TransmitSink & ~Copyable
  ) {
    guard let peer = peersByID[id], peers[peer].admission.ssrc == ssrc,
      let source = earlyDiscoveries.take(ssrc, at: now, within: configuration.earlyDiscoveryAgeMax)
    else { return }
    answerDiscovery(of: peer, ssrc, from: source, at: now, into: &sink)
  }

  private mutating func answerDiscovery(
    of peer: Handle<Peer>, _ ssrc: UInt32, from source: SocketAddress, at now: Instant,
    into sink: inout some TransmitSink & ~Copyable
  ) {
    counters.discoveries &+= 1
    sink.transmit(to: source) { slot in
      IPDiscovery.writeResponse(ssrc: ssrc, address: source, into: &slot)
    }
    guard peers[peer].webRTC == nil, !peers[peer].isBindingAuthentic else { return }
    bind(peer, to: source, isAuthentic: false, at: now)
  }

  /// Answers a ping of a client that is bound and has its keys.
  mutating func receivePing(
    _ datagram: Span<UInt8>, _ arrival: Arrival, into sink: inout some TransmitSink & ~Copyable
  ) {
    guard let sequence = try? VoicePing.parseRequest(datagram) else { return counters.drop(.malformed) }
    guard let peer = addresses[arrival.source], peers[peer].voice != nil else {
      return counters.drop(.pingUnbound)
    }
    sink.transmit(to: arrival.source) { slot in
      VoicePing.writeResponse(sequence: sequence, into: &slot)
    }
  }

  /// Sends the peer's media to `address` from now on.
  mutating func bind(
    _ peer: Handle<Peer>, to address: SocketAddress, isAuthentic: Bool, at now: Instant
  ) {
    if peers[peer].binding != address {
      unbind(peer)
      peers[peer].binding = address
    }
    peers[peer].isBindingAuthentic = isAuthentic
    if let holder = addresses[address], holder != peer {
      // The table leads one way only; media of UDP clients is found by its SSRC, so nothing is lost.
      let holderYields = isAuthentic && peers[holder].webRTC == nil && !peers[holder].isBindingAuthentic
      if holderYields { _ = addresses.insert(peer, for: address) }
    } else {
      _ = addresses.insert(peer, for: address)
    }
    if peers[peer].voice != nil { connected(peer, at: now) }
  }
}
