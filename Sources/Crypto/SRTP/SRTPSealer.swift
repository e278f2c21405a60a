/// Protects RTP and RTCP packets of one direction of a session (RFC 3711, RFC 7714), in place.
///
/// Owned by a transport, used on its shard's thread. Knows keys and nothing else: the caller keeps the
/// indices and must never seal two packets with one SSRC and index. Allocates nothing after `init`.
public struct SRTPSealer: ~Copyable, Sendable {
  /// The profile of the keys.
  public let profile: SRTPProfile

  private var rtp: SRTPStreamKeys
  private var rtcp: SRTPStreamKeys

  /// Derives the session keys.
  ///
  /// - Throws: `keySize` when key or salt do not fit the profile, `unavailable` when OpenSSL fails.
  public init(_ material: SRTPMaterial) throws(CryptoError) {
    let schedule = try SRTPKeySchedule(material)
    try self.init(material.profile, rtp: try schedule.rtp(), rtcp: try schedule.rtcp())
  }

  /// Uses session keys as they are; the RFCs' vectors give them.
  package init(
    _ profile: SRTPProfile, rtp: SRTPSessionKeys, rtcp: SRTPSessionKeys
  ) throws(CryptoError) {
    let rtp = try SRTPStreamKeys(profile, rtp, .seal)
    let rtcp = try SRTPStreamKeys(profile, rtcp, .seal)
    self.profile = profile
    self.rtp = rtp
    self.rtcp = rtcp
  }

  /// Seals an RTP packet in place.
  ///
  /// `packet[0 ..< count]` is the header, `headerCount` octets with CSRCs and extension, and the payload;
  /// `profile.rtpExpansion` octets must be free after it. `index` is the rollover counter times 65,536 plus
  /// the sequence number. Returns the octets of the sealed packet; `nil` when something does not fit.
  public mutating func sealRTP(
    _ packet: inout MutableSpan<UInt8>, headerCount: Int, count: Int, ssrc: UInt32, index: UInt64
  ) -> Int? {
    guard headerCount >= 12, headerCount <= count, count <= packet.count - profile.rtpExpansion,
      index <= Limits.srtpIndexMax
    else { return nil }
    if profile.isAEAD {
      let nonce = rtp.nonce(ssrc: ssrc, index: index)
      let isSealed = rtp.cipher.seal(
        &packet, clear: headerCount, count: count, trailer: nil, nonce: nonce)
      return isSealed ? count + profile.rtpExpansion : nil
    }
    let counter = rtp.counter(ssrc: ssrc, index: index)
    let rollover = bigEndianOctets(UInt32(truncatingIfNeeded: index >> 16))
    guard rtp.cipher.exclusiveOr(&packet, headerCount..<count, counter: counter),
      let code = rtp.mac.code(packet, count: count, trailer: rollover)
    else { return nil }
    for offset in 0..<profile.rtpExpansion { packet[count + offset] = code[offset] }
    return count + profile.rtpExpansion
  }

  /// Seals a compound RTCP packet in place.
  ///
  /// `packet[0 ..< count]` is the plain compound packet, whose SSRC is at octet 4;
  /// `profile.rtcpExpansion` octets must be free after it. `index` counts the packets of this SSRC, 31 bits.
  /// Returns the octets of the sealed packet; `nil` when something does not fit.
  public mutating func sealRTCP(
    _ packet: inout MutableSpan<UInt8>, count: Int, index: UInt32
  ) -> Int? {
    guard count >= 8, count <= packet.count - profile.rtcpExpansion, index <= Limits.srtcpIndexMax
    else { return nil }
    let ssrc = packet.word(at: 4)
    let indexWord = index | SRTCPLayout.encryptedFlag
    if profile.isAEAD {
      let nonce = rtcp.nonce(ssrc: ssrc, index: UInt64(index))
      let isSealed = rtcp.cipher.seal(
        &packet, clear: 8, count: count, trailer: bigEndianOctets(indexWord), nonce: nonce)
      guard isSealed else { return nil }
      packet.store(indexWord, at: count + CipherContext.tagCount)
      return count + profile.rtcpExpansion
    }
    let counter = rtcp.counter(ssrc: ssrc, index: UInt64(index))
    guard rtcp.cipher.exclusiveOr(&packet, 8..<count, counter: counter) else { return nil }
    packet.store(indexWord, at: count)
    guard let code = rtcp.mac.code(packet, count: count + 4, trailer: nil) else { return nil }
    for offset in 0..<profile.rtpExpansion { packet[count + 4 + offset] = code[offset] }
    return count + profile.rtcpExpansion
  }
}

/// What SRTCP adds to a compound packet (RFC 3711 §3.4).
enum SRTCPLayout {
  /// The E flag says that the packet is encrypted.
  ///
  /// DTLS-SRTP's profiles always encrypt.
  static let encryptedFlag: UInt32 = 1 << 31
}
