import Base
import JSON

/// A signed POST to a bot's endpoint.
public struct EndpointRequest: Hashable, Sendable {
  /// How long a bot may take, in milliseconds, and how much it may answer, in octets.
  public static let timeout = 3_000
  /// A message with ten embeds fits four times.
  public static let answerCountMax = 128 << 10

  /// Names it in the answer.
  public let id: UInt64
  /// The endpoint.
  public let url: String
  /// Fields in order.
  public let headers: [Header]
  /// JSON.
  public let body: [UInt8]

  /// One field.
  public struct Header: Hashable, Sendable {
    /// The name.
    public let name: String
    /// The value.
    public let value: String
  }

  /// Signs `body`; with `isForged` the signature is one that does not hold.
  init?(
    id: UInt64, to url: String, for application: Snowflake, body: [UInt8], keys: ApplicationKeys,
    isForged: Bool, at now: WallTime
  ) {
    let timestamp = String(now.milliseconds / 1_000)
    let signed = isForged ? body + [0] : body
    guard let signature = keys.signature(timestamp: timestamp, body: signed, for: application) else {
      return nil
    }
    self.id = id
    self.url = url
    self.body = body
    headers = [
      Header(name: "Content-Type", value: "application/json"),
      Header(name: "User-Agent", value: "Roost-Interactions/1.0"),
      Header(name: "X-Signature-Ed25519", value: signature),
      Header(name: "X-Signature-Timestamp", value: timestamp),
    ]
  }

  /// The body of a PING (type 1).
  static func ping(application: Snowflake) -> [UInt8] {
    var writer = JSONWriter()
    writer.object {
      $0.field("id", application)
      $0.field("application_id", application)
      $0.field("type", 1)
      $0.field("token", "")
      $0.field("version", 1)
    }
    return writer.octets
  }
}

/// What came of an ``EndpointRequest``.
public enum EndpointAnswer: Hashable, Sendable {
  /// A status, a Content-Type and a body.
  case answered(status: Int, contentType: String, body: [UInt8])
  /// Nobody answered in time, or the address is not one that the server goes to.
  case failed
}
