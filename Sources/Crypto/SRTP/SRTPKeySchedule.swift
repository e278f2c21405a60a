/// The session keys of one direction, derived from its master key (RFC 3711 §4.3, RFC 7714 §11).
///
/// The key derivation rate is 0, the only one DTLS-SRTP uses: every key is made once.
package struct SRTPKeySchedule {
  /// RFC 3711 §4.3.1: what a derived key is for.
  private enum Label: UInt8 {
    case rtpEncryption = 0
    case rtpAuthentication = 1
    case rtpSalt = 2
    case rtcpEncryption = 3
    case rtcpAuthentication = 4
    case rtcpSalt = 5
  }

  /// Octets of an HMAC-SHA1 session key.
  private static let authenticationKeyCount = 20

  private let material: SRTPMaterial

  package init(_ material: SRTPMaterial) throws(CryptoError) {
    guard material.key.count == material.profile.keyCount else { throw .keySize }
    guard material.salt.count == material.profile.saltCount else { throw .keySize }
    self.material = material
  }

  /// The session keys for RTP.
  package func rtp() throws(CryptoError) -> SRTPSessionKeys {
    SRTPSessionKeys(
      encryption: try derive(.rtpEncryption, material.profile.keyCount),
      authentication: try derive(.rtpAuthentication, Self.authenticationKeyCount),
      salt: try derive(.rtpSalt, material.profile.saltCount))
  }

  /// The session keys for RTCP.
  package func rtcp() throws(CryptoError) -> SRTPSessionKeys {
    SRTPSessionKeys(
      encryption: try derive(.rtcpEncryption, material.profile.keyCount),
      authentication: try derive(.rtcpAuthentication, Self.authenticationKeyCount),
      salt: try derive(.rtcpSalt, material.profile.saltCount))
  }

  /// The first `count` octets of the pseudo-random function for `label`.
  ///
  /// The generator is AES in counter mode under the master key. Its counter block is
  /// ```
  /// octet   0                       7              14  15
  ///         master salt, zero-padded; ^ label        0   0   block counter
  /// ```
  private func derive(_ label: Label, _ count: Int) throws(CryptoError) -> [UInt8] {
    var counter = [16 of UInt8](repeating: 0)
    for index in material.salt.indices { counter[index] = material.salt[index] }
    counter[7] ^= label.rawValue
    let algorithm: CipherContext.Algorithm = material.key.count == 32 ? .aes256CTR : .aes128CTR
    var generator = try CipherContext(algorithm, .seal, key: material.key.span)
    var octets = [UInt8](repeating: 0, count: count)
    var span = octets.mutableSpan
    guard generator.exclusiveOr(&span, 0..<count, counter: counter) else { throw .unavailable }
    return octets
  }
}

/// The keys that protect the packets of one direction, one set for RTP and one for RTCP.
package struct SRTPSessionKeys: Hashable, Sendable {
  package let encryption: [UInt8]
  /// Unused by the AEAD profiles.
  package let authentication: [UInt8]
  package let salt: [UInt8]

  package init(encryption: [UInt8], authentication: [UInt8], salt: [UInt8]) {
    self.encryption = encryption
    self.authentication = authentication
    self.salt = salt
  }
}
