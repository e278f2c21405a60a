internal import Base
internal import Crypto
internal import Wire

/// Connectivity checks (RFC 8445 §7.3): routed by our user fragment, answered from one responder.
extension Endpoint {
  mutating func receiveSTUN(
    _ datagram: Span<UInt8>, _ arrival: Arrival, into sink: inout some TransmitSink & ~Copyable
  ) {
    guard let header = try? STUNHeader(datagram), header.isBindingRequest,
      let name = header.username(in: datagram)
    else { return counters.drop(.stunMalformed) }
    guard let ufrag = Ufrag(datagram.extracting(name.local)), let peer = ufrags[ufrag],
      let credentials = peers[peer].webRTC?.ice.check(for: ufrag)
    else { return counters.drop(.unknownUfrag) }
    guard mayCheck(from: arrival.source, peer) else { return counters.drop(.addressHeld) }

    var outcome = STUNOutcome.dropped
    var isSuppressed = false
    sink.transmit(to: arrival.source) { slot in
      outcome = responder.respond(
        to: datagram, credentials: credentials, from: arrival.source, into: &slot)
      switch outcome {
      case .success(let replyCount, _, _): return replyCount
      case .error(let replyCount, _):
        isSuppressed = !errorReplies.take(at: arrival.at)
        return isSuppressed ? 0 : replyCount
      case .dropped: return 0
      }
    }
    switch outcome {
    case .success(_, let useCandidate, let priority):
      let check = ValidCheck(
        ufrag: ufrag, address: arrival.source, priority: priority, isNominating: useCandidate)
      checked(check, peer, at: arrival.at)
    case .error:
      counters.drop(isSuppressed ? .stunErrorSuppressed : .stunUnauthorised)
    case .dropped:
      counters.drop(.stunMalformed)
    }
  }

  /// Whether nobody else holds `source`.
  ///
  /// An insider who forges a victim's address must not take its packets over. A UDP client's unproved
  /// binding yields.
  private func mayCheck(from source: SocketAddress, _ peer: Handle<Peer>) -> Bool {
    guard let holder = addresses[source], holder != peer else { return true }
    return peers[holder].webRTC == nil && !peers[holder].isBindingAuthentic
  }

  /// Applies a valid check to the peer's agent and the address table.
  private mutating func checked(_ check: ValidCheck, _ peer: Handle<Peer>, at now: Instant) {
    counters.checks &+= 1
    guard admitAddress(check.address, of: peer, at: now) else { return counters.drop(.addressesFull) }
    let effect = peers[peer].webRTC?.ice.checked(check, at: now, hold: configuration.nominationHold)
    if let ended = effect?.retiredUfrag { ufrags.remove(ended) }
    if peers[peer].transport == .webRTC { connected(peer, at: now) }
  }

  /// Leads `address` to `peer`, in whose list of checked addresses there must be a place for it.
  private mutating func admitAddress(_ address: SocketAddress, of peer: Handle<Peer>, at now: Instant) -> Bool
  {
    guard let isKnown = peers[peer].webRTC?.ice.isChecked(address) else { return false }
    if isKnown { return true }
    let count = peers[peer].webRTC?.ice.candidates.count ?? 0
    if count >= configuration.limits.addressesPerPeer {
      let left = peers[peer].webRTC?.ice.evict(at: now, olderThan: configuration.consentTimeout)
      guard let left = left ?? nil else { return false }
      releaseAddress(left, of: peer)
    }
    return addresses.insert(peer, for: address)
  }
}
