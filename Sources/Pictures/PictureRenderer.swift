internal import CVips

/// Makes smaller pictures, and pictures of other formats, of strangers' pictures.
///
/// Owns the calling thread's use of libvips, which is loaded when the first picture comes and set up to read
/// JPEG, PNG, WebP and GIF only, with one processor and no cache. For one thread of a process. Whoever calls has
/// read the picture's header and refused what claims too many pixels: the memory that decoding takes goes by
/// the claim.
public struct PictureRenderer: ~Copyable {
  /// `nil` when libvips is not installed.
  public init?() {
    guard roost_vips_open() else { return nil }
  }

  deinit {
    roost_vips_leave()
  }

  /// The first frame of the picture in the file `descriptor`, turned as it says, in sRGB, without metadata,
  /// not larger than `box`.
  ///
  /// `nil` when it cannot be decoded whole.
  public func render(_ descriptor: Int32, in box: PictureBox, as encoding: PictureEncoding) -> [UInt8]? {
    var octets: UnsafeMutableRawPointer?
    var count = 0
    // The suffix' C string lives during the call; what it fills in is ours to free.
    guard
      unsafe roost_vips_render(
        descriptor, Int32(box.width), Int32(box.height), encoding.suffix, &octets, &count) == 0,
      let made = unsafe octets
    else { return nil }
    defer { unsafe roost_vips_free(made) }
    // libvips filled `count` octets there.
    return unsafe [UInt8](UnsafeRawBufferPointer(start: made, count: count))
  }
}

/// How large a picture may become.
public struct PictureBox: Hashable, Sendable {
  /// The longest side that any of the encoders writes.
  public static let sideMax = 16_383

  /// Pixels, 1 to ``sideMax``.
  public let width: Int
  /// Pixels, 1 to ``sideMax``.
  public let height: Int

  /// Makes a box; a side that is left out binds nothing.
  public init(width: Int?, height: Int?) {
    self.width = min(max(width ?? PictureBox.sideMax, 1), PictureBox.sideMax)
    self.height = min(max(height ?? PictureBox.sideMax, 1), PictureBox.sideMax)
  }
}

/// What a picture is written as.
public enum PictureEncoding: Hashable, Sendable {
  case png
  /// On white, where it is transparent; quality 1 to 100.
  case jpeg(quality: Int)
  /// Quality 1 to 100, `nil` for lossless.
  case webp(quality: Int?)

  /// libvips' name of an encoder and its options.
  var suffix: String {
    switch self {
    case .png: ".png[strip]"
    case .jpeg(let quality): ".jpg[Q=\(PictureEncoding.bounded(quality)),background=255,strip]"
    case .webp(let quality?): ".webp[Q=\(PictureEncoding.bounded(quality)),strip]"
    case .webp(nil): ".webp[lossless,strip]"
    }
  }

  private static func bounded(_ quality: Int) -> Int { min(max(quality, 1), 100) }
}
