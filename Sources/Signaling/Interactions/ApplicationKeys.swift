public import Base
import Crypto

/// The key pairs with which requests to bots' endpoints are signed, one for each application.
///
/// Derived from the instance's secret, so that nothing is kept and a restored instance has the same ones:
/// seed = HMAC-SHA256(secret, purpose and id).
public struct ApplicationKeys: Sendable {
  private static let purpose = "roost interactions 1 "

  private let secret: [UInt8]

  /// Makes the keys of the instance that holds `secret`.
  public init(secret: [UInt8]) {
    self.secret = secret
  }

  /// What the application's bot verifies with: 64 hexadecimal digits; `nil` when memory is short.
  public func verifyKey(of application: Snowflake) -> String? {
    key(application).map { ApplicationKeys.text($0.publicKey) }
  }

  /// The signature of a request in hexadecimal digits: of the timestamp's text and the body.
  public func signature(timestamp: String, body: [UInt8], for application: Snowflake) -> String? {
    key(application).map { ApplicationKeys.text($0.signature(of: Array(timestamp.utf8) + body)) }
  }

  private func key(_ application: Snowflake) -> SigningKey? {
    Digest.hmacSHA256(key: secret, Array((ApplicationKeys.purpose + application.description).utf8))
      .flatMap { SigningKey(seed: $0) }
  }

  private static func text(_ octets: [UInt8]) -> String {
    octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
