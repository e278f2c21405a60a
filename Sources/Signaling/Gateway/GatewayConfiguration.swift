/// What the operator and the composition root decide about the main gateway.
public struct GatewayConfiguration: Sendable {
  /// READY's `resume_gateway_url`: `wss://host:port`, without path and query.
  public var resumeURL: String
  /// Bounds.
  public var limits = GatewayLimits()

  /// Makes a configuration with default limits.
  public init(resumeURL: String) {
    self.resumeURL = resumeURL
  }
}

/// What the main gateway has counted since it was made.
public struct GatewayStatistics: Sendable {
  /// Connections open now.
  public var connectionCount = 0
  /// Sessions now, attached or waiting for a RESUME.
  public var sessionCount = 0
  /// Messages received.
  public var receivedCount: UInt64 = 0
  /// Dispatches numbered, whether or not a connection was there to take them.
  public var dispatchCount: UInt64 = 0
  /// IDENTIFYs that led to READY.
  public var identifyCount: UInt64 = 0
  /// RESUMEs that led to RESUMED.
  public var resumeCount: UInt64 = 0
  /// INVALID_SESSIONs sent.
  public var invalidSessionCount: UInt64 = 0
  /// Connections refused because there were too many.
  public var refusedCount: UInt64 = 0
  /// Presence updates dropped by their rate.
  public var presenceDropCount: UInt64 = 0
  /// Connections that the gateway closed, by code, in the order of ``GatewayCloseCode/allCases``.
  public private(set) var closes = [UInt64](repeating: 0, count: GatewayCloseCode.allCases.count)

  /// Nothing counted.
  public init() {}

  mutating func countClose(_ code: GatewayCloseCode) {
    guard let index = GatewayCloseCode.allCases.firstIndex(of: code) else { return }
    closes[index] += 1
  }
}
