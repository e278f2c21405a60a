import Base

/// The first eight octets of an RTCP packet: all that SRTCP and Discord's modes leave in clear.
public struct RTCPHeader: Equatable, Sendable {
  /// Octets of the clear part.
  public static let count = 8

  /// The packet type, 192 to 223.
  public let type: UInt8
  /// The sender's SSRC.
  public let ssrc: UInt32

  /// Parses the start of a compound packet, encrypted or not.
  public init(_ packet: Span<UInt8>) throws(WireError) {
    guard packet.count >= RTCPHeader.count else { throw .truncated }
    guard packet[0] >> 6 == 2, (192...223).contains(packet[1]) else { throw .malformed }
    type = packet[1]
    ssrc = packet.uint32(at: 4)
  }
}

/// RTCP packet types (RFC 3550 §12.1, RFC 4585, RFC 3611).
public enum RTCPType {
  /// Sender report.
  public static let senderReport: UInt8 = 200
  /// Receiver report.
  public static let receiverReport: UInt8 = 201
  /// Source description.
  public static let sourceDescription: UInt8 = 202
  /// Goodbye.
  public static let bye: UInt8 = 203
  /// Application-defined.
  public static let application: UInt8 = 204
  /// Transport-layer feedback: NACK, transport-cc.
  public static let transportFeedback: UInt8 = 205
  /// Payload-specific feedback: PLI, FIR, REMB.
  public static let payloadFeedback: UInt8 = 206
  /// Extended reports.
  public static let extendedReport: UInt8 = 207
}

/// One packet of a compound RTCP packet; ranges are octets of that compound packet.
public enum RTCPPacket: Equatable, Sendable {
  /// A sender report and its report blocks.
  case senderReport(RTCPSenderReport, RTCPReportBlocks)
  /// A receiver report: who sent it, and its report blocks.
  case receiverReport(ssrc: UInt32, RTCPReportBlocks)
  /// A source description of `chunkCount` chunks.
  case sourceDescription(chunkCount: Int, Range<Int>)
  /// A goodbye; `sources` holds four octets for each SSRC that leaves.
  case bye(sources: Range<Int>)
  /// An application-defined packet; the range is its data behind the name.
  case application(subtype: UInt8, ssrc: UInt32, name: UInt32, Range<Int>)
  /// Transport-layer feedback of a format; the range is the control information.
  case transportFeedback(format: UInt8, sender: UInt32, media: UInt32, Range<Int>)
  /// Payload-specific feedback of a format; the range is the control information.
  case payloadFeedback(format: UInt8, sender: UInt32, media: UInt32, Range<Int>)
  /// Extended reports; the range holds the blocks.
  case extendedReport(ssrc: UInt32, Range<Int>)
  /// A type that has no parser here; the range is everything behind the four header octets.
  case unknown(type: UInt8, Range<Int>)
}

/// A walk over a compound RTCP packet (RFC 3550 §6.1, §6.4), in plaintext.
///
/// ```
///  0       1       2               4
///  ├───────┼───────┼───────────────┼──────────────────────
///  │V P RC │ type  │ length in     │ body, 4 × length octets, padding at its end when P is set
///  │       │       │ words         │ then the next packet
///  └───────┴───────┴───────────────┴──────────────────────
/// ```
///
/// Refused: a version other than 2, a type outside 192…223, a length behind the end, a body too short for
/// its counts, padding anywhere but in the last packet or larger than its body. Reduced-size packets
/// (RFC 5506) are taken. Each step consumes at least four octets, so that a walk ends.
public struct RTCPWalk: Sendable {
  private var offset = 0

  /// Starts at the first packet.
  public init() {}

  /// The next packet of `compound`, `nil` at the end; after an error the walk is at its end.
  public mutating func next(in compound: Span<UInt8>) throws(WireError) -> RTCPPacket? {
    guard offset < compound.count else { return nil }
    let start = offset
    offset = compound.count
    guard start &+ 4 <= compound.count else { throw .truncated }
    let first = compound[start]
    let type = compound[start &+ 1]
    guard first >> 6 == 2, (192...223).contains(type) else { throw .malformed }
    let end = start &+ 4 &+ 4 &* Int(compound.uint16(at: start &+ 2))
    guard end <= compound.count else { throw .truncated }
    var bodyEnd = end
    if first & 0x20 != 0 {
      guard end == compound.count, end > start &+ 4 else { throw .malformed }
      let padding = Int(compound[end &- 1])
      guard padding > 0, padding & 3 == 0, padding <= end &- start &- 4 else { throw .malformed }
      bodyEnd &-= padding
    }
    let packet = try RTCPWalk.parse(
      type, count: Int(first & 0x1F), body: (start &+ 4)..<bodyEnd, in: compound)
    offset = end
    return packet
  }

  private static func parse(
    _ type: UInt8, count: Int, body: Range<Int>, in compound: Span<UInt8>
  ) throws(WireError) -> RTCPPacket {
    let start = body.lowerBound
    switch type {
    case RTCPType.senderReport:
      guard body.count >= 24 &+ RTCPReportBlock.count &* count else { throw .truncated }
      return .senderReport(
        RTCPSenderReport(at: start, in: compound), RTCPReportBlocks(offset: start &+ 24, count: count))
    case RTCPType.receiverReport:
      guard body.count >= 4 &+ RTCPReportBlock.count &* count else { throw .truncated }
      return .receiverReport(
        ssrc: compound.uint32(at: start), RTCPReportBlocks(offset: start &+ 4, count: count))
    case RTCPType.sourceDescription:
      return .sourceDescription(chunkCount: count, body)
    case RTCPType.bye:
      guard body.count >= 4 &* count else { throw .truncated }
      return .bye(sources: start..<(start &+ 4 &* count))
    case RTCPType.extendedReport:
      guard body.count >= 4 else { throw .truncated }
      return .extendedReport(ssrc: compound.uint32(at: start), (start &+ 4)..<body.upperBound)
    case RTCPType.application, RTCPType.transportFeedback, RTCPType.payloadFeedback:
      guard body.count >= 8 else { throw .truncated }
      return withTwoWords(type, UInt8(truncatingIfNeeded: count), body, in: compound)
    default:
      return .unknown(type: type, body)
    }
  }

  private static func withTwoWords(
    _ type: UInt8, _ format: UInt8, _ body: Range<Int>, in compound: Span<UInt8>
  ) -> RTCPPacket {
    let first = compound.uint32(at: body.lowerBound)
    let second = compound.uint32(at: body.lowerBound &+ 4)
    let rest = (body.lowerBound &+ 8)..<body.upperBound
    switch type {
    case RTCPType.application:
      return .application(subtype: format, ssrc: first, name: second, rest)
    case RTCPType.transportFeedback:
      return .transportFeedback(format: format, sender: first, media: second, rest)
    default:
      return .payloadFeedback(format: format, sender: first, media: second, rest)
    }
  }
}
