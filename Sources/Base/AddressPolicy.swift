/// Where the server connects to when somebody else names the target: a bot's endpoint, a link in a message.
///
/// Only to addresses of the public internet, whatever a name resolves to at that moment; otherwise the
/// server could be sent to reach what only it can reach. Hosts that the operator names may be anywhere.
public struct AddressPolicy: Hashable, Sendable {
  private let trustedHosts: Set<String>

  /// Trusts `hosts`: names or addresses as they stand in a URL, in any case, without brackets.
  public init(trustedHosts hosts: [String]) {
    trustedHosts = Set(hosts.map { $0.lowercased() })
  }

  /// Whether the operator named this host.
  public func trusts(host: String) -> Bool {
    trustedHosts.contains(host.lowercased())
  }

  /// Whether a connection that was asked for as `host` may go to `address`.
  public func permits(_ address: IPAddress, for host: String) -> Bool {
    address.isPublic || trusts(host: host)
  }
}

extension IPAddress {
  /// Whether packets to this address can be for anybody on the internet.
  ///
  /// By the special-purpose registries of RFC 6890 and its updates: false for this host, private and
  /// shared networks, loopback, link-local, documentation, benchmarks, multicast and reserved blocks, and for
  /// IPv6 addresses that carry such an IPv4 address inside (6to4, NAT64; Teredo never counts as public).
  public var isPublic: Bool {
    if let v4 { return IPAddress.isPublic(v4: v4) }
    // 64:ff9b::/96, NAT64 (RFC 6052 §2.1).
    if high == 0x0064_FF9B_0000_0000, low >> 32 == 0 {
      return IPAddress.isPublic(v4: UInt32(truncatingIfNeeded: low))
    }
    // 2002::/16, 6to4 (RFC 3056 §2).
    if high >> 48 == 0x2002 { return IPAddress.isPublic(v4: UInt32(truncatingIfNeeded: high >> 16)) }
    // Global unicast is 2000::/3 (RFC 4291 §2.4) without 2001::/23 (RFC 2928), documentation 2001:db8::/32
    // (RFC 3849) and 3fff::/20 (RFC 9637), and 5f00::/16, which lies outside anyway.
    guard high >> 61 == 0b001 else { return false }
    return high >> 41 != 0x2001_0000 >> 9 && high >> 32 != 0x2001_0DB8 && high >> 44 != 0x3FFF0
  }

  private static func isPublic(v4 address: UInt32) -> Bool {
    !specialBlocks.contains { address >> (32 - $0.length) == $0.prefix >> (32 - $0.length) }
  }

  private static let specialBlocks: [(prefix: UInt32, length: UInt32)] = [
    (0x0000_0000, 8), (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xA9FE_0000, 16),
    (0xAC10_0000, 12), (0xC000_0000, 24), (0xC000_0200, 24), (0xC058_6300, 24), (0xC0A8_0000, 16),
    (0xC612_0000, 15), (0xC633_6400, 24), (0xCB00_7100, 24), (0xE000_0000, 4), (0xF000_0000, 4),
  ]
}
