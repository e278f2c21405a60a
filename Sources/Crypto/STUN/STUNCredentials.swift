/// The short-term credentials of one ICE session as its checks use them (RFC 8445 §7.2.2).
///
/// A peer's request carries the username `localUfrag:remoteUfrag` and is keyed by our password.
public struct STUNCredentials: Hashable, Sendable {
  /// `localUfrag:remoteUfrag`, or `localUfrag:` while the peer's fragment is unknown.
  let username: [UInt8]
  let isRemoteKnown: Bool

  /// The local password.
  let password: [UInt8]

  /// Makes credentials; an empty `remoteUfrag` lets any peer fragment pass.
  public init(localUfrag: [UInt8], remoteUfrag: [UInt8], password: [UInt8]) {
    username = localUfrag + [UInt8(ascii: ":")] + remoteUfrag
    isRemoteKnown = !remoteUfrag.isEmpty
    self.password = password
  }
}

/// What came of a datagram that looked like STUN.
public enum STUNOutcome: Hashable, Sendable {
  /// An authentic check; send the reply.
  case success(replyCount: Int, useCandidate: Bool, priority: UInt32)

  /// A request that was refused (400, 401, 420 or 487); send the reply.
  case error(replyCount: Int, code: Int)

  /// Nothing to answer: no STUN, no binding request, or a fingerprint that does not match.
  case dropped
}
