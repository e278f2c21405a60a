internal import Base
internal import MediaControl
internal import Wire

/// What subscribers say of the pictures that they receive: packets that they miss, key frames that they need.
///
/// All of it is bounded: retransmissions by each member's allowance and by datagram, requests for key frames
/// by each member's allowance and by what a layer's publisher is asked.
extension Endpoint {
  /// Reads feedback of `peer`; other formats are ignored.
  mutating func readFeedback(
    _ packet: RTCPPacket, _ compound: Span<UInt8>, from peer: Handle<Peer>, at now: Instant,
    _ allowance: inout Int, into sink: inout some TransmitSink & ~Copyable
  ) {
    switch packet {
    case .transportFeedback(RTCPFeedbackFormat.nack, _, let media, let range):
      guard let video = video(under: media, for: peer) else { return drop(.unknownSSRC, peer) }
      answer(NACKItems(range), compound, of: video, to: peer, at: now, &allowance, into: &sink)
    case .payloadFeedback(RTCPFeedbackFormat.pictureLoss, _, let media, _):
      requestKeyFrame(of: media, for: peer, at: now)
    case .payloadFeedback(RTCPFeedbackFormat.fullIntra, _, _, let range):
      let entries = FullIntraEntries(range)
      for index in 0..<min(entries.count, Fixed.layersPerSource) {
        guard let entry = entries.entry(index, in: compound) else { return }
        requestKeyFrame(of: entry.ssrc, for: peer, at: now)
      }
    default:
      break
    }
  }

  /// Remembers a publisher's sender report about one of its layers.
  mutating func noteVideoReport(_ report: RTCPSenderReport, from peer: Handle<Peer>, at now: Instant) {
    for source in VideoSource.allCases {
      guard let video = peers[peer].videos[source], let layer = videos[video].layer(under: report.ssrc),
        !layer.isRetransmission
      else { continue }
      videos[video].layers[layer.index].lastReport = (report.ntp.middle, now)
    }
  }

  /// The picture that `peer` receives under `ssrc`: O(pictures of its room).
  private func video(under ssrc: UInt32, for peer: Handle<Peer>) -> Handle<PublishedVideo>? {
    let room = peers[peer].room
    for index in rooms[room].videos.indices {
      let video = rooms[room].videos[index]
      if videos[video].ssrc == ssrc { return videos[video].publisher == peer ? nil : video }
    }
    return nil
  }

  private mutating func requestKeyFrame(of ssrc: UInt32, for peer: Handle<Peer>, at now: Instant) {
    guard let video = video(under: ssrc, for: peer) else { return drop(.unknownSSRC, peer) }
    let position = peers[peer].position
    let row = videos[video].subscriptions[position]
    guard row.isWatching else { return drop(.withheld, peer) }
    guard videos[video].subscriptions[position].mayRequestKeyFrame(at: now) else {
      return drop(.keyFramesSpent, peer)
    }
    wantKeyFrame(of: video, Int(row.target == SubscribedVideo.none ? row.current : row.target), at: now)
    armVideo(video)
  }

  private mutating func answer(
    _ items: NACKItems, _ compound: Span<UInt8>, of video: Handle<PublishedVideo>, to peer: Handle<Peer>,
    at now: Instant, _ allowance: inout Int, into sink: inout some TransmitSink & ~Copyable
  ) {
    for index in 0..<items.count {
      guard let item = items.item(index, in: compound) else { return }
      for step in 0...16 as ClosedRange<UInt16> where item.contains(step: step) {
        guard allowance > 0 else { return drop(.retransmissionsSpent, peer) }
        allowance -= 1
        counters.packetsAskedFor &+= 1
        let request = (item.first &+ step, peers[peer].position, now)
        let reason = videos[video].resend(request, from: history, to: &peers[peer], &counters, into: &sink)
        if let reason { drop(reason, peer) }
      }
    }
  }
}
