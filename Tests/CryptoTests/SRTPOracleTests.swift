import Base
import Crypto
import Testing

/// Packet for packet against libsrtp2, in both directions.
@Suite(.serialized) struct SRTPOracleTests {
  static func material(_ profile: SRTPProfile, _ random: inout SeededRandom) -> SRTPMaterial {
    SRTPMaterial(
      profile: profile, key: random.octets(profile.keyCount), salt: random.octets(profile.saltCount))
  }

  /// A packet with up to three CSRCs and up to five words of extension, and how long its header is.
  static func packet(
    _ random: inout SeededRandom, ssrc: UInt32, sequenceNumber: UInt16
  ) -> (octets: [UInt8], headerCount: Int) {
    var packet = rtpPacket(ssrc: ssrc, sequenceNumber: sequenceNumber, payload: [])
    let sources = random.below(4)
    packet[0] |= UInt8(sources)
    packet += random.octets(sources * 4)
    if random.below(2) == 0 {
      let words = random.below(6)
      packet[0] |= 0x10
      packet += [0xBE, 0xDE, 0, UInt8(words)] + random.octets(words * 4)
    }
    let headerCount = packet.count
    return (packet + random.octets(random.below(1_200)), headerCount)
  }

  @Test(arguments: SRTPProfile.allCases, [1, 2] as [UInt64])
  func `RTP is the same as libsrtp's across rollovers`(_ profile: SRTPProfile, _ seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let material = Self.material(profile, &random)
    let outbound = try Libsrtp(material, .outbound)
    let inbound = try Libsrtp(material, .inbound)
    var sealer = try SRTPSealer(material)
    var opener = try SRTPOpener(material)
    let ssrcs = (0..<3).map { _ in UInt32(truncatingIfNeeded: random.next()) }
    var indices = ssrcs.map { _ in UInt64(random.below(1 << 15)) }
    var windows = ssrcs.map { _ in ReplayWindow() }
    for step in 0..<600 {
      let stream = random.below(ssrcs.count)
      let index = indices[stream]
      indices[stream] += UInt64(1 + random.below(random.below(4) == 0 ? 30_000 : 20))
      let (plain, headerCount) = Self.packet(
        &random, ssrc: ssrcs[stream], sequenceNumber: UInt16(truncatingIfNeeded: index))
      let sealed = try #require(
        edited(plain, room: profile.rtpExpansion) {
          sealer.sealRTP(
            &$0, headerCount: headerCount, count: plain.count, ssrc: ssrcs[stream], index: index)
        })
      #expect(sealed.count == plain.count + profile.rtpExpansion)
      #expect(outbound.protect(plain) == sealed, "seed \(seed) step \(step)")
      #expect(inbound.unprotect(sealed) == plain, "seed \(seed) step \(step)")
      // The window finds the index that the sender counted.
      let estimate = windows[stream].index(of: UInt16(truncatingIfNeeded: index))
      #expect(estimate == index, "seed \(seed) step \(step)")
      windows[stream].commit(index)
      let opened = edited(sealed) {
        opener.openRTP(
          &$0, headerCount: headerCount, count: sealed.count, ssrc: ssrcs[stream], index: index)
      }
      #expect(opened == plain, "seed \(seed) step \(step)")
    }
    #expect(indices.contains { $0 > 1 << 17 }, "no rollover was crossed")
  }

  @Test(arguments: SRTPProfile.allCases)
  func `RTCP is the same as libsrtp's`(_ profile: SRTPProfile) throws {
    var random = SeededRandom(seed: 3)
    let material = Self.material(profile, &random)
    let outbound = try Libsrtp(material, .outbound)
    let inbound = try Libsrtp(material, .inbound)
    var sealer = try SRTPSealer(material)
    var opener = try SRTPOpener(material)
    // libsrtp counts from 1.
    for index in 1...300 as ClosedRange<UInt32> {
      let plain = rtcpPacket(ssrc: 0xCAFE_0001, body: random.octets(random.below(200) * 4))
      let sealed = try #require(
        edited(plain, room: profile.rtcpExpansion) {
          sealer.sealRTCP(&$0, count: plain.count, index: index)
        })
      #expect(sealed.count == plain.count + profile.rtcpExpansion)
      #expect(outbound.protectRTCP(plain) == sealed, "packet \(index)")
      #expect(inbound.unprotectRTCP(sealed) == plain, "packet \(index)")
      var found: UInt32?
      let opened = edited(sealed) {
        let result = opener.openRTCP(&$0, count: sealed.count)
        found = result?.index
        return result?.count
      }
      #expect(opened == plain, "packet \(index)")
      #expect(found == index)
    }
  }
}
