internal import COpenSSL

/// HMAC-SHA1 (RFC 2104) under one key, for a tag per packet.
///
/// OpenSSL 3.0's `EVP_MAC` duplicates two digest contexts on the heap for every message. A digest context
/// that is only reset allocates nothing, so the two keyed pads are fed to it here; the hash itself is
/// OpenSSL's. Owns its `EVP_MD_CTX`.
///
/// The context has no thread affinity and this value is its only owner, so it may move between threads.
@safe
struct PacketMAC: ~Copyable, @unchecked Sendable {
  private static let blockCount = 64
  private static let digestCount = 20

  private let context: OpaquePointer
  private var innerPad = [64 of UInt8](repeating: 0x36)
  private var outerPad = [64 of UInt8](repeating: 0x5C)

  /// Keys the code; `key` has at most 64 octets.
  init(key: Span<UInt8>) throws(CryptoError) {
    guard key.count <= Self.blockCount else { throw .keySize }
    // The C object: created here, owned by this value alone, freed in deinit.
    guard let context = unsafe EVP_MD_CTX_new() else { throw .unavailable }
    // SHA-1 is the library's constant; on failure nobody owns the context yet.
    guard unsafe EVP_DigestInit_ex(context, EVP_sha1(), nil) == 1 else {
      unsafe EVP_MD_CTX_free(context)
      throw .unavailable
    }
    unsafe self.context = context
    for index in key.indices {
      innerPad[index] ^= key[index]
      outerPad[index] ^= key[index]
    }
  }

  deinit {
    // The only owner frees.
    unsafe EVP_MD_CTX_free(context)
  }

  /// The code of `packet[0 ..< count]` followed by `trailer`; `nil` when `count` does not fit.
  mutating func code(
    _ packet: borrowing MutableSpan<UInt8>, count: Int, trailer: [4 of UInt8]?
  ) -> [20 of UInt8]? {
    guard count >= 0, count <= packet.count else { return nil }
    var digest = [20 of UInt8](repeating: 0)
    let context = unsafe self.context
    // The guard proves the packet's bound; the other arrays are inline with the sizes named here.
    let isDone = unsafe packet.span.withUnsafeBufferPointer { packet in
      unsafe withPads { inner, outer in
        unsafe withUnsafeMutableBytes(of: &digest) { digest in
          let out = unsafe digest.bindMemory(to: UInt8.self).baseAddress
          // inner = SHA1(innerPad ‖ packet ‖ trailer), digest = SHA1(outerPad ‖ inner); reset keeps memory.
          return unsafe EVP_DigestInit_ex(context, nil, nil) == 1
            && EVP_DigestUpdate(context, inner.baseAddress, Self.blockCount) == 1
            && EVP_DigestUpdate(context, packet.baseAddress, count) == 1
            && Self.update(context, trailer)
            && EVP_DigestFinal_ex(context, out, nil) == 1
            && EVP_DigestInit_ex(context, nil, nil) == 1
            && EVP_DigestUpdate(context, outer.baseAddress, Self.blockCount) == 1
            && EVP_DigestUpdate(context, out, Self.digestCount) == 1
            && EVP_DigestFinal_ex(context, out, nil) == 1
        }
      }
    }
    return isDone ? digest : nil
  }

  private static func update(_ context: OpaquePointer, _ trailer: [4 of UInt8]?) -> Bool {
    guard let trailer else { return true }
    // Four octets of an inline array, read during the call.
    return unsafe trailer.span.withUnsafeBufferPointer { octets in
      unsafe EVP_DigestUpdate(context, octets.baseAddress, 4) == 1
    }
  }

  private func withPads(
    _ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Bool
  ) -> Bool {
    // Both pads are read during the closure only.
    unsafe innerPad.span.withUnsafeBufferPointer { inner in
      unsafe outerPad.span.withUnsafeBufferPointer { outer in
        unsafe body(inner, outer)
      }
    }
  }
}
