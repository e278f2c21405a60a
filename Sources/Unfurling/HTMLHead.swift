/// What the head of an HTML page says about it: `title`, `meta` and the `link` to oEmbed.
///
/// No parser of HTML: it goes through the tags up to the end of the head, passes over comments, scripts and
/// styles, and knows no nesting. Bounded in octets, tags, attributes and their lengths; every index is checked,
/// and each step goes forward. Whatever it finds is text of strangers.
struct HTMLHead {
  /// Octets that are looked at; large sites have 200 KB of styles in their heads.
  static let countMax = 512 << 10
  private static let tagsMax = 4_096
  private static let attributesMax = 32
  private static let valueMax = 4_096

  /// Contents by name or property in lower case; the first of each.
  private(set) var metas: [String: String] = [:]
  private(set) var title: String?
  /// The address of the page's oEmbed JSON, as it stands there.
  private(set) var oEmbed: String?

  private let octets: ArraySlice<UInt8>
  private let isLatin: Bool
  private var position: Int

  /// Reads the beginning of a page; `isLatin` when it is said to be in ISO 8859-1 or Windows' version of it.
  init(_ page: [UInt8], isLatin: Bool) {
    octets = page.prefix(HTMLHead.countMax)
    self.isLatin = isLatin
    position = 0
    for _ in 0..<HTMLHead.tagsMax {
      guard let start = find(UInt8(ascii: "<"), from: position) else { return }
      position = start + 1
      guard readTag() else { return }
    }
  }

  /// Reads what follows a `<`; `false` at the end of the head.
  private mutating func readTag() -> Bool {
    if has("!--", at: position) {
      position = (end(of: "-->", from: position + 3) ?? octets.count)
      return position < octets.count
    }
    let isEnd = octet(position) == UInt8(ascii: "/")
    if isEnd { position += 1 }
    let name = readName()
    switch name {
    case "": return true
    case "body": return false
    case "head" where isEnd: return false
    default: break
    }
    let attributes = readAttributes()
    guard !isEnd else { return true }
    switch name {
    case "script", "style", "template": skip(to: name)
    case "title":
      let start = position
      skip(to: name)
      if title == nil { title = text(start..<max(start, min(position, start + HTMLHead.valueMax))) }
    case "meta":
      guard let key = attributes["property"] ?? attributes["name"], let content = attributes["content"] else {
        return true
      }
      let lowered = key.lowercased()
      if metas[lowered] == nil { metas[lowered] = content }
    case "link" where attributes["type"]?.lowercased() == "application/json+oembed":
      if oEmbed == nil { oEmbed = attributes["href"] }
    default: break
    }
    return true
  }

  /// Goes to the end tag of `name`, whose content is no markup.
  private mutating func skip(to name: String) {
    while let start = find(UInt8(ascii: "<"), from: position) {
      position = start
      if octet(start + 1) == UInt8(ascii: "/"), has(name, at: start + 2) { return }
      position = start + 1
    }
    position = octets.count
  }

  private mutating func readName() -> String {
    let start = position
    while let next = octet(position), HTMLHead.isNameOctet(next), position - start < 64 { position += 1 }
    return String(decoding: octets[start..<position], as: UTF8.self).lowercased()
  }

  /// Reads attributes up to and with the `>`.
  private mutating func readAttributes() -> [String: String] {
    var attributes: [String: String] = [:]
    while let next = octet(position) {
      if next == UInt8(ascii: ">") {
        position += 1
        break
      }
      guard HTMLHead.isNameOctet(next) else {
        position += 1
        continue
      }
      let name = readName()
      skipSpace()
      var value = ""
      if octet(position) == UInt8(ascii: "=") {
        position += 1
        skipSpace()
        value = readValue()
      }
      if attributes.count < HTMLHead.attributesMax, attributes[name] == nil { attributes[name] = value }
    }
    return attributes
  }

  private mutating func readValue() -> String {
    guard let quote = octet(position) else { return "" }
    let start: Int
    let end: Int
    if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
      start = position + 1
      end = find(quote, from: start) ?? octets.count
      position = min(end + 1, octets.count)
    } else {
      start = position
      while let next = octet(position), next != UInt8(ascii: ">"), !HTMLHead.isSpace(next) { position += 1 }
      end = position
    }
    return text(start..<min(end, start + HTMLHead.valueMax))
  }

  private mutating func skipSpace() {
    while let next = octet(position), HTMLHead.isSpace(next) { position += 1 }
  }

  /// Octets as text, with character references replaced.
  private func text(_ range: Range<Int>) -> String {
    let range = range.clamped(to: 0..<octets.count)
    guard isLatin else { return Text.decodingReferences(String(decoding: octets[range], as: UTF8.self)) }
    var scalars = String.UnicodeScalarView()
    for octet in octets[range] { scalars.append(Unicode.Scalar(octet)) }
    return Text.decodingReferences(String(scalars))
  }

  private func octet(_ index: Int) -> UInt8? { index < octets.count ? octets[index] : nil }

  private func find(_ octet: UInt8, from start: Int) -> Int? {
    start < octets.count ? octets[start...].firstIndex(of: octet) : nil
  }

  /// Whether `word`, in lower case, stands at `index` in any case.
  private func has(_ word: String, at index: Int) -> Bool {
    let end = index + word.utf8.count
    guard end <= octets.count else { return false }
    return zip(octets[index..<end], word.utf8).allSatisfy { octet, expected in
      octet == expected || ((0x41...0x5A).contains(octet) && octet | 0x20 == expected)
    }
  }

  /// Behind the next `word`.
  private func end(of word: String, from start: Int) -> Int? {
    guard let first = word.utf8.first else { return nil }
    var start = start
    while let found = find(first, from: start) {
      if has(word, at: found) { return found + word.utf8.count }
      start = found + 1
    }
    return nil
  }

  private static func isNameOctet(_ octet: UInt8) -> Bool {
    switch octet {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "_"): true
    default: false
    }
  }

  private static func isSpace(_ octet: UInt8) -> Bool { octet == 0x20 || (0x09...0x0D).contains(octet) }
}
