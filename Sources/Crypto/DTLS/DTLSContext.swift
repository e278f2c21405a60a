internal import COpenSSL

/// What all DTLS sessions of a process share: certificate, cipher suites, SRTP profiles.
///
/// DTLS 1.2 for DTLS-SRTP (RFC 5764). The peer must show a certificate; which one is not judged here but by
/// its fingerprint, which signalling knows (RFC 8827 §6.5). Shared by all threads.
@safe
public final class DTLSContext: @unchecked Sendable {
  // Sendable: everything is set in `init` and only read afterwards; an SSL_CTX counts its references
  // atomically and OpenSSL documents making sessions from several threads as safe.
  private let context: OpaquePointer
  private let method: DatagramBIOMethod

  /// The SHA-256 fingerprint of the certificate, 32 octets.
  public let fingerprint: [UInt8]

  /// The largest datagram a session sends.
  public let mtu: Int

  /// Makes a context that offers or accepts every profile, AEAD_AES_128_GCM first.
  ///
  /// - Throws: `malformedPEM` when the certificate does not fit its key, `unavailable` when OpenSSL fails.
  public convenience init(certificate: Certificate, mtu: Int) throws(CryptoError) {
    try self.init(
      certificate: certificate, mtu: mtu,
      profiles: [.aeadAES128GCM, .aeadAES256GCM, .aes128CMHMACSHA1_80])
  }

  /// Makes a context that offers or accepts `profiles`, the preferred one first.
  ///
  /// `mtu` is the largest UDP payload, from 256 to 1,472 octets.
  ///
  /// - Throws: `malformedPEM` when the certificate does not fit its key, `unavailable` when OpenSSL fails.
  public init(certificate: Certificate, mtu: Int, profiles: [SRTPProfile]) throws(CryptoError) {
    let method = try DatagramBIOMethod()
    // The C object: created here, owned by this object, freed in deinit; sessions count references.
    guard let context = unsafe SSL_CTX_new(DTLS_method()) else { throw .unavailable }
    do throws(CryptoError) {
      // Both only set up the context made above.
      unsafe try Self.configure(context, profiles)
      unsafe try certificate.install(in: context)
    } catch {
      // Nobody owns it yet.
      unsafe SSL_CTX_free(context)
      throw error
    }
    unsafe self.context = context
    self.method = consume method
    fingerprint = certificate.fingerprint
    self.mtu = min(max(mtu, Limits.dtlsMTUMin), Limits.dtlsMTUMax)
  }

  deinit {
    // Gives up this object's reference.
    unsafe SSL_CTX_free(context)
  }

  private static func configure(
    _ context: OpaquePointer, _ profiles: [SRTPProfile]
  ) throws(CryptoError) {
    let names = profiles.map { profile in
      switch profile {
      case .aes128CMHMACSHA1_80: "SRTP_AES128_CM_SHA1_80"
      case .aeadAES128GCM: "SRTP_AEAD_AES_128_GCM"
      case .aeadAES256GCM: "SRTP_AEAD_AES_256_GCM"
      }
    }
    // Setters on a context nobody else knows yet; strings are copied. `use_srtp` answers 0 for success.
    let isConfigured =
      unsafe roost_dtls_configure(
        context, Limits.dtlsCipherSuites, Limits.dtlsGroups, Limits.dtlsCertificateOctetsMax) == 1
      && SSL_CTX_set_tlsext_use_srtp(context, names.joined(separator: ":")) == 0
    guard isConfigured else { throw .unavailable }
    // The certificate is compared by fingerprint, so no chain is built and any is let through.
    unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
    unsafe SSL_CTX_set_cert_verify_callback(context, { _, _ in 1 }, nil)
  }

  /// Makes a session's OpenSSL object over `exchange`, which must outlive it.
  func makeSession(_ role: DTLSRole, over exchange: DatagramExchange) throws(CryptoError) -> OpaquePointer {
    // The association owns and frees the result; on failure it is freed here.
    guard let session = unsafe SSL_new(context) else { throw .unavailable }
    guard let bio = unsafe method.makeBIO(over: exchange) else {
      unsafe SSL_free(session)
      throw .unavailable
    }
    // The session takes the one reference for both directions.
    unsafe SSL_set_bio(session, bio, bio)
    unsafe SSL_ctrl(session, SSL_CTRL_SET_MTU, mtu, nil)
    // OpenSSL's own timer must not fire (see DTLSTimer): over an hour is longer than any handshake.
    unsafe DTLS_set_timer_cb(session) { _, _ in 4_000_000_000 }
    switch role {
    case .server: unsafe SSL_set_accept_state(session)
    case .client: unsafe SSL_set_connect_state(session)
    }
    return unsafe session
  }
}

/// Which side of a handshake a session is.
enum DTLSRole: Sendable {
  case server
  case client
}
