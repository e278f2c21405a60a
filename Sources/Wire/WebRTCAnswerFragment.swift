public import Base

/// The server's side of Discord's WebRTC protocol: `sdp` of op 4 SESSION_DESCRIPTION.
///
/// ```
/// m=audio 50001 ICE/SDP
/// a=fingerprint:sha-256 AA:BB:…
/// c=IN IP4 203.0.113.10
/// a=rtcp:50001
/// a=ice-ufrag:xxxx
/// a=ice-pwd:yyyyyyyyyyyyyyyyyyyyyyyy
/// a=fingerprint:sha-256 AA:BB:…
/// a=candidate:1 1 UDP 2130706431 203.0.113.10 50001 typ host      one line an address
/// ```
///
/// Lines end in LF, without one at the end. The client builds a real answer of it, in which the server is
/// ICE-lite and `setup:passive`. Port and `c=` line are those of the first IPv4 address, or of the first
/// address when there is none.
public struct WebRTCAnswerFragment: Hashable, Sendable {
  private let addresses: [SocketAddress]
  private let fingerprint: [UInt8]
  private let ufrag: String
  private let password: String

  /// Makes a fragment; `nil` without an address or with a fingerprint of other than 32 octets.
  public init?(addresses: [SocketAddress], fingerprint: [UInt8], ufrag: String, password: String) {
    guard !addresses.isEmpty, fingerprint.count == 32 else { return nil }
    self.addresses = addresses
    self.fingerprint = fingerprint
    self.ufrag = ufrag
    self.password = password
  }

  /// The text of the fragment.
  public var text: String {
    guard let main = addresses.first(where: { $0.ip.isV4 }) ?? addresses.first else { return "" }
    let hash = "a=fingerprint:sha-256 \(WebRTCAnswerFragment.hexadecimal(fingerprint))"
    var lines = [
      "m=audio \(main.port) ICE/SDP",
      hash,
      "c=IN \(main.ip.isV4 ? "IP4" : "IP6") \(main.ip)",
      "a=rtcp:\(main.port)",
      "a=ice-ufrag:\(ufrag)",
      "a=ice-pwd:\(password)",
      hash,
    ]
    for (index, address) in addresses.enumerated() {
      let priority = WebRTCAnswerFragment.priority(of: index)
      lines.append("a=candidate:\(index + 1) 1 UDP \(priority) \(address.ip) \(address.port) typ host")
    }
    return lines.joined(separator: "\n")
  }

  // RFC 8445 §5.1.2.1: type preference of a host candidate, local preference by order, component 1.
  private static func priority(of index: Int) -> Int {
    126 << 24 | max(0, 65_535 - index) << 8 | 255
  }

  private static func hexadecimal(_ octets: [UInt8]) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var text: [UInt8] = []
    for octet in octets {
      if !text.isEmpty { text.append(0x3A) }
      text.append(digits[Int(octet >> 4)])
      text.append(digits[Int(octet & 0xF)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
