public import Base
public import Crypto
internal import Wire

/// A browser's transport: ICE connectivity checks, a DTLS client, SRTP.
///
/// ```
/// start(answer) ─▶ checking ── check answered ──▶ handshaking ── keys, right fingerprint ──▶ connected
/// ```
/// Checks nominate at once, as against an ICE-lite server; while connected they go on as consent
/// (RFC 7675). What is lost is repeated. A server that checks back is answered: libnice does even as a lite
/// agent, and waits for it.
public final class WebRTCTransport: MediaTransport {
  private enum Phase {
    case checking, handshaking, connected, failed
  }

  /// RFC 8445 §14.3: a lone check is repeated after at least 500 ms.
  private static let checkInterval = Interval.milliseconds(500)
  /// RFC 7675 §5.1: 4 to 6 s, spread by the caller's ramp.
  private static let consentInterval = Interval.seconds(5)
  /// Browsers call Opus 111.
  public static let payloadType: UInt8 = 111
  /// The audio level's id in our fragment.
  static let levelID: UInt8 = 1
  /// Octets of the largest handshake datagram, above every MTU that a context may have.
  private static let handshakeSlotCount = 1_500

  private let description: WebRTCDescription
  private let counter: PacketCounter
  private let video: VideoShape?
  private let checks: ConnectivityChecks
  private let context: DTLSContext
  private var random: SeededRandom
  private var remote: WebRTCFragment?
  private var server: SocketAddress?
  private var phase = Phase.checking
  private var dtls: DTLSSession?
  private var sealer: SRTPSealer?
  private var opener: SRTPOpener?
  private var windows: [UInt32: ReplayWindow] = [:]
  private var transaction: [UInt8] = []
  private var checkAt = Instant.zero
  /// Numbers our RTCP packets: all are of one SSRC.
  private var controlIndex: UInt32 = 0

  /// A transport with the identity of `context` that sends under `ssrc`: sound, or the picture `video`.
  public init(
    _ description: WebRTCDescription, context: DTLSContext, ssrc: UInt32, frame: Interval,
    video: VideoShape? = nil, random: SeededRandom, checks: ConnectivityChecks = .own
  ) {
    self.checks = checks
    self.description = description
    self.context = context
    self.random = random
    self.video = video
    counter = PacketCounter(
      ssrc: ssrc, payloadType: video == nil ? WebRTCTransport.payloadType : VideoShape.payloadType,
      frame: frame, video: video)
  }

  /// Whether audio can be sent and received.
  public var isConnected: Bool { phase == .connected }

  /// What it sends under.
  public var ssrc: UInt32 { counter.ssrc }

  /// The SRTP profile in use; `nil` before the handshake is done.
  public var profile: SRTPProfile? { sealer?.profile }

  /// Our side of the negotiation, for SELECT_PROTOCOL.
  public var fragment: String {
    description.fragment(fingerprint: context.fingerprint, levelID: Self.levelID)
  }

  /// Our side of the negotiation as a whole description, for servers that read SDP; we receive at `address`.
  public func peer(at address: SocketAddress) -> PeerDescription {
    description.peer(
      fingerprint: context.fingerprint, address: address, ssrc: counter.ssrc, sendsVideo: video != nil)
  }

  /// Takes the server's side and begins.
  public func use(answer: String, at now: Instant, into events: inout [MediaTransportEvent]) {
    do {
      remote = try WebRTCFragment(answer)
      server = SessionDescription(answer).address
      start(at: now, into: &events)
    } catch {
      fail("the server's fragment cannot be read: \(error)", into: &events)
    }
  }

  /// Sends the first check.
  public func start(at now: Instant, into events: inout [MediaTransportEvent]) {
    guard let remote, checks == .own else { return }
    let request = STUNRequest(
      username: Array("\(remote.ufrag):\(description.ufrag)".utf8), password: Array(remote.password.utf8),
      role: .controlling(random.next()), priority: 1_845_501_695, useCandidate: true)
    transaction = random.octets(12)
    events.append(.send(request.message(transactionID: transaction)))
    checkAt = now + (isConnected ? WebRTCTransport.consentInterval : WebRTCTransport.checkInterval)
  }

  /// Takes a datagram of the server.
  public func receive(
    _ datagram: inout MutableSpan<UInt8>, count: Int, at now: Instant, opens: (UInt32, UInt16) -> Bool,
    into events: inout [MediaTransportEvent]
  ) -> Reception {
    switch DatagramKind.classify(datagram.span.extracting(first: count)) {
    case .rtp: return hear(&datagram, count: count, opens: opens)
    case .rtcp:
      guard let plain = opener?.openRTCP(&datagram, count: count) else { return .control }
      return .feedback(count: plain.count)
    case .stun:
      checked(datagram.span.extracting(first: count), at: now, into: &events)
      return .control
    case .dtls:
      dtls?.receive(datagram.span.extracting(first: count), at: now)
      progress(into: &events)
      return .control
    default: return .unknown
    }
  }

  private func hear(
    _ datagram: inout MutableSpan<UInt8>, count: Int, opens: (UInt32, UInt16) -> Bool
  ) -> Reception {
    guard isConnected else { return .early }
    guard let header = try? RTPHeader(datagram.span.extracting(first: count)) else { return .unknown }
    let ssrc = header.ssrc
    let sequenceNumber = header.sequenceNumber
    guard opens(ssrc, sequenceNumber) else { return .sealed(ssrc: ssrc, sequenceNumber: sequenceNumber) }
    let window = windows[ssrc, default: ReplayWindow()]
    // The network's duplicates are counted by whoever counts packets: here they are sealed ones.
    guard let index = window.index(of: sequenceNumber) else {
      return .sealed(ssrc: ssrc, sequenceNumber: sequenceNumber)
    }
    guard
      let plain = opener?.openRTP(
        &datagram, headerCount: header.headerCount, count: count, ssrc: ssrc, index: index)
    else { return .forged }
    windows[ssrc, default: ReplayWindow()].commit(index)
    // A server may pad packets to equal lengths.
    guard let padding = try? header.paddingCount(in: datagram.span.extracting(first: plain)) else {
      return .forged
    }
    let start =
      header.headerCount + (header.payloadType == VideoShape.payloadType ? VideoShape.prefixCount : 0)
    return .audio(
      ssrc: ssrc, sequenceNumber: sequenceNumber, payload: start..<max(start, plain - padding))
  }

  /// Writes a sealed audio packet into `slot`.
  public func seal(_ payload: ProbePayload, count: Int, into slot: inout MutableSpan<UInt8>) -> Int {
    let fields = counter.fields(payload.number)
    guard video == nil else { return sealVideo(payload, fields, count: count, into: &slot) }
    var extensions = HeaderExtensionBlock(form: .oneByte)
    // RFC 6464: voice at -30 dBov.
    _ = extensions.append(id: WebRTCTransport.levelID, value: 0x80 | 30, count: 1)
    let header = fields.write(into: &slot, extensions: extensions)
    payload.write(into: &slot, at: header, count: count)
    let sealed = sealer?.sealRTP(
      &slot, headerCount: header, count: header + count, ssrc: fields.ssrc,
      index: counter.index(payload.number))
    return sealed ?? 0
  }

  private func sealVideo(
    _ payload: ProbePayload, _ fields: RTPFields, count: Int, into slot: inout MutableSpan<UInt8>
  ) -> Int {
    let header = fields.write(into: &slot, extensions: HeaderExtensionBlock(form: .oneByte))
    video?.writePrefix(of: payload.number, into: &slot, at: header)
    payload.write(
      into: &slot, at: header + VideoShape.prefixCount, count: count - VideoShape.prefixCount)
    let whole = header + max(count, VideoShape.prefixCount + ProbePayload.headerCount)
    let sealed = sealer?.sealRTP(
      &slot, headerCount: header, count: whole, ssrc: fields.ssrc, index: counter.index(payload.number))
    return sealed ?? 0
  }

  /// Seals a packet of any stream.
  public func sealRTP(
    _ slot: inout MutableSpan<UInt8>, headerCount: Int, count: Int, ssrc: UInt32, index: UInt64
  ) -> Int {
    sealer?.sealRTP(&slot, headerCount: headerCount, count: count, ssrc: ssrc, index: index) ?? 0
  }

  /// Seals a compound RTCP packet.
  public func sealRTCP(_ slot: inout MutableSpan<UInt8>, count: Int) -> Int {
    defer { controlIndex += 1 }
    return sealer?.sealRTCP(&slot, count: count, index: controlIndex) ?? 0
  }

  /// Repeats checks and flights.
  public func expire(at now: Instant, into events: inout [MediaTransportEvent]) {
    guard phase != .failed else { return }
    if now >= checkAt { start(at: now, into: &events) }
    if let deadline = dtls?.deadline, deadline <= now {
      dtls?.expire(at: now)
      progress(into: &events)
    }
  }

  private func checked(
    _ octets: Span<UInt8>, at now: Instant, into events: inout [MediaTransportEvent]
  ) {
    guard let remote else { return }
    var message: [UInt8] = []
    for index in 0..<octets.count { message.append(octets[index]) }
    switch STUNResponse(message, transactionID: transaction, password: Array(remote.password.utf8)) {
    case .success: handshake(at: now, into: &events)
    case .error(let code, _): fail("the server refused a connectivity check with \(code)", into: &events)
    case nil:
      if let server,
        let reply = STUNReply.success(to: message, password: description.passwordOctets, from: server)
      {
        events.append(.send(reply))
      }
    }
  }

  /// An agent that checks elsewhere has found the way.
  public func connectPath(at now: Instant, into events: inout [MediaTransportEvent]) {
    handshake(at: now, into: &events)
  }

  private func handshake(at now: Instant, into events: inout [MediaTransportEvent]) {
    guard phase == .checking else { return }
    phase = .handshaking
    checkAt = now + WebRTCTransport.consentInterval
    do {
      dtls = try DTLSSession(client: context, at: now)
      progress(into: &events)
    } catch {
      fail("no DTLS session can be made: \(error)", into: &events)
    }
  }

  private func progress(into events: inout [MediaTransportEvent]) {
    var slot = [UInt8](repeating: 0, count: WebRTCTransport.handshakeSlotCount)
    var span = slot.mutableSpan
    while let count = dtls?.nextDatagram(into: &span) {
      var octets: [UInt8] = []
      for index in 0..<count { octets.append(span[index]) }
      events.append(.send(octets))
    }
    guard phase == .handshaking else { return }
    switch dtls?.state {
    case .established(let ingress, let egress, let fingerprint):
      take(ingress: ingress, egress: egress, fingerprint: fingerprint, into: &events)
    case .failed, .closed: fail("the DTLS handshake failed", into: &events)
    case .handshaking, nil: break
    }
  }

  private func take(
    ingress: SRTPMaterial, egress: SRTPMaterial, fingerprint: [UInt8],
    into events: inout [MediaTransportEvent]
  ) {
    guard fingerprint == remote?.fingerprint else {
      return fail("the server's certificate is not the one it announced", into: &events)
    }
    do {
      opener = try SRTPOpener(ingress)
      sealer = try SRTPSealer(egress)
      dtls?.finish()
      phase = .connected
      events.append(.connected)
    } catch {
      fail("the SRTP keys cannot be used: \(error)", into: &events)
    }
  }

  private func fail(_ reason: String, into events: inout [MediaTransportEvent]) {
    phase = .failed
    events.append(.failed(reason))
  }
}

/// Who does the connectivity checks of a transport.
public enum ConnectivityChecks: Hashable, Sendable {
  /// The transport itself, as against an ICE-lite server.
  case own
  /// An agent beside it, which also has the socket: ``WebRTCTransport/connectPath(at:into:)`` tells its end.
  case elsewhere
}
