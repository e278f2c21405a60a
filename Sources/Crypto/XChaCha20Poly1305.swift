internal import CSodium

/// libsodium's XChaCha20-Poly1305, in place, with a nonce of four octets and zeros.
///
/// The library keeps no state: there is nothing to own.
enum XChaCha20Poly1305 {
  /// Encrypts `packet[clear ..< count]` and writes the tag after it; authenticates `packet[0 ..< clear]`.
  static func seal(
    _ packet: inout MutableSpan<UInt8>, clear: Int, count: Int, key: [32 of UInt8], nonce: [4 of UInt8]
  ) -> Bool {
    guard clear >= 0, clear <= count, count <= packet.count - CipherContext.tagCount else { return false }
    let nonce = extended(nonce)
    // The guard proves that clear, count and the tag lie inside the packet.
    return unsafe packet.withUnsafeMutableBufferPointer { packet in
      guard let base = packet.baseAddress else { return false }
      // Key and nonce are inline arrays of the cipher's sizes; in place is allowed.
      return unsafe key.span.withUnsafeBufferPointer { key in
        unsafe nonce.span.withUnsafeBufferPointer { nonce in
          guard let key = key.baseAddress, let nonce = nonce.baseAddress else { return false }
          let body = unsafe base + clear
          // Offsets are the guard's; the output is as long as the input.
          return unsafe crypto_aead_xchacha20poly1305_ietf_encrypt_detached(
            body, base + count, nil, body, UInt64(count - clear), base, UInt64(clear), nil, nonce, key)
            == 0
        }
      }
    }
  }

  /// Checks the tag after `packet[0 ..< count]` and decrypts `packet[clear ..< count]`.
  ///
  /// The library checks first: a packet that is not authentic stays as it was.
  static func open(
    _ packet: inout MutableSpan<UInt8>, clear: Int, count: Int, key: [32 of UInt8], nonce: [4 of UInt8]
  ) -> Bool {
    guard clear >= 0, clear <= count, count <= packet.count - CipherContext.tagCount else { return false }
    let nonce = extended(nonce)
    // The guard proves that clear, count and the tag lie inside the packet.
    return unsafe packet.withUnsafeMutableBufferPointer { packet in
      guard let base = packet.baseAddress else { return false }
      // Key and nonce are inline arrays of the cipher's sizes; in place is allowed.
      return unsafe key.span.withUnsafeBufferPointer { key in
        unsafe nonce.span.withUnsafeBufferPointer { nonce in
          guard let key = key.baseAddress, let nonce = nonce.baseAddress else { return false }
          let body = unsafe base + clear
          // Offsets are the guard's; the output is as long as the input.
          return unsafe crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
            body, nil, body, UInt64(count - clear), base + count, base, UInt64(clear), nonce, key) == 0
        }
      }
    }
  }

  private static func extended(_ nonce: [4 of UInt8]) -> [24 of UInt8] {
    var result = [24 of UInt8](repeating: 0)
    for index in 0..<4 { result[index] = nonce[index] }
    return result
  }
}
