import Base

extension VideoDescriptor {
  /// Reads the aggregation header of an AV1 payload (RTP Payload Format For AV1 §4.4).
  ///
  /// ```
  ///  0   1   2     4   5         8
  ///  ├───┼───┼─────┼───┼─────────┤
  ///  │ Z │ Y │  W  │ N │reserved │   then OBU elements
  ///  └───┴───┴─────┴───┴─────────┘
  /// ```
  ///
  /// N marks the first packet of a coded video sequence: there a decoder may begin. Refused: an empty
  /// payload, nothing behind the header, N in a packet that continues an OBU. Layers are told by the
  /// dependency descriptor, not here.
  public init(av1 payload: Span<UInt8>) throws(WireError) {
    self.init()
    var cursor = PayloadCursor(payload)
    let first = try cursor.octet(of: payload)
    guard cursor.rest > 0 else { throw .truncated }
    beginsKeyFrame = first & 0x08 != 0
    guard !beginsKeyFrame || first & 0x80 == 0 else { throw .malformed }
    beginsFrame = beginsKeyFrame
  }
}
