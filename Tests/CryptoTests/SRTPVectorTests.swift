import Base
import Crypto
import Testing

@Suite struct SRTPVectorTests {
  static let salt = hex("517569642070726f2071756f")
  static let rtp = hex(
    """
    8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976
    69736120 696e2070 61727465 73207472 6573
    """)
  static let rtcp = hex(
    """
    81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61
    deadbeef deadbeef deadbeef deadbeef deadbeef
    """)

  static let aead: [(SRTPProfile, String, String)] = [
    (
      .aeadAES128GCM,
      """
      8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5
      0d294e6f 42a5f47a 51c7d19b 36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce
      """,
      """
      81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d
      c676a5f1 730d6fda 4ce09b46 86303ded 0bb9275b c84aa458 96cf4d2f c5abf872
      45d9eade 800005d4
      """
    ),
    (
      .aeadAES256GCM,
      """
      8040f17b 8041f8d3 5501a0b2 32b1de78 a822fe12 ef9f78fa 332e33aa b1801238
      9a58e2f3 b50b2a02 76ffae0f 1ba63799 b87b7aa3 db36dfff d6b0f9bb 7878d7a7 6c13
      """,
      """
      81c8000d 4d617273 d50ae4d1 f5ce5d30 4ba297e4 7d470c28 2c3ece5d bffe0a50
      a2eaa5c1 110555be 8415f658 c61de047 6f1b6fad 1d1eb30c 4446839f 57ff6f6c
      b26ac3be 800005d4
      """
    ),
  ]

  static func keys(_ profile: SRTPProfile) -> SRTPSessionKeys {
    SRTPSessionKeys(
      encryption: (0..<profile.keyCount).map { UInt8($0) }, authentication: [], salt: salt)
  }

  @Test(arguments: aead)
  func `RFC 7714 section 16, RTP`(_ profile: SRTPProfile, _ sealed: String, _: String) throws {
    let keys = Self.keys(profile)
    var sealer = try SRTPSealer(profile, rtp: keys, rtcp: keys)
    var opener = try SRTPOpener(profile, rtp: keys, rtcp: keys)
    let packet = edited(Self.rtp, room: 16) { packet in
      sealer.sealRTP(
        &packet, headerCount: 12, count: Self.rtp.count, ssrc: 0x5501_A0B2, index: 0xF17B)
    }
    #expect(packet == hex(sealed))
    let plain = edited(hex(sealed)) { packet in
      opener.openRTP(
        &packet, headerCount: 12, count: packet.count, ssrc: 0x5501_A0B2, index: 0xF17B)
    }
    #expect(plain == Self.rtp)
  }

  @Test(arguments: aead)
  func `RFC 7714 section 17, RTCP`(_ profile: SRTPProfile, _: String, _ sealed: String) throws {
    let keys = Self.keys(profile)
    var sealer = try SRTPSealer(profile, rtp: keys, rtcp: keys)
    var opener = try SRTPOpener(profile, rtp: keys, rtcp: keys)
    let packet = edited(Self.rtcp, room: 20) { packet in
      sealer.sealRTCP(&packet, count: Self.rtcp.count, index: 0x5D4)
    }
    #expect(packet == hex(sealed))
    var index: UInt32?
    let plain = edited(hex(sealed)) { packet in
      let opened = opener.openRTCP(&packet, count: packet.count)
      index = opened?.index
      return opened?.count
    }
    #expect(plain == Self.rtcp)
    #expect(index == 0x5D4)
  }

  @Test func `RTCP that is only tagged is refused: DTLS-SRTP always encrypts`() throws {
    // RFC 7714 §17.3, authentic but in the clear.
    let tagged = hex(
      """
      81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61
      deadbeef deadbeef deadbeef deadbeef deadbeef 841dd968 3dd78ec9 2ae58790
      125f62b3 000005d4
      """)
    let keys = Self.keys(.aeadAES128GCM)
    var opener = try SRTPOpener(.aeadAES128GCM, rtp: keys, rtcp: keys)
    #expect(edited(tagged) { opener.openRTCP(&$0, count: tagged.count)?.count } == nil)
  }

  @Test func `RFC 3711 appendix B.2, the AES-CM key stream`() throws {
    // Sealing zeros shows the key stream. 65,282 blocks do not fit a packet; the first three do.
    let keys = SRTPSessionKeys(
      encryption: hex("2B7E151628AED2A6ABF7158809CF4F3C"),
      authentication: [UInt8](repeating: 0, count: 20), salt: hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD"))
    var sealer = try SRTPSealer(.aes128CMHMACSHA1_80, rtp: keys, rtcp: keys)
    let zeros = rtpPacket(ssrc: 0, sequenceNumber: 0, payload: [UInt8](repeating: 0, count: 48))
    let sealed = try #require(
      edited(zeros, room: 10) { packet in
        sealer.sealRTP(&packet, headerCount: 12, count: zeros.count, ssrc: 0, index: 0)
      })
    let keyStream = hex(
      """
      E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB
      41E95B3BB0A2E8DD477901E4FCA894C0
      """)
    #expect(Array(sealed[12..<60]) == keyStream)
  }

  @Test func `RFC 3711 appendix B.3, key derivation`() throws {
    let schedule = try SRTPKeySchedule(
      SRTPMaterial(
        profile: .aes128CMHMACSHA1_80, key: hex("E1F97A0D3E018BE0D64FA32C06DE4139"),
        salt: hex("0EC675AD498AFEEBB6960B3AABE6")))
    let keys = try schedule.rtp()
    #expect(keys.encryption == hex("C61E7A93744F39EE10734AFE3FF7A087"))
    #expect(keys.salt == hex("30CBBC08863D8C85D49DB34A9AE1"))
    #expect(keys.authentication == hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"))
  }

  @Test(arguments: SRTPProfile.allCases)
  func `keys and salts of another size are refused`(_ profile: SRTPProfile) {
    for (keyCount, saltCount) in [
      (0, profile.saltCount), (profile.keyCount, 0), (profile.keyCount + 1, profile.saltCount),
      (profile.keyCount, profile.saltCount - 1),
    ] {
      let material = SRTPMaterial(
        profile: profile, key: [UInt8](repeating: 1, count: keyCount),
        salt: [UInt8](repeating: 2, count: saltCount))
      #expect(throws: CryptoError.keySize) { _ = try SRTPSealer(material) }
      #expect(throws: CryptoError.keySize) { _ = try SRTPOpener(material) }
    }
  }
}
