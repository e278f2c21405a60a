internal import HTTPClient

/// Addresses of web pages as strangers write them.
enum WebLink {
  /// Other ports speak other protocols, some of which a request can be mistaken for.
  private static let ports: Set<Substring> = ["80", "443"]

  /// Whether the server may ask for `url`, as far as its text says: a web address with a host, on a web server's
  /// port, without a name or password.
  ///
  /// Where it leads is judged when it is connected to.
  static func isFetchable(_ url: String) -> Bool {
    guard OutgoingURL.host(of: url) != nil else { return false }
    let authority = url.drop { $0 != "/" }.dropFirst(2).prefix { !"/?#".contains($0) }
    // Behind the bracket of an IPv6 address, or behind the only colon.
    let tail = authority.lastIndex(of: "]").map { authority[authority.index(after: $0)...] } ?? authority
    guard let colon = tail.lastIndex(of: ":") else { return true }
    let port = tail[tail.index(after: colon)...]
    return port.isEmpty || ports.contains(port)
  }

  /// `reference` as a page at `base` means it; `nil` when that is no address that may be asked for.
  ///
  /// Absolute addresses, `//host/path`, `/path`, `?query` and `path`; dot segments are left to the server that
  /// is asked.
  static func resolve(_ reference: String, at base: String) -> String? {
    let reference = Text.plain(reference)
    let scheme = base.prefix { $0 != ":" }
    let rest = base.dropFirst(scheme.count + 3)
    let authority = rest.prefix { !"/?#".contains($0) }
    let path = rest.dropFirst(authority.count).prefix { !"?#".contains($0) }
    let result: String
    if reference.isEmpty {
      return nil
    } else if reference.hasPrefix("//") {
      result = "\(scheme):\(reference)"
    } else if reference.hasPrefix("/") {
      result = "\(scheme)://\(authority)\(reference)"
    } else if reference.hasPrefix("?") {
      result = "\(scheme)://\(authority)\(path)\(reference)"
    } else if reference.prefix(while: { !"/?#".contains($0) }).contains(":") {
      result = reference
    } else {
      let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
      result = "\(scheme)://\(authority)\(folder)\(reference)"
    }
    let encoded = encode(result)
    return isFetchable(encoded) ? encoded : nil
  }

  /// The same with percent signs for what may not stand in an address as it is.
  private static func encode(_ url: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    let odd = Array("\"<>\\^`{|}".utf8)
    var octets: [UInt8] = []
    for octet in url.utf8 {
      if (0x21...0x7E).contains(octet), !odd.contains(octet) {
        octets.append(octet)
      } else {
        octets += [0x25, digits[Int(octet >> 4)], digits[Int(octet & 15)]]
      }
    }
    return String(decoding: octets, as: UTF8.self)
  }
}
