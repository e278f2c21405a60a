import Base

/// The video formats that a description maps to payload types, in its order.
///
/// ```
/// a=rtpmap:96 VP8/90000                              RFC 8866 §6.6, RFC 7741 §6
/// a=rtpmap:97 rtx/90000                              RFC 4588 §8.6
/// a=fmtp:97 apt=96                                   RFC 4588 §8.6
/// ```
///
/// For clients that send no list of codecs beside their fragment. Discord's own picks the `rtpmap` lines of
/// VP8 and of its retransmissions and leaves `fmtp` out: a lone `rtx` then belongs to the lone codec. Refused:
/// more than ``WireLimits/videoFormatCount`` mappings, payload types that RTCP multiplexing forbids (RFC 5761
/// §4), more lines or octets than ``WireLimits`` says.
public struct SDPVideoFormats: Hashable, Sendable {
  /// One format.
  public struct Format: Hashable, Sendable {
    /// The codec's name as written, such as `VP8` or `H264`.
    public let name: String
    /// Its payload type.
    public let payloadType: UInt8
    /// The payload type of its retransmissions.
    public let rtxPayloadType: UInt8?
  }

  /// The formats; of several with one payload type the first counts.
  public let formats: [Format]

  /// Reads the formats from the string of op 1 SELECT_PROTOCOL.
  public init(_ text: String) throws(WireError) {
    // One octet more than is taken shows that the text is too long, without a copy of all of it.
    let octets = Array(text.utf8.prefix(WireLimits.descriptionCount + 1))
    try self.init(octets.span)
  }

  /// Reads the formats from octets.
  public init(_ text: Span<UInt8>) throws(WireError) {
    var walk = SDPWalk()
    var mapped: [(name: String, type: UInt8)] = []
    var repairs: [UInt8] = []
    var repaired: [(rtx: UInt8, type: Int)] = []
    while let line = try walk.next(in: text) {
      if text.equals("rtpmap", in: line.name) {
        guard let (name, type) = try SDPVideoFormats.mapping(line.value, in: text) else { continue }
        guard mapped.count + repairs.count < WireLimits.videoFormatCount else { throw .excessive }
        guard !repairs.contains(type), !mapped.contains(where: { $0.type == type }) else { continue }
        if name == "rtx" { repairs.append(type) } else { mapped.append((name, type)) }
      } else if text.equals("fmtp", in: line.name),
        let (rtx, type) = SDPVideoFormats.repair(line.value, in: text),
        repaired.count < WireLimits.videoFormatCount
      {
        repaired.append((rtx, type))
      }
    }
    let isLone = mapped.count == 1 && repairs.count == 1 && repaired.isEmpty
    formats = mapped.map { format in
      let rtx = repaired.first { $0.type == Int(format.type) && repairs.contains($0.rtx) }?.rtx
      return Format(
        name: format.name, payloadType: format.type, rtxPayloadType: isLone ? repairs.first : rtx)
    }
  }

  // Video runs at 90 kHz whatever the codec: the clock tells it from audio and data.
  private static func mapping(
    _ range: Range<Int>, in text: Span<UInt8>
  ) throws(WireError) -> (String, UInt8)? {
    var rest = range
    let number = text.decimal(in: text.word(of: &rest))
    let encoding = text.word(of: &rest)
    var slash = encoding.lowerBound
    while slash < encoding.upperBound, text[slash] != 0x2F { slash += 1 }
    guard text.equals("/90000", in: slash..<encoding.upperBound) else { return nil }
    let name = encoding.lowerBound..<slash
    guard (1...WireLimits.encodingNameCount).contains(name.count), let number,
      (0...63).contains(number) || (96...127).contains(number)
    else { throw .malformed }
    let type = UInt8(truncatingIfNeeded: number)
    return (text.equals("rtx", in: name) ? "rtx" : text.text(in: name), type)
  }

  // Parameters other than `apt` are skipped, and so are those of other formats.
  private static func repair(_ range: Range<Int>, in text: Span<UInt8>) -> (UInt8, Int)? {
    var rest = range
    let number = text.decimal(in: text.word(of: &rest))
    let parameters = text.word(of: &rest)
    guard let number, number <= 127, parameters.count > 4,
      text.equals("apt=", in: parameters.lowerBound..<parameters.lowerBound + 4)
    else { return nil }
    var end = parameters.lowerBound + 4
    while end < parameters.upperBound, text[end] != 0x3B { end += 1 }
    guard let type = text.decimal(in: parameters.lowerBound + 4..<end) else { return nil }
    return (UInt8(truncatingIfNeeded: number), type)
  }
}
