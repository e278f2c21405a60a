import Base

/// What a browser's side of Discord's WebRTC protocol says: a few lines of its offer, in any order.
///
/// ```
/// a=ice-ufrag:tvjo                                   RFC 8839 §5.4    4 to 256 ice-chars
/// a=ice-pwd:5fxfkYctKwhM4U8J7R7VkPVs                 RFC 8839 §5.4   22 to 256 ice-chars
/// a=fingerprint:sha-256 DB:33:E5:…                   RFC 8122 §5     32 octets
/// a=extmap:1 urn:ietf:params:rtp-hdrext:…            RFC 8285 §8
/// a=rtpmap:111 opus/48000/2                          RFC 7587 §7
/// ```
///
/// A whole offer is taken too. The first of each kind counts: under BUNDLE (RFC 9143) the first media
/// section is the one whose transport everything uses. Refused: a description without ufrag, password or
/// SHA-256 fingerprint, by name; a value of these kinds that does not follow its grammar; more lines or
/// octets than ``WireLimits`` says. Other lines and other hash functions are skipped.
public struct WebRTCFragment: Hashable, Sendable {
  /// The browser's ICE user fragment.
  public let ufrag: String
  /// The browser's ICE password.
  public let password: String
  /// SHA-256 of the browser's certificate, 32 octets.
  public let fingerprint: [UInt8]
  /// The payload type that the browser gave Opus; `nil` when the fragment does not map it.
  public let opusPayloadType: UInt8?
  private let extensions: [Extension]

  private struct Extension: Hashable {
    let id: UInt8
    let uri: String
  }

  /// Reads a fragment from the string of op 1 SELECT_PROTOCOL.
  public init(_ text: String) throws(WireError) {
    // One octet more than is taken shows that the text is too long, without a copy of all of it.
    let octets = Array(text.utf8.prefix(WireLimits.descriptionCount + 1))
    try self.init(octets.span)
  }

  /// Reads a fragment from octets.
  public init(_ text: Span<UInt8>) throws(WireError) {
    var walk = SDPWalk()
    var ufrag: String?
    var password: String?
    var fingerprint: [UInt8]?
    var opus: UInt8?
    var extensions: [Extension] = []
    while let line = try walk.next(in: text) {
      if text.equals("ice-ufrag", in: line.name) {
        let value = try WebRTCFragment.credential(line.value, 4...256, in: text)
        ufrag = ufrag ?? value
      } else if text.equals("ice-pwd", in: line.name) {
        let value = try WebRTCFragment.credential(line.value, 22...256, in: text)
        password = password ?? value
      } else if text.equals("fingerprint", in: line.name) {
        let value = try WebRTCFragment.sha256(line.value, in: text)
        fingerprint = fingerprint ?? value
      } else if text.equals("rtpmap", in: line.name) {
        let value = try WebRTCFragment.opus(line.value, in: text)
        opus = opus ?? value
      } else if text.equals("extmap", in: line.name) {
        guard let element = try WebRTCFragment.element(line.value, in: text),
          extensions.count < WireLimits.extensionCount,
          !extensions.contains(where: { $0.id == element.id || $0.uri == element.uri })
        else { continue }
        extensions.append(element)
      }
    }
    guard let ufrag else { throw .missing("ice-ufrag") }
    guard let password else { throw .missing("ice-pwd") }
    guard let fingerprint else { throw .missing("fingerprint:sha-256") }
    self.ufrag = ufrag
    self.password = password
    self.fingerprint = fingerprint
    self.opusPayloadType = opus
    self.extensions = extensions
  }

  /// The id that the browser gave the header extension `uri`, 1 to 14; `nil` when it did not offer it.
  public func extensionID(of uri: String) -> UInt8? {
    extensions.first { $0.uri == uri }?.id
  }

  private static func credential(
    _ range: Range<Int>, _ counts: ClosedRange<Int>, in text: Span<UInt8>
  ) throws(WireError) -> String {
    guard counts.contains(range.count) else { throw .malformed }
    for index in range {
      switch text[index] {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2F: continue
      default: throw .malformed
      }
    }
    return text.text(in: range)
  }

  private static func sha256(_ range: Range<Int>, in text: Span<UInt8>) throws(WireError) -> [UInt8]? {
    var rest = range
    guard text.equals("sha-256", in: text.word(of: &rest)) else { return nil }
    let digits = text.word(of: &rest)
    guard digits.count == 95 else { throw .malformed }
    var octets: [UInt8] = []
    octets.reserveCapacity(32)
    for position in 0..<32 {
      let start = digits.lowerBound + 3 * position
      guard let high = hexadecimalDigit(text[start]), let low = hexadecimalDigit(text[start + 1]),
        position == 31 || text[start + 2] == 0x3A
      else { throw .malformed }
      octets.append(high << 4 | low)
    }
    return octets
  }

  private static func opus(_ range: Range<Int>, in text: Span<UInt8>) throws(WireError) -> UInt8? {
    var rest = range
    let number = text.decimal(in: text.word(of: &rest))
    guard text.equals("opus/48000/2", in: text.word(of: &rest)) else { return nil }
    // RFC 5761 §4: 64 to 95 would look like RTCP.
    guard let number, (0...63).contains(number) || (96...127).contains(number) else { throw .malformed }
    return UInt8(truncatingIfNeeded: number)
  }

  // Ids above 14 need the two-byte form, which Roost does not send: they are skipped, not refused.
  private static func element(_ range: Range<Int>, in text: Span<UInt8>) throws(WireError) -> Extension? {
    var rest = range
    var number = text.word(of: &rest)
    for index in number where text[index] == 0x2F {
      number = number.lowerBound..<index
      break
    }
    let uri = text.word(of: &rest)
    guard let id = text.decimal(in: number), !uri.isEmpty else { throw .malformed }
    guard (1...14).contains(id) else { return nil }
    return Extension(id: UInt8(truncatingIfNeeded: id), uri: text.text(in: uri))
  }
}
