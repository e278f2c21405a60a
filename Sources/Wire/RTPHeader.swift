public import Base

/// The header of an RTP packet (RFC 3550 §5.1, §5.3.1), parsed once; nothing is copied.
///
/// ```
///  0       1       2               4               8              12
///  ├───────┼───────┼───────────────┼───────────────┼───────────────┤
///  │V P X C│M   PT │sequence number│   timestamp   │     SSRC      │  fixed header
///  ├───────┴───────┴───────────────┴───────────────┴───────────────┤
///  │ C × CSRC                                                      │
///  ├───────────────────────────────┬───────────────────────────────┤
///  │ profile │ length in words     │ body, 4 × length octets       │  only with X
///  └─────────┴─────────────────────┴───────────────────────────────┘
///                                  ▲ preambleCount                 ▲ headerCount
/// ```
///
/// Refused: fewer than 12 octets, a version other than 2, CSRCs or an extension that reach behind the
/// packet's end. Padding is not looked at: in SRTP it is encrypted, see ``paddingCount(in:)``.
public struct RTPHeader: Equatable, Sendable {
  /// Octets of the fixed header.
  public static let fixedCount = 12
  /// Octets that Discord's `rtpsize` modes append to a packet: the tag and the nonce's counter.
  public static let rtpsizeTrailerCount = 20

  /// The marker bit.
  public var marker: Bool
  /// The payload type, 0 to 127.
  public var payloadType: UInt8
  /// The sequence number.
  public var sequenceNumber: UInt16
  /// The timestamp, in units of the payload's clock.
  public var timestamp: UInt32
  /// The synchronisation source.
  public var ssrc: UInt32
  /// How many contributing sources follow the fixed header, 0 to 15.
  public let csrcCount: Int
  /// Whether the packet has a header extension.
  public let hasExtension: Bool
  /// Whether the payload ends in padding.
  public let hasPadding: Bool
  /// The word that names the extension's form; 0 without an extension.
  public let extensionProfile: UInt16
  /// Where the extension's body begins, behind profile and length; 0 without an extension.
  public let extensionOffset: Int
  /// Octets of the extension's body.
  public let extensionCount: Int
  /// Octets of the whole header: where the payload begins.
  public let headerCount: Int
  /// Octets of the header without the extension's body: what Discord's `rtpsize` modes leave in clear.
  public let preambleCount: Int

  /// Parses the header of `packet`, whose header extension is in clear or absent.
  @inlinable
  public init(_ packet: Span<UInt8>) throws(WireError) {
    let count = packet.count
    guard count >= RTPHeader.fixedCount else { throw .truncated }
    let first = packet[0]
    guard first >> 6 == 2 else { throw .malformed }
    let second = packet[1]
    marker = second & 0x80 != 0
    payloadType = second & 0x7F
    sequenceNumber = packet.uint16(at: 2)
    timestamp = packet.uint32(at: 4)
    ssrc = packet.uint32(at: 8)
    csrcCount = Int(first & 0x0F)
    hasExtension = first & 0x10 != 0
    hasPadding = first & 0x20 != 0

    let sourcesEnd = RTPHeader.fixedCount &+ 4 &* csrcCount
    guard hasExtension else {
      guard sourcesEnd <= count else { throw .truncated }
      extensionProfile = 0
      extensionOffset = 0
      extensionCount = 0
      preambleCount = sourcesEnd
      headerCount = sourcesEnd
      return
    }
    preambleCount = sourcesEnd &+ 4
    guard preambleCount <= count else { throw .truncated }
    extensionProfile = packet.uint16(at: sourcesEnd)
    extensionOffset = preambleCount
    // At most 4 × 65535: no overflow.
    extensionCount = 4 &* Int(packet.uint16(at: sourcesEnd &+ 2))
    headerCount = preambleCount &+ extensionCount
    guard headerCount <= count else { throw .truncated }
  }

  /// Parses the header of a packet in one of Discord's `rtpsize` modes, as it came from the network.
  ///
  /// The extension's body is still encrypted: it must fit between the preamble and the trailer, and is
  /// not to be read before the packet is opened.
  public init(encryptedExtension packet: Span<UInt8>) throws(WireError) {
    try self.init(packet)
    guard headerCount &+ RTPHeader.rtpsizeTrailerCount <= packet.count else { throw .truncated }
  }

  /// Octets of padding at the end of `packet`, which must be plaintext, the count itself included.
  ///
  /// 0 without the padding bit. Refuses a count of 0, and one that reaches into the header.
  public func paddingCount(in packet: Span<UInt8>) throws(WireError) -> Int {
    guard hasPadding else { return 0 }
    guard packet.count > headerCount else { throw .truncated }
    let padding = Int(packet[packet.count &- 1])
    guard padding > 0, padding <= packet.count &- headerCount else { throw .malformed }
    return padding
  }

  /// Overwrites the fixed header's own fields of an RTP packet in place.
  ///
  /// Version, padding, extension and CSRC bits stay as they are; `packet` has at least ``fixedCount`` octets.
  @inlinable
  public static func rewrite(
    _ packet: inout MutableSpan<UInt8>, sequenceNumber: UInt16, timestamp: UInt32, ssrc: UInt32,
    payloadType: UInt8, marker: Bool
  ) {
    packet[1] = (marker ? 0x80 : 0) | payloadType & 0x7F
    packet.store(sequenceNumber, at: 2)
    packet.store(timestamp, at: 4)
    packet.store(ssrc, at: 8)
  }
}
