internal import CSodium

/// Passwords as they may be stored: Argon2id with a random salt, in the PHC text form.
///
/// Each call takes about 100 ms and 64 MiB (libsodium's "interactive" limits): call it on a thread that may
/// block, a bounded number at a time.
public enum PasswordHash {
  /// Octets of the longest password that is hashed; a longer one is refused rather than cut.
  public static let passwordCountMax = 1_024

  /// Hashes `password` with a new salt; `nil` when it is too long or memory is out.
  public static func hash(_ password: String) -> String? {
    let octets = password.utf8.map { CChar(bitPattern: $0) }
    guard Sodium.isReady, octets.count <= passwordCountMax else { return nil }
    var text = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
    // The text has the size that libsodium asks for; the password is only read.
    let isDone = unsafe text.withUnsafeMutableBufferPointer { text in
      guard let text = text.baseAddress else { return false }
      return unsafe withOctets(octets) { octets, count in
        unsafe crypto_pwhash_str(
          text, octets, count, UInt64(crypto_pwhash_OPSLIMIT_INTERACTIVE),
          Int(crypto_pwhash_MEMLIMIT_INTERACTIVE)) == 0
      }
    }
    guard isDone else { return nil }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Whether `hash` is a hash of `password`; a text that is no hash matches nothing.
  public static func verify(_ password: String, _ hash: String) -> Bool {
    let octets = password.utf8.map { CChar(bitPattern: $0) }
    guard Sodium.isReady, octets.count <= passwordCountMax, isOurs(hash) else { return false }
    // libsodium reads a terminated text; Swift terminates the lent one.
    return unsafe hash.withCString { hash in
      unsafe withOctets(octets) { octets, count in
        unsafe crypto_pwhash_str_verify(hash, octets, count) == 0
      }
    }
  }

  /// A stored hash names its own cost: only ours is paid.
  private static func isOurs(_ hash: String) -> Bool {
    hash.utf8.count < Int(crypto_pwhash_STRBYTES) && hash.hasPrefix("$argon2id$v=19$m=65536,t=2,p=1$")
  }

  private static func withOctets(
    _ octets: [CChar], _ body: (UnsafePointer<CChar>, UInt64) -> Bool
  ) -> Bool {
    // An empty array may have no address, which the library would refuse: lend one octet that is not read.
    let lent = octets.isEmpty ? [0] : octets
    return unsafe lent.withUnsafeBufferPointer { lent in
      guard let address = lent.baseAddress else { return false }
      return unsafe body(address, UInt64(octets.count))
    }
  }
}
