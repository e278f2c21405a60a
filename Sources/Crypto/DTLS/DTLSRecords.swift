/// The record layer's frame (RFC 6347 §4.1), as far as it is read without keys.
///
/// ```
/// octet  0      1         3       5                 11       13
///        type │ version │ epoch │ sequence number │ length │ fragment
/// ```
enum DTLSRecords {
  /// Octets of a record's header.
  static let headerCount = 13

  private static let handshake: UInt8 = 22

  /// Whether an encrypted handshake record is among the records of `datagram`.
  ///
  /// Without renegotiation that is the peer's Finished.
  static func containFinished(_ datagram: Span<UInt8>) -> Bool {
    var offset = 0
    while datagram.count - offset >= headerCount {
      let epoch = UInt16(datagram[offset + 3]) << 8 | UInt16(datagram[offset + 4])
      if datagram[offset] == handshake && epoch == 1 { return true }
      offset += headerCount + (Int(datagram[offset + 11]) << 8 | Int(datagram[offset + 12]))
    }
    return false
  }
}
