internal import Base
internal import MediaControl
internal import Wire

/// The path of an audio packet, from its receive slot to every send slot.
extension Endpoint {
  mutating func receiveRTP(
    _ datagram: inout MutableSpan<UInt8>, _ arrival: Arrival, into sink: inout some TransmitSink & ~Copyable
  ) {
    if let peer = addresses[arrival.source], peers[peer].webRTC != nil {
      receiveSRTP(&datagram, arrival, peer, into: &sink)
    } else {
      receiveVoice(&datagram, arrival, into: &sink)
    }
  }

  /// A packet from a checked address of a WebRTC peer.
  private mutating func receiveSRTP(
    _ datagram: inout MutableSpan<UInt8>, _ arrival: Arrival, _ peer: Handle<Peer>,
    into sink: inout some TransmitSink & ~Copyable
  ) {
    guard let header = try? RTPHeader(datagram.span.extracting(first: arrival.count)) else {
      return drop(.malformed, peer)
    }
    let isBound = peers[peer].track.map { tracks[$0].sourceSSRC == header.ssrc } ?? false
    let isMuted = isBound && !peers[peer].permissions.maySpeak
    let opening = peers[peer].webRTC?.srtp?.openRTP(
      &datagram, header: header, count: arrival.count, isMuted: isMuted)
    finish(opening ?? .dropped(.notConnected), header, datagram.span, (peer, arrival.at), into: &sink)
  }

  /// A packet in one of Discord's modes, found by its SSRC; the address proves nothing.
  private mutating func receiveVoice(
    _ datagram: inout MutableSpan<UInt8>, _ arrival: Arrival, into sink: inout some TransmitSink & ~Copyable
  ) {
    guard let header = try? RTPHeader(encryptedExtension: datagram.span.extracting(first: arrival.count))
    else {
      return counters.drop(.malformed)
    }
    guard let peer = ssrcs[header.ssrc] else { return counters.drop(.unknownSSRC) }
    guard peers[peer].voice != nil else { return drop(.notConnected, peer) }
    // A bound client is muted before the cost of opening; an unbound one may be rebinding.
    if !peers[peer].permissions.maySpeak, peers[peer].binding == arrival.source {
      return finish(.dropped(.muted), header, datagram.span, (peer, arrival.at), into: &sink)
    }
    let opening = peers[peer].voice?.openRTP(&datagram, header: header, count: arrival.count)
    guard let opening else { return }
    if case .opened = opening, peers[peer].binding != arrival.source || !peers[peer].isBindingAuthentic {
      bind(peer, to: arrival.source, isAuthentic: true)
    }
    finish(opening, header, datagram.span, (peer, arrival.at), into: &sink)
  }

  /// Drops with a reason, or publishes what was opened.
  private mutating func finish(
    _ opening: Opening, _ header: RTPHeader, _ datagram: Span<UInt8>,
    _ origin: (peer: Handle<Peer>, at: Instant), into sink: inout some TransmitSink & ~Copyable
  ) {
    let peer = origin.peer
    switch opening {
    case .dropped(let reason):
      drop(reason, peer)
      if reason == .muted, let track = peers[peer].track { tracks[track].withhold() }
    case .opened(let index, let count, let isRestart):
      peers[peer].counts.received &+= 1
      // Even if the packet itself goes no further: the next ones count from it.
      if isRestart, let track = peers[peer].track {
        tracks[track].restart(sourceSSRC: header.ssrc, index: index)
      }
      do throws(DropReason) {
        let plain = datagram.extracting(first: count)
        let packet = try describe(header, index: index, in: plain, from: peer)
        try forward(packet, plain.extracting(packet.payload), origin, into: &sink)
      } catch {
        drop(error, peer)
        if error != .stale, error != .secondSource, let track = peers[peer].track { tracks[track].withhold() }
      }
    }
  }

  /// Reads what the plaintext packet carries, if it is audio that may be forwarded.
  private func describe(
    _ header: RTPHeader, index: UInt64, in plain: Span<UInt8>, from peer: Handle<Peer>
  ) throws(DropReason) -> IngressPacket {
    guard header.payloadType == peers[peer].opusPayloadType else { throw .payloadType }
    guard let padding = try? header.paddingCount(in: plain) else { throw .malformed }
    let payload = header.headerCount..<(plain.count - padding)
    guard !payload.isEmpty else { throw .empty }
    guard payload.count <= Fixed.packetCountMax else { throw .malformed }
    guard peers[peer].permissions.maySpeak else { throw .muted }
    var level: UInt8?
    if let id = peers[peer].audioLevelID,
      let range = HeaderExtensions.find(id: id, in: plain, header: header), range.count == 1
    {
      level = plain[range.lowerBound]
    }
    return IngressPacket(
      ssrc: header.ssrc, index: index, timestamp: header.timestamp, isMarked: header.marker,
      payload: payload, audioLevel: level)
  }

  /// The track that the packet belongs to, made or switched if need be.
  private mutating func track(
    of packet: IngressPacket, _ origin: (peer: Handle<Peer>, at: Instant)
  ) throws(DropReason) -> Handle<PublishedTrack> {
    guard let track = peers[origin.peer].track else {
      guard let made = publish(origin.peer, sourceSSRC: packet.ssrc, at: origin.at) else {
        throw .subscriptionsFull
      }
      return made
    }
    if packet.ssrc != tracks[track].sourceSSRC || tracks[track].isDetached {
      let mayBegin = tracks[track].isSilent(for: configuration.sourceSwitchSilence, at: origin.at)
      guard mayBegin || tracks[track].isDetached else { throw .secondSource }
      tracks[track].restart(sourceSSRC: packet.ssrc, index: packet.index)
    }
    return track
  }

  private mutating func forward(
    _ packet: IngressPacket, _ payload: Span<UInt8>, _ origin: (peer: Handle<Peer>, at: Instant),
    into sink: inout some TransmitSink & ~Copyable
  ) throws(DropReason) {
    let track = try track(of: packet, origin)
    if tracks[track].isSilent(for: configuration.silence, at: origin.at) {
      let admission = peers[origin.peer].admission
      pending.append(.audioStarted(admission.peer, ssrc: admission.ssrc))
    }
    guard let place = tracks[track].receive(packet, at: origin.at) else { throw .stale }
    counters.audioPackets &+= 1
    let frame = EgressFrame(
      ssrc: tracks[track].ssrc, index: place.index, timestamp: place.timestamp, isMarked: packet.isMarked,
      audioLevel: packet.audioLevel)
    tracks[track].fanOut(frame, payload, to: &peers, counters: &counters, into: &sink)
  }

  /// Counts a drop at the node and at the peer.
  mutating func drop(_ reason: DropReason, _ peer: Handle<Peer>) {
    counters.drop(reason)
    peers[peer].counts.drop(reason)
  }
}

extension PublishedTrack {
  /// Sends `frame`, numbered as this track numbers, to every subscriber that may hear it.
  mutating func fanOut(
    _ frame: EgressFrame, _ payload: Span<UInt8>, to peers: inout Slab<Peer>,
    counters: inout EndpointStatistics, into sink: inout some TransmitSink & ~Copyable
  ) {
    for position in subscriptions.indices {
      let subscriber = subscriptions[position].subscriber
      if let reason = deliver(frame, payload, position, to: &peers[subscriber], &counters, into: &sink) {
        counters.drop(reason)
        peers[subscriber].counts.drop(reason)
      }
    }
  }

  /// Sends `frame` to one subscriber, or says why not.
  private mutating func deliver(
    _ frame: EgressFrame, _ payload: Span<UInt8>, _ position: Int, to peer: inout Peer,
    _ counters: inout EndpointStatistics, into sink: inout some TransmitSink & ~Copyable
  ) -> DropReason? {
    guard peer.permissions.mayHear else {
      subscriptions[position].withhold()
      return .deafened
    }
    guard let address = peer.egressAddress else {
      subscriptions[position].withhold()
      return .receiverNotReady
    }
    guard let index = subscriptions[position].map(frame.index, keyEpoch: peer.keyEpoch) else {
      return .withheld
    }
    let mapped = EgressFrame(
      ssrc: frame.ssrc, index: index, timestamp: frame.timestamp &+ subscriptions[position].timestampOffset,
      isMarked: frame.isMarked, audioLevel: frame.audioLevel)
    var count = 0
    sink.transmit(to: address) { slot in
      count = peer.seal(mapped, payload: payload, into: &slot)
      return count
    }
    guard count > 0 else { return .sealFailed }
    subscriptions[position].sent(payloadCount: payload.count)
    peer.counts.sent &+= 1
    counters.forwardedPackets &+= 1
    counters.forwardedOctets &+= UInt64(count)
    return nil
  }
}
