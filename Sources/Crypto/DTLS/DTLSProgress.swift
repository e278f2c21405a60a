internal import COpenSSL

/// What came of letting OpenSSL work on a datagram.
enum DTLSProgress {
  case waiting
  case finished
  case closed
  case failed

  /// Carries the handshake on; reads whatever follows it in the same datagram.
  static func handshake(_ session: OpaquePointer) -> DTLSProgress {
    // The caller owns the live session; the error queue belongs to the thread and is left empty.
    ERR_clear_error()
    let result = unsafe SSL_do_handshake(session)
    guard result != 1 else { return .finished }
    let reason = unsafe SSL_get_error(session, result)
    ERR_clear_error()
    return reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE ? .waiting : .failed
  }

  /// Reads an established session: answers repeated flights, drops application data, notices the end.
  static func drain(_ session: OpaquePointer) -> DTLSProgress {
    unsafe withUnsafeTemporaryAllocation(byteCount: Limits.dtlsDatagramMax, alignment: 1) { buffer in
      // A datagram holds fewer records than this, so the loop ends by running dry.
      for _ in 0..<Limits.dtlsDatagramMax / DTLSRecords.headerCount {
        // The caller owns the live session; the buffer has the size that is passed.
        ERR_clear_error()
        let count = unsafe SSL_read(session, buffer.baseAddress, Int32(clamping: buffer.count))
        guard count <= 0 else { continue }
        let reason = unsafe SSL_get_error(session, count)
        ERR_clear_error()
        return reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE ? .waiting : .closed
      }
      return .waiting
    }
  }
}

/// What a finished handshake yields (RFC 5764 §4.2).
struct DTLSKeys {
  let client: SRTPMaterial
  let server: SRTPMaterial
  let peerFingerprint: [UInt8]

  private static let label = "EXTRACTOR-dtls_srtp"

  /// Exports the keys; `nil` when no SRTP profile was agreed or the peer has no certificate.
  init?(_ session: OpaquePointer) {
    // The caller owns the live session; the profile is a constant of the library.
    guard let chosen = unsafe SSL_get_selected_srtp_profile(session),
      let profile = unsafe SRTPProfile(rawValue: UInt16(truncatingIfNeeded: chosen.pointee.id))
    else { return nil }
    let keyCount = profile.keyCount
    let saltCount = profile.saltCount
    // client key ‖ server key ‖ client salt ‖ server salt
    var octets = [UInt8](repeating: 0, count: 2 * (keyCount + saltCount))
    // Writes exactly as many octets as the array has; the label is ASCII of the length passed.
    let isExported = unsafe octets.withUnsafeMutableBufferPointer { octets in
      unsafe SSL_export_keying_material(
        session, octets.baseAddress, octets.count, Self.label, Self.label.utf8.count, nil, 0, 0) == 1
    }
    guard isExported else { return nil }
    // A counted reference, given back in the same breath.
    guard let certificate = unsafe SSL_get1_peer_certificate(session) else { return nil }
    defer { unsafe X509_free(certificate) }
    guard let peerFingerprint = unsafe X509Fingerprint.sha256(of: certificate) else { return nil }
    let salts = 2 * keyCount
    client = SRTPMaterial(
      profile: profile, key: Array(octets[..<keyCount]), salt: Array(octets[salts..<salts + saltCount]))
    server = SRTPMaterial(
      profile: profile, key: Array(octets[keyCount..<salts]), salt: Array(octets[(salts + saltCount)...]))
    self.peerFingerprint = peerFingerprint
  }
}
