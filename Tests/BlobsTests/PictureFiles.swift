/// Small pictures with and without what their makers did not mean to tell.
enum PictureFiles {
  /// A TIFF structure with a place, an orientation and a maker; `isBig` is its order of octets.
  static func exif(_ orientation: UInt8, isBig: Bool) -> [UInt8] {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      let octets = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      return isBig ? octets.reversed() : octets
    }
    func entry(_ tag: Int, _ type: Int, _ count: Int, _ value: [UInt8]) -> [UInt8] {
      number(tag, 2) + number(type, 2) + number(count, 4) + value
    }
    let rational = Array("GPS 52.5200 13.4050".utf8)
    return (isBig ? Array("MM\0*".utf8) : Array("II*\0".utf8)) + number(8, 4) + number(3, 2)
      + entry(0x010F, 2, 4, Array("ACME".utf8))
      + entry(0x0112, 3, 1, number(Int(orientation), 2) + [0, 0])
      + entry(0x8825, 4, 1, number(50, 4)) + number(0, 4) + rational
  }

  private static func segment(_ code: UInt8, _ content: [UInt8]) -> [UInt8] {
    let length = content.count + 2
    return [0xFF, code, UInt8(length >> 8), UInt8(length & 0xFF)] + content
  }

  static let jfif = segment(0xE0, Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 0, 0])
  static let profile = segment(0xE2, Array("ICC_PROFILE\0".utf8) + [1, 1, 7, 7, 7])
  private static let frame = segment(0xC0, [8, 0, 4, 0, 6, 1, 1, 0x11, 0])
  private static let scan =
    segment(0xDA, [1, 1, 0, 0, 63, 0]) + [0x12, 0xFF, 0x00, 0x34, 0xFF, 0xD0, 0x56]
    + segment(0xC4, [0, 1, 2]) + segment(0xDA, [1, 1, 0, 0, 63, 0]) + [0x78, 0xFF, 0xD9]

  /// 6 by 4; what is wanted of it is `plainJPEG`.
  static func jpeg(orientation: UInt8, isBig: Bool = true) -> [UInt8] {
    [0xFF, 0xD8] + jfif + segment(0xE1, Array("Exif\0\0".utf8) + exif(orientation, isBig: isBig))
      + segment(0xE1, Array("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>GPS</x:xmpmeta>".utf8)) + profile
      + segment(0xED, Array("Photoshop 3.0\0GPS".utf8)) + segment(0xFE, Array("GPS in a comment".utf8))
      + frame + scan + [0xFF, 0xD8] + segment(0xE1, Array("Exif\0\0GPS".utf8)) + [0xFF, 0xD9]
  }

  /// The JPEG without EXIF, but with what stands between JFIF and profile in the kept one.
  static func plainJPEG(_ between: [UInt8]) -> [UInt8] {
    [0xFF, 0xD8] + jfif + between + profile + frame + scan
  }

  static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
    let count = content.count
    // The checksum is not looked at, only kept.
    return [UInt8(count >> 24 & 255), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)]
      + Array(type.utf8) + content + [1, 2, 3, 4]
  }

  static let pngStart: [UInt8] =
    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", [0, 0, 0, 6, 0, 0, 0, 4, 8, 6, 0, 0, 0])
    + chunk("iCCP", [7, 7])
  static let pngEnd: [UInt8] = chunk("IDAT", [9, 9, 9]) + chunk("tRNS", [0]) + chunk("IEND", [])

  static func png(orientation: UInt8) -> [UInt8] {
    pngStart + chunk("tEXt", Array("Comment\0GPS".utf8)) + chunk("eXIf", exif(orientation, isBig: false))
      + chunk("iTXt", Array("XML:com.adobe.xmp\0\0\0\0\0GPS".utf8)) + chunk("tIME", Array("GPS....".utf8))
      + pngEnd + Array("GPS behind the end".utf8)
  }

  static func riff(_ chunks: [(String, [UInt8])]) -> [UInt8] {
    let body = chunks.flatMap { name, content -> [UInt8] in
      Array(name.utf8) + [UInt8(content.count & 255), UInt8(content.count >> 8), 0, 0] + content
        + (content.count % 2 == 0 ? [] : [0])
    }
    let size = body.count + 4
    return Array("RIFF".utf8) + [UInt8(size & 255), UInt8(size >> 8), 0, 0] + Array("WEBP".utf8) + body
  }

  /// Flags and sides (6 by 4) of the extended format.
  static func extended(_ flags: UInt8) -> [UInt8] { [flags, 0, 0, 0, 5, 0, 0, 3, 0, 0] }
  static let pixels: [UInt8] = [0x2F, 5, 0xC0, 0, 0]

  static func webp(orientation: UInt8) -> [UInt8] {
    riff([
      ("VP8X", extended(0x2C)), ("ICCP", [7, 7, 7]), ("VP8L", pixels),
      ("EXIF", Array("Exif\0\0".utf8) + exif(orientation, isBig: true)), ("XMP ", Array("GPS".utf8)),
      ("GPS ", Array("GPS".utf8)),
    ])
  }

  static let gifStart: [UInt8] =
    Array("GIF89a".utf8) + [6, 0, 4, 0, 0x80, 0, 0, 1, 2, 3, 4, 5, 6] + [0x21, 0xFF, 11]
    + Array("NETSCAPE2.0".utf8) + [3, 1, 0, 0, 0]
  static let gifEnd: [UInt8] =
    [0x21, 0xF9, 4, 0, 0, 0, 0, 0] + [0x2C, 0, 0, 0, 0, 6, 0, 4, 0, 0, 2, 2, 0x44, 1, 0] + [0x3B]
  static let gif: [UInt8] =
    gifStart + [0x21, 0xFE, 3] + Array("GPS".utf8) + [0] + [0x21, 0xFF, 11] + Array("XMP DataXMP".utf8) + [3]
    + Array("GPS".utf8) + [0] + gifEnd + Array("GPS".utf8)
}
