extension IPAddress {
  /// Reads `a.b.c.d` or an IPv6 address (RFC 4291 §2.2); `nil` for anything else.
  ///
  /// Refused: leading zeros in decimal octets, zone ids, prefixes, brackets, white space. The mapped form
  /// `::ffff:a.b.c.d` is the IPv4 address.
  public init?(_ text: some StringProtocol) {
    let octets = Array(text.utf8.prefix(IPAddress.parsedCountMax + 1))
    self.init(ascii: octets.span)
  }

  /// Reads an address of ASCII octets; see ``init(_:)``.
  public init?(ascii text: Span<UInt8>) {
    guard text.count > 0, text.count <= IPAddress.parsedCountMax else { return nil }
    if let v4 = IPAddress.parseV4(text, from: 0) {
      self.init(v4: v4)
      return
    }
    var groups = IPv6Groups()
    guard groups.parse(text), let words = groups.words else { return nil }
    self.init(high: words.high, low: words.low)
  }

  // Six groups of four digits, a dotted quad and seven separators.
  private static let parsedCountMax = 45

  static func parseV4(_ text: Span<UInt8>, from start: Int) -> UInt32? {
    var address: UInt32 = 0
    var index = start
    for position in 0..<4 {
      if position > 0 {
        guard index < text.count, text[index] == 0x2E else { return nil }
        index += 1
      }
      var value: UInt32 = 0
      let first = index
      while index < text.count, index - first < 3, (0x30...0x39).contains(text[index]) {
        value = value * 10 + UInt32(text[index] - 0x30)
        index += 1
      }
      guard index > first, value <= 255, index - first == 1 || text[first] != 0x30 else { return nil }
      address = address << 8 | value
    }
    return index == text.count ? address : nil
  }
}

/// The groups of an IPv6 address while its text is read.
private struct IPv6Groups {
  private var groups = InlineArray<8, UInt16>(repeating: 0)
  private var count = 0
  // How many groups stand before `::`.
  private var gap: Int?

  mutating func parse(_ text: Span<UInt8>) -> Bool {
    var index = 0
    if text.count >= 2, text[0] == 0x3A, text[1] == 0x3A {
      gap = 0
      index = 2
    }
    while index < text.count {
      guard count < 8 else { return false }
      if count <= 6, let v4 = IPAddress.parseV4(text, from: index) {
        push(UInt16(truncatingIfNeeded: v4 >> 16))
        push(UInt16(truncatingIfNeeded: v4))
        return true
      }
      guard parseGroup(text, &index) else { return false }
      guard index < text.count else { return true }
      guard text[index] == 0x3A, index + 1 < text.count else { return false }
      index += 1
      if text[index] == 0x3A {
        guard gap == nil else { return false }
        gap = count
        index += 1
      }
    }
    return true
  }

  private mutating func parseGroup(_ text: Span<UInt8>, _ index: inout Int) -> Bool {
    var value: UInt16 = 0
    let first = index
    while index < text.count, index - first < 4, let digit = hexadecimalDigit(text[index]) {
      value = value << 4 | UInt16(digit)
      index += 1
    }
    guard index > first else { return false }
    push(value)
    return true
  }

  private mutating func push(_ group: UInt16) {
    groups[count] = group
    count += 1
  }

  /// The address; `nil` when groups are missing, or when `::` stands for none.
  var words: (high: UInt64, low: UInt64)? {
    guard gap == nil ? count == 8 : count < 8 else { return nil }
    let zeros = 8 - count
    var high: UInt64 = 0
    var low: UInt64 = 0
    for position in 0..<8 {
      let group: UInt16
      if let gap, position >= gap {
        group = position < gap + zeros ? 0 : groups[position - zeros]
      } else {
        group = groups[position]
      }
      high = high << 16 | low >> 48
      low = low << 16 | UInt64(group)
    }
    return (high, low)
  }
}

/// The value of an ASCII hexadecimal digit of either case; `nil` for any other octet.
public func hexadecimalDigit(_ octet: UInt8) -> UInt8? {
  switch octet {
  case 0x30...0x39: octet - 0x30
  case 0x41...0x46: octet - 0x37
  case 0x61...0x66: octet - 0x57
  default: nil
  }
}

extension SocketAddress: CustomStringConvertible {
  /// `a.b.c.d:port` or `[v6]:port`.
  public var description: String {
    ip.isV4 ? "\(ip):\(port)" : "[\(ip)]:\(port)"
  }

  /// Reads what ``description`` writes; `nil` for anything else, also without a port.
  public init?(_ text: some StringProtocol) {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let digits = text[text.index(after: colon)...]
    guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let port = UInt16(digits)
    else { return nil }
    var host = text[..<colon]
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    if isBracketed { host = host.dropFirst().dropLast() }
    guard let ip = IPAddress(host), isBracketed != (host.firstIndex(of: ":") == nil) else { return nil }
    self.init(ip: ip, port: port)
  }
}
