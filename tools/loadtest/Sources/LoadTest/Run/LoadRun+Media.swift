internal import Base
internal import Crypto
internal import Net
internal import Wire

/// A member's media: what is sent when it is due, and what is made of what arrives.
extension LoadRun {
  /// Octets of a member's socket buffers: a second of 1,000 packets of a busy room.
  private static let socketBuffer = 256 << 10

  func openSocket(_ member: Member, to server: SocketAddress) throws {
    member.socket = try boundSocket(like: server)
    try aim(member, at: server)
  }

  private func boundSocket(like server: SocketAddress) throws -> UDPSocket {
    let any = server.ip.isV4 ? IPAddress(v4: 0) : IPAddress(high: 0, low: 0)
    return try UDPSocket(
      bind: SocketAddress(ip: any, port: 0), receiveBuffer: LoadRun.socketBuffer,
      sendBuffer: LoadRun.socketBuffer)
  }

  private func aim(_ member: Member, at server: SocketAddress) throws {
    guard let descriptor = member.socket?.descriptor, connectSocket(descriptor, to: server) == 0 else {
      throw LoadTestError.usage("the media server \(server) cannot be reached")
    }
    try poll.add(descriptor, token: UInt64(member.index) << 2 | Channel.media, interest: .readable)
  }

  /// Makes a member's transport and socket before the server has said where it receives.
  func offerMedia(_ member: Member) throws -> PeerDescription? {
    let socket = try boundSocket(like: gatewayTarget.address)
    let port = socket.localAddress.port
    member.socket = consume socket
    let transport = webRTCTransport(member, ssrc: 0x5000_0000 + UInt32(member.index))
    member.transport = transport
    // Media leaves by the way that signaling took.
    guard let ip = member.gatewaySocket?.localAddress?.ip else { return nil }
    return transport.peer(at: SocketAddress(ip: ip, port: port))
  }

  /// Takes the server's side of what ``offerMedia(_:)`` began.
  func connectMedia(_ member: Member, _ answer: PeerAnswer, at now: Instant) {
    guard answer.server.ip.isPrivate || options.ownsTarget else {
      return fail(member, "the media server \(answer.server) is outside private networks")
    }
    laneOfSSRC.merge(answer.speakers) { _, new in new }
    do {
      try aim(member, at: answer.server)
      (member.transport as? WebRTCTransport)?.use(answer: answer.description, at: now, into: &mediaEvents)
      handleMedia(member, at: now)
    } catch {
      fail(member, "\(error)")
    }
  }

  /// Does what the transport wants.
  func handleMedia(_ member: Member, at now: Instant) {
    while !mediaEvents.isEmpty {
      let events = mediaEvents
      mediaEvents.removeAll(keepingCapacity: true)
      for event in events where member.isAlive { handle(event, member, at: now) }
    }
  }

  private func handle(_ event: MediaTransportEvent, _ member: Member, at now: Instant) {
    switch event {
    case .send(let octets):
      transmit(octets.span, count: octets.count, member, at: now)
    case .discovered(let address):
      guard let transport = member.transport as? VoiceTransport,
        let message = member.voice?.selectUDP(mode: transport.modeName, address: address)
      else { return }
      send(message, member, isMain: false)
    case .connected: connected(member, at: now)
    case .failed(let reason): fail(member, reason)
    }
  }

  private func connected(_ member: Member, at now: Instant) {
    guard !member.isConnected else { return }
    member.stage = .connected
    measurements.joinedCount += 1
    connectVideo(member, at: now)
    guard member.seat.speaker != nil else { return }
    greet(member, at: now)
    if let message = announcement(of: member) { send(message, member, isMain: false) }
    if schedule == nil {
      schedule = SendSchedule(start: now + options.frame, frame: options.frame, laneCount: lanes.count)
    }
  }

  /// What a speaker says of its stream before it sends; `nil` where signaling has said it all.
  private func announcement(of member: Member) -> [UInt8]? {
    guard options.video != nil else { return member.voice?.speaking(true) }
    guard let source = (member.transport as? WebRTCTransport)?.ssrc else { return nil }
    return member.voice?.showing(
      under: source, bitrate: options.bitrate, framerate: Int((1 / options.frame.seconds).rounded()))
  }

  /// Sends every packet that is due.
  func sendDue(at now: Instant) {
    guard isSending, var schedule else { return }
    for _ in 0..<LoadRun.turnsMax {
      guard let turn = schedule.next(at: now) else { break }
      let member = members[lanes[turn.lane]]
      guard member.speaks else { continue }
      for _ in 0..<(options.video?.packetsPerFrame ?? 1) { speak(member, due: turn.due) }
    }
    self.schedule = schedule
  }

  private func speak(_ member: Member, due: Instant) {
    guard let transport = member.transport else { return }
    let payload = ProbePayload(
      run: run, sender: UInt32(member.index), number: member.nextNumber, intended: due)
    var span = slot.mutableSpan
    let count = transport.seal(payload, count: options.packetOctets, into: &span)
    guard count > 0 else { return }
    let now = MonotonicClock.now()
    measurements.lateness.record(now - due)
    member.sendTimes.record(member.nextNumber, at: now)
    // A packet that the kernel or the link refuses was due all the same: it counts as lost.
    transmit(span.span, count: count, member, at: now)
    member.nextNumber += 1
    measurements.sentCount += 1
  }

  /// Takes everything that has arrived at a member's socket.
  func receive(_ member: Member) {
    if let nice = member.nice { return receive(member, through: nice) }
    var count = 0
    repeat {
      count = member.socket?.receive(into: &ring) ?? 0
      let now = MonotonicClock.now()
      for index in 0..<count {
        let stamp = ring.arrival(index)
        ring.withDatagram(index) { datagram, octets, _ in
          if member.downlink == nil {
            arrival = stamp
            take(&datagram, octets, member, at: now)
            arrival = nil
          } else {
            carry(datagram.span, count: octets, member, isToServer: false, at: now)
          }
        }
        if !mediaEvents.isEmpty { handleMedia(member, at: now) }
      }
    } while count == LoadRun.receiveSlots
  }

  func take(
    _ datagram: inout MutableSpan<UInt8>, _ count: Int, _ member: Member, at now: Instant
  ) {
    guard let transport = member.transport else { return }
    let every = UInt16(opensEvery)
    let reception = transport.receive(
      &datagram, count: count, at: now,
      opens: { ssrc, sequenceNumber in
        guard sequenceNumber % every != 0 else { return true }
        guard let speaker = laneOfSSRC[ssrc] else { return true }
        return member.tallies[speaker]?.needsNumber ?? true
      }, into: &mediaEvents)
    switch reception {
    case .audio(let ssrc, let sequenceNumber, let range):
      if let speaker = videoOfSSRC[ssrc] {
        guard let header = try? RTPHeader(datagram.span.extracting(first: count)) else { return }
        // The whole payload: the transport has left out what stands before a lone camera's probe.
        let payload = header.headerCount..<max(header.headerCount, range.upperBound)
        return see(datagram.span, header, payload, member, speaker, at: now)
      }
      guard let speaker = laneOfSSRC[ssrc], let payload = ProbePayload(datagram.span, in: range),
        payload.run == run, lane(of: speaker, in: member.seat.room) == Int(payload.sender)
      else {
        measurements.corruptCount += 1
        return
      }
      heard(member, speaker, sequenceNumber, payload, at: now)
    case .sealed(let ssrc, let sequenceNumber):
      guard let speaker = laneOfSSRC[ssrc] else { return }
      tally(member, speaker, sequenceNumber, nil, at: now)
    case .feedback(let plain): takeFeedback(datagram.span, count: plain, member)
    case .forged: measurements.corruptCount += 1
    case .early, .control, .unknown: break
    }
  }

  private func heard(
    _ member: Member, _ speaker: Int, _ sequenceNumber: UInt16, _ payload: ProbePayload, at now: Instant
  ) {
    if !member.hasHeard {
      member.hasHeard = true
      measurements.join.record(now - member.askedAt)
    }
    let sender = members[Int(payload.sender)]
    if !sender.hearers.isEmpty, sender.hearers.remove(member.index) != nil {
      let wait = now - sender.unmutedAt
      if moderator == nil { measurements.unmute.record(wait) } else { measurements.floor.record(wait) }
    }
    if member.tallies[speaker] == nil { member.tallies[speaker] = StreamTally(from: payload.number) }
    let isNew = tally(member, speaker, sequenceNumber, payload.number, at: now)
    guard isNew, phase == .measuring || phase == .draining else { return }
    measurements.verifiedCount += 1
    let latency = now - payload.intended
    measurements.recordLatency(latency)
    if let last = member.latencies[speaker] {
      measurements.jitter.record(Interval(nanoseconds: abs(latency.nanoseconds - last.nanoseconds)))
    }
    member.latencies[speaker] = latency
    guard let arrival, let transit = sender.sendTimes.transit(of: payload.number, until: arrival) else {
      return
    }
    measurements.transit.record(transit)
    if let last = member.transits[speaker] {
      measurements.transitJitter.record(Interval(nanoseconds: abs(transit.nanoseconds - last.nanoseconds)))
    }
    member.transits[speaker] = transit
  }

  @discardableResult
  private func tally(
    _ member: Member, _ speaker: Int, _ sequenceNumber: UInt16, _ number: UInt64?, at now: Instant
  ) -> Bool {
    guard
      let verdict = member.tallies[speaker]?.receive(
        sequenceNumber: sequenceNumber, number: number, at: now)
    else { return false }
    guard verdict == .next || verdict == .reordered else { return false }
    measurements.arrivedCount += 1
    return true
  }
}
