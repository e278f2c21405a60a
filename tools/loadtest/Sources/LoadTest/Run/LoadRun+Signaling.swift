internal import Base
internal import Crypto
internal import Net

/// A member's two gateway connections: what they say and what follows from it.
extension LoadRun {
  /// Begins to join: the main gateway first.
  func open(_ member: Member, at now: Instant) {
    member.stage = .opening
    member.gateway = signalingClient(member)
    do {
      let socket = try GatewaySocket(
        gatewayTarget, tls, member: member.index, random: SeededRandom(seed: random.next()))
      member.gatewaySocket = socket
      try watch(socket, member, Channel.gateway)
    } catch {
      fail(member, "\(error)")
    }
  }

  private func signalingClient(_ member: Member) -> any SignalingClient {
    switch options.adapter {
    case .roost: GatewayClient(token: member.token, heartbeatPhase: random.unit())
    case .janus:
      JanusClient(
        room: target.channels[member.seat.room], isSpeaker: member.seat.speaker != nil,
        heartbeatPhase: random.unit())
    }
  }

  /// Asks to be let into the room; where whole descriptions are exchanged, with ours.
  private func join(_ member: Member) {
    var request = JoinRequest(
      guild: target.guild, channel: target.channels[member.seat.room],
      isMuted: member.seat.speaker == nil, speaker: member.seat.speaker, speakerCount: options.speakers)
    if options.adapter == .janus {
      do {
        request.peer = try offerMedia(member)
      } catch {
        return fail(member, "\(error)")
      }
    }
    send(member.gateway.join(request), member, isMain: true)
  }

  private func watch(_ socket: GatewaySocket, _ member: Member, _ channel: UInt64) throws(NetError) {
    member.watchesWriting[Int(channel)] = true
    try poll.add(
      socket.descriptor, token: UInt64(member.index) << 2 | channel, interest: .readableAndWritable)
  }

  /// One of the two sockets is ready.
  func advance(_ member: Member, _ isMain: Bool, at now: Instant) {
    guard let socket = isMain ? member.gatewaySocket : member.voiceSocket else { return }
    socket.advance { event in
      switch event {
      case .message(let octets):
        let events =
          isMain
          ? member.gateway.receive(octets, at: now) : member.voice?.receive(octets, at: now) ?? []
        handle(events, member, isMain: isMain, at: now)
      case .closed(let code, let reason):
        let name = isMain ? "the gateway" : "the voice gateway"
        let why = code.map { "\($0) \(reason)" } ?? reason
        if member.isAlive { fail(member, "\(name) closed the connection: \(why)") }
        ended(member, isMain: isMain)
      case .opened where isMain: handle(member.gateway.begin(at: now), member, isMain: true, at: now)
      case .opened, .reply: break
      }
    }
    rewatch(member, isMain: isMain)
  }

  /// One of a leaving member's connections has ended; with the other, it has left.
  private func ended(_ member: Member, isMain: Bool) {
    guard member.stage == .leaving else { return }
    if isMain { member.gatewaySocket = nil } else { member.voiceSocket = nil }
    if member.gatewaySocket == nil, member.voiceSocket == nil { member.disconnect(to: .idle) }
  }

  private func rewatch(_ member: Member, isMain: Bool) {
    let channel = isMain ? Channel.gateway : Channel.voice
    guard let socket = isMain ? member.gatewaySocket : member.voiceSocket,
      socket.wantsWriting != member.watchesWriting[Int(channel)]
    else { return }
    member.watchesWriting[Int(channel)] = socket.wantsWriting
    do {
      try poll.change(
        socket.descriptor, token: UInt64(member.index) << 2 | channel,
        interest: socket.wantsWriting ? .readableAndWritable : .readable)
    } catch {
      fail(member, "\(error)")
    }
  }

  /// Sends on one of the two connections.
  func send(_ message: [UInt8], _ member: Member, isMain: Bool) {
    guard let socket = isMain ? member.gatewaySocket : member.voiceSocket else { return }
    if let reason = socket.send(message) { return fail(member, reason) }
    rewatch(member, isMain: isMain)
  }

  private func handle(_ events: [SignalingEvent], _ member: Member, isMain: Bool, at now: Instant) {
    for event in events where member.isAlive {
      switch event {
      case .send(let message): send(message, member, isMain: isMain)
      case .identified:
        member.stage = .joining
        member.askedAt = now
        member.hasHeard = false
        join(member)
      case .assigned(let server): openVoice(member, server, at: now)
      case .readyForMedia(let ssrc, let server): openMedia(member, ssrc: ssrc, server, at: now)
      case .keyed(let key):
        (member.transport as? VoiceTransport)?.use(secretKey: key, into: &mediaEvents)
        handleMedia(member, at: now)
      case .answered(let fragment):
        (member.transport as? WebRTCTransport)?.use(answer: fragment, at: now, into: &mediaEvents)
        connectNice(member, fragment)
        handleMedia(member, at: now)
      case .negotiated(let answer): connectMedia(member, answer, at: now)
      case .failed(let reason): fail(member, reason)
      }
    }
  }

  private func openVoice(_ member: Member, _ server: VoiceServer, at now: Instant) {
    // A voice server that is named again means a new connection; a load test does not expect that.
    guard member.voiceSocket == nil else { return }
    do {
      let target = try voiceTarget(server.endpoint)
      let socket = try GatewaySocket(
        target, tls, member: member.index, random: SeededRandom(seed: random.next()))
      let isCamera = options.scenario.hasLayers && member.seat.speaker != nil
      member.voice = VoiceGatewayClient(
        server, heartbeatPhase: random.unit(), hasVideo: options.video != nil || options.scenario.hasLayers,
        layerCount: isCamera ? options.layers.count : 1)
      member.voiceSocket = socket
      member.stage = .admitted
      try watch(socket, member, Channel.voice)
    } catch {
      fail(member, "\(error)")
    }
  }

  private func voiceTarget(_ endpoint: String) throws(LoadTestError) -> GatewayTarget {
    if let known = voiceTargets[endpoint] { return known }
    // An endpoint has no scheme: where the main gateway has no TLS, nor has this one.
    let scheme = gatewayTarget.isSecure ? "wss://" : "ws://"
    let target = try LoadRun.gatewayTarget(scheme + endpoint, query: "?v=8", options)
    voiceTargets[endpoint] = target
    return target
  }

  private func openMedia(_ member: Member, ssrc: UInt32, _ server: SocketAddress, at now: Instant) {
    guard server.ip.isPrivate || options.ownsTarget else {
      return fail(member, "the media server \(server) is outside private networks")
    }
    member.audioSSRC = ssrc
    if let speaker = member.seat.speaker {
      laneOfSSRC[ssrc] = speaker
      // The others see a camera under the next one.
      if options.video != nil { laneOfSSRC[ssrc &+ 1] = speaker }
      expectVideo(of: speaker, after: ssrc)
    }
    do {
      member.mediaServer = server
      let usesNice = options.usesLibnice(member.index)
      if !usesNice { try openSocket(member, to: server) }
      if member.usesWebRTC {
        let transport =
          usesNice
          ? try openNice(member, ssrc: ssrc ^ 0x5555_5555) : webRTCTransport(member, ssrc: ssrc ^ 0x5555_5555)
        member.transport = transport
        if let message = member.voice?.selectWebRTC(
          fragment: transport.fragment, opusPayloadType: WebRTCTransport.payloadType)
        {
          send(message, member, isMain: false)
        }
      } else {
        let mode = options.modes[member.index % options.modes.count]
        let transport = VoiceTransport(ssrc: ssrc, mode: mode, frame: options.frame)
        member.transport = transport
        transport.start(at: now, into: &mediaEvents)
        handleMedia(member, at: now)
      }
    } catch {
      fail(member, "\(error)")
    }
  }

  /// A transport of the member's profile that sends under `ssrc`.
  func webRTCTransport(_ member: Member, ssrc: UInt32) -> WebRTCTransport {
    webRTCTransport(member, WebRTCDescription(random: &random), ssrc: ssrc, checks: .own)
  }

  /// The same with credentials of somebody's.
  func webRTCTransport(
    _ member: Member, _ description: WebRTCDescription, ssrc: UInt32, checks: ConnectivityChecks
  ) -> WebRTCTransport {
    WebRTCTransport(
      description, context: contexts[member.index % contexts.count], ssrc: ssrc, frame: options.frame,
      video: options.video, random: SeededRandom(seed: random.next()), checks: checks)
  }

  /// Timers of a member.
  func expire(_ member: Member, at now: Instant) {
    handle(member.gateway.expire(at: now), member, isMain: true, at: now)
    if let events = member.voice?.expire(at: now) { handle(events, member, isMain: false, at: now) }
    member.transport?.expire(at: now, into: &mediaEvents)
    handleMedia(member, at: now)
  }

  /// Gives a member up and counts why.
  func fail(_ member: Member, _ reason: String) {
    guard member.isAlive else { return }
    measurements.failures[reason, default: 0] += 1
    if phase == .measuring { close(member, isLeaving: false) }
    member.disconnect(to: .failed)
  }
}
