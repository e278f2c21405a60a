/// The keyed contexts of one direction for one of RTP and RTCP.
struct SRTPStreamKeys: ~Copyable, Sendable {
  var cipher: CipherContext
  var mac: PacketMAC
  /// The session salt, at the head of a counter block; its last octets are zero.
  let salt: [16 of UInt8]

  init(
    _ profile: SRTPProfile, _ keys: SRTPSessionKeys, _ direction: CipherContext.Direction
  ) throws(CryptoError) {
    guard keys.salt.count == profile.saltCount else { throw .keySize }
    let algorithm: CipherContext.Algorithm =
      switch profile {
      case .aes128CMHMACSHA1_80: .aes128CTR
      case .aeadAES128GCM: .aes128GCM
      case .aeadAES256GCM: .aes256GCM
      }
    let cipher = try CipherContext(algorithm, direction, key: keys.encryption.span)
    let mac = try PacketMAC(key: keys.authentication.span)
    var salt = [16 of UInt8](repeating: 0)
    for index in keys.salt.indices { salt[index] = keys.salt[index] }
    self.salt = salt
    self.cipher = cipher
    self.mac = mac
  }

  /// The counter block of RFC 3711 §4.1.1: the salt, with the SSRC at octet 4 and the index at octet 8.
  func counter(ssrc: UInt32, index: UInt64) -> [16 of UInt8] {
    var block = salt
    Self.exclusiveOr(&block, at: 4, ssrc)
    Self.exclusiveOr(&block, at: 8, UInt32(truncatingIfNeeded: index >> 16))
    block[12] ^= UInt8(truncatingIfNeeded: index >> 8)
    block[13] ^= UInt8(truncatingIfNeeded: index)
    return block
  }

  /// The nonce of RFC 7714 §8.1: the salt, with the SSRC at octet 2 and the 48-bit index at octet 6.
  ///
  /// RFC 7714 §9.1 puts an SRTCP index in the last four octets: the same place.
  func nonce(ssrc: UInt32, index: UInt64) -> [12 of UInt8] {
    var block = salt
    Self.exclusiveOr(&block, at: 2, ssrc)
    Self.exclusiveOr(&block, at: 6, UInt32(truncatingIfNeeded: index >> 16))
    block[10] ^= UInt8(truncatingIfNeeded: index >> 8)
    block[11] ^= UInt8(truncatingIfNeeded: index)
    return [
      block[0], block[1], block[2], block[3], block[4], block[5],
      block[6], block[7], block[8], block[9], block[10], block[11],
    ]
  }

  private static func exclusiveOr(_ block: inout [16 of UInt8], at offset: Int, _ word: UInt32) {
    block[offset] ^= UInt8(truncatingIfNeeded: word >> 24)
    block[offset + 1] ^= UInt8(truncatingIfNeeded: word >> 16)
    block[offset + 2] ^= UInt8(truncatingIfNeeded: word >> 8)
    block[offset + 3] ^= UInt8(truncatingIfNeeded: word)
  }
}
