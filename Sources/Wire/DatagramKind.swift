import Base

/// What a datagram on the media port is, judged by its length and first octets.
///
/// One port carries browsers (RFC 7983) and Discord's UDP clients. Nothing is authenticated here: a kind
/// only says which parser to ask.
///
/// ```
/// 8 octets           1337CAFE ‖ u32        voice ping          any other: keepalive
/// 74 or 78 octets    0001 0046 ‖ …         IP discovery
/// first octet   0…3  ≥ 20, cookie at 4     STUN
///             20…63  ≥ 13                  DTLS record
///           128…191  ≥ 12                  RTP; RTCP when octet 1 is 192…223
/// ```
///
/// Length comes first: the low octet of a keepalive counter runs through every value.
public enum DatagramKind: Hashable, Sendable, CaseIterable {
  case stun, dtls, rtp, rtcp, ipDiscovery, voicePing, keepalive, unknown

  /// The kind of `datagram`, which may hold anything, also nothing.
  public static func classify(_ datagram: Span<UInt8>) -> DatagramKind {
    let count = datagram.count
    if count == 8 {
      return datagram.uint32(at: 0) == VoicePing.requestMagic ? .voicePing : .keepalive
    }
    // Every other kind has at least the 12 octets of an RTP header.
    guard count >= 12 else { return .unknown }
    switch datagram[0] {
    case 0...3:
      if IPDiscovery.isRequest(datagram) { return .ipDiscovery }
      return count >= STUNHeader.count && datagram.uint32(at: 4) == STUNHeader.magicCookie ? .stun : .unknown
    case 20...63:
      return count >= 13 ? .dtls : .unknown
    case 128...191:
      return datagram[1] >= 192 && datagram[1] <= 223 ? .rtcp : .rtp
    default:
      return .unknown
    }
  }
}
