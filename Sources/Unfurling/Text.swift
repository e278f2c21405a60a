/// Texts of strangers' pages.
enum Text {
  /// One line without controls and without white space at its ends or twice in a row.
  static func plain(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var isSpaced = true
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator, .spaceSeparator:
        if !isSpaced { result.append(" ") }
        isSpaced = true
      // Marks that turn the direction of what stands around them.
      case .format, .surrogate, .privateUse, .unassigned: break
      default:
        result.append(scalar)
        isSpaced = false
      }
    }
    if result.last == " " { result.removeLast() }
    return String(result)
  }

  /// At most `count` code points, the last one an ellipsis when some are left out; `nil` when nothing is left.
  static func cut(_ text: String?, _ count: Int) -> String? {
    guard let text = text.map(plain), !text.isEmpty else { return nil }
    guard text.unicodeScalars.count > count else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix(count - 1))) + "…"
  }

  /// `text` with HTML's character references replaced: the numeric ones and the common named ones.
  static func decodingReferences(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
    var result = ""
    var rest = text[...]
    while let ampersand = rest.firstIndex(of: "&") {
      result += rest[..<ampersand]
      let after = rest[rest.index(after: ampersand)...]
      if let end = after.prefix(referenceMax).firstIndex(of: ";"), let found = character(after[..<end]) {
        result.unicodeScalars.append(found)
        rest = after[after.index(after: end)...]
      } else {
        result += "&"
        rest = after
      }
    }
    return result + rest
  }

  private static let referenceMax = 10

  private static func character(_ name: Substring) -> Unicode.Scalar? {
    if name.first == "#" {
      let digits = name.dropFirst()
      let isHexadecimal = digits.first == "x" || digits.first == "X"
      let number = isHexadecimal ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
      return number.flatMap(Unicode.Scalar.init)
    }
    return named[name]
  }

  private static let named: [Substring: Unicode.Scalar] = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "ndash": "–", "mdash": "—",
    "hellip": "…", "lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”", "laquo": "«", "raquo": "»",
    "middot": "·", "bull": "•", "copy": "©", "reg": "®", "trade": "™", "euro": "€", "auml": "ä", "ouml": "ö",
    "uuml": "ü", "Auml": "Ä", "Ouml": "Ö", "Uuml": "Ü", "szlig": "ß", "eacute": "é", "egrave": "è",
    "agrave": "à", "ccedil": "ç", "ntilde": "ñ",
  ]
}
