package import MediaControl

/// Which payload types a peer gave which video codecs: 15 octets, looked up for every packet.
///
/// Made of an offer. The first entry of a codec counts; a payload type that was given twice is the first
/// one's.
package struct VideoCodecTable: Hashable, Sendable {
  /// What a payload type means.
  package enum Meaning: Hashable, Sendable {
    case media(VideoCodecName)
    case retransmission(VideoCodecName)
  }

  private struct Entry: Hashable {
    /// No payload type: they have seven bits.
    static let none: UInt8 = 0xFF
    var payloadType = none
    var rtxPayloadType = none
    var feedback = VideoFeedback()
  }

  // One a codec: a fixed-size array cannot be compared.
  private var vp8 = Entry()
  private var vp9 = Entry()
  private var h264 = Entry()
  private var h265 = Entry()
  private var av1 = Entry()

  /// Knows no codec.
  package init() {}

  /// Takes the codecs of an offer, but none under `audio`, which is Opus's payload type.
  package init(_ codecs: [VideoCodec], audio: UInt8) {
    for codec in codecs where self[codec.name].payloadType == Entry.none {
      guard codec.payloadType < 0x80, codec.payloadType != audio, meaning(of: codec.payloadType) == nil
      else { continue }
      self[codec.name].payloadType = codec.payloadType
      self[codec.name].feedback = codec.feedback
      guard let rtx = codec.rtxPayloadType, rtx < 0x80, rtx != audio, meaning(of: rtx) == nil else {
        continue
      }
      self[codec.name].rtxPayloadType = rtx
    }
  }

  /// What the peer sends under `payloadType`; `nil` when it is no video.
  package func meaning(of payloadType: UInt8) -> Meaning? {
    guard payloadType < 0x80 else { return nil }
    return meaning(of: payloadType, .vp8, vp8) ?? meaning(of: payloadType, .h264, h264)
      ?? meaning(of: payloadType, .vp9, vp9) ?? meaning(of: payloadType, .av1, av1)
      ?? meaning(of: payloadType, .h265, h265)
  }

  private func meaning(of payloadType: UInt8, _ name: VideoCodecName, _ entry: Entry) -> Meaning? {
    if entry.payloadType == payloadType { return .media(name) }
    return entry.rtxPayloadType == payloadType ? .retransmission(name) : nil
  }

  /// The payload type of `codec`; `nil` when the peer does not take it.
  package func payloadType(of codec: VideoCodecName) -> UInt8? {
    let type = self[codec].payloadType
    return type == Entry.none ? nil : type
  }

  /// The payload type of retransmissions of `codec`; `nil` when they are repetitions.
  package func rtxPayloadType(of codec: VideoCodecName) -> UInt8? {
    let type = self[codec].rtxPayloadType
    return type == Entry.none ? nil : type
  }

  /// The feedback that was negotiated for `codec`.
  package func feedback(of codec: VideoCodecName) -> VideoFeedback {
    self[codec].feedback
  }

  private subscript(codec: VideoCodecName) -> Entry {
    get {
      switch codec {
      case .vp8: vp8
      case .vp9: vp9
      case .h264: h264
      case .h265: h265
      case .av1: av1
      }
    }
    set {
      switch codec {
      case .vp8: vp8 = newValue
      case .vp9: vp9 = newValue
      case .h264: h264 = newValue
      case .h265: h265 = newValue
      case .av1: av1 = newValue
      }
    }
  }
}
