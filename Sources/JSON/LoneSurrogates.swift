/// Escapes of half a surrogate pair, which JavaScript sends when a text was cut within an emoji.
///
/// RFC 8259 §8.2 lets a parser do as it likes with them; simdjson refuses the document. Clients count on
/// its being read, so each becomes U+FFFD, the replacement character, which escapes to as many octets.
enum LoneSurrogates {
  private static let replacement = Array("fffd".utf8)

  /// The text with every lone surrogate escape replaced; `nil` when there is none.
  static func replaced(in octets: [UInt8]) -> [UInt8]? {
    var result: [UInt8]?
    var position = 0
    while position + 1 < octets.count {
      guard octets[position] == UInt8(ascii: "\\") else {
        position += 1
        continue
      }
      guard let unit = unit(of: octets, at: position), (0xD800...0xDFFF).contains(unit) else {
        // Also skips an escaped backslash, so that its second half begins no escape.
        position += 2
        continue
      }
      if unit < 0xDC00, let next = self.unit(of: octets, at: position + 6), (0xDC00...0xDFFF).contains(next) {
        position += 12
        continue
      }
      result = result ?? octets
      result?.replaceSubrange((position + 2)..<(position + 6), with: replacement)
      position += 6
    }
    return result
  }

  /// The UTF-16 unit that the escape at `position` names; `nil` when none stands there.
  private static func unit(of octets: [UInt8], at position: Int) -> UInt32? {
    guard position + 6 <= octets.count, octets[position] == UInt8(ascii: "\\"),
      octets[position + 1] == UInt8(ascii: "u")
    else { return nil }
    var unit: UInt32 = 0
    for octet in octets[(position + 2)..<(position + 6)] {
      switch octet {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt32(octet - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt32(octet - UInt8(ascii: "a") + 10)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt32(octet - UInt8(ascii: "A") + 10)
      default: return nil
      }
    }
    return unit
  }
}
