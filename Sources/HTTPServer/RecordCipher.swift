import COpenSSL

/// How TLS 1.3 protects its records (RFC 8446 appendix B.4): an AEAD, and the hash that makes its keys.
enum RecordSuite: UInt16 {
  case aes128GCM = 0x1301
  case aes256GCM = 0x1302
  case chaCha20Poly1305 = 0x1303

  /// Octets of the AEAD's key.
  var keyCount: Int { self == .aes128GCM ? 16 : 32 }
  /// Octets of the hash, and so of a traffic secret.
  var digestCount: Int { self == .aes256GCM ? 48 : 32 }

  fileprivate var cipher: OpaquePointer? {
    // OpenSSL's own constants.
    switch self {
    case .aes128GCM: unsafe EVP_aes_128_gcm()
    case .aes256GCM: unsafe EVP_aes_256_gcm()
    case .chaCha20Poly1305: unsafe EVP_chacha20_poly1305()
    }
  }

  fileprivate var digest: OpaquePointer? {
    // OpenSSL's own constants.
    unsafe self == .aes256GCM ? EVP_sha384() : EVP_sha256()
  }
}

/// What protects the records of one direction: 160 octets or so, all that a quiet connection keeps.
struct TrafficKeys {
  let suite: RecordSuite
  /// How many records were protected with the present key; part of the nonce.
  private(set) var sequence: UInt64
  // The secret, the key and the vector, one behind the other.
  private var material: [UInt8]

  static let vectorCount = 12

  /// Derives key and vector of `secret`; `nil` unless it is as long as the suite's hash.
  init?(_ suite: RecordSuite, secret: [UInt8], sequence: UInt64) {
    guard secret.count == suite.digestCount else { return nil }
    self.suite = suite
    self.sequence = sequence
    material =
      secret + TrafficKeys.expand(secret, "key", suite.keyCount, suite)
      + TrafficKeys.expand(secret, "iv", TrafficKeys.vectorCount, suite)
  }

  /// Turns to the next key (RFC 8446 §7.2).
  mutating func update() {
    let secret = Array(material.prefix(suite.digestCount))
    let next = TrafficKeys.expand(secret, "traffic upd", suite.digestCount, suite)
    erase()
    if let keys = TrafficKeys(suite, secret: next, sequence: 0) { self = keys }
  }

  /// Overwrites everything, before the memory is given back.
  mutating func erase() {
    // Exactly the array's octets.
    unsafe material.withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
  }

  /// Lends the key and the next record's nonce (RFC 8446 §5.3), and counts that record.
  mutating func next<Result>(
    _ body: (_ key: UnsafePointer<UInt8>?, _ nonce: UnsafePointer<UInt8>?) -> Result
  ) -> Result {
    var nonce = InlineArray<12, UInt8>(repeating: 0)
    let vector = suite.digestCount + suite.keyCount
    for index in 0..<TrafficKeys.vectorCount { nonce[index] = material[vector + index] }
    for index in 0..<8 { nonce[4 + index] ^= UInt8(truncatingIfNeeded: sequence >> UInt64(56 - 8 * index)) }
    sequence &+= 1
    // Both live while `body` runs; the key lies behind the secret.
    return unsafe material.withUnsafeBufferPointer { octets in
      unsafe withUnsafePointer(to: &nonce) { pointer in
        unsafe body(
          octets.baseAddress.map { unsafe $0 + suite.digestCount },
          UnsafeRawPointer(pointer).assumingMemoryBound(to: UInt8.self))
      }
    }
  }

  /// HKDF-Expand-Label without a context (RFC 8446 §7.1).
  ///
  /// Nothing here is longer than the hash, so that HKDF-Expand is one HMAC (RFC 5869 §2.3).
  private static func expand(
    _ secret: [UInt8], _ label: String, _ count: Int, _ suite: RecordSuite
  ) -> [UInt8] {
    let name = Array("tls13 \(label)".utf8)
    let input = [0, UInt8(count), UInt8(name.count)] + name + [0, 1]
    var block = [UInt8](repeating: 0, count: suite.digestCount)
    var written: UInt32 = 0
    // The block is as long as the suite's hash; the other lengths are those of the arrays.
    let result = unsafe HMAC(
      suite.digest, secret, Int32(secret.count), input, input.count, &block, &written)
    precondition(unsafe result != nil && written == suite.digestCount)
    return Array(block.prefix(count))
  }
}

/// The AEAD contexts of a suite, which all connections of a loop share: every record brings its own key.
///
/// A context that a connection kept for itself would cost it 2 KiB in each direction; a new key costs 0.2 µs.
@safe
final class RecordCipher {
  static let tagCount = 16

  private let sealing: OpaquePointer
  private let opening: OpaquePointer

  init?(_ suite: RecordSuite) {
    // Owned by self from here on, or freed below.
    guard let sealing = unsafe EVP_CIPHER_CTX_new() else { return nil }
    guard let opening = unsafe EVP_CIPHER_CTX_new(),
      unsafe EVP_CipherInit_ex(sealing, suite.cipher, nil, nil, nil, 1) == 1,
      unsafe EVP_CipherInit_ex(opening, suite.cipher, nil, nil, nil, 0) == 1
    else {
      unsafe EVP_CIPHER_CTX_free(sealing)
      return nil
    }
    // Freed by deinit.
    unsafe self.sealing = sealing
    unsafe self.opening = opening
  }

  deinit {
    // self made them.
    unsafe EVP_CIPHER_CTX_free(sealing)
    unsafe EVP_CIPHER_CTX_free(opening)
  }

  /// Appends `content` and its `type`, sealed, with the tag behind; `header` is authenticated too.
  ///
  /// `false`, with nothing of use appended, only when OpenSSL has no memory.
  func seal(
    _ content: Span<UInt8>, type: UInt8, header: [UInt8], with keys: inout TrafficKeys,
    into output: inout [UInt8]
  ) -> Bool {
    let start = output.count
    output.append(contentsOf: repeatElement(0, count: content.count + 1 + RecordCipher.tagCount))
    var type = type
    // Content, type and tag fill exactly what was just appended.
    return unsafe keys.next { key, nonce in
      unsafe output.withUnsafeMutableBufferPointer { octets in
        guard let target = unsafe octets.baseAddress.map({ unsafe $0 + start }) else { return false }
        var count: Int32 = 0
        // The pointers are those of the spans and arrays, with their counts.
        return unsafe content.withUnsafeBufferPointer { source in
          unsafe EVP_CipherInit_ex(sealing, nil, nil, key, nonce, 1) == 1
            && EVP_CipherUpdate(sealing, nil, &count, header, Int32(header.count)) == 1
            && (source.isEmpty
              || EVP_CipherUpdate(sealing, target, &count, source.baseAddress, Int32(source.count)) == 1)
            && EVP_CipherUpdate(sealing, target + source.count, &count, &type, 1) == 1
            && EVP_CipherFinal_ex(sealing, target + source.count + 1, &count) == 1
            && EVP_CIPHER_CTX_ctrl(
              sealing, EVP_CTRL_AEAD_GET_TAG, Int32(RecordCipher.tagCount), target + source.count + 1) == 1
        }
      }
    }
  }

  /// Appends what `record`, a header of five octets and what it announces, holds: content, type and padding.
  ///
  /// `false`, with nothing appended, when it was not sealed with `keys`.
  func open(_ record: Span<UInt8>, with keys: inout TrafficKeys, into output: inout [UInt8]) -> Bool {
    let count = record.count - TLSRecords.headerCount - RecordCipher.tagCount
    guard count > 0 else { return false }
    let start = output.count
    output.append(contentsOf: repeatElement(0, count: count))
    // The plaintext fills exactly what was just appended; the record is as long as it says.
    let isGenuine = unsafe keys.next { key, nonce in
      unsafe output.withUnsafeMutableBufferPointer { octets in
        unsafe record.withUnsafeBufferPointer { source in
          guard let target = unsafe octets.baseAddress.map({ unsafe $0 + start }),
            let header = source.baseAddress
          else { return false }
          let sealed = unsafe header + TLSRecords.headerCount
          var written: Int32 = 0
          // OpenSSL copies the tag, though it takes a mutable pointer.
          return unsafe EVP_CipherInit_ex(opening, nil, nil, key, nonce, 0) == 1
            && EVP_CIPHER_CTX_ctrl(
              opening, EVP_CTRL_AEAD_SET_TAG, Int32(RecordCipher.tagCount),
              UnsafeMutablePointer(mutating: sealed + count)) == 1
            && EVP_CipherUpdate(opening, nil, &written, header, Int32(TLSRecords.headerCount)) == 1
            && EVP_CipherUpdate(opening, target, &written, sealed, Int32(count)) == 1
            && EVP_CipherFinal_ex(opening, target + count, &written) == 1
        }
      }
    }
    if !isGenuine {
      ERR_clear_error()
      output.removeLast(count)
    }
    return isGenuine
  }
}

/// The ciphers of one loop, each made when a connection first needs it.
final class RecordCiphers {
  private var made: [RecordSuite: RecordCipher] = [:]

  /// The cipher of `suite`; `nil` without memory.
  subscript(suite: RecordSuite) -> RecordCipher? {
    if let cipher = made[suite] { return cipher }
    let cipher = RecordCipher(suite)
    made[suite] = cipher
    return cipher
  }
}
