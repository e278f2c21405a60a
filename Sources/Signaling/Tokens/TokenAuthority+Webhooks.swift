import Base
import Crypto

/// Tokens of webhooks: whoever has one needs no account.
///
/// ```
/// 48 letters and digits, the webhook's secret | 20 characters, base64url(HMAC-SHA256, the first 15 octets)
/// ```
/// The code tells a token that this server gave out from a guess before anything is read from disk or asked of the
/// chat core, above all before a body with files is taken in. Whether the webhook still stands, and has
/// that secret, only the chat core knows.
extension TokenAuthority {
  private static let webhookPurpose = Array("roost webhook 1".utf8)
  private static let codeLength = 20

  /// The token of the webhook `id`; `nil` when OpenSSL finds no memory.
  func webhookToken(_ id: Snowflake, secret: String) -> String? {
    webhookCode(id, Array(secret.utf8)).map { secret + $0 }
  }

  /// The secret in a token that this authority gave out for the webhook `id`; `nil` in any other text.
  func webhookSecret(_ id: Snowflake, in token: String) -> String? {
    let octets = Array(token.utf8)
    guard octets.count > TokenAuthority.codeLength, octets.count <= 2 * 64 else { return nil }
    let secret = Array(octets.dropLast(TokenAuthority.codeLength))
    guard let code = webhookCode(id, secret),
      Digest.areEqual(Array(octets.suffix(TokenAuthority.codeLength)), Array(code.utf8))
    else { return nil }
    return String(validating: secret, as: UTF8.self)
  }

  private func webhookCode(_ id: Snowflake, _ secret: [UInt8]) -> String? {
    let message = TokenAuthority.webhookPurpose + Array("\(id).".utf8) + secret
    guard let code = Digest.hmacSHA256(key: key, message) else { return nil }
    return Base64.encode(Array(code.prefix(15)), .url)
  }
}
