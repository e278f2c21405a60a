public import Base

/// A private authority for HTTPS where no public one can help: on a laptop, in a test, in a home network.
///
/// Clients trust ``certificatePEM`` (Python: `SSL_CERT_FILE`; Chromium: its store). Keep ``keyPEM`` as
/// secret as any password: who has it can speak for every host to those clients.
public struct CertificateAuthority: Hashable, Sendable {
  /// The authority's own certificate in PEM, to be trusted by clients.
  public let certificatePEM: String

  /// The authority's private key in PEM.
  public let keyPEM: String

  /// Makes an authority with a new P-256 key, valid for ten years.
  ///
  /// - Throws: `unavailable` when OpenSSL fails.
  public init(name: String, at now: WallTime) throws(CryptoError) {
    guard (1...64).contains(name.utf8.count) else { throw .invalidName }
    let key = try PrivateKey.p256()
    let builder = try X509Builder(key, subject: name, at: now, days: Limits.authorityDays)
    certificatePEM = try builder.signed(.authority, by: key, issuer: nil).pem()
    keyPEM = try key.pem()
  }

  /// Takes up an authority that was kept.
  ///
  /// - Throws: `malformedPEM` when one text is unreadable or the key is not the certificate's.
  public init(certificatePEM: String, keyPEM: String) throws(CryptoError) {
    _ = try Certificate(chainPEM: certificatePEM, keyPEM: keyPEM)
    self.certificatePEM = certificatePEM
    self.keyPEM = keyPEM
  }

  /// Signs a server certificate with a new P-256 key for `names`, valid for 397 days.
  ///
  /// - Throws: `invalidName` when there is no name or one cannot stand in a certificate, `malformedPEM` when
  ///   the authority's texts are unreadable, `unavailable` when OpenSSL fails.
  public func issue(_ names: [CertificateName], at now: WallTime) throws(CryptoError) -> Certificate {
    guard !names.isEmpty, names.allSatisfy(\.isValid) else { throw .invalidName }
    guard let issuer = X509Certificate.all(inPEM: certificatePEM).first,
      let issuerKey = PrivateKey(pem: keyPEM)
    else { throw .malformedPEM }
    let key = try PrivateKey.p256()
    let builder = try X509Builder(key, subject: "Roost", at: now, days: Limits.serverCertificateDays)
    let leaf = try builder.signed(.server(names), by: issuerKey, issuer: issuer)
    return Certificate(chainPEM: try leaf.pem(), keyPEM: try key.pem(), fingerprint: leaf.fingerprint)
  }
}

extension Certificate {
  /// Makes a self-signed certificate with a new P-256 key for DTLS.
  ///
  /// Nobody checks its name or dates; it is valid for a year all the same.
  ///
  /// - Throws: `unavailable` when OpenSSL fails.
  public static func selfSigned(at now: WallTime) throws(CryptoError) -> Certificate {
    let key = try PrivateKey.p256()
    let builder = try X509Builder(key, subject: "Roost", at: now, days: Limits.selfSignedDays)
    let certificate = try builder.signed(.selfSigned, by: key, issuer: nil)
    return Certificate(
      chainPEM: try certificate.pem(), keyPEM: try key.pem(), fingerprint: certificate.fingerprint)
  }
}
