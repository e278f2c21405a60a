import Base
import Crypto
import Testing

@Suite struct SRTPForgeryTests {
  static let index: UInt64 = 0x1_2345

  static func sealed(_ profile: SRTPProfile) throws -> (opener: SRTPMaterial, rtp: [UInt8], rtcp: [UInt8]) {
    var random = SeededRandom(seed: 9)
    let material = SRTPOracleTests.material(profile, &random)
    var sealer = try SRTPSealer(material)
    let rtp = rtpPacket(ssrc: 7, sequenceNumber: 0x2345, payload: random.octets(20))
    let rtcp = rtcpPacket(ssrc: 7, body: random.octets(20))
    let sealedRTP = edited(rtp, room: 20) {
      sealer.sealRTP(&$0, headerCount: 12, count: rtp.count, ssrc: 7, index: index)
    }
    let sealedRTCP = edited(rtcp, room: 20) { sealer.sealRTCP(&$0, count: rtcp.count, index: 5) }
    return (material, try #require(sealedRTP), try #require(sealedRTCP))
  }

  @Test(arguments: SRTPProfile.allCases)
  func `every truncation and bit flip fails`(_ profile: SRTPProfile) throws {
    let (material, rtp, rtcp) = try Self.sealed(profile)
    var opener = try SRTPOpener(material)
    let openRTP = { (opener: inout SRTPOpener, octets: [UInt8]) in
      edited(octets) {
        opener.openRTP(&$0, headerCount: 12, count: octets.count, ssrc: 7, index: Self.index)
      }
    }
    let openRTCP = { (opener: inout SRTPOpener, octets: [UInt8]) in
      edited(octets) { opener.openRTCP(&$0, count: octets.count)?.count }
    }
    let whole = openRTP(&opener, rtp)
    let wholeRTCP = openRTCP(&opener, rtcp)
    #expect(whole != nil && wholeRTCP != nil)
    for count in 0..<rtp.count {
      let opened = openRTP(&opener, Array(rtp.prefix(count)))
      #expect(opened == nil, "RTP cut to \(count)")
    }
    for count in 0..<rtcp.count {
      let opened = openRTCP(&opener, Array(rtcp.prefix(count)))
      #expect(opened == nil, "RTCP cut to \(count)")
    }
    for bit in 0..<rtp.count * 8 {
      var forged = rtp
      forged[bit / 8] ^= 1 << (bit % 8)
      let opened = openRTP(&opener, forged)
      #expect(opened == nil, "RTP bit \(bit)")
    }
    for bit in 0..<rtcp.count * 8 {
      var forged = rtcp
      forged[bit / 8] ^= 1 << (bit % 8)
      let opened = openRTCP(&opener, forged)
      #expect(opened == nil, "RTCP bit \(bit)")
    }
  }

  @Test(arguments: SRTPProfile.allCases)
  func `another rollover counter, SSRC or key fails`(_ profile: SRTPProfile) throws {
    let (material, rtp, _) = try Self.sealed(profile)
    var opener = try SRTPOpener(material)
    for index in [Self.index - 0x1_0000, Self.index + 0x1_0000, 1 << 48, .max] {
      let opened = edited(rtp) {
        opener.openRTP(&$0, headerCount: 12, count: rtp.count, ssrc: 7, index: index)
      }
      #expect(opened == nil, "index \(index)")
    }
    var otherSalt = material.salt
    otherSalt[0] ^= 1
    var otherKey = material.key
    otherKey[0] ^= 1
    for other in [
      SRTPMaterial(profile: profile, key: otherKey, salt: material.salt),
      SRTPMaterial(profile: profile, key: material.key, salt: otherSalt),
    ] {
      var opener = try SRTPOpener(other)
      let opened = edited(rtp) {
        opener.openRTP(&$0, headerCount: 12, count: rtp.count, ssrc: 7, index: Self.index)
      }
      // AES-CM's tag does not cover the salt: what comes out is wrong instead.
      if profile != .aes128CMHMACSHA1_80 || other.key != material.key { #expect(opened == nil) }
    }
  }

  @Test(arguments: SRTPProfile.allCases)
  func `an AEAD packet that is not authentic leaves no plaintext`(_ profile: SRTPProfile) throws {
    let (material, rtp, _) = try Self.sealed(profile)
    var opener = try SRTPOpener(material)
    var forged = rtp
    forged[rtp.count - 1] ^= 1
    var span = forged.mutableSpan
    let opened = opener.openRTP(
      &span, headerCount: 12, count: rtp.count, ssrc: 7, index: Self.index)
    #expect(opened == nil)
    var random = SeededRandom(seed: 9)
    _ = SRTPOracleTests.material(profile, &random)
    let plain = random.octets(20)
    #expect(Array(forged[12..<32]) != plain)
  }

  @Test(arguments: SRTPProfile.allCases)
  func `offsets that do not fit are refused`(_ profile: SRTPProfile) throws {
    var random = SeededRandom(seed: 1)
    let material = SRTPOracleTests.material(profile, &random)
    var sealer = try SRTPSealer(material)
    var opener = try SRTPOpener(material)
    for (headerCount, count) in [(0, 20), (12, 11), (21, 20), (12, 200), (-1, 20), (12, -1), (.max, .max)] {
      let sealed = edited([UInt8](repeating: 0x80, count: 40)) {
        sealer.sealRTP(&$0, headerCount: headerCount, count: count, ssrc: 1, index: 1)
      }
      #expect(sealed == nil, "\(headerCount) of \(count)")
      let opened = edited([UInt8](repeating: 0x80, count: 40)) {
        opener.openRTP(&$0, headerCount: headerCount, count: count, ssrc: 1, index: 1)
      }
      #expect(opened == nil, "\(headerCount) of \(count)")
    }
    for count in [-1, 0, 7, 41, .max] {
      let sealed = edited([UInt8](repeating: 0x80, count: 40)) {
        sealer.sealRTCP(&$0, count: count, index: 1)
      }
      #expect(sealed == nil)
      let opened = edited([UInt8](repeating: 0x80, count: 40)) {
        opener.openRTCP(&$0, count: count)?.count
      }
      #expect(opened == nil)
    }
    let late = edited([UInt8](repeating: 0x80, count: 60)) {
      sealer.sealRTCP(&$0, count: 20, index: 1 << 31)
    }
    #expect(late == nil)
    let beyond = edited([UInt8](repeating: 0x80, count: 60)) {
      sealer.sealRTP(&$0, headerCount: 12, count: 20, ssrc: 1, index: 1 << 48)
    }
    #expect(beyond == nil)
  }

  @Test(arguments: SRTPProfile.allCases)
  func `random packets do no harm`(_ profile: SRTPProfile) throws {
    var random = SeededRandom(seed: 11)
    var opener = try SRTPOpener(SRTPOracleTests.material(profile, &random))
    for run in 0..<fuzzRuns / 4 {
      let packet = random.octets(random.below(80))
      let headerCount = random.below(40)
      let opened = edited(packet) {
        opener.openRTP(
          &$0, headerCount: headerCount, count: packet.count, ssrc: 1,
          index: UInt64(random.below(1 << 20)))
      }
      #expect(opened == nil, "run \(run)")
      let control = edited(packet) { opener.openRTCP(&$0, count: packet.count)?.count }
      #expect(control == nil, "run \(run)")
    }
  }
}
