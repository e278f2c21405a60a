/// Base64 (RFC 4648), as far as tokens need it: without padding.
enum Base64 {
  /// The two alphabets of RFC 4648 §4 and §5.
  enum Alphabet {
    case standard, url

    fileprivate var characters: [UInt8] {
      switch self {
      case .standard: Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
      case .url: Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
      }
    }
  }

  /// The text of `octets`, without padding.
  static func encode(_ octets: [UInt8], _ alphabet: Alphabet) -> String {
    let characters = alphabet.characters
    var text: [UInt8] = []
    text.reserveCapacity((octets.count * 4 + 2) / 3)
    var word: UInt32 = 0
    var bits: UInt32 = 0
    for octet in octets {
      word = word << 8 | UInt32(octet)
      bits += 8
      while bits >= 6 {
        bits -= 6
        text.append(characters[Int(word >> bits & 0x3F)])
      }
      word &= (1 << bits) - 1
    }
    if bits > 0 { text.append(characters[Int(word << (6 - bits) & 0x3F)]) }
    return String(decoding: text, as: UTF8.self)
  }

  /// The octets of `text`; `nil` for a foreign character, a stray length or bits set beyond the end.
  ///
  /// The refusal of stray bits makes the encoding of a token unique.
  static func decode(_ text: some StringProtocol, _ alphabet: Alphabet) -> [UInt8]? {
    let characters = Array(text.utf8)
    guard characters.count % 4 != 1 else { return nil }
    var octets: [UInt8] = []
    octets.reserveCapacity(characters.count * 3 / 4)
    var word: UInt32 = 0
    var bits: UInt32 = 0
    for character in characters {
      guard let value = value(of: character, alphabet) else { return nil }
      word = word << 6 | value
      bits += 6
      if bits >= 8 {
        bits -= 8
        octets.append(UInt8(truncatingIfNeeded: word >> bits))
        word &= (1 << bits) - 1
      }
    }
    return word == 0 ? octets : nil
  }

  private static func value(of character: UInt8, _ alphabet: Alphabet) -> UInt32? {
    switch (character, alphabet) {
    case (UInt8(ascii: "A")...UInt8(ascii: "Z"), _): UInt32(character - UInt8(ascii: "A"))
    case (UInt8(ascii: "a")...UInt8(ascii: "z"), _): UInt32(character - UInt8(ascii: "a")) + 26
    case (UInt8(ascii: "0")...UInt8(ascii: "9"), _): UInt32(character - UInt8(ascii: "0")) + 52
    case (UInt8(ascii: "+"), .standard), (UInt8(ascii: "-"), .url): 62
    case (UInt8(ascii: "/"), .standard), (UInt8(ascii: "_"), .url): 63
    default: nil
    }
  }
}
