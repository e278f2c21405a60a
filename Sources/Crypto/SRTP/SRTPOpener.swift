/// Checks and decrypts RTP and RTCP packets of one direction of a session (RFC 3711, RFC 7714), in place.
///
/// Owned by a transport, used on its shard's thread. Says only whether a packet is authentic at an index:
/// the caller takes the index from its ``ReplayWindow`` and commits it after success. Allocates nothing
/// after `init`.
public struct SRTPOpener: ~Copyable, Sendable {
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
    let rtp = try SRTPStreamKeys(profile, rtp, .open)
    let rtcp = try SRTPStreamKeys(profile, rtcp, .open)
    self.profile = profile
    self.rtp = rtp
    self.rtcp = rtcp
  }

  /// Opens an SRTP packet in place.
  ///
  /// `packet[0 ..< count]` is the sealed packet, `headerCount` the octets of its header with CSRCs and
  /// extension. Returns the octets of header and payload; `nil` when the packet is too short or not
  /// authentic at `index`, and then the payload's content is unspecified.
  public mutating func openRTP(
    _ packet: inout MutableSpan<UInt8>, headerCount: Int, count: Int, ssrc: UInt32, index: UInt64
  ) -> Int? {
    guard headerCount >= 12, count <= packet.count, headerCount <= count - profile.rtpExpansion,
      index <= Limits.srtpIndexMax
    else { return nil }
    let plainCount = count - profile.rtpExpansion
    if profile.isAEAD {
      let nonce = rtp.nonce(ssrc: ssrc, index: index)
      let isAuthentic = rtp.cipher.open(
        &packet, clear: headerCount, count: plainCount, trailer: nil, nonce: nonce)
      return isAuthentic ? plainCount : nil
    }
    let rollover = bigEndianOctets(UInt32(truncatingIfNeeded: index >> 16))
    guard let code = rtp.mac.code(packet, count: plainCount, trailer: rollover),
      Self.matches(packet, at: plainCount, code, profile.rtpExpansion)
    else { return nil }
    let counter = rtp.counter(ssrc: ssrc, index: index)
    guard rtp.cipher.exclusiveOr(&packet, headerCount..<plainCount, counter: counter) else { return nil }
    return plainCount
  }

  /// Opens an SRTCP packet in place.
  ///
  /// Returns the octets of the plain compound packet and its index, which the caller checks for replay
  /// before it believes the packet; `nil` when the packet is too short, unencrypted or not authentic.
  public mutating func openRTCP(
    _ packet: inout MutableSpan<UInt8>, count: Int
  ) -> (count: Int, index: UInt32)? {
    guard count <= packet.count, count >= 8 + profile.rtcpExpansion else { return nil }
    let plainCount = count - profile.rtcpExpansion
    let ssrc = packet.word(at: 4)
    let indexWord = packet.word(at: profile.isAEAD ? count - 4 : plainCount)
    guard indexWord & SRTCPLayout.encryptedFlag != 0 else { return nil }
    let index = indexWord & ~SRTCPLayout.encryptedFlag
    if profile.isAEAD {
      let nonce = rtcp.nonce(ssrc: ssrc, index: UInt64(index))
      let isAuthentic = rtcp.cipher.open(
        &packet, clear: 8, count: plainCount, trailer: bigEndianOctets(indexWord), nonce: nonce)
      return isAuthentic ? (plainCount, index) : nil
    }
    guard let code = rtcp.mac.code(packet, count: plainCount + 4, trailer: nil),
      Self.matches(packet, at: plainCount + 4, code, profile.rtpExpansion)
    else { return nil }
    let counter = rtcp.counter(ssrc: ssrc, index: UInt64(index))
    guard rtcp.cipher.exclusiveOr(&packet, 8..<plainCount, counter: counter) else { return nil }
    return (plainCount, index)
  }

  /// Compares the tag at `offset` with the head of `code` in time that does not depend on either.
  private static func matches(
    _ packet: borrowing MutableSpan<UInt8>, at offset: Int, _ code: [20 of UInt8], _ count: Int
  ) -> Bool {
    var difference: UInt8 = 0
    for index in 0..<count { difference |= packet[offset + index] ^ code[index] }
    return difference == 0
  }
}
