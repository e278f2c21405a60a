internal import COpenSSL

/// HMAC-SHA1 (RFC 2104) under one key, for a tag per packet.
///
/// A plain value: the hash states after the two keyed blocks. Each message goes on from copies of them, so
/// that nothing is allocated and the key is hashed once. The hash itself is OpenSSL's.
struct PacketMAC: Sendable {
  private static let blockCount = 64
  private static let digestCount = 20

  private let inner: SHA_CTX
  private let outer: SHA_CTX

  /// Keys the code; `key` has at most 64 octets.
  init(key: Span<UInt8>) throws(CryptoError) {
    guard key.count <= Self.blockCount else { throw .keySize }
    var innerPad = [64 of UInt8](repeating: 0x36)
    var outerPad = [64 of UInt8](repeating: 0x5C)
    for index in key.indices {
      innerPad[index] ^= key[index]
      outerPad[index] ^= key[index]
    }
    var inner = SHA_CTX()
    var outer = SHA_CTX()
    // Both states are local records and both pads have exactly one block.
    let isKeyed =
      unsafe roost_sha1_begin(&inner) == 1 && roost_sha1_begin(&outer) == 1
      && Self.add(innerPad.span, Self.blockCount, to: &inner)
      && Self.add(outerPad.span, Self.blockCount, to: &outer)
    guard isKeyed else { throw .unavailable }
    self.inner = inner
    self.outer = outer
  }

  /// The code of `packet[0 ..< count]` followed by `trailer`; `nil` when `count` does not fit.
  func code(
    _ packet: borrowing MutableSpan<UInt8>, count: Int, trailer: [4 of UInt8]?
  ) -> [20 of UInt8]? {
    guard count >= 0, count <= packet.count else { return nil }
    var state = inner
    guard Self.add(packet.span, count, to: &state) else { return nil }
    if let trailer {
      guard Self.add(trailer.span, 4, to: &state) else { return nil }
    }
    guard let digest = Self.end(&state) else { return nil }
    state = outer
    guard Self.add(digest.span, Self.digestCount, to: &state) else { return nil }
    return Self.end(&state)
  }

  /// Hashes the first `count` octets, which the callers have checked to be there.
  private static func add(_ octets: Span<UInt8>, _ count: Int, to state: inout SHA_CTX) -> Bool {
    // Reads the lent octets during the call.
    unsafe octets.withUnsafeBufferPointer { octets in
      unsafe roost_sha1_add(&state, octets.baseAddress, count) == 1
    }
  }

  private static func end(_ state: inout SHA_CTX) -> [20 of UInt8]? {
    var digest = [20 of UInt8](repeating: 0)
    var span = digest.mutableSpan
    // SHA-1 writes twenty octets, the size of the inline array.
    let isDone = unsafe span.withUnsafeMutableBufferPointer { digest in
      unsafe roost_sha1_end(&state, digest.baseAddress) == 1
    }
    return isDone ? digest : nil
  }
}
