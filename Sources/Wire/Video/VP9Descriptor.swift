import Base

extension VideoDescriptor {
  /// Reads a VP9 payload (RFC 9628 §4.2).
  ///
  /// ```
  ///  ├───────────────┬───────────────────────┬──────────────────────────┬────────────────────────────┤
  ///  │I P L F B E V Z│ I: M picture id (1, 2)│ L: TID U SID D, TL0PICIDX│ P and F: 1 to 3 × P_DIFF N │
  ///  └───────────────┴───────────────────────┴ (TL0PICIDX without F) ───┴────────────────────────────┘
  /// ```
  ///
  /// A key frame begins where the base spatial layer of a picture that refers to no other begins. Refused: a
  /// descriptor that is longer than the payload, more than three references. The scalability structure is
  /// not read.
  public init(vp9 payload: Span<UInt8>) throws(WireError) {
    self.init()
    var cursor = PayloadCursor(payload)
    let first = try cursor.octet(of: payload)
    let isPredicted = first & 0x40 != 0
    let isFlexible = first & 0x10 != 0
    if first & 0x80 != 0 { pictureID = try cursor.pictureID(of: payload) }
    if first & 0x20 != 0 {
      let layer = try cursor.octet(of: payload)
      temporalID = layer >> 5
      spatialID = layer >> 1 & 7
      if !isFlexible { baseLayerIndex = try cursor.baseLayerIndex(of: payload) }
    }
    if isPredicted, isFlexible {
      var references = 1
      while try cursor.octet(of: payload) & 1 != 0 {
        references &+= 1
        guard references <= 3 else { throw .malformed }
      }
    }
    guard cursor.rest > 0 else { throw .truncated }
    beginsFrame = first & 0x08 != 0 && spatialID == 0
    beginsKeyFrame = beginsFrame && !isPredicted
  }
}
