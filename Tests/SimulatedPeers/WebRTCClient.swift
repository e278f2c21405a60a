package import Base
package import Crypto
package import MediaControl
package import Wire

/// A browser's transport: checks, a real DTLS client session, SRTP.
package struct WebRTCClient: ~Copyable {
  package let admission: PeerAdmission
  package private(set) var offer: WebRTCTransportOffer
  package var address: SocketAddress
  /// The SSRC that the browser chose for its microphone.
  package var ssrc: UInt32
  package var sequenceNumber: UInt16
  package var timestamp: UInt32
  /// RFC 6464's octet for packets to come; needs a negotiated id.
  package var audioLevel: UInt8?

  package private(set) var dtls: DTLSSession
  private var sealer: SRTPSealer?
  private var opener: SRTPOpener?
  private var egress = RolloverCounter()
  private var windows: [UInt32: ReplayWindow] = [:]
  private var reportIndex: UInt32 = 0
  private var transaction: UInt64 = 1

  /// What a datagram was to the client.
  package enum Reception: Hashable {
    case audio(HeardPacket, index: UInt64)
    /// A compound RTCP packet in plaintext.
    case report([UInt8])
    case checkSucceeded, checkFailed
    case handshake
    case unintelligible
  }

  package init(
    _ admission: PeerAdmission, offer: WebRTCTransportOffer, context: DTLSContext, address: SocketAddress,
    ssrc: UInt32, firstSequence: UInt16, at now: Instant
  ) throws {
    self.admission = admission
    self.offer = offer
    self.address = address
    self.ssrc = ssrc
    sequenceNumber = firstSequence
    timestamp = ssrc &* 31
    dtls = try DTLSSession(client: context, at: now)
  }

  /// Whether keys are agreed.
  package var isConnected: Bool { sealer != nil }

  /// Uses new credentials from now on: an ICE restart.
  package mutating func restart(_ offer: WebRTCTransportOffer) {
    self.offer = offer
  }

  /// A connectivity check.
  package mutating func check(isNominating: Bool, priority: UInt32 = 100, password: String? = nil) -> [UInt8]
  {
    transaction += 1
    return STUNMessage.check(
      username: "\(offer.localUfrag):\(offer.remoteUfrag)", password: password ?? offer.localPassword,
      transaction: transaction, priority: priority, isNominating: isNominating)
  }

  /// The datagrams that the handshake wants sent.
  package mutating func handshakeDatagrams() -> [[UInt8]] {
    var datagrams: [[UInt8]] = []
    while let datagram = edited([], room: 1_500, { dtls.nextDatagram(into: &$0) }) {
      datagrams.append(datagram)
    }
    return datagrams
  }

  /// Lets the handshake's timer act.
  package mutating func expire(at now: Instant) {
    dtls.expire(at: now)
  }

  package var deadline: Instant? { dtls.deadline }

  /// The next 20 ms of audio, sealed.
  package mutating func speak(_ payload: [UInt8]) -> [UInt8] {
    let fields = RTPFields(
      marker: false, payloadType: offer.opusPayloadType, sequenceNumber: sequenceNumber,
      timestamp: timestamp, ssrc: ssrc)
    sequenceNumber &+= 1
    timestamp &+= 960
    return seal(payload, fields)
  }

  /// The header of a packet out of turn.
  package func fields(_ sequenceNumber: UInt16) -> RTPFields {
    RTPFields(
      marker: false, payloadType: offer.opusPayloadType, sequenceNumber: sequenceNumber,
      timestamp: timestamp &+ UInt32(sequenceNumber &- self.sequenceNumber) &* 960, ssrc: ssrc)
  }

  /// `payload` under any header, sealed; empty without keys.
  package mutating func seal(
    _ payload: [UInt8], _ fields: RTPFields, hasPadding: Bool = false,
    elements: [(id: UInt8, octets: [UInt8])] = []
  ) -> [UInt8] {
    var block = HeaderExtensionBlock(form: .oneByte)
    for element in elements { block.append(id: element.id, element.octets.span) }
    if let audioLevel, let id = offer.extensions.audioLevel {
      block.append(id: id, value: UInt32(audioLevel), count: 1)
    }
    var headerCount = 0
    var packet =
      edited([], room: 64) { span in
        headerCount = fields.write(into: &span, extensions: block)
        if hasPadding { span[0] |= 0x20 }
        return headerCount
      } ?? []
    packet += payload
    let index = egress.index(of: fields.sequenceNumber, fields.ssrc)
    return edited(packet, room: packet.count + 16) {
      sealer?.sealRTP(&$0, headerCount: headerCount, count: packet.count, ssrc: fields.ssrc, index: index)
        ?? nil
    } ?? []
  }

  /// A packet of video, sealed; with its layer's name if it has one.
  package mutating func show(_ packet: VideoPacket) -> [UInt8] {
    let codec = offer.videoCodecs.first { $0.rtxPayloadType == packet.fields.payloadType }
    let id = codec == nil ? offer.extensions.rid : offer.extensions.repairedRid
    guard let rid = packet.rid, let id else { return seal(packet.payload, packet.fields) }
    return seal(packet.payload, packet.fields, elements: [(id, Array(rid.utf8))])
  }

  /// A compound RTCP packet, sealed.
  package mutating func sealReport(_ compound: [UInt8]) -> [UInt8] {
    reportIndex += 1
    return edited(compound, room: compound.count + 20) {
      sealer?.sealRTCP(&$0, count: compound.count, index: reportIndex) ?? nil
    } ?? []
  }

  /// Takes a datagram of the endpoint in.
  package mutating func receive(_ datagram: [UInt8], at now: Instant) -> Reception {
    switch DatagramKind.classify(datagram.span) {
    case .stun:
      guard let header = try? STUNHeader(datagram.span) else { return .unintelligible }
      return header.messageClass == .success ? .checkSucceeded : .checkFailed
    case .dtls:
      dtls.receive(datagram.span, at: now)
      takeKeys()
      return .handshake
    case .rtp: return hear(datagram)
    case .rtcp:
      let plain = edited(datagram, room: datagram.count) {
        opener?.openRTCP(&$0, count: datagram.count)?.count
      }
      return plain.map { .report($0) } ?? .unintelligible
    default: return .unintelligible
    }
  }

  private mutating func takeKeys() {
    guard sealer == nil, case .established(let ingress, let egress, _) = dtls.state else { return }
    opener = try? SRTPOpener(ingress)
    sealer = try? SRTPSealer(egress)
  }

  private mutating func hear(_ datagram: [UInt8]) -> Reception {
    guard let header = try? RTPHeader(datagram.span) else { return .unintelligible }
    var window = windows[header.ssrc] ?? ReplayWindow()
    guard let index = window.index(of: header.sequenceNumber) else { return .unintelligible }
    let plain = edited(datagram, room: datagram.count) {
      opener?.openRTP(
        &$0, headerCount: header.headerCount, count: datagram.count, ssrc: header.ssrc, index: index) ?? nil
    }
    guard let plain else { return .unintelligible }
    window.commit(index)
    windows[header.ssrc] = window
    var level: UInt8?
    if let id = offer.extensions.audioLevel,
      let range = HeaderExtensions.find(id: id, in: plain.span, header: header)
    {
      level = plain[range.lowerBound]
    }
    guard let padding = try? header.paddingCount(in: plain.span) else { return .unintelligible }
    let heard = HeardPacket(
      ssrc: header.ssrc, sequenceNumber: header.sequenceNumber, timestamp: header.timestamp,
      payloadType: header.payloadType, isMarked: header.marker,
      payload: Array(plain.dropFirst(header.headerCount).dropLast(padding)), audioLevel: level,
      hasExtension: header.hasExtension)
    return .audio(heard, index: index)
  }
}

/// Extends sequence numbers in the order in which they are given, jumps of less than 2^15 either way.
package struct RolloverCounter {
  private var highest: [UInt32: UInt64] = [:]

  package init() {}

  package mutating func index(of sequenceNumber: UInt16, _ ssrc: UInt32) -> UInt64 {
    guard let last = highest[ssrc] else {
      highest[ssrc] = UInt64(sequenceNumber)
      return UInt64(sequenceNumber)
    }
    let step = Int16(bitPattern: sequenceNumber &- UInt16(truncatingIfNeeded: last))
    let index = UInt64(max(Int64(last) + Int64(step), 0))
    highest[ssrc] = max(last, index)
    return index
  }
}
