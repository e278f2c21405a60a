internal import Base

/// The parts of a `wss://` or `ws://` address, or of an endpoint without a scheme.
struct TargetURL: Hashable, Sendable {
  let host: String
  let port: UInt16
  /// With query; `/` when there is none.
  let path: String
  /// Whether TLS is spoken.
  let isSecure: Bool

  /// `host:port` as the Host field has it.
  var authority: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }

  /// Reads `wss://host:port/path?query`, `ws://…` or `host:port`; `nil` for anything else.
  init?(_ text: String) {
    var rest = Substring(text)
    var isSecure = true
    if let scheme = text.firstRange(of: "://") {
      switch text[..<scheme.lowerBound] {
      case "wss", "https": break
      case "ws", "http": isSecure = false
      default: return nil
      }
      rest = text[scheme.upperBound...]
    }
    self.isSecure = isSecure
    let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
    let tail = String(rest[end...])
    path = tail.hasPrefix("/") ? tail : "/" + tail
    rest = rest[..<end]
    if rest.hasPrefix("[") {
      guard let bracket = rest.firstIndex(of: "]") else { return nil }
      host = String(rest[rest.index(after: rest.startIndex)..<bracket])
      rest = rest[rest.index(after: bracket)...]
    } else {
      let colon = rest.firstIndex(of: ":") ?? rest.endIndex
      host = String(rest[..<colon])
      rest = rest[colon...]
    }
    guard !host.isEmpty else { return nil }
    if rest.isEmpty {
      port = isSecure ? 443 : 80
    } else {
      guard rest.first == ":", let number = UInt16(rest.dropFirst()), number > 0 else { return nil }
      port = number
    }
  }
}

extension IPAddress {
  /// Whether this address is the machine's own or of a private network (RFC 1918, RFC 4193, link-local).
  var isPrivate: Bool {
    if isLoopback { return true }
    if let v4 {
      return v4 >> 24 == 10 || v4 >> 20 == 0xAC1 || v4 >> 16 == 0xC0A8 || v4 >> 16 == 0xA9FE
    }
    return high >> 57 == 0xFC >> 1 || high >> 54 == 0xFE80 >> 6
  }
}
