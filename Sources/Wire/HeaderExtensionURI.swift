/// URIs of the header extensions that Roost knows.
public enum HeaderExtensionURI {
  /// RFC 6464: loudness of the audio in a packet.
  public static let audioLevel = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
  /// When a packet left its sender, 24 bits.
  public static let absSendTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
  /// A number for each packet of a transport, for congestion control.
  public static let transportWideCC =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
  /// RFC 9143: the media section that a packet belongs to.
  public static let mid = "urn:ietf:params:rtp-hdrext:sdes:mid"
  /// RFC 8852: the layer that a packet belongs to.
  public static let rid = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
  /// RFC 8852: the layer that a retransmission repairs.
  public static let repairedRid = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
  /// RFC 5450: how much later than its timestamp a packet left.
  public static let timestampOffset = "urn:ietf:params:rtp-hdrext:toffset"
  /// 3GPP TS 26.114: how the picture is to be turned.
  public static let videoOrientation = "urn:3gpp:video-orientation"
  /// Bounds of the receiver's playout delay.
  public static let playoutDelay = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
  /// Camera or screen.
  public static let videoContentType = "http://www.webrtc.org/experiments/rtp-hdrext/video-content-type"
  /// When a frame passed which stage of its sender.
  public static let videoTiming = "http://www.webrtc.org/experiments/rtp-hdrext/video-timing"
  /// AV1's RTP payload format, appendix A: what a frame depends on.
  public static let dependencyDescriptor =
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
  /// What a publisher spends on which layer.
  public static let videoLayersAllocation =
    "http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00"
}
