import Blobs
import Foundation
import Testing

@testable import Pictures

@Suite(.serialized) struct PictureRendererTests {
  /// A file that is gone when the closure ends.
  private func render(
    _ octets: [UInt8], _ box: PictureBox, _ encoding: PictureEncoding
  ) throws -> [UInt8]? {
    let url = FileManager.default.temporaryDirectory.appending(path: "roost-picture-\(UUID().uuidString)")
    try Data(octets).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    let file = try FileHandle(forReadingFrom: url)
    guard let renderer = PictureRenderer() else {
      Issue.record("libvips42 is not installed")
      return nil
    }
    return renderer.render(file.fileDescriptor, in: box, as: encoding)
  }

  /// A picture of `width` by `height`: a portable bitmap would be refused, so the least GIF.
  private static func gif(_ width: UInt8, _ height: UInt8) -> [UInt8] {
    // One code a pixel of width 2+1 bits would be long; clear, colour 1, end: the rest stays background.
    Array("GIF89a".utf8) + [width, 0, height, 0, 0x80, 0, 0, 200, 10, 10, 10, 10, 200]
      + [0x2C, 0, 0, 0, 0, width, 0, height, 0, 0, 2, 2, 0x4C, 1, 0, 0x3B]
  }

  @Test func `A picture is made smaller, in proportion, in another format, and never larger`() throws {
    let source = Self.gif(64, 32)
    for (encoding, format) in [
      (PictureEncoding.png, PictureHeader.Format.png), (.jpeg(quality: 80), .jpeg),
      (.webp(quality: 80), .webp),
      (.webp(quality: nil), .webp), (.jpeg(quality: 1_000), .jpeg),
    ] {
      let small = try #require(try render(source, PictureBox(width: 16, height: 16), encoding))
      let header = PictureHeader(small.span)
      #expect(header?.format == format && header?.width == 16 && header?.height == 8)
      let whole = try #require(try render(source, PictureBox(width: nil, height: nil), encoding))
      let width = PictureHeader(whole.span)?.width
      #expect(width == 64)
    }
  }

  @Test func `What is no picture, or one that only other decoders read, is refused`() throws {
    let drawing = Array("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>".utf8)
    for octets in [
      drawing, Array("P6 1 1 255\nabc".utf8), Array("%PDF-1.4".utf8), [], [0xFF, 0xD8, 0xFF, 0xE0],
      Array(Self.gif(9, 9).prefix(20)), Array("BM".utf8) + [UInt8](repeating: 0, count: 60),
      Array("II*\0".utf8) + [8, 0, 0, 0],
    ] {
      #expect(try render(octets, PictureBox(width: 8, height: 8), .png) == nil)
    }
  }

  @Test func `Bent pictures give a picture or nothing`() throws {
    let source = Self.gif(12, 12)
    for bit in 0..<source.count * 8 {
      var bent = source
      bent[bit / 8] ^= 1 << (bit % 8)
      // As the server does: what claims too much is not decoded.
      guard let header = PictureHeader(bent.span), header.width * header.height < 1 << 20 else { continue }
      _ = try render(bent, PictureBox(width: 8, height: 8), .png)
    }
  }
}
