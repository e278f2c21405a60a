/// What the first octets of a picture say about it; nothing is decoded.
///
/// Reads PNG, GIF, JPEG (ISO 10918-1 B.2: the first frame header) and WebP (RFC 9649: VP8, VP8L, VP8X). Refuses
/// everything else, a side of 0 or beyond ``Limits/sideMax``, more pixels than ``Limits/pixelsMax``, and headers
/// that are cut short. Every read is
/// checked against the span, and at most ``Limits/segments`` segments are passed over.
public struct PictureHeader: Hashable, Sendable {
  /// The formats that are known.
  public enum Format: String, CaseIterable, Sendable {
    case png = "image/png"
    case gif = "image/gif"
    case jpeg = "image/jpeg"
    case webp = "image/webp"
  }

  /// The format; its raw value is the media type.
  public let format: Format
  /// Pixels.
  public let width: Int
  /// Pixels.
  public let height: Int

  /// Reads the header of `octets`, the beginning of a file; `nil` when it is no such picture.
  public init?(_ octets: Span<UInt8>) {
    guard
      let (format, width, height) = Self.png(octets) ?? Self.gif(octets) ?? Self.jpeg(octets)
        ?? Self.webp(octets),
      (1...Limits.sideMax).contains(width), (1...Limits.sideMax).contains(height),
      width * height <= Limits.pixelsMax
    else { return nil }
    self.format = format
    self.width = width
    self.height = height
  }

  /// The same picture as it is shown when its file says that it lies on its side.
  func shown(_ orientation: Int) -> PictureHeader {
    orientation < 5 ? self : PictureHeader(format: format, width: height, height: width)
  }

  private init(format: Format, width: Int, height: Int) {
    self.format = format
    self.width = width
    self.height = height
  }

  private typealias Found = (Format, Int, Int)

  private static func png(_ octets: Span<UInt8>) -> Found? {
    guard begins(octets, with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
      begins(octets, with: Array("IHDR".utf8), at: 12),
      let width = big(octets, 16, 4), let height = big(octets, 20, 4)
    else { return nil }
    return (.png, width, height)
  }

  private static func gif(_ octets: Span<UInt8>) -> Found? {
    guard begins(octets, with: Array("GIF87a".utf8)) || begins(octets, with: Array("GIF89a".utf8)),
      let width = little(octets, 6, 2), let height = little(octets, 8, 2)
    else { return nil }
    return (.gif, width, height)
  }

  private static func jpeg(_ octets: Span<UInt8>) -> Found? {
    guard begins(octets, with: [0xFF, 0xD8, 0xFF]) else { return nil }
    var position = 2
    for _ in 0..<Limits.segments {
      // Fill octets may stand before a marker.
      while position < octets.count, octets[position] == 0xFF { position += 1 }
      guard position < octets.count, let length = big(octets, position + 1, 2), length >= 2 else {
        return nil
      }
      switch octets[position] {
      // Frame headers; C4, C8 and CC are tables and reserved.
      case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
        guard let height = big(octets, position + 4, 2), let width = big(octets, position + 6, 2) else {
          return nil
        }
        return (.jpeg, width, height)
      case 0xD9, 0xDA: return nil
      default: position += 1 + length
      }
      guard position < octets.count, octets[position] == 0xFF else { return nil }
    }
    return nil
  }

  private static func webp(_ octets: Span<UInt8>) -> Found? {
    guard begins(octets, with: Array("RIFF".utf8)), begins(octets, with: Array("WEBP".utf8), at: 8) else {
      return nil
    }
    if begins(octets, with: Array("VP8X".utf8), at: 12) {
      guard let width = little(octets, 24, 3), let height = little(octets, 27, 3) else { return nil }
      return (.webp, width + 1, height + 1)
    }
    if begins(octets, with: Array("VP8L".utf8), at: 12) {
      guard begins(octets, with: [0x2F], at: 20), let bits = little(octets, 21, 4) else { return nil }
      return (.webp, bits & 0x3FFF + 1, bits >> 14 & 0x3FFF + 1)
    }
    guard begins(octets, with: Array("VP8 ".utf8), at: 12), begins(octets, with: [0x9D, 0x01, 0x2A], at: 23),
      let width = little(octets, 26, 2), let height = little(octets, 28, 2)
    else { return nil }
    return (.webp, width & 0x3FFF, height & 0x3FFF)
  }

  private static func begins(_ octets: Span<UInt8>, with expected: [UInt8], at start: Int = 0) -> Bool {
    guard octets.count - start >= expected.count else { return false }
    for (index, octet) in expected.enumerated() where octets[start + index] != octet { return false }
    return true
  }

  /// `count` octets, at most 4, as a number whose first octet is the most significant.
  private static func big(_ octets: Span<UInt8>, _ start: Int, _ count: Int) -> Int? {
    guard octets.count - start >= count else { return nil }
    return (0..<count).reduce(0) { $0 << 8 | Int(octets[start + $1]) }
  }

  private static func little(_ octets: Span<UInt8>, _ start: Int, _ count: Int) -> Int? {
    guard octets.count - start >= count else { return nil }
    return (0..<count).reduce(0) { $0 | Int(octets[start + $1]) << (8 * $1) }
  }
}

extension BlobStore {
  /// What `range` of the file `descriptor` says about a picture; `nil` when it is none.
  public func picture(_ descriptor: Int32, _ range: Range<Int>) -> PictureHeader? {
    var buffer = [UInt8](repeating: 0, count: min(range.count, Limits.headerCount))
    // The buffer lives during the closure.
    let count = unsafe buffer.withUnsafeMutableBytes { bytes in
      unsafe BlobStore.read(descriptor, at: range.lowerBound, into: bytes)
    }
    return PictureHeader(buffer.span.extracting(0..<max(0, count)))
  }
}
