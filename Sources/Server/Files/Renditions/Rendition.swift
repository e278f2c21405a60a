internal import Blobs
internal import Pictures
internal import Signaling

/// Which form of a picture a request asks for.
///
///     ?width=…&height=…&format=png|jpeg|jpg|webp&quality=1…100|lossless     of an attachment
///     {name}.png|jpg|jpeg|webp?size=…                                       of an avatar or icon
///
/// Sides are pixels, 1 to ``sideMax``; the picture keeps its proportions, fits into the box and is never
/// enlarged. What does not parse is ignored, as Discord's media server does: the answer is the next best.
struct Rendition: Hashable {
  /// Screens are not wider.
  static let sideMax = 4_096
  /// What people take for the original in a JPEG or WebP.
  private static let qualityDefault = 85

  /// Pixels; `nil` binds nothing.
  let width: Int?
  /// Pixels; `nil` binds nothing.
  let height: Int?
  /// `nil`: the picture's own.
  let format: PictureHeader.Format?
  /// `nil`: lossless where the format can.
  let quality: Int?

  /// What the query of an attachment's link asks for; `nil` when that is the file itself.
  init?(query: String) {
    let fields = FormFields(query)
    width = Rendition.side(fields["width"])
    height = Rendition.side(fields["height"])
    format = Rendition.format(fields["format"])
    switch fields["quality"] {
    case "lossless": quality = nil
    case let text?: quality = Int(text).map { min(max($0, 1), 100) } ?? Rendition.qualityDefault
    case nil: quality = Rendition.qualityDefault
    }
    if width == nil, height == nil, format == nil { return nil }
  }

  /// What an avatar's ending and query ask for; `nil` when that is the file itself.
  init?(ending: String, query: String) {
    let side = Rendition.side(FormFields(query)["size"])
    width = side
    height = side
    format = Rendition.format(ending)
    quality = Rendition.qualityDefault
    // Whoever asks for a GIF wants it to move.
    if ending == "gif" || (side == nil && format == nil) { return nil }
  }

  private static func side(_ text: String?) -> Int? {
    text.flatMap { Int($0) }.flatMap { (1...sideMax).contains($0) ? $0 : nil }
  }

  private static func format(_ text: String?) -> PictureHeader.Format? {
    switch text {
    case "png": .png
    case "jpg", "jpeg": .jpeg
    case "webp": .webp
    default: nil
    }
  }

  /// Whether `picture` is already what is asked for.
  ///
  /// A GIF stays as it is unless another format is asked for: it may move.
  func isSatisfied(by picture: PictureHeader) -> Bool {
    guard format == nil || format == picture.format else { return false }
    return picture.format == .gif
      || (picture.width <= width ?? .max && picture.height <= height ?? .max)
  }

  /// How `picture` is written.
  func encoding(of picture: PictureHeader) -> PictureEncoding {
    switch format ?? picture.format {
    case .jpeg: .jpeg(quality: quality ?? 100)
    case .webp: .webp(quality: quality)
    case .png, .gif: .png
    }
  }
}
