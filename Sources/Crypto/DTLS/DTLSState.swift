/// Where a DTLS session stands.
public enum DTLSState: Hashable, Sendable {
  /// Messages are exchanged; nothing is proven.
  case handshaking

  /// Keys are agreed.
  ///
  /// `ingress` protects what the peer sends, `egress` what we send. `peerFingerprint` is
  /// the SHA-256 of the certificate the peer proved to own: compare it before believing anything.
  case established(ingress: SRTPMaterial, egress: SRTPMaterial, peerFingerprint: [UInt8])

  /// The handshake went wrong, ended without an SRTP profile or got no answer.
  case failed

  /// The peer closed the session.
  case closed
}
