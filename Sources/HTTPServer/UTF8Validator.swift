/// Checks UTF-8 (RFC 3629) as it arrives, octet by octet, over any division into pieces.
///
/// Refuses overlong forms, surrogates and what lies beyond U+10FFFF at the first octet that cannot be right.
struct UTF8Validator: Sendable {
  /// Continuation octets still to come.
  private var missing: UInt8 = 0
  /// What the next continuation octet may be.
  private var lower: UInt8 = 0x80
  private var upper: UInt8 = 0xBF

  /// Whether no character is unfinished.
  var isComplete: Bool { missing == 0 }

  /// Takes the octets of `range`; `false` at the first impossible one.
  mutating func accept(_ octets: Span<UInt8>, _ range: Range<Int>) -> Bool {
    for index in range {
      let octet = octets[index]
      if missing == 0, octet < 0x80 { continue }
      guard accept(octet) else { return false }
    }
    return true
  }

  private mutating func accept(_ octet: UInt8) -> Bool {
    if missing > 0 {
      guard octet >= lower, octet <= upper else { return false }
      missing -= 1
      (lower, upper) = (0x80, 0xBF)
      return true
    }
    (lower, upper) = (0x80, 0xBF)
    switch octet {
    case 0xC2...0xDF: missing = 1
    case 0xE0: (missing, lower) = (2, 0xA0)
    case 0xED: (missing, upper) = (2, 0x9F)
    case 0xE1...0xEF: missing = 2
    case 0xF0: (missing, lower) = (3, 0x90)
    case 0xF4: (missing, upper) = (3, 0x8F)
    case 0xF1...0xF3: missing = 3
    default: return octet < 0x80
    }
    return true
  }
}
