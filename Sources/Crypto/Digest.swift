internal import COpenSSL
internal import CSodium

/// Hashes, message codes and comparisons that leak no timing.
public enum Digest {
  /// The SHA-256 of `octets`, 32 octets; `nil` only when OpenSSL is out of memory.
  public static func sha256(_ octets: [UInt8]) -> [UInt8]? {
    var digest = [UInt8](repeating: 0, count: 32)
    // SHA-256 writes 32 octets, the size of the array; the input is only read.
    let isDone = unsafe digest.withUnsafeMutableBufferPointer { digest in
      unsafe octets.withUnsafeBufferPointer { octets in
        unsafe EVP_Digest(octets.baseAddress, octets.count, digest.baseAddress, nil, EVP_sha256(), nil) == 1
      }
    }
    return isDone ? digest : nil
  }

  /// HMAC-SHA-256 (RFC 2104) of `octets` under `key`, 32 octets; `nil` only when OpenSSL fails.
  public static func hmacSHA256(key: [UInt8], _ octets: [UInt8]) -> [UInt8]? {
    // SHA-256 is the library's constant.
    unsafe hmac(EVP_sha256(), 32, key: key, octets)
  }

  /// HMAC-SHA1 of `octets` under `key`, 20 octets: STUN's MESSAGE-INTEGRITY.
  public static func hmacSHA1(key: [UInt8], _ octets: [UInt8]) -> [UInt8]? {
    // SHA-1 is the library's constant.
    unsafe hmac(EVP_sha1(), 20, key: key, octets)
  }

  /// Whether two texts are equal, in time that depends on their lengths only.
  public static func areEqual(_ lhs: [UInt8], _ rhs: [UInt8]) -> Bool {
    guard lhs.count == rhs.count else { return false }
    // Both arrays have the count that is passed.
    return unsafe lhs.withUnsafeBufferPointer { lhs in
      unsafe rhs.withUnsafeBufferPointer { rhs in
        guard let left = lhs.baseAddress, let right = rhs.baseAddress else { return true }
        return unsafe sodium_memcmp(left, right, lhs.count) == 0
      }
    }
  }

  private static func hmac(
    _ hash: OpaquePointer?, _ count: Int, key: [UInt8], _ octets: [UInt8]
  ) -> [UInt8]? {
    var code = [UInt8](repeating: 0, count: count)
    // The code has the size of the hash; key and input are only read.
    let isDone = unsafe code.withUnsafeMutableBufferPointer { code in
      unsafe key.withUnsafeBufferPointer { key in
        unsafe octets.withUnsafeBufferPointer { octets in
          // An empty array may have no address, and a nil key would mean "the last one".
          var none: UInt8 = 0
          return unsafe withUnsafePointer(to: &none) { none in
            unsafe HMAC(
              hash, key.baseAddress ?? none, Int32(clamping: key.count), octets.baseAddress ?? none,
              octets.count, code.baseAddress, nil) != nil
          }
        }
      }
    }
    return isDone ? code : nil
  }
}

/// A SHA-256 that takes its input in pieces.
///
/// Owned by whoever hashes; one thread.
@safe
public final class RunningSHA256 {
  private let context: OpaquePointer

  /// Begins; `nil` only when OpenSSL is out of memory.
  public init?() {
    // Owned from here on, freed by deinit.
    guard let context = unsafe EVP_MD_CTX_new() else { return nil }
    unsafe self.context = context
    // SHA-256 is the library's constant.
    guard unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else { return nil }
  }

  deinit {
    // Made in init, freed once.
    unsafe EVP_MD_CTX_free(context)
  }

  /// Takes the next `octets`.
  public func update(_ octets: Span<UInt8>) {
    // Reads exactly the span.
    unsafe octets.withUnsafeBytes { _ = unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
  }

  /// The hash of everything taken, 32 octets; no further calls.
  public func finish() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    // SHA-256 writes 32 octets, the size of the array.
    _ = unsafe digest.withUnsafeMutableBufferPointer {
      unsafe EVP_DigestFinal_ex(context, $0.baseAddress, nil)
    }
    return digest
  }
}
