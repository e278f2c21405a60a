import Base

extension VideoDescriptor {
  /// Reads an H.265 payload without DONL fields (RFC 7798 §4.4).
  ///
  /// ```
  ///  0      1     7       13    16
  ///  ├──────┼─────┼───────┼─────┤
  ///  │ F    │type │layer  │TID+1│   type 48: size (2) │ NAL unit │ …            aggregation packet
  ///  └──────┴─────┴───────┴─────┘   type 49: S E type │ fragment              fragmentation unit
  /// ```
  ///
  /// A key frame begins at a video or sequence parameter set, or at the start of an IRAP slice (types 16 to
  /// 23). Refused: the forbidden bit, a TID+1 of 0, PACI packets and reserved types, a NAL unit that reaches
  /// behind the payload or has less than a header.
  public init(h265 payload: Span<UInt8>) throws(WireError) {
    self.init()
    var cursor = PayloadCursor(payload)
    let first = try cursor.octet(of: payload)
    let second = try cursor.octet(of: payload)
    guard first & 0x80 == 0, second & 7 != 0 else { throw .malformed }
    temporalID = second & 7 &- 1
    let type = first >> 1
    switch type {
    case 0...47:
      beginsKeyFrame = VideoDescriptor.isH265Key(type)
    case 48:
      guard cursor.rest > 0 else { throw .truncated }
      // Each step takes four octets at least.
      while cursor.rest > 0 {
        let count = try cursor.word(of: payload)
        guard count >= 2 else { throw .malformed }
        let start = cursor.offset
        try cursor.skip(count)
        if VideoDescriptor.isH265Key(payload[start] >> 1 & 0x3F) { beginsKeyFrame = true }
      }
    case 49:
      let header = try cursor.octet(of: payload)
      guard cursor.rest > 0 else { throw .truncated }
      beginsKeyFrame = header & 0x80 != 0 && VideoDescriptor.isH265Key(header & 0x3F)
    default:
      throw .unsupported
    }
  }

  private static func isH265Key(_ type: UInt8) -> Bool {
    (16...23).contains(type) || type == 32 || type == 33
  }
}
