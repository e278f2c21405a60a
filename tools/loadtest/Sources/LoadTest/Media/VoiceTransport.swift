public import Base
public import Crypto
internal import Wire

/// Discord's UDP transport: IP discovery, keepalives, audio in one of the two AEAD modes.
///
/// ```
/// discovering ── response ──▶ discovered ── use(secretKey:) ──▶ connected
/// ```
/// A discovery request that gets no answer is repeated every ``discoveryInterval``.
public final class VoiceTransport: MediaTransport {
  /// As clients do: the server is near or the datagram is lost.
  private static let discoveryInterval = Interval.milliseconds(500)
  /// Discord's clients: five seconds.
  private static let keepaliveInterval = Interval.seconds(5)
  /// What every bot sends Opus as.
  private static let payloadType: UInt8 = 120

  private let ssrc: UInt32
  private let mode: VoiceCipherMode
  private let counter: PacketCounter
  private var cipher: VoiceCipher?
  private var isDiscovered = false
  private var nextAt = Instant.zero
  private var keepalives: UInt32 = 0
  private var nonce: UInt32 = 0

  /// A transport for the sender `ssrc` in `mode`.
  public init(ssrc: UInt32, mode: VoiceCipherMode, frame: Interval) {
    self.ssrc = ssrc
    self.mode = mode
    counter = PacketCounter(ssrc: ssrc, payloadType: VoiceTransport.payloadType, frame: frame)
  }

  /// The mode's name in SELECT_PROTOCOL.
  public var modeName: String {
    switch mode {
    case .aes256GCM: "aead_aes256_gcm_rtpsize"
    case .xchacha20Poly1305: "aead_xchacha20_poly1305_rtpsize"
    }
  }

  /// Whether audio can be sent and received.
  public var isConnected: Bool { cipher != nil }

  /// Asks for our address.
  public func start(at now: Instant, into events: inout [MediaTransportEvent]) {
    expire(at: now, into: &events)
  }

  /// Takes the key of SESSION_DESCRIPTION.
  public func use(secretKey: [UInt8], into events: inout [MediaTransportEvent]) {
    do {
      cipher = try VoiceCipher(mode: mode, key: secretKey.span)
      events.append(.connected)
    } catch {
      events.append(.failed("the voice key cannot be used: \(error)"))
    }
  }

  /// Takes a datagram of the server.
  public func receive(
    _ datagram: inout MutableSpan<UInt8>, count: Int, at now: Instant, opens: (UInt32, UInt16) -> Bool,
    into events: inout [MediaTransportEvent]
  ) -> Reception {
    switch DatagramKind.classify(datagram.span.extracting(first: count)) {
    case .rtp:
      guard isConnected else { return .early }
      guard let header = try? RTPHeader(encryptedExtension: datagram.span.extracting(first: count)) else {
        return .unknown
      }
      guard opens(header.ssrc, header.sequenceNumber) else {
        return .sealed(ssrc: header.ssrc, sequenceNumber: header.sequenceNumber)
      }
      guard
        let plain = cipher?.open(&datagram, authenticatedCount: header.preambleCount, count: count),
        header.headerCount <= plain,
        // A server may pad packets to equal lengths.
        let padding = try? header.paddingCount(in: datagram.span.extracting(first: plain))
      else { return .forged }
      return .audio(
        ssrc: header.ssrc, sequenceNumber: header.sequenceNumber,
        payload: header.headerCount..<max(header.headerCount, plain - padding))
    case .rtcp:
      guard
        let plain = cipher?.open(&datagram, authenticatedCount: RTCPHeader.count, count: count)
      else { return .control }
      return .feedback(count: plain)
    case .keepalive, .voicePing: return .control
    default: return discovered(datagram.span.extracting(first: count), into: &events)
    }
  }

  private func discovered(
    _ octets: Span<UInt8>, into events: inout [MediaTransportEvent]
  ) -> Reception {
    guard octets.count == IPDiscovery.count, octets.uint32(at: 0) == 0x0002_0046,
      octets.uint32(at: 4) == ssrc
    else { return .unknown }
    guard !isDiscovered else { return .control }
    var text: [UInt8] = []
    for index in 8..<72 where octets[index] != 0 { text.append(octets[index]) }
    guard let ip = IPAddress(String(decoding: text, as: UTF8.self)) else { return .unknown }
    isDiscovered = true
    events.append(.discovered(SocketAddress(ip: ip, port: octets.uint16(at: 72))))
    return .control
  }

  /// Writes a sealed audio packet into `slot`.
  public func seal(_ payload: ProbePayload, count: Int, into slot: inout MutableSpan<UInt8>) -> Int {
    let header = counter.fields(payload.number)
      .write(into: &slot, extensions: HeaderExtensionBlock(form: .oneByte))
    payload.write(into: &slot, at: header, count: count)
    return seal(&slot, clear: header, count: header + count)
  }

  /// Seals a packet of any stream.
  public func sealRTP(
    _ slot: inout MutableSpan<UInt8>, headerCount: Int, count: Int, ssrc: UInt32, index: UInt64
  ) -> Int {
    seal(&slot, clear: headerCount, count: count)
  }

  /// Seals a compound RTCP packet.
  public func sealRTCP(_ slot: inout MutableSpan<UInt8>, count: Int) -> Int {
    seal(&slot, clear: RTCPHeader.count, count: count)
  }

  // One key for all streams: one count of nonces for all of them.
  private func seal(_ slot: inout MutableSpan<UInt8>, clear: Int, count: Int) -> Int {
    defer { nonce &+= 1 }
    return cipher?.seal(&slot, authenticatedCount: clear, count: count, nonce: nonce) ?? 0
  }

  /// Repeats the discovery, or keeps the mapping of a NAT alive.
  public func expire(at now: Instant, into events: inout [MediaTransportEvent]) {
    guard now >= nextAt else { return }
    var request = [UInt8](repeating: 0, count: isDiscovered ? 8 : IPDiscovery.count)
    var span = request.mutableSpan
    if isDiscovered {
      keepalives &+= 1
      span.store(keepalives, at: 0)
      nextAt = now + VoiceTransport.keepaliveInterval
    } else {
      span.store(0x0001_0046 as UInt32, at: 0)
      span.store(ssrc, at: 4)
      nextAt = now + VoiceTransport.discoveryInterval
    }
    events.append(.send(request))
  }
}
