public import Base

/// How a synthetic camera sends: frames of equal packets that look like VP8 to whoever reads only as far as
/// a media server does.
///
/// ```
///  0                1 … 10                            11
///  ├────────────────┼─────────────────────────────────┼──────────────┤
///  │ descriptor: S  │ frame tag, start code, 640×360   │ ProbePayload │   RFC 7741 §4.2, RFC 6386 §9.1
///  └────────────────┴─────────────────────────────────┴──────────────┘
/// ```
/// Packets that begin no frame have zeros before the probe, other frames than key frames no start code.
public struct VideoShape: Hashable, Sendable {
  /// Octets before the probe.
  public static let prefixCount = 11
  /// Browsers call VP8 that.
  public static let payloadType: UInt8 = 96
  /// Of its retransmissions, which nobody asks for.
  public static let rtxPayloadType: UInt8 = 97

  /// Packets of each frame.
  public let packetsPerFrame: Int
  /// Frames from one key frame to the next.
  public let framesPerKeyFrame: Int

  /// A camera of about `bitrate` bits a second, in whole packets of `packetOctets`, a frame each `frame`.
  ///
  /// Nobody's requests for key frames are answered; there is one each second.
  public init(bitrate: Int, frame: Interval, packetOctets: Int) {
    let octets = Double(bitrate) / 8 * frame.seconds
    packetsPerFrame = max(1, Int((octets / Double(max(packetOctets, 1))).rounded()))
    framesPerKeyFrame = max(1, Int((1 / frame.seconds).rounded()))
  }

  /// Writes what stands before the probe of packet `number`.
  func writePrefix(of number: UInt64, into packet: inout MutableSpan<UInt8>, at offset: Int) {
    for index in 0..<VideoShape.prefixCount { packet[offset + index] = 0 }
    guard number.isMultiple(of: UInt64(packetsPerFrame)) else { return }
    packet[offset] = 0x10
    let isKeyFrame = (number / UInt64(packetsPerFrame)).isMultiple(of: UInt64(framesPerKeyFrame))
    packet[offset + 1] = isKeyFrame ? 0 : 1
    guard isKeyFrame else { return }
    for (index, octet) in VideoShape.startCode.enumerated() { packet[offset + 4 + index] = octet }
  }

  private static let startCode: [UInt8] = [0x9D, 0x01, 0x2A, 0x80, 0x02, 0x68, 0x01]
}
