/// What the operator and the composition root decide about the REST API.
public struct RESTConfiguration: Sendable {
  /// Base of the API without version: `https://host:port/api`.
  public var apiURL: String
  /// What `GET /gateway` answers: `wss://host:port`, without path and query.
  public var gatewayURL: String
  /// Name of the only voice region.
  public var region: String
  /// An Argon2id hash of nothing anyone knows: verified when the name does not exist, so that both cases
  /// take equally long.
  public var decoyHash: String
  /// Bounds.
  public var limits = RESTLimits()

  /// Makes a configuration with default limits.
  public init(apiURL: String, gatewayURL: String, region: String, decoyHash: String) {
    self.apiURL = apiURL
    self.gatewayURL = gatewayURL
    self.region = region
    self.decoyHash = decoyHash
  }
}

/// What the REST API has counted since it was made.
public struct RESTStatistics: Sendable {
  /// Exchanges that wait for an answer now.
  public var pendingCount = 0
  /// Requests received.
  public var requestCount: UInt64 = 0
  /// Answers by hundred: informational, success, redirection, client error, server error.
  public internal(set) var responses = [UInt64](repeating: 0, count: 5)
  /// Answers with 429.
  public var limitedCount: UInt64 = 0
  /// Requests refused because too many were waiting.
  public var overloadCount: UInt64 = 0

  /// Nothing counted.
  public init() {}
}
