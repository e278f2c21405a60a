import JSON
import MediaControl
import Wire

/// The codecs that a client lists in SELECT_PROTOCOL and in op 14 (voice.md §5.7).
///
/// ```
/// {"name":"VP8","type":"video","priority":2000,"payload_type":96,"rtx_payload_type":97,"encode":true,"decode":true}
/// ```
///
/// Names that mean nothing here are skipped. Refused: more than ``VoiceLimits/codecsMax`` entries, an entry
/// without a name, and a payload type that does not fit beside RTCP (RFC 5761 §4).
struct VoiceCodecList: Hashable {
  /// One video codec and what the client can do with it.
  struct Video: Hashable {
    let codec: VideoCodec
    let canEncode: Bool
    let canDecode: Bool
  }

  /// The payload type of Opus; `nil` when the list does not name it.
  let opusPayloadType: UInt8?
  /// Video codecs, the one that the client likes best first.
  let video: [Video]

  /// What a client that sends no list has.
  static let none = VoiceCodecList(opusPayloadType: nil, video: [])

  private init(opusPayloadType: UInt8?, video: [Video]) {
    self.opusPayloadType = opusPayloadType
    self.video = video
  }

  init(_ value: JSONValue?) throws(VoiceCloseCode) {
    guard let value, !value.isNull else {
      self = .none
      return
    }
    guard let list = value.array, list.count <= VoiceLimits.codecsMax else { throw .malformedPayload }
    var opus: UInt8?
    var video: [(priority: Int, codec: Video)] = []
    for entry in list {
      guard let name = entry["name"]?.string else { throw .malformedPayload }
      if name.utf8.elementsEqual("opus".utf8) {
        let type = try VoiceCodecList.payloadType(entry["payload_type"])
        opus = opus ?? type
      } else if let name = VideoCodecName(rawValue: name) {
        let codec = try VoiceCodecList.video(name, entry)
        guard !video.contains(where: { $0.codec.codec.payloadType == codec.codec.payloadType }) else {
          continue
        }
        video.append((entry["priority"]?.int ?? .max, codec))
      }
    }
    opusPayloadType = opus
    // A stable order: of equal priorities the first counts.
    self.video = video.enumerated()
      .sorted { ($0.element.priority, $0.offset) < ($1.element.priority, $1.offset) }
      .map(\.element.codec)
  }

  /// The codecs of a fragment, for a client that lists none beside it.
  init(_ formats: SDPVideoFormats) {
    opusPayloadType = nil
    video = formats.formats.compactMap { format in
      guard let name = VideoCodecName(rawValue: format.name) else { return nil }
      return Video(
        codec: VideoCodec(
          name: name, payloadType: format.payloadType, rtxPayloadType: format.rtxPayloadType,
          feedback: VoiceCodecList.feedback),
        canEncode: true, canDecode: true)
    }
  }

  /// What the client's own answer negotiates for every video codec, whatever its offer said (voice.md §6).
  private static let feedback: VideoFeedback = [.nack, .pli, .fir, .transportCC, .remb]

  private static func video(
    _ name: VideoCodecName, _ entry: JSONValue
  ) throws(VoiceCloseCode) -> Video {
    let type = try payloadType(entry["payload_type"])
    var rtx: UInt8?
    if let value = entry["rtx_payload_type"], !value.isNull {
      rtx = try payloadType(value)
      guard rtx != type else { throw .malformedPayload }
    }
    return Video(
      codec: VideoCodec(name: name, payloadType: type, rtxPayloadType: rtx, feedback: feedback),
      canEncode: entry["encode"]?.bool ?? true, canDecode: entry["decode"]?.bool ?? true)
  }

  // 96 to 127 are dynamic (RFC 3551); when Chromium runs out of these it goes on from 35.
  private static func payloadType(_ value: JSONValue?) throws(VoiceCloseCode) -> UInt8 {
    guard let type = value?.int, (35...63).contains(type) || (96...127).contains(type) else {
      throw .malformedPayload
    }
    return UInt8(type)
  }
}
