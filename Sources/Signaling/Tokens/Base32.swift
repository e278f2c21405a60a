/// Base32 (RFC 4648 §6), as authenticator apps write their secrets.
enum Base32 {
  /// The octets of `text` in either case, with or without white space and padding; `nil` for a foreign character.
  static func decode(_ text: String) -> [UInt8]? {
    var octets: [UInt8] = []
    var word: UInt32 = 0
    var bits: UInt32 = 0
    for character in text.utf8 where character != 0x20 && character != 0x3D {
      let value: UInt8
      switch character {
      case 0x41...0x5A: value = character - 0x41
      case 0x61...0x7A: value = character - 0x61
      case 0x32...0x37: value = character - 0x32 + 26
      default: return nil
      }
      word = word << 5 | UInt32(value)
      bits += 5
      if bits >= 8 {
        bits -= 8
        octets.append(UInt8(truncatingIfNeeded: word >> bits))
        word &= (1 << bits) - 1
      }
    }
    return octets
  }
}
