/// A video codec by the name that SDP and Discord's `codecs` give it.
public enum VideoCodecName: String, CaseIterable, Hashable, Sendable {
  case vp8 = "VP8"
  case vp9 = "VP9"
  case h264 = "H264"
  case h265 = "H265"
  case av1 = "AV1"
}

/// The RTCP feedback that a peer negotiated for a payload type (`a=rtcp-fb`, RFC 4585 §4.2).
public struct VideoFeedback: OptionSet, Hashable, Sendable {
  /// The flags as one octet.
  public let rawValue: UInt8

  /// Makes a set of its flags.
  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// `nack`: it asks again for what it lost, and sends again what we lost.
  public static let nack = VideoFeedback(rawValue: 1 << 0)
  /// `nack pli`: picture loss indication.
  public static let pli = VideoFeedback(rawValue: 1 << 1)
  /// `ccm fir`: full intra request (RFC 5104 §4.3.1).
  public static let fir = VideoFeedback(rawValue: 1 << 2)
  /// `transport-cc`.
  public static let transportCC = VideoFeedback(rawValue: 1 << 3)
  /// `goog-remb`.
  public static let remb = VideoFeedback(rawValue: 1 << 4)
}

/// One video codec as a peer negotiated it.
///
/// The peer sends and receives the codec under these payload types. It is sent only codecs that are in its
/// offer; what it sends under another payload type is dropped.
public struct VideoCodec: Hashable, Sendable {
  /// Which codec.
  public let name: VideoCodecName
  /// Its payload type, 0 to 127.
  public let payloadType: UInt8
  /// The payload type of its retransmissions (RFC 4588); `nil` when they repeat the packet as it was.
  public let rtxPayloadType: UInt8?
  /// What RTCP feedback was negotiated for it.
  public let feedback: VideoFeedback

  /// Makes a codec of its parts.
  public init(name: VideoCodecName, payloadType: UInt8, rtxPayloadType: UInt8?, feedback: VideoFeedback) {
    self.name = name
    self.payloadType = payloadType
    self.rtxPayloadType = rtxPayloadType
    self.feedback = feedback
  }
}
