/// The web addresses in a message's text that readers are shown cards of.
///
/// Not within code, and not those that stand in angle brackets, as Discord's clients have it. What ends a
/// sentence or closes a bracket is no part of an address.
enum LinkScanner {
  /// At most ``Limits/linksPerMessage`` addresses, each once, in the order of the text.
  static func links(in text: String) -> [String] {
    guard text.utf8.count >= 8, text.contains("://") else { return [] }
    var found: [String] = []
    var rest = withoutCode(text)[...]
    while found.count < Limits.linksPerMessage, let start = nextLink(in: rest) {
      let isBracketed = start > rest.startIndex && rest[rest.index(before: start)] == "<"
      let address = rest[start...].prefix { !$0.isWhitespace && $0 != "<" && $0 != ">" && $0 != "|" }
      let isClosed = address.endIndex < rest.endIndex && rest[address.endIndex] == ">"
      rest = rest[address.endIndex...]
      let link = trimmed(address)
      guard !(isBracketed && isClosed), link.utf8.count <= Limits.linkLength, hasHost(link),
        !found.contains(link)
      else { continue }
      found.append(link)
    }
    return found
  }

  private static func nextLink(in text: Substring) -> Substring.Index? {
    [text.firstRange(of: "https://"), text.firstRange(of: "http://")].compactMap { $0?.lowerBound }.min()
  }

  private static func hasHost(_ link: String) -> Bool {
    let authority = link.drop { $0 != "/" }.dropFirst(2).prefix { !"/?#".contains($0) }
    return authority.contains(".") || authority.contains("[")
  }

  private static func trimmed(_ address: Substring) -> String {
    var address = address
    while let last = address.last {
      if ".,:;!?'\"*_~".contains(last) {
        address.removeLast()
      } else if last == ")", address.count(where: { $0 == ")" }) > address.count(where: { $0 == "(" }) {
        address.removeLast()
      } else {
        break
      }
    }
    return String(address)
  }

  /// The text without what stands between backticks, one or three of them.
  private static func withoutCode(_ text: String) -> String {
    guard text.contains("`") else { return text }
    var result = ""
    var rest = text[...]
    while let tick = rest.firstIndex(of: "`") {
      result += rest[..<tick]
      let mark = rest[tick...].hasPrefix("```") ? "```" : "`"
      let inside = rest[tick...].dropFirst(mark.count)
      guard let end = inside.firstRange(of: mark) else { return result + rest[tick...] }
      result += " "
      rest = inside[end.upperBound...]
    }
    return result + rest
  }
}
