internal import CSodium

/// An Ed25519 key pair (RFC 8032), made of a seed.
public struct SigningKey: Sendable {
  /// The public key, 32 octets.
  public let publicKey: [UInt8]
  private let secretKey: [UInt8]

  /// Makes the pair of a seed of 32 octets; `nil` for any other count, and when libsodium is not ready.
  public init?(seed: [UInt8]) {
    guard Sodium.isReady, seed.count == Int(crypto_sign_SEEDBYTES) else { return nil }
    var publicKey = [UInt8](repeating: 0, count: Int(crypto_sign_PUBLICKEYBYTES))
    var secretKey = [UInt8](repeating: 0, count: Int(crypto_sign_SECRETKEYBYTES))
    // Both arrays and the seed have the counts that the call writes and reads.
    guard unsafe crypto_sign_seed_keypair(&publicKey, &secretKey, seed) == 0 else { return nil }
    self.publicKey = publicKey
    self.secretKey = secretKey
  }

  /// The signature of `octets`, 64 octets.
  public func signature(of octets: [UInt8]) -> [UInt8] {
    var signature = [UInt8](repeating: 0, count: Int(crypto_sign_BYTES))
    // Writes 64 octets, the size of the array; the length is not asked for.
    _ = unsafe crypto_sign_detached(&signature, nil, octets, UInt64(octets.count), secretKey)
    return signature
  }

  /// Whether `signature` is that of `octets` under `publicKey`.
  public static func isValid(_ signature: [UInt8], of octets: [UInt8], publicKey: [UInt8]) -> Bool {
    guard signature.count == Int(crypto_sign_BYTES), publicKey.count == Int(crypto_sign_PUBLICKEYBYTES)
    else { return false }
    // Both have the counts that the call reads.
    return unsafe crypto_sign_verify_detached(signature, octets, UInt64(octets.count), publicKey) == 0
  }
}
