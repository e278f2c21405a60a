public import Base

/// Time-based one-time passwords (RFC 6238) as authenticator apps compute them: HMAC-SHA1, six digits, 30 s.
public enum TOTP {
  /// Seconds of a time step.
  public static let period: Int64 = 30
  /// How many steps a device's clock may be off, in either direction (RFC 6238 §5.2).
  private static let tolerance: Int64 = 1
  private static let digitCount = 6

  /// The code of a time step (RFC 4226 §5.3); `nil` only when OpenSSL fails.
  public static func code(secret: [UInt8], step: Int64) -> String? {
    let counter = (0..<8).map { UInt8(truncatingIfNeeded: step >> (56 - 8 * Int64($0))) }
    guard let mac = Digest.hmacSHA1(key: secret, counter), let last = mac.last else { return nil }
    let start = Int(last & 0x0F)
    guard start + 4 <= mac.count else { return nil }
    let number = mac[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
    let digits = String(number % 1_000_000)
    return String(repeating: "0", count: digitCount - digits.count) + digits
  }

  /// The time step whose code was given, near `now`; `nil` when it is the code of none.
  ///
  /// The caller must refuse a step that was used before.
  public static func step(of given: String, secret: [UInt8], at now: WallTime) -> Int64? {
    let octets = Array(given.utf8)
    guard octets.count == digitCount else { return nil }
    let current = now.milliseconds / 1000 / period
    var found: Int64?
    // All of them are computed, whichever is right.
    for step in (current - tolerance)...(current + tolerance) {
      guard let expected = code(secret: secret, step: step) else { return nil }
      if Digest.areEqual(octets, Array(expected.utf8)) { found = step }
    }
    return found
  }
}
