/// How Discord's UDP voice packets are encrypted; both are "rtpsize" modes.
public enum VoiceCipherMode: Hashable, Sendable, CaseIterable {
  /// `aead_aes256_gcm_rtpsize`.
  case aes256GCM

  /// `aead_xchacha20_poly1305_rtpsize`.
  case xchacha20Poly1305
}

/// Seals and opens voice packets of Discord's UDP transport, in place.
///
/// ```
/// packet = clear header ‖ ciphertext ‖ tag (16) ‖ n (4)
/// nonce  = n ‖ zeros, 12 octets (AES-256-GCM) or 24 (XChaCha20-Poly1305)
/// ```
/// The clear header is authenticated: the RTP header with the four octets that announce an extension, or
/// the first eight octets of RTCP. The key serves both directions of one client. Owned by a transport, used
/// on its shard's thread; allocates nothing after `init`. Does not look for replays: senders reuse `n`.
public struct VoiceCipher: ~Copyable, Sendable {
  /// Octets of a key.
  public static let keyCount = 32

  /// Octets that sealing adds: tag and nonce.
  public static let expansion = 20

  private let mode: VoiceCipherMode
  private var sealing: CipherContext?
  private var opening: CipherContext?
  private var key = [32 of UInt8](repeating: 0)

  /// Keys the cipher.
  ///
  /// - Throws: `keySize` unless `key` has 32 octets, `unavailable` when a library fails.
  public init(mode: VoiceCipherMode, key: Span<UInt8>) throws(CryptoError) {
    guard key.count == Self.keyCount else { throw .keySize }
    switch mode {
    case .aes256GCM:
      let sealing = try CipherContext(.aes256GCM, .seal, key: key)
      let opening = try CipherContext(.aes256GCM, .open, key: key)
      self.sealing = consume sealing
      self.opening = consume opening
    case .xchacha20Poly1305:
      guard Sodium.isReady else { throw .unavailable }
      sealing = nil
      opening = nil
      for index in key.indices { self.key[index] = key[index] }
    }
    self.mode = mode
  }

  /// Seals a packet in place.
  ///
  /// `packet[0 ..< authenticatedCount]` stays clear, the rest up to `count` is encrypted;
  /// ``expansion`` octets must be free after it. `nonce` must never repeat under this key. Returns the
  /// octets of the sealed packet; `nil` when something does not fit.
  public mutating func seal(
    _ packet: inout MutableSpan<UInt8>, authenticatedCount: Int, count: Int, nonce: UInt32
  ) -> Int? {
    guard authenticatedCount >= 0, authenticatedCount <= count, count <= packet.count - Self.expansion
    else { return nil }
    let suffix = bigEndianOctets(nonce)
    let isSealed =
      switch mode {
      case .aes256GCM:
        sealing?.seal(
          &packet, clear: authenticatedCount, count: count, trailer: nil, nonce: Self.nonce(suffix))
      case .xchacha20Poly1305:
        XChaCha20Poly1305.seal(
          &packet, clear: authenticatedCount, count: count, key: key, nonce: suffix)
      }
    guard isSealed == true else { return nil }
    packet.store(nonce, at: count + CipherContext.tagCount)
    return count + Self.expansion
  }

  /// Opens a packet in place.
  ///
  /// `packet[0 ..< count]` is the sealed packet, of which `authenticatedCount` octets are clear. Returns the
  /// octets of clear header and plaintext; `nil` when the packet is too short or not authentic, and then the
  /// content behind the header is unspecified.
  public mutating func open(
    _ packet: inout MutableSpan<UInt8>, authenticatedCount: Int, count: Int
  ) -> Int? {
    guard authenticatedCount >= 0, count <= packet.count, authenticatedCount <= count - Self.expansion
    else { return nil }
    let plainCount = count - Self.expansion
    // The suffix is opaque: some clients write it little-endian.
    let suffix = bigEndianOctets(packet.word(at: count - 4))
    let isAuthentic =
      switch mode {
      case .aes256GCM:
        opening?.open(
          &packet, clear: authenticatedCount, count: plainCount, trailer: nil,
          nonce: Self.nonce(suffix))
      case .xchacha20Poly1305:
        XChaCha20Poly1305.open(
          &packet, clear: authenticatedCount, count: plainCount, key: key, nonce: suffix)
      }
    return isAuthentic == true ? plainCount : nil
  }

  private static func nonce(_ suffix: [4 of UInt8]) -> [12 of UInt8] {
    [suffix[0], suffix[1], suffix[2], suffix[3], 0, 0, 0, 0, 0, 0, 0, 0]
  }
}
