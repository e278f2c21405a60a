/// A protection profile of DTLS-SRTP (RFC 5764 §4.1.2, RFC 7714 §14.2), by its number on the wire.
///
/// ```
///                          key  salt  tag   SRTP packet                    SRTCP packet
/// AEAD_AES_128_GCM          16    12   16   header ‖ cipher ‖ tag          header(8) ‖ cipher ‖ tag ‖ E,index
/// AEAD_AES_256_GCM          32    12   16   header ‖ cipher ‖ tag          header(8) ‖ cipher ‖ tag ‖ E,index
/// AES128_CM_HMAC_SHA1_80    16    14   10   header ‖ cipher ‖ tag          header(8) ‖ cipher ‖ E,index ‖ tag
/// ```
public enum SRTPProfile: UInt16, CaseIterable, Sendable {
  /// AES-128 in counter mode with an 80-bit HMAC-SHA1 tag.
  case aes128CMHMACSHA1_80 = 0x0001

  /// AES-128 in Galois counter mode with a 128-bit tag.
  case aeadAES128GCM = 0x0007

  /// AES-256 in Galois counter mode with a 128-bit tag.
  case aeadAES256GCM = 0x0008

  /// Octets of the master key.
  public var keyCount: Int { self == .aeadAES256GCM ? 32 : 16 }

  /// Octets of the master salt.
  public var saltCount: Int { isAEAD ? 12 : 14 }

  /// Octets that sealing adds to an RTP packet: the tag.
  public var rtpExpansion: Int { isAEAD ? 16 : 10 }

  /// Octets that sealing adds to an RTCP packet: the tag and the index word.
  public var rtcpExpansion: Int { rtpExpansion + 4 }

  /// Whether encryption and authentication are one operation.
  var isAEAD: Bool { self != .aes128CMHMACSHA1_80 }
}

/// The master key and salt of one direction of an SRTP session.
public struct SRTPMaterial: Hashable, Sendable {
  /// The profile both were made for.
  public let profile: SRTPProfile

  /// The master key, `profile.keyCount` octets.
  public let key: [UInt8]

  /// The master salt, `profile.saltCount` octets.
  public let salt: [UInt8]

  /// Makes the material of its parts; sizes are checked where the material is used.
  public init(profile: SRTPProfile, key: [UInt8], salt: [UInt8]) {
    self.profile = profile
    self.key = key
    self.salt = salt
  }
}
