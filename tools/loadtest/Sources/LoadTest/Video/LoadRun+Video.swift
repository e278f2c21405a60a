internal import Base
internal import Net
internal import Wire

/// A camera's next frame of one layer.
struct CameraTurn {
  let member: Int
  let layer: Int
  let due: Instant
}

/// Cameras of the speakers and what the others see of them.
extension LoadRun {
  /// Layers' frames that may be due: those of 10,000 cameras.
  static let turnsCapacity = 30_000
  /// Frames of all cameras that are caught up with before sockets have their turn again.
  private static let framesMax = 64
  /// What a NACK may make a camera repeat: a burst of loss, not a second of video.
  private static let repeatsMax = 64

  /// A speaker's SSRC is known: its pictures come under those that follow it.
  func expectVideo(of speaker: Int, after audio: UInt32) {
    guard options.scenario.hasLayers else { return }
    videoOfSSRC[audio &+ 1] = speaker
    videoOfSSRC[audio &+ 2] = speaker
  }

  /// A member can send and receive: its camera goes on, and it sees those of the others.
  func connectVideo(_ member: Member, at now: Instant) {
    guard options.scenario.hasLayers else { return }
    let quality = options.wants[member.index % options.wants.count]
    if quality < 100, let message = member.voice?.wants(quality: quality) {
      send(message, member, isMain: false)
    }
    if quality > 0 {
      for speaker in 0..<options.speakers {
        guard let other = lane(of: speaker, in: member.seat.room), other != member.index else { continue }
        if !members[other].camera.isEmpty { member.views[speaker] = VideoReceiver(at: now) }
      }
    }
    if let speaker = member.seat.speaker { startCamera(member, speaker, at: now) }
  }

  private func startCamera(_ member: Member, _ speaker: Int, at now: Instant) {
    for (number, plan) in options.layers.enumerated() {
      // A browser chooses its SSRCs, a UDP client has those of READY.
      var ssrcs = (
        ssrc: 0x6000_0000 &+ UInt32(member.index) &* 16 &+ UInt32(2 * number),
        rtx: 0x6000_0001 &+ UInt32(member.index) &* 16 &+ UInt32(2 * number)
      )
      if !member.usesWebRTC, let given = member.voice?.streamSSRCs, number < given.count {
        ssrcs = given[number]
      }
      member.camera.append(
        VideoLayerSender(
          plan, run: run, sender: UInt32(member.index), layer: UInt8(number), ssrc: ssrcs.ssrc,
          rtxSSRC: ssrcs.rtx))
      let phase = Interval(nanoseconds: Int64(Double(plan.interval.nanoseconds) * random.unit()))
      let due = now + phase
      _ = cameras.insert(CameraTurn(member: member.index, layer: number, due: due), due: due)
    }
    if let message = member.voice?.video(member.camera) { send(message, member, isMain: false) }
    for index in rooms[member.seat.room] where index != member.index && members[index].isConnected {
      guard options.wants[index % options.wants.count] > 0 else { continue }
      members[index].views[speaker] = VideoReceiver(at: now)
    }
  }

  /// Sends every frame that is due.
  func filmDue(at now: Instant) {
    for _ in 0..<LoadRun.framesMax {
      guard let turn = cameras.popDue(at: now) else { return }
      let member = members[turn.member]
      guard isSending, member.isConnected, turn.layer < member.camera.count else { continue }
      let next = turn.due + member.camera[turn.layer].plan.interval
      _ = cameras.insert(CameraTurn(member: turn.member, layer: turn.layer, due: next), due: next)
      for packet in member.camera[turn.layer].frame(due: turn.due) { film(packet, member) }
    }
  }

  private func film(_ packet: VideoPacket, _ member: Member) {
    guard let transport = member.transport else { return }
    var octets = takeSlot()
    defer { slot = octets }
    let count = LoadRun.sealed(packet, by: transport, into: &octets)
    guard count > 0 else { return }
    let now = MonotonicClock.now()
    if packet.original == nil {
      measurements.lateness.record(now - packet.probe.intended)
      measurements.video.sent += 1
    } else {
      measurements.video.repeated += 1
    }
    transmit(octets.span, count: count, member, at: now)
  }

  private static func sealed(
    _ packet: VideoPacket, by transport: any MediaTransport, into octets: inout [UInt8]
  ) -> Int {
    var span = octets.mutableSpan
    let written = packet.write(into: &span)
    return transport.sealRTP(
      &span, headerCount: written.header, count: written.count, ssrc: packet.fields.ssrc,
      index: packet.index)
  }

  /// The sending slot, moved out: a span of it cannot live across a call to the run.
  private func takeSlot() -> [UInt8] {
    var octets: [UInt8] = []
    swap(&octets, &slot)
    return octets
  }

  /// Takes an opened packet of a camera; `range` is its payload.
  func see(
    _ datagram: Span<UInt8>, _ header: RTPHeader, _ range: Range<Int>, _ member: Member, _ speaker: Int,
    at now: Instant
  ) {
    let isRepair = header.payloadType == VideoLayerSender.rtxPayloadType
    var range = range
    var sequenceNumber = header.sequenceNumber
    if isRepair {
      // A retransmission without an original is a probe of the way's capacity.
      guard range.count > RTXPayload.headerCount else { return }
      sequenceNumber = datagram.uint16(at: range.lowerBound)
      range = range.lowerBound + RTXPayload.headerCount..<range.upperBound
    }
    guard let probe = VideoProbe(datagram, in: range), probe.run == run,
      lane(of: speaker, in: member.seat.room) == Int(probe.sender)
    else {
      measurements.corruptCount += 1
      return
    }
    guard member.views[speaker] != nil else { return }
    let hadPicture = member.views[speaker]?.hasPicture == true
    member.views[speaker]?.receive(
      probe, sequenceNumber: sequenceNumber, octets: range.count, isRepair: isRepair, at: now)
    if !hadPicture, let wait = member.views[speaker]?.counts.firstPictureAfter {
      measurements.video.keyWait.record(wait)
    }
    for latency in member.views[speaker]?.takeLatencies() ?? [] where phase == .measuring {
      measurements.video.latency.record(latency)
    }
  }

  /// Takes feedback that the server sent to a camera.
  func takeFeedback(_ datagram: Span<UInt8>, count: Int, _ member: Member) {
    guard !member.camera.isEmpty else { return }
    let compound = datagram.extracting(first: count)
    var walk = RTCPWalk()
    while let packet = try? walk.next(in: compound) {
      switch packet {
      case .transportFeedback(RTCPFeedbackFormat.nack, _, let media, let range):
        repeatLost(NACKItems(range), in: compound, of: media, member)
      case .payloadFeedback(RTCPFeedbackFormat.pictureLoss, _, let media, _): refresh(media, member)
      case .payloadFeedback(RTCPFeedbackFormat.fullIntra, _, _, let range):
        let entries = FullIntraEntries(range)
        for index in 0..<entries.count {
          if let entry = entries.entry(index, in: compound) { refresh(entry.ssrc, member) }
        }
      default: break
      }
    }
  }

  private func refresh(_ media: UInt32, _ member: Member) {
    guard let layer = member.camera.firstIndex(where: { $0.ssrc == media }) else { return }
    measurements.video.keyRequested += 1
    member.camera[layer].requestKeyFrame()
  }

  private func repeatLost(_ items: NACKItems, in compound: Span<UInt8>, of media: UInt32, _ member: Member) {
    guard let layer = member.camera.firstIndex(where: { $0.ssrc == media }) else { return }
    var rest = LoadRun.repeatsMax
    for index in 0..<items.count {
      guard let item = items.item(index, in: compound) else { return }
      for step in 0...16 as ClosedRange<UInt16> where item.contains(step: step) && rest > 0 {
        rest -= 1
        measurements.video.repeatRequested += 1
        guard let packet = member.camera[layer].retransmission(of: item.first &+ step) else { continue }
        film(packet, member)
      }
    }
  }

  /// Asks the server for what members miss.
  func requestMissing(at now: Instant) {
    guard options.scenario.hasLayers else { return }
    for member in members where member.isConnected {
      for speaker in member.views.indices {
        guard let requests = member.views[speaker]?.requests(at: now), !requests.isEmpty,
          let lane = lane(of: speaker, in: member.seat.room), let audio = members[lane].audioSSRC
        else { continue }
        for request in requests { ask(request, of: audio &+ 1, member, at: now) }
      }
    }
  }

  private func ask(_ request: VideoReceiver.Request, of media: UInt32, _ member: Member, at now: Instant) {
    guard let transport = member.transport else { return }
    var octets = takeSlot()
    defer { slot = octets }
    let count = LoadRun.sealed(request, of: media, from: member.audioSSRC ?? 1, by: transport, into: &octets)
    if count > 0 { transmit(octets.span, count: count, member, at: now) }
  }

  private static func sealed(
    _ request: VideoReceiver.Request, of media: UInt32, from own: UInt32, by transport: any MediaTransport,
    into octets: inout [UInt8]
  ) -> Int {
    var span = octets.mutableSpan
    var writer = RTCPWriter()
    let none: [RTCPReportBlock] = []
    writer.receiverReport(ssrc: own, blocks: none.span, into: &span)
    switch request {
    case .keyFrame: writer.pictureLoss(sender: own, media: media, into: &span)
    case .retransmission(let numbers):
      var items: [NACKItem] = []
      for number in numbers {
        guard let last = items.indices.last, items[last].add(number) else {
          items.append(NACKItem(first: number, following: 0))
          continue
        }
      }
      writer.nack(sender: own, media: media, items: items.span, into: &span)
    }
    return transport.sealRTCP(&span, count: writer.count)
  }

  /// Adds what a member saw to the totals.
  func closeVideo(_ member: Member, at now: Instant) {
    for speaker in member.views.indices {
      guard let view = member.views[speaker] else { continue }
      var counts = view.counts
      counts.freezeMax = max(counts.freezeMax, min(view.freeze(at: now), now - markedAt))
      measurements.video.streams += 1
      if counts.frames == 0 { measurements.video.dark += 1 }
      measurements.video.counts.add(counts)
      member.views[speaker] = nil
    }
  }
}
