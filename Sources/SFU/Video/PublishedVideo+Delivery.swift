internal import Base

extension PublishedVideo {
  /// Sends a packet to the subscriber in row `position`, or says why not; nothing when it does not want it.
  mutating func deliver(
    _ staged: (slot: Int, frame: StagedFrame, video: StagedVideo), of staging: borrowing Staging,
    _ position: Int, to peer: inout Peer, _ counters: inout EndpointStatistics,
    into sink: inout some TransmitSink & ~Copyable
  ) -> DropReason? {
    guard subscriptions[position].isWatching else { return nil }
    guard let address = peer.egressAddress, let codec, let payloadType = peer.codecs.payloadType(of: codec)
    else {
      interrupt(position) { $0.stop() }
      return .receiverNotReady
    }
    if subscriptions[position].keyEpoch != peer.keyEpoch {
      interrupt(position) { $0.adopt(peer.keyEpoch) }
    }
    guard let shift = place(staged.video, arrival: staged.frame.arrival, position) else {
      let isAwaited =
        subscriptions[position].isWaiting && subscriptions[position].target == staged.video.layer
      guard isAwaited else { return nil }
      // The timer is set when the next packet is taken in.
      layers[Int(staged.video.layer)].keyFrames.missed(at: staged.frame.arrival)
      return .keyFrameAwaited
    }
    var frame = EgressVideo(
      ssrc: ssrc, index: staged.video.index &+ shift.index, payloadType: payloadType,
      shape: staged.video.shape, shift: shift)
    // Without retransmissions of its own kind a packet is repeated under its own index, from what is kept:
    // it must be the same then, or a nonce would serve two plaintexts.
    if peer.voice == nil, peer.codecs.rtxPayloadType(of: codec) != nil {
      frame.padding = staged.frame.padding.plain
    }
    let payload = staging.payload(staged.slot, count: staged.frame.count)
    var count = 0
    sink.transmit(to: address, origin: staged.frame.arrival) { slot in
      count = peer.seal(frame, payload: payload, into: &slot)
      return count
    }
    guard count > 0 else { return .sealFailed }
    subscriptions[position].sent(payloadCount: payload.count)
    peer.counts.sent &+= 1
    counters.forwardedPackets &+= 1
    counters.forwardedVideoPackets &+= 1
    counters.forwardedOctets &+= UInt64(count)
    return nil
  }

  /// Sends the packet again that went out as `sequenceNumber` to row `position`, or says why not.
  ///
  /// As a retransmission where that was negotiated (RFC 4588), else under its own index: then it is the
  /// same to the last octet, for all that it is made of is kept or constant.
  mutating func resend(
    _ request: (sequenceNumber: UInt16, position: Int, at: Instant), from history: borrowing OctetArena,
    to peer: inout Peer, _ counters: inout EndpointStatistics, into sink: inout some TransmitSink & ~Copyable
  ) -> DropReason? {
    let position = request.position
    guard let address = peer.egressAddress, let codec, let payloadType = peer.codecs.payloadType(of: codec)
    else { return .receiverNotReady }
    let row = subscriptions[position]
    guard row.keyEpoch == peer.keyEpoch, let output = row.map.output(of: request.sequenceNumber),
      let origin = row.map.origin(of: output), let kept = layers[Int(origin.layer)].ring.find(origin.index)
    else { return .forgotten }
    guard subscriptions[position].mayRetransmit(Int(kept.count), at: request.at) else {
      return .retransmissionsSpent
    }
    var frame = EgressVideo(
      ssrc: ssrc, index: output, payloadType: payloadType, shape: kept.shape, shift: origin.shift)
    if let rtx = peer.codecs.rtxPayloadType(of: codec) {
      frame.original = request.sequenceNumber
      frame.payloadType = rtx
      frame.ssrc = rtxSSRC
      frame.index = subscriptions[position].takeRTXIndex()
    }
    let payload = layers[Int(origin.layer)].ring.payload(kept, in: history)
    var count = 0
    sink.transmit(to: address) { slot in
      count = peer.seal(frame, payload: payload, into: &slot)
      return count
    }
    guard count > 0 else { return .sealFailed }
    subscriptions[position].resent()
    counters.retransmittedPackets &+= 1
    counters.forwardedOctets &+= UInt64(count)
    return nil
  }
}
