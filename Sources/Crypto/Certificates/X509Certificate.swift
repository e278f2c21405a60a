internal import COpenSSL

/// A certificate of OpenSSL.
///
/// Owns a reference to the `X509`; a class so that several can stand in an array.
@safe
final class X509Certificate {
  /// The C object, for calls inside this module's folder.
  let pointer: OpaquePointer

  /// The SHA-256 of the DER form.
  let fingerprint: [UInt8]

  /// Takes over the caller's reference; `nil` when the certificate cannot be digested.
  init?(_ pointer: OpaquePointer) {
    // On failure the reference is given back here, else in deinit.
    guard let fingerprint = unsafe X509Fingerprint.sha256(of: pointer) else {
      unsafe X509_free(pointer)
      return nil
    }
    unsafe self.pointer = pointer
    self.fingerprint = fingerprint
  }

  deinit {
    // Gives back this object's reference.
    unsafe X509_free(pointer)
  }

  /// The certificates in a PEM text, in its order.
  static func all(inPEM text: String) -> [X509Certificate] {
    var text = text
    // Each read certificate's reference goes to its object.
    let chain = unsafe MemoryBIO.reading(&text) { bio in
      var chain: [X509Certificate] = []
      while chain.count < Limits.chainMax,
        let pointer = unsafe PEM_read_bio_X509(bio, nil, { _, _, _, _ in 0 }, nil),
        let certificate = unsafe X509Certificate(pointer)
      {
        chain.append(certificate)
      }
      return chain
    }
    return chain ?? []
  }

  /// Whether `key` is the private half of the certificate's key.
  func matches(_ key: PrivateKey) -> Bool {
    // Compares, keeps nothing; a mismatch leaves an error of this thread behind.
    defer { ERR_clear_error() }
    return unsafe X509_check_private_key(pointer, key.pointer) == 1
  }

  /// The certificate in PEM.
  ///
  /// - Throws: `unavailable` when OpenSSL fails.
  func pem() throws(CryptoError) -> String {
    // The BIO collects the text; the certificate is only read.
    let text = unsafe MemoryBIO.written { bio in unsafe PEM_write_bio_X509(bio, pointer) == 1 }
    guard let text else { throw .unavailable }
    return text
  }
}

/// A certificate's SHA-256.
enum X509Fingerprint {
  /// The SHA-256 of the DER form, 32 octets; `nil` when OpenSSL fails.
  static func sha256(of certificate: OpaquePointer) -> [UInt8]? {
    var octets = [UInt8](repeating: 0, count: 32)
    var count: UInt32 = 0
    // Writes the 32 octets of SHA-256; the caller holds the certificate.
    let isDone = unsafe octets.withUnsafeMutableBufferPointer { octets in
      unsafe X509_digest(certificate, EVP_sha256(), octets.baseAddress, &count) == 1
    }
    return isDone && count == 32 ? octets : nil
  }
}
