/// An IPv4 or IPv6 address; IPv4 is kept in its IPv6-mapped form, so that one address has one value.
public struct IPAddress: Hashable, Sendable {
  /// The first eight octets, big endian.
  public let high: UInt64

  /// The last eight octets, big endian.
  public let low: UInt64

  /// Makes an address of its sixteen octets as two big-endian words.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Makes the mapped form of an IPv4 address given as a big-endian word.
  public init(v4 address: UInt32) {
    high = 0
    low = 0xFFFF_0000_0000 | UInt64(address)
  }

  /// `127.0.0.1`.
  public static let loopbackV4 = IPAddress(v4: 0x7F00_0001)

  /// `::1`.
  public static let loopbackV6 = IPAddress(high: 0, low: 1)

  /// Whether this is an IPv4 address (in mapped form).
  public var isV4: Bool { high == 0 && low >> 32 == 0xFFFF }

  /// The IPv4 address as a big-endian word; `nil` for IPv6.
  public var v4: UInt32? { isV4 ? UInt32(truncatingIfNeeded: low) : nil }

  /// Whether packets to this address stay on the machine.
  public var isLoopback: Bool {
    if let v4 { return v4 >> 24 == 127 }
    return self == .loopbackV6
  }
}

/// An address and a UDP or TCP port.
public struct SocketAddress: Hashable, Sendable {
  /// The host's address.
  public let ip: IPAddress

  /// The port, 0 where none is known.
  public let port: UInt16

  /// Makes an address of its parts.
  public init(ip: IPAddress, port: UInt16) {
    self.ip = ip
    self.port = port
  }
}
