extension StrippedPicture {
  /// JPEG (ISO 10918-1 B.1): markers with lengths, entropy-coded data between them, until EOI.
  mutating func walkJPEG(_ reader: inout OctetReader) -> Bool {
    keep(0..<2, of: reader)
    var position = 2
    for _ in 0..<Limits.pictureSegments {
      // Decoders pass over what is no marker, and so do we; fill octets may stand before one.
      guard var marker = reader.next(0xFF, from: position) else { return true }
      while reader.octet(marker + 1) == 0xFF { marker += 1 }
      guard let code = reader.octet(marker + 1) else { return true }
      switch code {
      case 0xD9:
        keep(marker..<marker + 2, of: reader)
        return true
      case 0x00, 0x01, 0xD0...0xD8:
        // Stands alone; a stuffed zero outside a scan is nothing.
        if code != 0 { keep(marker..<marker + 2, of: reader) }
        position = marker + 2
      default:
        guard let length = reader.big(marker + 2, 2), length >= 2 else { return true }
        let end = marker + 2 + length
        if isKept(code, at: marker + 4, &reader) {
          keep(marker..<end, of: reader)
        } else if code == 0xE1, reader.has("Exif\0", at: marker + 4),
          readOrientation(&reader, at: marker + 10)
        {
          let structure = TIFFOrientation.structure(orientation)
          add([0xFF, 0xE1, 0, UInt8(8 + structure.count)] + Array("Exif\0\0".utf8) + structure)
        }
        position = end
        if code == 0xDA {
          position = scanEnd(&reader, from: end)
          keep(end..<position, of: reader)
        }
      }
    }
    return false
  }

  /// Whether a segment with a length decides how the picture looks.
  private func isKept(_ code: UInt8, at start: Int, _ reader: inout OctetReader) -> Bool {
    switch code {
    case 0xE0: reader.has("JFIF\0", at: start)
    case 0xE2: reader.has("ICC_PROFILE\0", at: start)
    case 0xEE: reader.has("Adobe", at: start)
    case 0xE1...0xEF, 0xFE: false
    default: true
    }
  }

  /// Where the entropy-coded data from `start` on end: at the next marker that is no restart.
  private func scanEnd(_ reader: inout OctetReader, from start: Int) -> Int {
    var position = start
    while let marker = reader.next(0xFF, from: position) {
      guard let code = reader.octet(marker + 1) else { return max(start, reader.count) }
      switch code {
      case 0x00, 0xD0...0xD7: position = marker + 2
      case 0xFF: position = marker + 1
      default: return marker
      }
    }
    return max(start, reader.count)
  }

  /// PNG (RFC 2083, with the chunks of its third edition): `length type content CRC`, until IEND.
  mutating func walkPNG(_ reader: inout OctetReader) -> Bool {
    keep(0..<8, of: reader)
    var position = 8
    for _ in 0..<Limits.pictureSegments {
      guard let length = reader.big(position, 4), let type = reader.octets(position + 4..<position + 8) else {
        return true
      }
      guard type.allSatisfy({ (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }) else { return true }
      let end = position + 12 + length
      let name = String(decoding: type, as: UTF8.self)
      if name == "eXIf" {
        if readOrientation(&reader, at: position + 8) {
          let body = type + TIFFOrientation.structure(orientation)
          add(StrippedPicture.big(body.count - 4) + body + StrippedPicture.big(CRC32.checksum(body)))
        }
      } else if type[0] & 0x20 == 0 || StrippedPicture.pngChunks.contains(name) {
        keep(position..<end, of: reader)
      }
      if name == "IEND" { return true }
      position = end
    }
    return false
  }

  /// Ancillary chunks that decide how a picture looks; the others hold texts, times and programs' notes.
  private static let pngChunks: Set<String> = [
    "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "cICP", "mDCV", "cLLI", "sBIT", "bKGD", "pHYs", "acTL", "fcTL",
    "fdAT",
  ]

  private static func big(_ number: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  /// WebP (RFC 9649): a RIFF container of chunks `name length content`, padded to even lengths.
  mutating func walkWebP(_ reader: inout OctetReader) -> Bool {
    guard let size = reader.little(4, 4) else { return true }
    // Replaced below, when the length is known.
    add(Array("RIFF".utf8))
    let end = min(reader.count, 8 + size)
    var position = 12
    var chunks = 0
    while position + 8 <= end {
      chunks += 1
      guard chunks <= Limits.pictureSegments, let length = reader.little(position + 4, 4),
        let name = reader.octets(position..<position + 4)
      else { return false }
      let next = position + 8 + length + length % 2
      switch String(decoding: name, as: UTF8.self) {
      case "VP8X":
        guard length >= 10, var content = reader.octets(position + 8..<position + 18) else { return true }
        // The flags of EXIF and XMP; the orientation's own chunk sets its flag again.
        content[0] &= ~0x0C
        add(name + StrippedPicture.little(10) + content)
      case "VP8 ", "VP8L", "ALPH", "ANIM", "ANMF", "ICCP": keep(position..<min(next, end), of: reader)
      case "EXIF":
        let start = position + 8 + (reader.has("Exif\0\0", at: position + 8) ? 6 : 0)
        _ = readOrientation(&reader, at: start)
      default: break
      }
      position = next
    }
    finishWebP()
    return true
  }

  private mutating func finishWebP() {
    // Only the extended format, whose second piece is ours, has a place for the flag.
    if orientation != 1, pieces.count > 1, case .octets(var flags) = pieces[1] {
      flags[8] |= 0x08
      replace(1, with: flags)
      let structure = TIFFOrientation.structure(orientation)
      // The last chunk's padding may be missing.
      add(count % 2 == 0 ? [] : [0])
      add(Array("EXIF".utf8) + StrippedPicture.little(structure.count) + structure)
    }
    // Of `RIFF length WEBP`, which comes to 12 octets, 4 are counted by now, and 4 count towards the length.
    replace(0, with: Array("RIFF".utf8) + StrippedPicture.little(count) + Array("WEBP".utf8))
  }

  private static func little(_ number: Int) -> [UInt8] {
    [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  /// GIF (GIF89a appendix): a screen, then blocks, until the trailer.
  ///
  /// Comments go, and of the programs' own blocks all but the one that says how often an animation repeats.
  mutating func walkGIF(_ reader: inout OctetReader) -> Bool {
    guard let flags = reader.octet(10) else { return true }
    var position = 13 + StrippedPicture.tableCount(flags)
    keep(0..<position, of: reader)
    for _ in 0..<Limits.pictureSegments {
      let start = position
      switch reader.octet(position) {
      case 0x21?:
        guard let label = reader.octet(position + 1) else { return true }
        guard let end = blocksEnd(&reader, from: position + 2) else { return true }
        let isRepetition =
          reader.has("\u{0B}NETSCAPE2.0", at: start + 2) || reader.has("\u{0B}ANIMEXTS1.0", at: start + 2)
        if label == 0xF9 || label == 0x01 || (label == 0xFF && isRepetition) { keep(start..<end, of: reader) }
        position = end
      case 0x2C?:
        guard let local = reader.octet(position + 9) else { return true }
        let data = position + 10 + StrippedPicture.tableCount(local) + 1
        // A picture that is cut short shows what there is of it.
        let end = blocksEnd(&reader, from: data) ?? reader.count
        keep(start..<end, of: reader)
        position = end
      case 0x3B?:
        keep(position..<position + 1, of: reader)
        return true
      default: return true
      }
    }
    return false
  }

  /// Octets of the colour table that packed flags announce.
  private static func tableCount(_ flags: UInt8) -> Int {
    flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1)
  }

  /// Behind the sub-blocks that begin at `start`; `nil` when the file ends before.
  private func blocksEnd(_ reader: inout OctetReader, from start: Int) -> Int? {
    var position = start
    while let length = reader.octet(position) {
      position += 1 + Int(length)
      if length == 0 { return position }
    }
    return nil
  }
}

/// The checksum of PNG's chunks (RFC 2083 §3.4).
enum CRC32 {
  /// Over few octets: bit by bit.
  static func checksum(_ octets: [UInt8]) -> Int {
    var value: UInt32 = 0xFFFF_FFFF
    for octet in octets {
      value ^= UInt32(octet)
      for _ in 0..<8 { value = value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xEDB8_8320 }
    }
    return Int(~value)
  }
}
