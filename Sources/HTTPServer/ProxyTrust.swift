public import Base

/// Who may connect where TLS is a proxy's work, and for whom they speak.
///
/// This machine always, other proxies by their addresses. A listener without TLS that is not asked to trust
/// anybody serves everybody.
public struct ProxyTrust: Hashable, Sendable {
  /// Proxies on other machines.
  public var addresses: Set<IPAddress>

  /// Trusts this machine and `addresses`.
  public init(addresses: Set<IPAddress>) {
    self.addresses = addresses
  }

  /// Whether connections from `address` are served.
  public func trusts(_ address: IPAddress) -> Bool {
    address.isLoopback || addresses.contains(address)
  }

  /// Who is behind a request that came from `proxy`: the last address in X-Forwarded-For that is no proxy.
  ///
  /// Each proxy appends who connected to it, so that what stands before the last address that is not trusted
  /// is only said. What is no address ends the search: then the request is that of the hop before.
  public func client(of headers: HTTPHeaders, through proxy: SocketAddress) -> SocketAddress {
    var hop = proxy
    let said = headers.all("X-Forwarded-For").joined(separator: ",").split(separator: ",")
    for text in said.reversed() {
      guard trusts(hop.ip), let address = ProxyTrust.address(text) else { break }
      hop = address
    }
    return hop
  }

  private static func address(_ text: Substring) -> SocketAddress? {
    let text = String(text.drop { $0 == " " }.prefix { $0 != " " })
    return IPAddress(text).map { SocketAddress(ip: $0, port: 0) } ?? SocketAddress(text)
  }
}
