internal import Base
internal import Crypto
internal import MediaControl
internal import Wire

/// Discord's UDP transport of one peer: one AEAD key for both directions.
///
/// Owned by its ``Peer``. Opens and seals packets in place; knows nothing of rooms or addresses.
struct VoiceTransport: ~Copyable {
  let offer: VoiceTransportOffer
  private var cipher: VoiceCipher
  /// The replay window of its audio, and one for each SSRC of its pictures that has sent.
  ///
  /// None is given up while the key lives: forgetting a window would let old packets in again.
  private var replay = VoiceReplayWindow()
  private var videos: [(ssrc: UInt32, replay: VoiceReplayWindow)] = []
  /// Packets sealed under this key; the nonce is this plus ``Fixed/egressNonceFirst``.
  private var sealedCount: UInt32 = 0
  /// Whether the client sent authentic RTCP: only such a client is sent any.
  private(set) var speaksRTCP = false

  /// Keys the transport; `nil` when the key is none.
  init?(_ offer: VoiceTransportOffer) {
    let mode: VoiceCipherMode = offer.mode == .aes256GCM ? .aes256GCM : .xchacha20Poly1305
    guard let cipher = try? VoiceCipher(mode: mode, key: offer.secretKey.span) else { return nil }
    self.cipher = cipher
    self.offer = offer
  }

  /// How media goes out by this transport.
  ///
  /// Mutating only so that it is called in place.
  mutating func receiver(at address: SocketAddress, _ keyEpoch: UInt32) -> Receiver? {
    Receiver(
      address: address, keyEpoch: keyEpoch, opusPayloadType: offer.opusPayloadType, audioLevelID: nil,
      takesPadding: false)
  }

  /// Opens an RTP packet in place; the header was parsed by `RTPHeader(encryptedExtension:)`.
  ///
  /// With `isVideo`, its SSRC is one that the client has announced for a picture.
  mutating func openRTP(
    _ packet: inout MutableSpan<UInt8>, header: RTPHeader, count: Int, isVideo: Bool
  ) -> Opening {
    guard isVideo else { return VoiceTransport.open(&packet, header, count, &replay, &cipher) }
    if let known = videos.firstIndex(where: { $0.ssrc == header.ssrc }) {
      return VoiceTransport.open(&packet, header, count, &videos[known].replay, &cipher)
    }
    guard videos.count < Fixed.voiceSourcesMax else { return .dropped(.sourcesFull) }
    var replay = VoiceReplayWindow()
    let opening = VoiceTransport.open(&packet, header, count, &replay, &cipher)
    if case .opened = opening { videos.append((header.ssrc, replay)) }
    return opening
  }

  private static func open(
    _ packet: inout MutableSpan<UInt8>, _ header: RTPHeader, _ count: Int,
    _ replay: inout VoiceReplayWindow, _ cipher: inout VoiceCipher
  ) -> Opening {
    // The header's parser proved the 20 octets of tag and nonce.
    let identity = VoiceReplayWindow.Packet(
      sequenceNumber: header.sequenceNumber,
      tag: UInt64(word(packet, at: count - 20)) << 32 | UInt64(word(packet, at: count - 16)),
      nonce: word(packet, at: count - 4))
    let verdict = replay.assess(identity)
    guard verdict != .replayed else { return .dropped(.replayed) }
    guard let plain = cipher.open(&packet, authenticatedCount: header.preambleCount, count: count) else {
      return .dropped(.unauthentic)
    }
    replay.commit(identity, as: verdict)
    switch verdict {
    case .next(let index): return .opened(index: index, count: plain, isRestart: false)
    case .restart(let index): return .opened(index: index, count: plain, isRestart: true)
    case .replayed: return .dropped(.replayed)
    }
  }

  /// Opens a compound RTCP packet in place; gives the octets of its plaintext.
  mutating func openRTCP(_ packet: inout MutableSpan<UInt8>, count: Int) -> Int? {
    guard let plain = cipher.open(&packet, authenticatedCount: RTCPHeader.count, count: count) else {
      return nil
    }
    speaksRTCP = true
    return plain
  }

  /// Seals `packet[0 ..< count]`, of which `clearCount` octets stay clear, in place.
  mutating func seal(_ packet: inout MutableSpan<UInt8>, clearCount: Int, count: Int) -> Int? {
    // Half of the nonces are the client's; after 2^31 packets the key is used up.
    guard sealedCount < Fixed.egressNonceFirst else { return nil }
    let nonce = Fixed.egressNonceFirst + sealedCount
    sealedCount += 1
    return cipher.seal(&packet, authenticatedCount: clearCount, count: count, nonce: nonce)
  }

  private static func word(_ packet: borrowing MutableSpan<UInt8>, at offset: Int) -> UInt32 {
    guard offset >= 0, offset + 4 <= packet.count else { return 0 }
    return UInt32(packet[offset]) << 24 | UInt32(packet[offset + 1]) << 16
      | UInt32(packet[offset + 2]) << 8 | UInt32(packet[offset + 3])
  }
}

/// What became of a sealed RTP packet.
enum Opening {
  /// It is plaintext in place now: `count` octets with the header, at an index of its source.
  case opened(index: UInt64, count: Int, isRestart: Bool)
  case dropped(DropReason)
}
