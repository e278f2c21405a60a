internal import Base
internal import MediaControl
internal import Wire

/// Outgoing RTCP: generated from our own counts (RFC 3550 §6.4), about every five seconds while media flows.
///
/// Each track has one timer. A firing serves a slice of its subscribers, so that a room of thousands gets
/// its reports spread over the interval; the publisher's receiver report goes with the first slice.
extension Endpoint {
  /// Sets the timer of `track` to the next slice.
  mutating func armReports(of track: Handle<PublishedTrack>, at now: Instant) {
    let slices = Int64(tracks[track].subscriptions.count / Fixed.reportsPerFiring) + 1
    // RFC 3550 §6.3.1: 0.5 to 1.5 times the interval, against synchronisation.
    let factor = Double(configuration.reportInterval.nanoseconds) * (0.5 + random.unit())
    let wait = Interval(nanoseconds: max(Int64(factor) / slices, 1_000_000))
    deadlines.set(now + wait, for: peers.capacity + Int(track.index))
  }

  mutating func sendReports(
    of track: Handle<PublishedTrack>, at now: Instant, into sink: inout some TransmitSink & ~Copyable
  ) {
    let first = tracks[track].reportCursor
    if first == 0 { sendReceiverReport(of: track, at: now, into: &sink) }
    let end = min(first + Fixed.reportsPerFiring, tracks[track].subscriptions.count)
    for position in min(first, end)..<end {
      sendSenderReport(of: track, position, at: now, into: &sink)
    }
    tracks[track].reportCursor = end < tracks[track].subscriptions.count ? end : 0
    armReports(of: track, at: now)
  }

  /// Tells one subscriber how much it was sent, if it was sent anything since the last time.
  private mutating func sendSenderReport(
    of track: Handle<PublishedTrack>, _ position: Int, at now: Instant,
    into sink: inout some TransmitSink & ~Copyable
  ) {
    let subscriber = rooms[tracks[track].room].members[position]
    guard peers[subscriber].takesReports, let address = peers[subscriber].egressAddress,
      tracks[track].subscriptions[position].takeProgress()
    else { return }
    let subscription = tracks[track].subscriptions[position]
    let report = RTCPSenderReport(
      ssrc: tracks[track].ssrc, ntp: networkTime(now),
      rtpTime: tracks[track].timestamps.reading(at: now) &+ subscription.timestampOffset,
      packetCount: subscription.packetCount, octetCount: subscription.octetCount)
    let name = canonicalName
    counters.reports &+= 1
    sink.transmit(to: address) { slot in
      var writer = RTCPWriter()
      let none: [RTCPReportBlock] = []
      writer.senderReport(report, blocks: none.span, into: &slot)
      writer.sourceDescription(ssrc: report.ssrc, canonicalName: name.span, into: &slot)
      return peers[subscriber].sealReport(&slot, count: writer.count)
    }
  }

  /// Tells the publisher how its packets arrive, if any did since the last time.
  private mutating func sendReceiverReport(
    of track: Handle<PublishedTrack>, at now: Instant, into sink: inout some TransmitSink & ~Copyable
  ) {
    guard let publisher = tracks[track].publisher, peers[publisher].takesReports,
      let address = peers[publisher].egressAddress,
      !tracks[track].isSilent(for: configuration.reportInterval * 2, at: now)
    else { return }
    let block = tracks[track].takeReport(at: now)
    let reporter = reporterSSRC
    let name = canonicalName
    counters.reports &+= 1
    sink.transmit(to: address) { slot in
      var writer = RTCPWriter()
      let blocks = [block]
      writer.receiverReport(ssrc: reporter, blocks: blocks.span, into: &slot)
      writer.sourceDescription(ssrc: reporter, canonicalName: name.span, into: &slot)
      return peers[publisher].sealReport(&slot, count: writer.count)
    }
  }
}

extension PublishedTrack {
  /// The report block about the publisher's packets; begins the next interval.
  fileprivate mutating func takeReport(at now: Instant) -> RTCPReportBlock {
    var delay: UInt32 = 0
    if let lastReport {
      let ticks = (max((now - lastReport.at).microseconds, 0) << 16) / 1_000_000
      delay = UInt32(clamping: ticks)
    }
    return RTCPReportBlock(
      ssrc: sourceSSRC, fractionLost: takeFractionLost(), lost: Int32(clamping: reception.lost),
      highestSequence: UInt32(truncatingIfNeeded: highestSourceIndex), jitter: reception.jitter,
      lastReport: lastReport?.middle ?? 0, delay: delay)
  }
}
