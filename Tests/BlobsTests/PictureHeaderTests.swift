import Blobs
import Testing

@Suite struct PictureHeaderTests {
  private func read(_ octets: [UInt8]) -> PictureHeader? { PictureHeader(octets.span) }

  static let png: [UInt8] =
    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
    + [0, 0, 1, 0, 0, 0, 0, 7, 8, 6, 0, 0, 0]
  static let gif: [UInt8] = Array("GIF89a".utf8) + [0x2C, 0x01, 0x05, 0x00, 0, 0, 0]
  /// Application data and a table stand before the frame header, with a fill octet.
  static let jpeg: [UInt8] =
    [
      0xFF, 0xD8, 0xFF, 0xE1, 0, 4, 1, 2, 0xFF, 0xFF, 0xC4, 0, 3, 9, 0xFF, 0xC2, 0, 11, 8, 0x01, 0x02, 0x03,
      0x04,
    ]
    + [1, 1, 0x11, 0]
  static let lossy: [UInt8] =
    Array("RIFF".utf8) + [0, 0, 0, 0] + Array("WEBPVP8 ".utf8) + [0, 0, 0, 0, 0, 0, 0, 0x9D, 0x01, 0x2A]
    + [0x40, 0x41, 0x20, 0x00]
  static let lossless: [UInt8] =
    Array("RIFF".utf8) + [0, 0, 0, 0] + Array("WEBPVP8L".utf8) + [0, 0, 0, 0, 0x2F, 0x09, 0xC0, 0x04, 0x00]
  static let extended: [UInt8] =
    Array("RIFF".utf8) + [0, 0, 0, 0] + Array("WEBPVP8X".utf8) + [
      10, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0x01, 0, 0x0F, 0, 0,
    ]

  @Test(arguments: [
    (png, "image/png", 256, 7), (gif, "image/gif", 300, 5), (jpeg, "image/jpeg", 0x0304, 0x0102),
    (lossy, "image/webp", 320, 32), (lossless, "image/webp", 10, 20), (extended, "image/webp", 512, 16),
  ])
  func `A picture's header says its format and size`(_ octets: [UInt8], _ type: String, _ w: Int, _ h: Int)
    throws
  {
    let header = try #require(read(octets))
    #expect(header.format.rawValue == type && header.width == w && header.height == h)
    // What stands behind does not matter.
    let longer = octets + [UInt8](repeating: 0xFF, count: 99)
    #expect(read(longer) == header)
  }

  @Test(arguments: [png, gif, jpeg, lossy, lossless, extended])
  func `A header that is cut short or bent is refused or read, never trapped on`(_ octets: [UInt8]) {
    for count in 0..<octets.count {
      let cut = Array(octets[..<count])
      _ = read(cut)
    }
    #expect(read(Array(octets[..<9])) == nil)
    for bit in 0..<octets.count * 8 {
      var bent = octets
      bent[bit / 8] ^= 1 << (bit % 8)
      if let header = read(bent) {
        #expect((1...65_535).contains(header.width) && (1...65_535).contains(header.height))
      }
    }
  }

  @Test func `Scripts and drawings are no pictures`() {
    for text in ["<svg xmlns='http://www.w3.org/2000/svg'>", "<html>", "", "GIF", "RIFFxxxxWEBP"] {
      let octets = Array(text.utf8)
      #expect(read(octets) == nil)
    }
  }

  @Test func `A million random octets behind each beginning are survived`() {
    var state: UInt64 = 20_261_121
    for start in [Self.png, Self.gif, Self.jpeg, Self.lossy, Self.lossless, Self.extended] {
      for _ in 0..<2_000 {
        var octets = Array(start.prefix(3 + Int(state % 16)))
        for _ in 0..<80 {
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          // Markers are likelier than chance makes them.
          octets.append(state >> 60 == 0 ? 0xFF : UInt8(truncatingIfNeeded: state >> 33))
        }
        _ = read(octets)
      }
    }
  }
}
