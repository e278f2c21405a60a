internal import COpenSSL

/// A certificate chain with the leaf's private key, for DTLS or for HTTPS.
///
/// Holds texts and no C object: it can be written to a file, sent to another thread and compared.
public struct Certificate: Hashable, Sendable {
  /// The leaf's certificate in PEM, followed by those that signed it, without the root.
  public let chainPEM: String

  /// The leaf's private key in PEM (PKCS #8, not encrypted).
  public let keyPEM: String

  /// The SHA-256 of the leaf's DER form, 32 octets: SDP's `fingerprint:sha-256`.
  public let fingerprint: [UInt8]

  /// Reads a chain and a key.
  ///
  /// - Throws: `malformedPEM` when one of them is unreadable or the key is not the leaf's.
  public init(chainPEM: String, keyPEM: String) throws(CryptoError) {
    let chain = X509Certificate.all(inPEM: chainPEM)
    guard let leaf = chain.first, let key = PrivateKey(pem: keyPEM), leaf.matches(key) else {
      throw .malformedPEM
    }
    self.init(chainPEM: chainPEM, keyPEM: keyPEM, fingerprint: leaf.fingerprint)
  }

  init(chainPEM: String, keyPEM: String, fingerprint: [UInt8]) {
    self.chainPEM = chainPEM
    self.keyPEM = keyPEM
    self.fingerprint = fingerprint
  }

  /// Gives certificate and key to a context.
  ///
  /// - Throws: `malformedPEM` when OpenSSL refuses them.
  func install(in context: OpaquePointer) throws(CryptoError) {
    guard let leaf = X509Certificate.all(inPEM: chainPEM).first, let key = PrivateKey(pem: keyPEM) else {
      throw .malformedPEM
    }
    // The context takes references of its own.
    let isInstalled =
      unsafe SSL_CTX_use_certificate(context, leaf.pointer) == 1
      && SSL_CTX_use_PrivateKey(context, key.pointer) == 1
      && SSL_CTX_check_private_key(context) == 1
    guard isInstalled else { throw .malformedPEM }
  }
}

/// A private key of OpenSSL.
///
/// Owns the `EVP_PKEY`; a class so that it can be kept beside other references.
@safe
final class PrivateKey {
  /// The C object, for calls inside this module's folder.
  let pointer: OpaquePointer

  private init(_ pointer: OpaquePointer) {
    // Takes over the caller's reference.
    unsafe self.pointer = pointer
  }

  /// Reads a key in PEM; encrypted ones are refused.
  convenience init?(pem: String) {
    var pem = pem
    // A callback that answers 0 keeps OpenSSL from asking the terminal for a passphrase.
    let pointer = unsafe MemoryBIO.reading(&pem) { bio in
      unsafe PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in 0 }, nil)
    }
    guard let pointer = unsafe pointer else { return nil }
    unsafe self.init(pointer)
  }

  deinit {
    // Gives back this object's reference.
    unsafe EVP_PKEY_free(pointer)
  }

  /// Makes a P-256 key from the library's generator.
  ///
  /// - Throws: `unavailable` when OpenSSL fails.
  static func p256() throws(CryptoError) -> PrivateKey {
    // The new object's reference goes to the result.
    guard let pointer = unsafe roost_p256_generate() else { throw .unavailable }
    return unsafe PrivateKey(pointer)
  }

  /// The key in PEM.
  ///
  /// - Throws: `unavailable` when OpenSSL fails.
  func pem() throws(CryptoError) -> String {
    // The BIO collects the text; the key is only read.
    let text = unsafe MemoryBIO.written { bio in
      unsafe PEM_write_bio_PrivateKey(bio, pointer, nil, nil, 0, nil, nil) == 1
    }
    guard let text else { throw .unavailable }
    return text
  }
}
