public import Base

/// What a server certificate may be used for: a host name or an address (RFC 5280 §4.2.1.6).
public enum CertificateName: Hashable, Sendable {
  /// A host name of letters, digits, hyphens and dots; its first label may be `*`.
  case dns(String)

  /// An IPv4 or IPv6 address.
  case ip(IPAddress)

  /// Whether the name can stand in a certificate.
  ///
  /// The text goes through OpenSSL's configuration syntax, where a comma would begin another name.
  var isValid: Bool {
    switch self {
    case .ip: true
    case .dns(let host):
      (1...253).contains(host.utf8.count)
        && host.split(separator: ".", omittingEmptySubsequences: false).enumerated().allSatisfy {
          Self.isLabel($1) || ($0 == 0 && $1 == "*")
        }
    }
  }

  /// The name in OpenSSL's configuration syntax.
  var configuration: String {
    switch self {
    case .dns(let host): "DNS:\(host)"
    case .ip(let address): "IP:\(Self.text(address))"
    }
  }

  private static func isLabel(_ label: Substring) -> Bool {
    (1...63).contains(label.utf8.count)
      && label.utf8.allSatisfy { octet in
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }

  private static func text(_ address: IPAddress) -> String {
    if let v4 = address.v4 {
      return [24, 16, 8, 0].map { String(v4 >> $0 & 0xFF) }.joined(separator: ".")
    }
    // Without the short form of zeros: nobody reads it.
    return [address.high, address.low].flatMap { word in
      [48, 32, 16, 0].map { String(word >> $0 & 0xFFFF, radix: 16) }
    }.joined(separator: ":")
  }
}
