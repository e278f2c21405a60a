import Base

/// The payload of a retransmission (RFC 4588 §4): the original's sequence number, then its payload.
///
/// ```
///  0     2
///  ├─────┼──────────────────────
///  │ OSN │ original RTP payload
///  └─────┴──────────────────────
/// ```
public enum RTXPayload {
  /// Octets of the original sequence number.
  public static let headerCount = 2

  /// The sequence number of the original; the original's payload follows at ``headerCount``.
  ///
  /// Refused: fewer than two octets. Senders probe with retransmissions that carry nothing else.
  public static func originalSequenceNumber(_ payload: Span<UInt8>) throws(WireError) -> UInt16 {
    guard payload.count >= headerCount else { throw .truncated }
    return payload.uint16(at: 0)
  }
}
