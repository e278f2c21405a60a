/// What the parsers of this module take at most.
public enum WireLimits {
  /// Octets of a session description.
  ///
  /// Chromium's offer for 3 audio and 2 video tracks has 14 KiB; a larger one than this only costs time.
  public static let descriptionCount = 65_536
  /// Lines of a session description; 14 KiB of Chromium's have 280.
  public static let descriptionLineCount = 2_048
  /// Header extensions of a description: what the one-byte form can name.
  public static let extensionCount = 14
  /// Video formats of a description: Chromium's has 30 with their retransmissions.
  public static let videoFormatCount = 64
  /// Characters of a format's name; the registered ones have at most 16.
  public static let encodingNameCount = 32
}
