internal import COpenSSL

/// A keyed AES context of OpenSSL, kept for the life of its session.
///
/// Keying costs a microsecond and memory, a new initialisation vector neither: a packet therefore only sets
/// the vector. Works in place and allocates nothing after `init`. Owns its `EVP_CIPHER_CTX`.
///
/// The context has no thread affinity and this value is its only owner, so it may move between threads.
@safe
struct CipherContext: ~Copyable, @unchecked Sendable {
  enum Algorithm {
    case aes128GCM, aes256GCM, aes128CTR, aes256CTR

    var keyCount: Int {
      switch self {
      case .aes128GCM, .aes128CTR: 16
      case .aes256GCM, .aes256CTR: 32
      }
    }
  }

  enum Direction { case seal, open }

  /// Octets of a GCM tag.
  static let tagCount = 16

  private let context: OpaquePointer

  init(_ algorithm: Algorithm, _ direction: Direction, key: Span<UInt8>) throws(CryptoError) {
    guard key.count == algorithm.keyCount else { throw .keySize }
    // The C object: created here, owned by this value alone, freed in deinit.
    guard let context = unsafe EVP_CIPHER_CTX_new() else { throw .unavailable }
    // Ciphers are the library's constants; the key is read during the call only.
    let cipher =
      switch algorithm {
      case .aes128GCM: unsafe EVP_aes_128_gcm()
      case .aes256GCM: unsafe EVP_aes_256_gcm()
      case .aes128CTR: unsafe EVP_aes_128_ctr()
      case .aes256CTR: unsafe EVP_aes_256_ctr()
      }
    // `key` has the cipher's size, checked above.
    let keyed = unsafe key.withUnsafeBufferPointer { key in
      unsafe EVP_CipherInit_ex(context, cipher, nil, key.baseAddress, nil, direction == .seal ? 1 : 0)
    }
    guard keyed == 1 else {
      // Nobody owns it yet.
      unsafe EVP_CIPHER_CTX_free(context)
      throw .unavailable
    }
    unsafe self.context = context
  }

  deinit {
    // The only owner frees; OpenSSL wipes the key schedule.
    unsafe EVP_CIPHER_CTX_free(context)
  }

  /// Encrypts `packet[clear ..< count]` in place and writes the tag after it.
  ///
  /// `packet[0 ..< clear]` and then `trailer` are authenticated. Refuses offsets that do not fit.
  mutating func seal(
    _ packet: inout MutableSpan<UInt8>, clear: Int, count: Int, trailer: [4 of UInt8]?,
    nonce: [12 of UInt8]
  ) -> Bool {
    guard clear >= 0, clear <= count, count <= packet.count - Self.tagCount else { return false }
    let started = start(nonce) && authenticate(packet, clear) && authenticate(trailer)
    guard started else { return false }
    // Alive as long as this value.
    let context = unsafe self.context
    // The guard proves that clear, count and the tag lie inside the packet.
    return unsafe packet.withUnsafeMutableBufferPointer { packet in
      guard let base = packet.baseAddress else { return false }
      var written: Int32 = 0
      let body = unsafe base + clear
      // In place is allowed when input and output are the same address; the bounds are the guard's.
      return unsafe EVP_EncryptUpdate(context, body, &written, body, Int32(clamping: count - clear)) == 1
        && EVP_EncryptFinal_ex(context, base + count, &written) == 1
        && EVP_CIPHER_CTX_ctrl(
          context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagCount), base + count) == 1
    }
  }

  /// Decrypts `packet[clear ..< count]` in place after checking the tag that follows it.
  ///
  /// When the packet is not authentic the body is wiped: unauthenticated plaintext never leaves.
  mutating func open(
    _ packet: inout MutableSpan<UInt8>, clear: Int, count: Int, trailer: [4 of UInt8]?,
    nonce: [12 of UInt8]
  ) -> Bool {
    guard clear >= 0, clear <= count, count <= packet.count - Self.tagCount else { return false }
    let started = start(nonce) && authenticate(packet, clear) && authenticate(trailer)
    guard started else { return false }
    // Alive as long as this value.
    let context = unsafe self.context
    // The guard proves that clear, count and the tag lie inside the packet.
    return unsafe packet.withUnsafeMutableBufferPointer { packet in
      guard let base = packet.baseAddress else { return false }
      var written: Int32 = 0
      let body = unsafe base + clear
      // In place is allowed when input and output are the same address; the tag is only read.
      let isAuthentic =
        unsafe EVP_CIPHER_CTX_ctrl(
          context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagCount), base + count) == 1
        && EVP_DecryptUpdate(context, body, &written, body, Int32(clamping: count - clear)) == 1
        && EVP_DecryptFinal_ex(context, base + count, &written) == 1
      // Wipes exactly the body that was written above.
      if !isAuthentic { unsafe body.update(repeating: 0, count: count - clear) }
      return isAuthentic
    }
  }

  /// Exclusive-ors the counter-mode key stream that begins at block `counter` into `packet[range]`.
  mutating func exclusiveOr(
    _ packet: inout MutableSpan<UInt8>, _ range: Range<Int>, counter: [16 of UInt8]
  ) -> Bool {
    guard range.lowerBound >= 0, range.upperBound <= packet.count else { return false }
    // Alive as long as this value.
    let context = unsafe self.context
    // Counter mode reads sixteen octets of vector, the size of the inline array.
    let started = unsafe counter.span.withUnsafeBufferPointer { counter in
      unsafe EVP_CipherInit_ex(context, nil, nil, nil, counter.baseAddress, -1) == 1
    }
    guard started else { return false }
    // The guard proves that the range lies inside the packet; in place is allowed.
    return unsafe packet.withUnsafeMutableBufferPointer { packet in
      guard let base = packet.baseAddress else { return range.isEmpty }
      var written: Int32 = 0
      let body = unsafe base + range.lowerBound
      // A stream cipher writes as much as it reads.
      return unsafe EVP_CipherUpdate(context, body, &written, body, Int32(clamping: range.count)) == 1
    }
  }

  private mutating func start(_ nonce: [12 of UInt8]) -> Bool {
    // Alive as long as this value.
    let context = unsafe self.context
    // GCM's default vector is twelve octets, the size of the inline array; the key stays.
    return unsafe nonce.span.withUnsafeBufferPointer { nonce in
      unsafe EVP_CipherInit_ex(context, nil, nil, nil, nonce.baseAddress, -1) == 1
    }
  }

  private mutating func authenticate(_ packet: borrowing MutableSpan<UInt8>, _ count: Int) -> Bool {
    guard count > 0 else { return true }
    // Alive as long as this value.
    let context = unsafe self.context
    // The callers checked that `count` octets lie inside the packet; nothing is written.
    return unsafe packet.span.withUnsafeBufferPointer { octets in
      var written: Int32 = 0
      // A nil output makes the input associated data.
      return unsafe EVP_CipherUpdate(
        context, nil, &written, octets.baseAddress, Int32(clamping: count)) == 1
    }
  }

  private mutating func authenticate(_ trailer: [4 of UInt8]?) -> Bool {
    guard let trailer else { return true }
    // Alive as long as this value.
    let context = unsafe self.context
    // Four octets of an inline array, read during the call.
    return unsafe trailer.span.withUnsafeBufferPointer { octets in
      var written: Int32 = 0
      // A nil output makes the input associated data.
      return unsafe EVP_CipherUpdate(context, nil, &written, octets.baseAddress, 4) == 1
    }
  }
}
