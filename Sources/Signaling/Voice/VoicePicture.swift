import Base
import JSON
import MediaControl

/// What the others are told of somebody's pictures: op 12.
///
/// Every subscriber receives a source as one stream, whatever its publisher's layers, under SSRCs that
/// follow from the publisher's audio SSRC: the media plane chooses the layer.
struct VoicePicture: Hashable {
  /// How large and how often a source's best layer comes.
  struct Shape: Hashable {
    let width: UInt16
    let height: UInt16
    let framerate: UInt16
  }

  /// Sources that are shown, camera first.
  private(set) var sources: [VideoSource] = []
  private var shapes: [Shape] = []

  /// Nothing is shown.
  static let none = VoicePicture([])

  var isNone: Bool { sources.isEmpty }

  /// The picture that active ones of `streams` make.
  init(_ streams: [VoiceStream]) {
    for source in VideoSource.allCases {
      let layers = streams.filter { $0.source == source && $0.layer.isActive }.map(\.layer)
      guard !layers.isEmpty else { continue }
      sources.append(source)
      shapes.append(
        Shape(
          width: layers.compactMap(\.bounds.width).max() ?? 1_280,
          height: layers.compactMap(\.bounds.height).max() ?? 720,
          framerate: layers.compactMap(\.bounds.framerate).max() ?? 30))
    }
  }

  /// The fields of op 12 but the user's; clients index every one of them, so none is ever left out.
  func write(after audio: UInt32, into writer: inout JSONWriter) {
    writer.field("audio_ssrc", audio)
    writer.field("video_ssrc", sources.first?.ssrc(after: audio) ?? 0)
    writer.array("streams") {
      for (source, shape) in zip(sources, shapes) {
        $0.object {
          $0.field("type", source == .camera ? "video" : "screen")
          $0.field("rid", "100")
          $0.field("quality", 100)
          $0.field("active", true)
          $0.field("ssrc", source.ssrc(after: audio))
          $0.field("rtx_ssrc", source.rtxSSRC(after: audio))
          $0.field("max_framerate", shape.framerate)
          $0.object("max_resolution") {
            $0.field("type", "fixed")
            $0.field("width", shape.width)
            $0.field("height", shape.height)
          }
        }
      }
    }
  }
}
