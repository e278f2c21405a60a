package import Base
internal import Crypto
package import MediaControl
package import Wire

/// A Discord UDP client: discovery, keepalives, and audio in one of the AEAD modes.
package struct VoiceClient: ~Copyable {
  package let admission: PeerAdmission
  package let offer: VoiceTransportOffer
  package var address: SocketAddress

  private var cipher: VoiceCipher
  package var sequenceNumber: UInt16
  package var timestamp: UInt32
  /// The next nonce; one library leaves it at 0 (`repeatsNonce`).
  package var nonce: UInt32 = 0
  package var repeatsNonce = false
  /// Nonces of everything received, for uniqueness.
  package var heardNonces: Set<UInt32> = []

  package init(
    _ admission: PeerAdmission, offer: VoiceTransportOffer, address: SocketAddress, firstSequence: UInt16
  ) throws {
    self.admission = admission
    self.offer = offer
    self.address = address
    sequenceNumber = firstSequence
    timestamp = UInt32(firstSequence) &* 960
    let mode: VoiceCipherMode = offer.mode == .aes256GCM ? .aes256GCM : .xchacha20Poly1305
    cipher = try VoiceCipher(mode: mode, key: offer.secretKey.span)
  }

  /// An IP discovery request for this client's SSRC.
  package func discovery() -> [UInt8] {
    var octets = [UInt8](repeating: 0, count: 74)
    octets[1] = 1
    octets[3] = 70
    for index in 0..<4 {
      octets[4 + index] = UInt8(truncatingIfNeeded: admission.ssrc >> UInt32(24 - 8 * index))
    }
    return octets
  }

  /// Begins the sequence anew, as some libraries do with each playback.
  package mutating func restartPlayback() {
    sequenceNumber = 0
    timestamp = 0
  }

  /// The next 20 ms of audio, sealed.
  package mutating func speak(_ payload: [UInt8]) -> [UInt8] {
    let header = RTPFields(
      marker: false, payloadType: offer.opusPayloadType, sequenceNumber: sequenceNumber,
      timestamp: timestamp, ssrc: admission.ssrc)
    sequenceNumber &+= 1
    timestamp &+= 960
    return seal(payload, header)
  }

  /// A packet of video, sealed.
  package mutating func show(_ packet: VideoPacket) -> [UInt8] {
    seal(packet.payload, packet.fields)
  }

  /// `payload` under any header, sealed with this client's key.
  package mutating func seal(_ payload: [UInt8], _ header: RTPFields) -> [UInt8] {
    let nonce = self.nonce
    if !repeatsNonce { self.nonce &+= 1 }
    var packet = [UInt8](repeating: 0, count: 12) + payload
    packet =
      edited(packet, room: packet.count) { span in
        _ = header.write(into: &span, extensions: HeaderExtensionBlock(form: .oneByte))
        return span.count
      } ?? []
    return edited(packet, room: packet.count + 20) {
      cipher.seal(&$0, authenticatedCount: 12, count: packet.count, nonce: nonce)
    } ?? []
  }

  /// A compound RTCP packet, sealed.
  package mutating func sealReport(_ compound: [UInt8]) -> [UInt8] {
    defer { nonce &+= 1 }
    return edited(compound, room: compound.count + 20) {
      cipher.seal(&$0, authenticatedCount: 8, count: compound.count, nonce: nonce)
    } ?? []
  }

  /// Opens an audio packet from the endpoint; `nil` when it is not one for this client.
  package mutating func hear(_ datagram: [UInt8]) -> HeardPacket? {
    guard DatagramKind.classify(datagram.span) == .rtp,
      let header = try? RTPHeader(encryptedExtension: datagram.span)
    else { return nil }
    let plain = edited(datagram, room: datagram.count) {
      cipher.open(&$0, authenticatedCount: header.preambleCount, count: datagram.count)
    }
    guard let plain, header.headerCount <= plain.count else { return nil }
    heardNonces.insert(datagram.suffix(4).reduce(0) { $0 << 8 | UInt32($1) })
    return HeardPacket(
      ssrc: header.ssrc, sequenceNumber: header.sequenceNumber, timestamp: header.timestamp,
      payloadType: header.payloadType, isMarked: header.marker,
      payload: Array(plain.dropFirst(header.headerCount)), audioLevel: nil, hasExtension: header.hasExtension)
  }

  /// Opens a compound RTCP packet; `nil` when it is not one for this client.
  package mutating func hearReport(_ datagram: [UInt8]) -> [UInt8]? {
    guard DatagramKind.classify(datagram.span) == .rtcp else { return nil }
    return edited(datagram, room: datagram.count) {
      cipher.open(&$0, authenticatedCount: 8, count: datagram.count)
    }
  }
}
