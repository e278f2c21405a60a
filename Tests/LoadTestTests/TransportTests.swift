import Base
import Crypto
import LoadTest
import Testing
import Wire

/// Both transports against the server's own parts, in memory and in virtual time.
@Suite struct TransportTests {
  private let now = Instant.zero + .seconds(50)
  private let payload = ProbePayload(run: 9, sender: 3, number: 70_000, intended: .zero)

  private func datagrams(_ events: [MediaTransportEvent]) -> [[UInt8]] {
    events.compactMap { if case .send(let octets) = $0 { octets } else { nil } }
  }

  private func receive(
    _ octets: [UInt8], _ transport: some MediaTransport, at time: Instant? = nil, opens: Bool = true
  ) -> (Reception, [MediaTransportEvent], [UInt8]) {
    var buffer = octets + [UInt8](repeating: 0, count: 64)
    var events: [MediaTransportEvent] = []
    var span = buffer.mutableSpan
    let reception = transport.receive(
      &span, count: octets.count, at: time ?? now, opens: { _, _ in opens }, into: &events)
    return (reception, events, buffer)
  }

  private func sealed(_ transport: some MediaTransport) -> [UInt8] {
    var slot = [UInt8](repeating: 0, count: 1_500)
    var span = slot.mutableSpan
    let count = transport.seal(payload, count: 100, into: &span)
    return Array(slot.prefix(count))
  }

  @Test func `Discovery is repeated until it is answered, then the way is kept open`() throws {
    let transport = VoiceTransport(ssrc: 77, mode: .aes256GCM, frame: .milliseconds(20))
    var events: [MediaTransportEvent] = []
    transport.start(at: now, into: &events)
    transport.expire(at: now + .milliseconds(499), into: &events)
    #expect(datagrams(events).count == 1)
    transport.expire(at: now + .milliseconds(500), into: &events)
    let requests = datagrams(events)
    #expect(requests.count == 2)
    let repeated = requests[1]
    #expect(try IPDiscovery.parseRequest(repeated.span) == 77)

    let address = try #require(SocketAddress("192.0.2.7:50123"))
    var reply = [UInt8](repeating: 0, count: 74)
    var span = reply.mutableSpan
    _ = IPDiscovery.writeResponse(ssrc: 77, address: address, into: &span)
    #expect(receive(reply, transport).1 == [.discovered(address)])
    #expect(receive(reply, transport).1.isEmpty)
    events = []
    transport.expire(at: now + .seconds(6), into: &events)
    let keepalives = datagrams(events)
    #expect(keepalives.count == 1 && keepalives.first?.count == 8)
  }

  @Test func `A discovery answer for somebody else is none`() {
    let transport = VoiceTransport(ssrc: 77, mode: .aes256GCM, frame: .milliseconds(20))
    var reply = [UInt8](repeating: 0, count: 74)
    var span = reply.mutableSpan
    _ = IPDiscovery.writeResponse(ssrc: 78, address: SocketAddress(ip: .loopbackV4, port: 1), into: &span)
    let (reception, events, _) = receive(reply, transport)
    #expect(reception == .unknown && events.isEmpty)
  }

  @Test(arguments: VoiceCipherMode.allCases)
  func `Audio in Discord's modes goes both ways, and a changed packet is forged`(mode: VoiceCipherMode) throws
  {
    let key = (0..<32).map { UInt8($0) }
    let transport = VoiceTransport(ssrc: 77, mode: mode, frame: .milliseconds(20))
    var events: [MediaTransportEvent] = []
    #expect(sealed(transport).isEmpty)
    transport.use(secretKey: key, into: &events)
    #expect(events == [.connected] && transport.isConnected)
    let packet = sealed(transport)

    var cipher = try VoiceCipher(mode: mode, key: key.span)
    var opened = packet
    var span = opened.mutableSpan
    let count = try #require(cipher.open(&span, authenticatedCount: 12, count: packet.count))
    #expect(ProbePayload(opened.span, in: 12..<count) == payload)
    let header = try RTPHeader(opened.span)
    #expect(header.ssrc == 77 && header.payloadType == 120)
    #expect(header.sequenceNumber == UInt16(truncatingIfNeeded: 65_000 + 70_000))

    let (reception, _, buffer) = receive(packet, transport)
    #expect(
      reception == .audio(ssrc: 77, sequenceNumber: header.sequenceNumber, payload: 12..<112))
    #expect(ProbePayload(buffer.span, in: 12..<112) == payload)
    #expect(
      receive(packet, transport, opens: false).0 == .sealed(ssrc: 77, sequenceNumber: header.sequenceNumber))
    var changed = packet
    changed[40] ^= 1
    #expect(receive(changed, transport).0 == .forged)
  }

  @Test func `Audio before the key is early, not forged`() {
    let transport = VoiceTransport(ssrc: 77, mode: .aes256GCM, frame: .milliseconds(20))
    let packet = [0x80, 120] + [UInt8](repeating: 0, count: 60)
    #expect(receive(packet, transport).0 == .early)
  }

  @Test(arguments: SRTPProfile.allCases)
  func `A browser's transport checks, shakes hands and speaks SRTP`(profile: SRTPProfile) throws {
    try converse(profile, video: nil)
  }

  @Test func `A camera's frames begin as VP8 does, and end with the marker`() throws {
    // Ten packets a frame, a key frame every thirty.
    try converse(
      .aeadAES128GCM, video: VideoShape(bitrate: 3_000_000, frame: .milliseconds(33), packetOctets: 1_200))
  }

  private func converse(_ profile: SRTPProfile, video: VideoShape?) throws {
    let wall = WallTime(milliseconds: 1_790_000_000_000)
    let context = try DTLSContext(certificate: .selfSigned(at: wall), mtu: 1_200)
    let own = try DTLSContext(certificate: .selfSigned(at: wall), mtu: 1_200, profiles: [profile])
    var random = SeededRandom(seed: 4)
    let transport = WebRTCTransport(
      WebRTCDescription(random: &random), context: own, ssrc: 5,
      frame: .milliseconds(video == nil ? 20 : 33), video: video, random: random)
    let offer = try WebRTCFragment(transport.fragment)
    #expect(offer.fingerprint == own.fingerprint && offer.opusPayloadType == 111)
    let password = String(repeating: "p", count: 24)
    let answer = try #require(
      WebRTCAnswerFragment(
        addresses: [SocketAddress(ip: .loopbackV4, port: 1)], fingerprint: context.fingerprint,
        ufrag: "srv1", password: password))

    var events: [MediaTransportEvent] = []
    transport.use(answer: answer.text, at: now, into: &events)
    // The first check is lost, the repeated one is answered.
    events = []
    transport.expire(at: now + .milliseconds(500), into: &events)
    let check = try #require(datagrams(events).first)
    var responder = STUNResponder()
    let credentials = STUNCredentials(
      localUfrag: Array("srv1".utf8), remoteUfrag: Array(offer.ufrag.utf8), password: Array(password.utf8))
    var reply = [UInt8](repeating: 0, count: 128)
    var span = reply.mutableSpan
    let outcome = responder.respond(
      to: check.span, credentials: credentials, from: SocketAddress(ip: .loopbackV4, port: 9), into: &span)
    guard case .success(let count, let isNominated, _) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(isNominated)

    var server = try DTLSSession(context)
    var toServer = datagrams(receive(Array(reply.prefix(count)), transport).1)
    var happened: [MediaTransportEvent] = []
    while !toServer.isEmpty {
      let datagram = toServer.removeFirst()
      server.receive(datagram.span, at: now)
      var slot = [UInt8](repeating: 0, count: 1_500)
      var room = slot.mutableSpan
      while let count = server.nextDatagram(into: &room) {
        var flight: [UInt8] = []
        for index in 0..<count { flight.append(room[index]) }
        let events = receive(flight, transport).1
        happened += events.filter { $0 == .connected }
        toServer += datagrams(events)
      }
    }
    #expect(happened == [.connected] && transport.profile == profile)
    guard case .established(let ingress, let egress, let fingerprint) = server.state else {
      Issue.record("\(server.state)")
      return
    }
    #expect(fingerprint == own.fingerprint)
    if video == nil {
      try checkAudio(transport, ingress, egress)
    } else {
      try checkVideo(transport, ingress, egress)
    }
  }

  private func checkVideo(
    _ transport: WebRTCTransport, _ ingress: SRTPMaterial, _ egress: SRTPMaterial
  ) throws {
    var opener = try SRTPOpener(ingress)
    var timestamps: [UInt32] = []
    // A key frame's beginning and end, the next frame's beginning, the next key frame's.
    for (number, prefix) in [
      (0, [0x10, 0, 0, 0, 0x9D, 0x01, 0x2A]), (9, [0, 0]), (10, [0x10, 1, 0, 0, 0]),
      (300, [0x10, 0, 0, 0, 0x9D, 0x01, 0x2A]),
    ] as [(UInt64, [UInt8])] {
      let probe = ProbePayload(run: 9, sender: 3, number: number, intended: .zero)
      var slot = [UInt8](repeating: 0, count: 1_500)
      var span = slot.mutableSpan
      let sealed = transport.seal(probe, count: 1_200, into: &span)
      #expect(sealed == 12 + 1_200 + 16)
      let header = try RTPHeader(span.span.extracting(first: sealed))
      #expect(header.payloadType == 96 && header.marker == (number == 9))
      timestamps.append(header.timestamp)
      let count = try #require(
        opener.openRTP(&span, headerCount: 12, count: sealed, ssrc: 5, index: 65_000 + number))
      #expect(Array(slot[12..<(12 + prefix.count)]) == prefix)
      #expect(ProbePayload(slot.span, in: (12 + VideoShape.prefixCount)..<count) == probe)
    }
    let first = try #require(timestamps.first)
    #expect(timestamps.map { $0 &- first } == [0, 0, 2_970, 2_970 * 30])

    // What comes back is read behind the prefix and before the padding.
    var sealer = try SRTPSealer(egress)
    var slot = [UInt8](repeating: 0, count: 300)
    var room = slot.mutableSpan
    let fields = RTPFields(marker: false, payloadType: 96, sequenceNumber: 8, timestamp: 1, ssrc: 66)
    _ = fields.write(into: &room, extensions: HeaderExtensionBlock(form: .oneByte))
    room[0] |= 0x20
    payload.write(into: &room, at: 12 + VideoShape.prefixCount, count: 100)
    room[12 + VideoShape.prefixCount + 107] = 8
    let sealed = try #require(
      sealer.sealRTP(&room, headerCount: 12, count: 12 + VideoShape.prefixCount + 108, ssrc: 66, index: 8))
    #expect(
      receive(Array(slot.prefix(sealed)), transport).0
        == .audio(ssrc: 66, sequenceNumber: 8, payload: 23..<123))
  }

  private func checkAudio(
    _ transport: WebRTCTransport, _ ingress: SRTPMaterial, _ egress: SRTPMaterial
  ) throws {
    var packet = sealed(transport)
    let header = try RTPHeader(packet.span)
    #expect(header.ssrc == 5 && header.hasExtension)
    var opener = try SRTPOpener(ingress)
    var span = packet.mutableSpan
    let count = try #require(
      opener.openRTP(
        &span, headerCount: header.headerCount, count: span.count, ssrc: 5, index: 65_000 + 70_000))
    #expect(ProbePayload(packet.span, in: header.headerCount..<count) == payload)

    var sealer = try SRTPSealer(egress)
    var slot = [UInt8](repeating: 0, count: 200)
    var room = slot.mutableSpan
    let fields = RTPFields(marker: false, payloadType: 111, sequenceNumber: 8, timestamp: 1, ssrc: 66)
    _ = fields.write(into: &room, extensions: HeaderExtensionBlock(form: .oneByte))
    payload.write(into: &room, at: 12, count: 100)
    let sealedCount = try #require(
      sealer.sealRTP(&room, headerCount: 12, count: 112, ssrc: 66, index: 8))
    let datagram = Array(slot.prefix(sealedCount))
    #expect(receive(datagram, transport).0 == .audio(ssrc: 66, sequenceNumber: 8, payload: 12..<112))
    var changed = datagram
    changed[3] ^= 3
    #expect(receive(changed, transport).0 == .forged)
  }

  @Test func `An answer without credentials fails the transport`() throws {
    let wall = WallTime(milliseconds: 1_790_000_000_000)
    let context = try DTLSContext(certificate: .selfSigned(at: wall), mtu: 1_200)
    var random = SeededRandom(seed: 4)
    let transport = WebRTCTransport(
      WebRTCDescription(random: &random), context: context, ssrc: 5, frame: .milliseconds(20), random: random)
    var events: [MediaTransportEvent] = []
    transport.use(answer: "a=ice-ufrag:srv1", at: now, into: &events)
    guard case .failed? = events.first, events.count == 1 else {
      Issue.record("\(events)")
      return
    }
    #expect(!transport.isConnected)
  }
}
