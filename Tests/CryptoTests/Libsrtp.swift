import CSRTP2
import Crypto
import Testing

/// Debian's libsrtp2 as the oracle: one session of one direction, any SSRC.
@safe
final class Libsrtp {
  enum Direction { case outbound, inbound }

  private static let isReady = srtp_init() == srtp_err_status_ok
  private let session: srtp_t

  init(_ material: SRTPMaterial, _ direction: Direction) throws {
    try #require(Self.isReady)
    // A C record of plain fields and pointers, all zero.
    var policy = unsafe srtp_policy_t()
    switch material.profile {
    case .aes128CMHMACSHA1_80:
      // Setters write plain fields.
      unsafe srtp_crypto_policy_set_rtp_default(&policy.rtp)
      unsafe srtp_crypto_policy_set_rtcp_default(&policy.rtcp)
    case .aeadAES128GCM:
      unsafe srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp)
      unsafe srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp)
    case .aeadAES256GCM:
      unsafe srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtp)
      unsafe srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtcp)
    }
    unsafe policy.ssrc.type = direction == .inbound ? ssrc_any_inbound : ssrc_any_outbound
    unsafe policy.window_size = 128
    var key = material.key + material.salt
    var session: srtp_t?
    // The key is copied before the call returns.
    let status = unsafe key.withUnsafeMutableBufferPointer { key in
      unsafe policy.key = key.baseAddress
      return unsafe srtp_create(&session, &policy)
    }
    #expect(status == srtp_err_status_ok)
    unsafe self.session = try #require(unsafe session)
  }

  deinit {
    // The only owner frees.
    unsafe srtp_dealloc(session)
  }

  // The session lives as long as this object; `change` lends buffer and count for one call.

  func protect(_ packet: [UInt8]) -> [UInt8]? {
    unsafe change(packet) { unsafe srtp_protect(session, $0, $1) }
  }

  func protectRTCP(_ packet: [UInt8]) -> [UInt8]? {
    unsafe change(packet) { unsafe srtp_protect_rtcp(session, $0, $1) }
  }

  func unprotect(_ packet: [UInt8]) -> [UInt8]? {
    unsafe change(packet) { unsafe srtp_unprotect(session, $0, $1) }
  }

  func unprotectRTCP(_ packet: [UInt8]) -> [UInt8]? {
    unsafe change(packet) { unsafe srtp_unprotect_rtcp(session, $0, $1) }
  }

  private func change(
    _ packet: [UInt8],
    _ body: (UnsafeMutableRawPointer?, UnsafeMutablePointer<Int32>) -> srtp_err_status_t
  ) -> [UInt8]? {
    // libsrtp writes up to SRTP_MAX_TRAILER_LEN octets behind the packet and wants 32-bit alignment.
    var buffer = packet + [UInt8](repeating: 0, count: 256)
    var count = Int32(packet.count)
    let status = unsafe buffer.withUnsafeMutableBytes { unsafe body($0.baseAddress, &count) }
    return status == srtp_err_status_ok ? Array(buffer.prefix(Int(count))) : nil
  }
}
