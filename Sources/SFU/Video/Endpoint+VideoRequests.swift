internal import Base
internal import MediaControl
internal import Wire

/// What we ask of publishers, and the reports that go with pictures: all of it leaves when a video's timer
/// fires, never while a packet is taken in.
extension Endpoint {
  /// Which owner of deadlines `video` is.
  func videoOwner(_ video: Handle<PublishedVideo>) -> Int {
    peers.capacity + tracks.capacity + Int(video.index)
  }

  /// Sets the timer of `video` to the earliest of its deadlines.
  mutating func armVideo(_ video: Handle<PublishedVideo>) {
    let deadline = videos[video].deadline
    guard deadline != videos[video].armed else { return }
    videos[video].armed = deadline
    deadlines.set(deadline, for: videoOwner(video))
  }

  /// Somebody needs a key frame of `layer`; the caller arms the timer.
  mutating func wantKeyFrame(of video: Handle<PublishedVideo>, _ layer: Int, at now: Instant) {
    guard videos[video].layers[layer].watchers > 0 else { return }
    videos[video].layers[layer].keyFrames.want(at: now)
  }

  mutating func expireVideo(
    _ video: Handle<PublishedVideo>, at now: Instant, into sink: inout some TransmitSink & ~Copyable
  ) {
    videos[video].armed = .distantFuture
    if videos[video].remote == nil {
      for layer in videos[video].layers.indices { request(of: video, layer, at: now, into: &sink) }
      tellLinks(of: video, at: now, into: &sink)
    } else {
      requestOverLink(video, at: now, into: &sink)
    }
    if videos[video].nextReceiverReport <= now { sendVideoReceiverReport(of: video, at: now, into: &sink) }
    if videos[video].nextSenderReports <= now { sendVideoSenderReports(of: video, at: now, into: &sink) }
    armVideo(video)
  }

  /// Asks the publisher for what of `layer` is missing, and for a key frame if one is wanted.
  private mutating func request(
    of video: Handle<PublishedVideo>, _ layer: Int, at now: Instant,
    into sink: inout some TransmitSink & ~Copyable
  ) {
    guard let publisher = videos[video].publisher, videos[video].layers[layer].isRequestDue(at: now) else {
      return
    }
    let roundTrip = peers[publisher].counts.roundTrip ?? Fixed.roundTripDefault
    var items: [NACKItem] = []
    let isKeyFrameDue = videos[video].layers[layer].takeRequests(at: now, roundTrip: roundTrip, &items)
    guard let ssrc = videos[video].layers[layer].sourceSSRC, let codec = videos[video].codec,
      peers[publisher].takesReports, let address = peers[publisher].egressAddress
    else { return }
    let feedback = peers[publisher].codecs.feedback(of: codec)
    if !feedback.contains(.nack) { items.removeAll() }
    let key = isKeyFrameDue && !feedback.isDisjoint(with: [.pli, .fir])
    guard key || !items.isEmpty else { return }
    if key {
      videos[video].layers[layer].keyFrameRequestCount &+= 1
      counters.keyFrameRequests &+= 1
    }
    for item in items { counters.packetsRequested &+= UInt64(1 + item.following.nonzeroBitCount) }
    let command = UInt8(truncatingIfNeeded: videos[video].layers[layer].keyFrameRequestCount)
    let reporter = reporterSSRC
    sink.transmit(to: address) { slot in
      var writer = RTCPWriter()
      let none: [RTCPReportBlock] = []
      // RFC 4585 §3.1: feedback goes in a compound packet, which begins with a report.
      writer.receiverReport(ssrc: reporter, blocks: none.span, into: &slot)
      if !items.isEmpty { writer.nack(sender: reporter, media: ssrc, items: items.span, into: &slot) }
      if key {
        if feedback.contains(.pli) {
          writer.pictureLoss(sender: reporter, media: ssrc, into: &slot)
        } else {
          writer.fullIntra(sender: reporter, media: ssrc, number: command, into: &slot)
        }
      }
      return peers[publisher].sealReport(&slot, count: writer.count)
    }
  }

  // Reports (RFC 3550 §6.4), as in Endpoint+Reports.swift.

  mutating func armVideoReports(of video: Handle<PublishedVideo>, at now: Instant) {
    // A publisher on another shard has its reports from there.
    if videos[video].remote == nil {
      videos[video].nextReceiverReport = now + jittered(configuration.videoReportInterval, slices: 1)
    }
    let slices = Int64(videos[video].subscriptions.count / Fixed.reportsPerFiring) + 1
    videos[video].nextSenderReports = now + jittered(configuration.reportInterval, slices: slices)
    armVideo(video)
  }

  /// RFC 3550 §6.3.1: 0.5 to 1.5 times the interval, against synchronisation.
  private mutating func jittered(_ interval: Interval, slices: Int64) -> Interval {
    let factor = Double(interval.nanoseconds) * (0.5 + random.unit())
    return Interval(nanoseconds: max(Int64(factor) / slices, 1_000_000))
  }

  /// Tells the publisher how each layer arrives.
  private mutating func sendVideoReceiverReport(
    of video: Handle<PublishedVideo>, at now: Instant, into sink: inout some TransmitSink & ~Copyable
  ) {
    videos[video].nextReceiverReport = now + jittered(configuration.videoReportInterval, slices: 1)
    guard let publisher = videos[video].publisher, peers[publisher].takesReports,
      let address = peers[publisher].egressAddress
    else { return }
    var blocks: [RTCPReportBlock] = []
    for layer in videos[video].layers.indices {
      let isSilent = videos[video].layers[layer].isSilent(for: configuration.reportInterval * 2, at: now)
      guard !isSilent, let block = videos[video].layers[layer].takeReport(at: now) else { continue }
      blocks.append(block)
    }
    guard !blocks.isEmpty else { return }
    let reporter = reporterSSRC
    let name = canonicalName
    counters.reports &+= 1
    sink.transmit(to: address) { slot in
      var writer = RTCPWriter()
      writer.receiverReport(ssrc: reporter, blocks: blocks.span, into: &slot)
      writer.sourceDescription(ssrc: reporter, canonicalName: name.span, into: &slot)
      return peers[publisher].sealReport(&slot, count: writer.count)
    }
  }

  /// Tells a slice of the subscribers how much they were sent, those who were sent anything.
  private mutating func sendVideoSenderReports(
    of video: Handle<PublishedVideo>, at now: Instant, into sink: inout some TransmitSink & ~Copyable
  ) {
    let count = videos[video].subscriptions.count
    let first = videos[video].reportCursor
    let end = min(first + Fixed.reportsPerFiring, count)
    for position in min(first, end)..<end {
      sendVideoSenderReport(of: video, position, at: now, into: &sink)
    }
    videos[video].reportCursor = end < count ? end : 0
    let slices = Int64(count / Fixed.reportsPerFiring) + 1
    videos[video].nextSenderReports = now + jittered(configuration.reportInterval, slices: slices)
  }

  private mutating func sendVideoSenderReport(
    of video: Handle<PublishedVideo>, _ position: Int, at now: Instant,
    into sink: inout some TransmitSink & ~Copyable
  ) {
    let subscriber = rooms[videos[video].room].members[position]
    let row = videos[video].subscriptions[position]
    guard row.current != SubscribedVideo.none, peers[subscriber].takesReports,
      let address = peers[subscriber].egressAddress,
      videos[video].subscriptions[position].takeProgress()
    else { return }
    let clock = videos[video].layers[Int(row.current)].timestamps
    let report = RTCPSenderReport(
      ssrc: videos[video].ssrc, ntp: networkTime(now),
      rtpTime: clock.reading(at: now) &+ row.timestampShift,
      packetCount: row.packetCount, octetCount: row.octetCount)
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
}

extension PublishedLayer {
  /// Whether something is missing, or a key frame wanted, that is to be asked for now.
  func isRequestDue(at now: Instant) -> Bool {
    losses.deadline <= now || keyFrames.deadline <= now
  }

  /// Gives the packets that are to be asked for now; whether a key frame is, too.
  mutating func takeRequests(at now: Instant, roundTrip: Interval, _ items: inout [NACKItem]) -> Bool {
    let givenUp = losses.takeRequests(at: now, roundTrip: roundTrip, &items)
    if watchers == 0 {
      keyFrames.cancel()
    } else if givenUp > 0 {
      keyFrames.want(at: now)
    }
    return keyFrames.take(at: now)
  }

  /// The report block about the layer's packets; begins the next interval.
  ///
  /// `nil` before its SSRC is known.
  fileprivate mutating func takeReport(at now: Instant) -> RTCPReportBlock? {
    guard let sourceSSRC else { return nil }
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
