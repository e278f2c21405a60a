public import Base
import Crypto

/// What a valid token says: whose it is and when it was minted.
///
/// Whether it has been revoked since is the chat core's knowledge.
public struct TokenClaim: Hashable, Sendable {
  /// The user or bot.
  public let user: Snowflake
  /// When the token was minted.
  public let issued: WallTime

  /// Makes a claim of its parts.
  public init(user: Snowflake, issued: WallTime) {
    self.user = user
    self.issued = issued
  }
}

/// Mints and verifies the bearer tokens of bots and people, without a table.
///
/// ```
/// base64(decimal user id) . base64url(issued, 8 octets, big endian) . base64url(HMAC-SHA256)
/// ```
/// The first segment is what client libraries decode before they connect. The MAC covers a purpose and
/// the two values, not their encodings, so a token has exactly one form. A value: the secret is the
/// instance's, at least 32 octets, kept by the store.
public struct TokenAuthority: Sendable {
  /// Longer texts are refused unread: the longest token has 28 + 1 + 11 + 1 + 43 characters.
  private static let tokenCountMax = 96
  private static let purpose: [UInt8] = Array("roost token 1".utf8)
  private static let ticketPurpose: [UInt8] = Array("roost ticket 1".utf8)
  /// How long a ticket holds: five minutes in milliseconds.
  private static let ticketAge: Int64 = 300_000

  let key: [UInt8]

  /// Makes the authority that holds `secret`.
  public init(secret: [UInt8]) {
    key = secret
  }

  /// The token of `user`, minted at `time`; `nil` when OpenSSL finds no memory.
  public func mint(user: Snowflake, at time: WallTime) -> String? {
    sign(user: user, at: time, TokenAuthority.purpose)
  }

  /// What proves for five minutes that `user`'s password was right; `nil` when OpenSSL finds no memory.
  func ticket(user: Snowflake, at time: WallTime) -> String? {
    sign(user: user, at: time, TokenAuthority.ticketPurpose)
  }

  /// Whose ticket it is, if it still holds.
  func verify(ticket: String, at now: WallTime) -> Snowflake? {
    guard let claim = verify(ticket, TokenAuthority.ticketPurpose) else { return nil }
    let age = now.milliseconds &- claim.issued.milliseconds
    return (0...TokenAuthority.ticketAge).contains(age) ? claim.user : nil
  }

  private func sign(user: Snowflake, at time: WallTime, _ purpose: [UInt8]) -> String? {
    let issued = TokenAuthority.octets(UInt64(bitPattern: time.milliseconds))
    let name = Base64.encode(Array(user.description.utf8), .standard)
    guard let mac = code(user: user, issued: issued, purpose) else { return nil }
    return "\(name).\(Base64.encode(issued, .url)).\(Base64.encode(mac, .url))"
  }

  /// What `token` says, when this authority minted it; `nil` otherwise.
  public func verify(_ token: String) -> TokenClaim? {
    verify(token, TokenAuthority.purpose)
  }

  private func verify(_ token: String, _ purpose: [UInt8]) -> TokenClaim? {
    guard token.utf8.count <= TokenAuthority.tokenCountMax else { return nil }
    let segments = token.split(separator: ".", omittingEmptySubsequences: false)
    guard segments.count == 3,
      let name = Base64.decode(segments[0], .standard),
      let user = Snowflake(String(decoding: name, as: UTF8.self)),
      user.description.utf8.elementsEqual(name),
      let issued = Base64.decode(segments[1], .url), issued.count == 8,
      let mac = Base64.decode(segments[2], .url)
    else { return nil }
    guard let expected = code(user: user, issued: issued, purpose), Digest.areEqual(mac, expected) else {
      return nil
    }
    let milliseconds = issued.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return TokenClaim(user: user, issued: WallTime(milliseconds: Int64(bitPattern: milliseconds)))
  }

  /// 32 hexadecimal digits that only this authority can make of `text`; `nil` when OpenSSL finds no memory.
  func seal(_ text: String) -> String? {
    Digest.hmacSHA256(key: key, Array(("roost seal 1 " + text).utf8)).map { octets in
      octets.prefix(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
  }

  private func code(user: Snowflake, issued: [UInt8], _ purpose: [UInt8]) -> [UInt8]? {
    let message = purpose + TokenAuthority.octets(user.rawValue) + issued
    return Digest.hmacSHA256(key: key, message)
  }

  private static func octets(_ value: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * UInt64($0))) }
  }
}
