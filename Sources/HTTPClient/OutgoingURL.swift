/// The one reading of a URL that both the policy and the transfer rest on (RFC 3986 §3.2).
///
/// Strict on purpose: where two readers of one URL differ, a forged host hides.
public enum OutgoingURL {
  /// Longer URLs are refused.
  public static let countMax = 2_048

  /// The host in lower case, without brackets; `nil` when the URL is refused.
  ///
  /// Only `http://` and `https://` with a host, no user name, no percent sign in the host, a port of digits, and
  /// nothing but visible ASCII without quotation marks, backslashes and the like.
  public static func host(of url: String) -> String? {
    guard url.utf8.count <= countMax, url.utf8.allSatisfy(isAllowed) else { return nil }
    let lowered = url.lowercased()
    guard let prefix = ["https://", "http://"].first(where: lowered.hasPrefix) else { return nil }
    let rest = lowered.dropFirst(prefix.count)
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    guard !authority.contains("@"), !authority.contains("%") else { return nil }
    if authority.first == "[" { return bracketed(authority) }
    let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
    guard let host = parts.first, !host.isEmpty, parts.count <= 2, isPort(parts.dropFirst().first),
      host.utf8.allSatisfy(isHostCharacter)
    else { return nil }
    return String(host)
  }

  /// Whether the URL's scheme is `https`.
  public static func isSecure(_ url: String) -> Bool {
    url.lowercased().hasPrefix("https://")
  }

  private static func bracketed(_ authority: Substring) -> String? {
    guard let end = authority.firstIndex(of: "]") else { return nil }
    let host = authority[authority.index(after: authority.startIndex)..<end]
    let rest = authority[authority.index(after: end)...]
    guard !host.isEmpty, rest.isEmpty || (rest.first == ":" && isPort(rest.dropFirst())),
      host.utf8.allSatisfy({ isHostCharacter($0) || $0 == UInt8(ascii: ":") })
    else { return nil }
    return String(host)
  }

  private static func isPort(_ text: Substring?) -> Bool {
    guard let text else { return true }
    return UInt16(text) != nil && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  private static func isAllowed(_ octet: UInt8) -> Bool {
    octet > 0x20 && octet < 0x7F && !Array("\"<>\\^`{|}".utf8).contains(octet)
  }

  private static func isHostCharacter(_ octet: UInt8) -> Bool {
    switch octet {
    case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
    default: false
    }
  }
}
