import Base

extension VideoDescriptor {
  /// Reads a VP8 payload (RFC 7741 §4.2, §4.3).
  ///
  /// ```
  ///  ├─────────┬────────────────────────────────────────────────────────────────┤
  ///  │X R N S R PID│ X: I L T K │ I: M PictureID (1 or 2) │ L: TL0PICIDX │ T|K: TID Y KEYIDX │
  ///  ├─────────┴────────────────────────────────────────────────────────────────┤
  ///  │ payload header, only where S is set and PID is 0: … P │ … 9D 01 2A in a key frame
  /// ```
  ///
  /// Refused: a descriptor that is longer than the payload, one without payload behind it.
  public init(vp8 payload: Span<UInt8>) throws(WireError) {
    self.init()
    var cursor = PayloadCursor(payload)
    let first = try cursor.octet(of: payload)
    if first & 0x80 != 0 {
      let extensions = try cursor.octet(of: payload)
      if extensions & 0x80 != 0 { pictureID = try cursor.pictureID(of: payload) }
      if extensions & 0x40 != 0 { baseLayerIndex = try cursor.baseLayerIndex(of: payload) }
      if extensions & 0x30 != 0 {
        let layer = try cursor.octet(of: payload)
        if extensions & 0x20 != 0 { temporalID = layer >> 6 }
      }
    }
    guard cursor.rest > 0 else { throw .truncated }
    beginsFrame = first & 0x17 == 0x10
    guard beginsFrame, payload[cursor.offset] & 1 == 0 else { return }
    // RFC 6386 §9.1: a key frame's tag of three octets is followed by its start code.
    guard cursor.rest >= 6 else { throw .truncated }
    beginsKeyFrame =
      payload[cursor.offset &+ 3] == 0x9D && payload.uint16(at: cursor.offset &+ 4) == 0x012A
  }
}
