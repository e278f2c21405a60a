/// The bounds of the blob store and of what reads its files.
enum Limits {
  /// Octets that are copied and hashed at a time: what one upload holds in memory here.
  static let pieceCount = 128 * 1024
  /// Octets of a file that are looked at for a picture's size.
  ///
  /// Cameras write up to 64 KiB of EXIF and as much of colour profile before a JPEG's frame header. A size
  /// that comes later is not known, and clients measure the picture themselves.
  static let headerCount = 256 * 1024
  /// A picture that claims more pixels is no picture to us: 1 GiB in a browser that decodes it.
  static let pixelsMax = 1 << 28
  /// Segments, chunks or blocks of a picture that is rid of what its maker did not mean to tell.
  ///
  /// PNGs of 100 MB in chunks of 8 KiB have 13,000.
  static let pictureSegments = 1 << 17
  /// Pieces that such a picture may fall into: a dozen is usual.
  static let picturePieces = 4_096
  /// Segments of a JPEG, or chunks of a WebP, that are passed over on the way to the size.
  static let segments = 512
  /// A picture that claims more on a side is no picture to us: no decoder of a browser takes it.
  static let sideMax = 65_535
}
