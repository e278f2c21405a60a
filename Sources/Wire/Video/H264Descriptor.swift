import Base

extension VideoDescriptor {
  /// Reads an H.264 payload in packetization mode 0 or 1 (RFC 6184 §5.6, §5.7.1, §5.8).
  ///
  /// ```
  ///  type 1 … 23  │F NRI type│ NAL unit                                        single NAL unit
  ///  type 24      │F NRI 24  │ size (2) │ NAL unit │ size (2) │ NAL unit │ …    STAP-A
  ///  type 28      │F NRI 28  │ S E R type │ fragment                           FU-A
  /// ```
  ///
  /// A key frame begins at a sequence parameter set or at the start of an IDR slice. Refused: the forbidden
  /// bit, other packet types, a NAL unit that reaches behind the payload or has no octet.
  public init(h264 payload: Span<UInt8>) throws(WireError) {
    self.init()
    var cursor = PayloadCursor(payload)
    let first = try cursor.octet(of: payload)
    guard first & 0x80 == 0 else { throw .malformed }
    switch first & 0x1F {
    case 1...23:
      beginsKeyFrame = VideoDescriptor.isH264Key(first)
    case 24:
      guard cursor.rest > 0 else { throw .truncated }
      // Each step takes three octets at least.
      while cursor.rest > 0 {
        let count = try cursor.word(of: payload)
        guard count > 0 else { throw .malformed }
        let start = cursor.offset
        try cursor.skip(count)
        if VideoDescriptor.isH264Key(payload[start]) { beginsKeyFrame = true }
      }
    case 28:
      let header = try cursor.octet(of: payload)
      guard cursor.rest > 0 else { throw .truncated }
      beginsKeyFrame = header & 0x80 != 0 && VideoDescriptor.isH264Key(header)
    default:
      throw .unsupported
    }
  }

  /// Whether the NAL unit is an IDR slice or a sequence parameter set.
  private static func isH264Key(_ header: UInt8) -> Bool {
    header & 0x1F == 5 || header & 0x1F == 7
  }
}
