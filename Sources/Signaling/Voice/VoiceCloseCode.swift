/// The voice gateway's close codes (voice.md §4) and, thrown by the parser, the reason for one.
public enum VoiceCloseCode: UInt16, Error, CaseIterable, Hashable, Sendable {
  case unknownOpcode = 4001
  case malformedPayload = 4002
  case notAuthenticated = 4003
  case authenticationFailed = 4004
  case alreadyAuthenticated = 4005
  case sessionInvalid = 4006
  case sessionTimeout = 4009
  case serverNotFound = 4011
  case unknownProtocol = 4012
  /// The browser's transport failed for good: wrong fingerprint or no DTLS handshake.
  case transportFailed = 4013
  /// Kicked, moved or replaced; clients do not come back by themselves.
  case disconnected = 4014
  /// The media node lost the peer; clients rejoin.
  case serverCrashed = 4015
  case unknownEncryptionMode = 4016
  case badRequest = 4020
  /// Too many messages; clients do not come back by themselves.
  case rateLimited = 4021
  case callTerminated = 4022

  /// The text of the close frame.
  public var reason: String {
    switch self {
    case .unknownOpcode: "Unknown opcode"
    case .malformedPayload: "Failed to decode payload"
    case .notAuthenticated: "Not authenticated"
    case .authenticationFailed: "Authentication failed"
    case .alreadyAuthenticated: "Already authenticated"
    case .sessionInvalid: "Session no longer valid"
    case .sessionTimeout: "Session timeout"
    case .serverNotFound: "Server not found"
    case .unknownProtocol: "Unknown protocol"
    case .transportFailed: "Transport failed"
    case .disconnected: "Disconnected"
    case .serverCrashed: "Voice server crashed"
    case .unknownEncryptionMode: "Unknown encryption mode"
    case .badRequest: "Bad request"
    case .rateLimited: "Rate limited"
    case .callTerminated: "Call terminated"
    }
  }
}
