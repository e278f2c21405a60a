internal import Base
internal import MediaControl
internal import Wire

/// The path of an audio packet, from its receive slot to its place among the packets that wait to be sent.
extension Endpoint {
  mutating func receiveRTP(
    _ datagram: inout MutableSpan<UInt8>, _ arrival: Arrival
  ) {
    if let peer = addresses[arrival.source], peers[peer].webRTC != nil {
      receiveSRTP(&datagram, arrival, peer)
    } else {
      receiveVoice(&datagram, arrival)
    }
  }

  /// A packet from a checked address of a WebRTC peer.
  private mutating func receiveSRTP(
    _ datagram: inout MutableSpan<UInt8>, _ arrival: Arrival, _ peer: Handle<Peer>
  ) {
    guard let header = try? RTPHeader(datagram.span.extracting(first: arrival.count)) else {
      return drop(.malformed, peer)
    }
    let isBound = peers[peer].track.map { tracks[$0].sourceSSRC == header.ssrc } ?? false
    let isMuted = isBound && !peers[peer].permissions.maySpeak
    let isHidden = !peers[peer].permissions.mayShow && hasLayer(under: header.ssrc, peer)
    let opening = peers[peer].webRTC?.srtp?.openRTP(
      &datagram, header: header, count: arrival.count, isMuted: isMuted || isHidden)
    if isHidden, case .dropped(.muted) = opening { return drop(.hidden, peer) }
    finish(opening ?? .dropped(.notConnected), header, datagram.span, Origin(peer, arrival))
  }

  /// A packet in one of Discord's modes, found by its SSRC, which is the one that READY gave or that of a
  /// picture that was announced; the address proves nothing.
  private mutating func receiveVoice(
    _ datagram: inout MutableSpan<UInt8>, _ arrival: Arrival
  ) {
    guard let header = try? RTPHeader(encryptedExtension: datagram.span.extracting(first: arrival.count))
    else {
      return counters.drop(.malformed)
    }
    let speaker = ssrcs[header.ssrc]
    guard let peer = speaker ?? videoSSRCs[header.ssrc] else { return counters.drop(.unknownSSRC) }
    guard peers[peer].voice != nil else { return drop(.notConnected, peer) }
    let isVideo = speaker == nil
    // A bound client is muted before the cost of opening; an unbound one may be rebinding.
    if peers[peer].binding == arrival.source {
      if isVideo, !peers[peer].permissions.mayShow { return drop(.hidden, peer) }
      if !isVideo, !peers[peer].permissions.maySpeak {
        return finish(.dropped(.muted), header, datagram.span, Origin(peer, arrival))
      }
    }
    let opening = peers[peer].voice?.openRTP(
      &datagram, header: header, count: arrival.count, isVideo: isVideo)
    guard let opening else { return }
    if case .opened = opening, peers[peer].binding != arrival.source || !peers[peer].isBindingAuthentic {
      bind(peer, to: arrival.source, isAuthentic: true, at: arrival.at)
    }
    finish(opening, header, datagram.span, Origin(peer, arrival))
  }

  /// Drops with a reason, or publishes what was opened.
  private mutating func finish(
    _ opening: Opening, _ header: RTPHeader, _ datagram: Span<UInt8>, _ origin: Origin
  ) {
    let peer = origin.peer
    switch opening {
    case .dropped(let reason):
      drop(reason, peer)
      if reason == .muted, let track = peers[peer].track { tracks[track].withhold() }
    case .opened(let index, let count, let isRestart):
      peers[peer].counts.received &+= 1
      // Even if the packet itself goes no further: the next ones count from it.
      if isRestart { restart(header.ssrc, index: index, of: peer) }
      let plain = datagram.extracting(first: count)
      if let video = peers[peer].codecs.meaning(of: header.payloadType) {
        return takeVideo(video, header, index: index, plain, origin)
      }
      do throws(DropReason) {
        let packet = try describe(header, index: index, in: plain, from: peer)
        try stage(packet, plain.extracting(packet.payload), origin)
      } catch {
        drop(error, peer)
        if error.isOnPurpose, let track = peers[peer].track { tracks[track].withhold() }
      }
    }
  }

  /// The sender began a sequence anew, under the same key.
  private mutating func restart(_ ssrc: UInt32, index: UInt64, of peer: Handle<Peer>) {
    if let found = layer(under: ssrc, of: peer) {
      if !found.isRetransmission { videos[found.video].layers[found.index].detach() }
    } else if let track = peers[peer].track {
      tracks[track].restart(sourceSSRC: ssrc, index: index)
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
    of packet: IngressPacket, _ origin: Origin
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

  /// Numbers the packet in its track and lets it wait for the members of its room.
  private mutating func stage(
    _ packet: IngressPacket, _ payload: Span<UInt8>, _ origin: Origin
  ) throws(DropReason) {
    if staging.isFull { shedOldest() }
    guard !staging.isFull else { throw .stagingFull }
    let track = try track(of: packet, origin)
    if tracks[track].isSilent(for: configuration.silence, at: origin.at) {
      let admission = peers[origin.peer].admission
      pending.append(.audioStarted(admission.peer, ssrc: admission.ssrc))
    }
    guard let place = tracks[track].receive(packet, at: origin.at) else { throw .stale }
    counters.audioPackets &+= 1
    let frame = StagedFrame(
      track: track, index: place.index, timestamp: place.timestamp, isMarked: packet.isMarked,
      audioLevel: packet.audioLevel, arrival: origin.stamp, count: payload.count)
    let room = tracks[track].room
    guard stage(frame, payload, in: room) else { throw .stagingFull }
    if !rooms[room].links.isEmpty { unrelayed = rooms[room].staged.last }
  }

  /// Counts a drop at the node and at the peer.
  mutating func drop(_ reason: DropReason, _ peer: Handle<Peer>) {
    counters.drop(reason)
    peers[peer].counts.drop(reason)
  }

  /// Counts a drop at the node and, where it is here, at the publisher of `track`.
  mutating func drop(_ reason: DropReason, publisherOf track: Handle<PublishedTrack>) {
    counters.drop(reason)
    if let publisher = tracks[track].publisher { peers[publisher].counts.drop(reason) }
  }
}

/// Whose packet it is, when it reached the machine, and when it is handled.
struct Origin {
  let peer: Handle<Peer>
  let stamp: Instant
  let at: Instant

  init(_ peer: Handle<Peer>, _ arrival: Arrival) {
    self.peer = peer
    stamp = arrival.stamp
    at = arrival.at
  }
}

extension DropReason {
  /// Whether a packet that is dropped for it shall leave no gap: what is lost or late does.
  fileprivate var isOnPurpose: Bool {
    switch self {
    case .stale, .secondSource, .stagingFull: false
    default: true
    }
  }
}
