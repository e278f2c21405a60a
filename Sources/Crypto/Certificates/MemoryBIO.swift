internal import COpenSSL

/// Text to and from OpenSSL's PEM functions.
enum MemoryBIO {
  /// What `body` reads from a BIO over `text`.
  static func reading<Result>(
    _ text: inout String, _ body: (OpaquePointer) -> Result?
  ) -> Result? {
    text.withUTF8 { octets in
      // The BIO reads the lent octets and is freed before they go away.
      guard let bio = unsafe BIO_new_mem_buf(octets.baseAddress, Int32(clamping: octets.count)) else {
        return nil
      }
      defer {
        // Made above, used by nobody else; a failed read leaves errors of this thread behind.
        unsafe BIO_free(bio)
        ERR_clear_error()
      }
      return unsafe body(bio)
    }
  }

  /// The text that `body` writes into a BIO; `nil` when it answers false.
  static func written(_ body: (OpaquePointer) -> Bool) -> String? {
    // Made and freed here.
    guard let bio = unsafe BIO_new(BIO_s_mem()) else { return nil }
    defer { unsafe BIO_free(bio) }
    guard unsafe body(bio) else { return nil }
    // The array has the size that the BIO says it holds.
    var octets = [UInt8](repeating: 0, count: unsafe BIO_ctrl_pending(bio))
    let count = unsafe octets.withUnsafeMutableBytes { octets in
      unsafe BIO_read(bio, octets.baseAddress, Int32(clamping: octets.count))
    }
    guard Int(count) == octets.count else { return nil }
    return String(decoding: octets, as: UTF8.self)
  }
}
