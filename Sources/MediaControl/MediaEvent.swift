/// Why a peer's transport ended without a command.
public enum TransportFailure: String, Hashable, Sendable {
  /// DTLS ended in an alert or timed out.
  case handshakeFailed
  /// The certificate's fingerprint is not the one that signaling named.
  case fingerprintMismatch
  /// No consent check (RFC 7675) or no packet for too long.
  case consentExpired
  /// The node has no room for another peer.
  case capacityExceeded
}

/// From a shard to signaling.
public enum MediaEvent: Hashable, Sendable {
  /// The transport is up: keys agreed and an address known.
  case connected(PeerID)
  /// The transport is lost; the peer stays admitted until it is removed.
  case failed(PeerID, TransportFailure)
  /// The first audio of a peer, or the first after a silence: other members may have to be told its SSRC.
  case audioStarted(PeerID, ssrc: UInt32)
}
