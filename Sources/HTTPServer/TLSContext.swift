import COpenSSL

/// Owns an SSL_CTX: what a TLS server shows to all its connections.
///
/// TLS 1.2 and 1.3, AEAD suites with forward secrecy, stateless tickets, no renegotiation, and buffers
/// that idle connections give back. The secrets of TLS 1.3 go to the connection, which needs no SSL then.
@safe
final class TLSContext: @unchecked Sendable {
  // An SSL_CTX counts its references atomically and is not changed after init: any thread may use it.
  private let context: OpaquePointer

  init(_ identity: TLSIdentity) throws(HTTPServerError) {
    // TLS_server_method is static; the new context is owned by self.
    guard let context = unsafe SSL_CTX_new(TLS_server_method()) else { throw .identity }
    unsafe self.context = context
    // Reads PEM into the context that self owns.
    unsafe try TLSContext.use(identity, on: context)
    // SSL_CTRL_SET_MIN_PROTO_VERSION (123), SSL_CTRL_SET_SESS_CACHE_MODE (44): macros that Swift lacks.
    unsafe SSL_CTX_ctrl(context, 123, Int(TLS1_2_VERSION), nil)
    unsafe SSL_CTX_ctrl(context, 44, 0, nil)
    // SSL_OP_NO_RENEGOTIATION, SSL_OP_NO_COMPRESSION, SSL_OP_CIPHER_SERVER_PREFERENCE.
    unsafe SSL_CTX_set_options(context, 1 << 30 | 1 << 17 | 1 << 22)
    // SSL_CTRL_MODE: SSL_MODE_RELEASE_BUFFERS.
    unsafe SSL_CTX_ctrl(context, 33, 0x10, nil)
    // A constant list that OpenSSL parses and copies.
    unsafe SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20")
    unsafe SSL_CTX_set_num_tickets(context, 1)
    // The connection is that which made the session: it owns it and is alive whenever OpenSSL runs.
    unsafe SSL_CTX_set_keylog_callback(context) { session, line in
      guard let line = unsafe line else { return }
      unsafe owner(SSL_get_ex_data(session, 0), TLSConnection.self)?.noteSecret(String(cString: line))
    }
    // The callback is a constant function and needs no argument.
    unsafe SSL_CTX_set_alpn_select_cb(
      context,
      { _, chosen, chosenCount, offered, offeredCount, _ in
        unsafe TLSContext.chooseProtocol(chosen, chosenCount, offered, offeredCount)
      }, nil)
  }

  deinit {
    // Connections hold their own references.
    unsafe SSL_CTX_free(context)
  }

  /// A new SSL for one connection, which frees it.
  func makeSession() -> OpaquePointer? {
    // The context is alive: self owns it.
    unsafe SSL_new(context)
  }

  private static func use(_ identity: TLSIdentity, on context: OpaquePointer) throws(HTTPServerError) {
    var isComplete = false
    // Each BIO reads from the array for the length of the closure only.
    unsafe withMemory(identity.certificateChain) { source in
      guard let leaf = unsafe PEM_read_bio_X509(source, nil, nil, nil) else { return }
      defer { unsafe X509_free(leaf) }
      guard unsafe SSL_CTX_use_certificate(context, leaf) == 1 else { return }
      while let issuer = unsafe PEM_read_bio_X509(source, nil, nil, nil) {
        // SSL_CTRL_CHAIN_CERT with 0: the context takes the reference over.
        if unsafe SSL_CTX_ctrl(context, 89, 0, UnsafeMutableRawPointer(issuer)) != 1 {
          unsafe X509_free(issuer)
        }
      }
      isComplete = true
    }
    guard isComplete else { throw .identity }
    isComplete = false
    // As above; the context takes its own reference to the key.
    unsafe withMemory(identity.privateKey) { source in
      // The callback refuses encrypted keys; without it OpenSSL would ask on the terminal.
      guard let key = unsafe PEM_read_bio_PrivateKey(source, nil, { _, _, _, _ in -1 }, nil) else { return }
      defer { unsafe EVP_PKEY_free(key) }
      isComplete =
        unsafe SSL_CTX_use_PrivateKey(context, key) == 1
        && SSL_CTX_check_private_key(context) == 1
    }
    // The end of the chain leaves an error behind, which the next SSL call must not see.
    ERR_clear_error()
    guard isComplete else { throw .identity }
  }

  private static func withMemory(_ text: String, _ body: (OpaquePointer) -> Void) {
    let octets = Array(text.utf8)
    // The BIO is freed before the array ends.
    unsafe octets.withUnsafeBytes { bytes in
      guard let source = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else {
        return
      }
      defer { unsafe BIO_free(source) }
      unsafe body(source)
    }
  }

  /// Takes `http/1.1` if it is offered (RFC 7301), refuses the handshake otherwise.
  private static func chooseProtocol(
    _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ chosenCount: UnsafeMutablePointer<UInt8>?,
    _ offered: UnsafePointer<UInt8>?, _ offeredCount: UInt32
  ) -> Int32 {
    let wanted = Array("http/1.1".utf8)
    // OpenSSL passes `offeredCount` readable octets: names with a length octet before each.
    let list = unsafe UnsafeBufferPointer(start: offered, count: Int(offeredCount))
    var index = 0
    while index < list.count {
      let count = Int(unsafe list[index])
      let end = index + 1 + count
      guard end <= list.count else { break }
      if unsafe list[(index + 1)..<end].elementsEqual(wanted) {
        // The answer points into the offer, as OpenSSL allows.
        unsafe chosen?.pointee = offered.map { unsafe $0 + index + 1 }
        unsafe chosenCount?.pointee = UInt8(clamping: count)
        return 0
      }
      index = end
    }
    // SSL_TLSEXT_ERR_ALERT_FATAL.
    return 2
  }
}
