/// Header extension ids (RFC 8285, one-byte form) that a peer negotiated; `nil` where it did not.
public struct HeaderExtensionMap: Hashable, Sendable {
  /// `urn:ietf:params:rtp-hdrext:ssrc-audio-level` (RFC 6464).
  public var audioLevel: UInt8?
  /// `http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time`.
  public var absSendTime: UInt8?
  /// `…/transport-wide-cc-extensions-01`.
  public var transportWideCC: UInt8?
  /// `urn:ietf:params:rtp-hdrext:sdes:mid`.
  public var mid: UInt8?
  /// `…:sdes:rtp-stream-id` (RFC 8852): which simulcast layer a packet belongs to.
  public var rid: UInt8?
  /// `…:sdes:repaired-rtp-stream-id` (RFC 8852): which layer a retransmission repairs.
  public var repairedRid: UInt8?
  /// `urn:ietf:params:rtp-hdrext:toffset` (RFC 5450).
  public var timestampOffset: UInt8?
  /// `urn:3gpp:video-orientation`: how the picture is to be turned.
  public var videoOrientation: UInt8?
  /// `…/playout-delay`: bounds of the receiver's delay.
  public var playoutDelay: UInt8?
  /// `…/video-content-type`: camera or screen.
  public var videoContentType: UInt8?
  /// `…/video-timing`.
  public var videoTiming: UInt8?
  /// AV1's dependency descriptor, which other codecs use too.
  public var dependencyDescriptor: UInt8?
  /// `…/video-layers-allocation00`: what a publisher spends on which layer.
  public var videoLayersAllocation: UInt8?

  /// Makes a map with nothing negotiated.
  public init() {}
}
