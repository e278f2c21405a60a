import Foundation
import Testing

@testable import Blobs

@Suite struct StrippedPictureTests {
  private func strip(_ octets: [UInt8]) throws -> (octets: [UInt8], header: PictureHeader)? {
    guard let header = PictureHeader(octets.span) else { return nil }
    var reader = OctetReader(octets)
    guard let stripped = StrippedPicture(&reader, header.format) else { return nil }
    let kept = stripped.octets(of: octets)
    #expect(kept.count == stripped.count)
    return (kept, header.shown(stripped.orientation))
  }

  private func orientationSegment(_ orientation: Int) -> [UInt8] {
    [0xFF, 0xE1, 0, 34] + Array("Exif\0\0".utf8) + TIFFOrientation.structure(orientation)
  }

  @Test(arguments: [1, 3, 6, 8])
  func `A JPEG loses place, texts and trailer and keeps profile and orientation`(_ orientation: UInt8) throws
  {
    for isBig in [true, false] {
      let (kept, header) = try #require(
        try strip(PictureFiles.jpeg(orientation: orientation, isBig: isBig)))
      let between = orientation == 1 ? [] : orientationSegment(Int(orientation))
      #expect(kept == PictureFiles.plainJPEG(between))
      #expect((header.width, header.height) == (orientation >= 5 ? (4, 6) : (6, 4)))
      // What was kept already is kept as it is.
      #expect(try strip(kept)?.octets == kept)
      #expect(try strip(kept)?.header == header)
    }
  }

  @Test(arguments: [1, 6])
  func `A PNG loses texts, times and trailer and keeps profile and orientation`(_ orientation: UInt8) throws {
    let (kept, header) = try #require(try strip(PictureFiles.png(orientation: orientation)))
    #expect(
      kept.starts(with: PictureFiles.pngStart)
        && kept.suffix(PictureFiles.pngEnd.count) == PictureFiles.pngEnd[...])
    let between = kept.dropFirst(PictureFiles.pngStart.count).dropLast(PictureFiles.pngEnd.count)
    #expect(between.count == (orientation == 1 ? 0 : 38))
    #expect((header.width, header.height) == (orientation == 1 ? (6, 4) : (4, 6)))
    #expect(try strip(kept)?.octets == kept)
  }

  @Test func `PNG's checksum is the one of its standard`() {
    #expect(CRC32.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(CRC32.checksum(Array("IEND".utf8)) == 0xAE42_6082)
  }

  @Test(arguments: [1, 6])
  func `A WebP loses its EXIF and XMP chunks and what the flags say of them`(_ orientation: UInt8) throws {
    let (kept, header) = try #require(try strip(PictureFiles.webp(orientation: orientation)))
    let end: [(String, [UInt8])] =
      orientation == 1 ? [] : [("EXIF", TIFFOrientation.structure(Int(orientation)))]
    let flags: UInt8 = orientation == 1 ? 0x20 : 0x28
    let plain = PictureFiles.riff(
      [
        ("VP8X", PictureFiles.extended(flags)), ("ICCP", [7, 7, 7]), ("VP8L", PictureFiles.pixels),
      ] + end)
    #expect(kept == plain)
    #expect((header.width, header.height) == (orientation == 1 ? (6, 4) : (4, 6)))
    #expect(try strip(kept)?.octets == kept)
    let simple = PictureFiles.riff([
      ("VP8L", PictureFiles.pixels), ("EXIF", PictureFiles.exif(6, isBig: true)),
    ])
    #expect(try strip(simple)?.octets == PictureFiles.riff([("VP8L", PictureFiles.pixels)]))
  }

  @Test func `A GIF loses comments and notes and keeps its animation`() throws {
    #expect(try strip(PictureFiles.gif)?.octets == PictureFiles.gifStart + PictureFiles.gifEnd)
  }

  @Test func `Files and octets in memory are kept alike, across windows`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "roost-strip-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = try BlobStore(path: folder.path)
    // A scan that is longer than the reader's window, with its stuffing across the boundary.
    var jpeg = PictureFiles.jpeg(orientation: 6)
    let scan = try #require(jpeg.firstRange(of: [0x12, 0xFF, 0x00]))
    jpeg.replaceSubrange(
      scan.lowerBound..<scan.lowerBound, with: (0..<200_001).flatMap { _ in [UInt8(0xFF), 0x00] })
    let spool = FileHandle(fileDescriptor: try store.makeSpool(), closeOnDealloc: true)
    try spool.write(contentsOf: Data([1, 2, 3] + jpeg))
    let (blob, picture) = try store.keepFile(spool.fileDescriptor, 3..<3 + jpeg.count)
    let other = try #require(try store.keepPicture(jpeg))
    #expect(blob == other.blob && picture == other.picture && picture?.width == 4)
    let (descriptor, count) = try #require(store.open(blob.hash))
    let kept = [UInt8](
      try FileHandle(fileDescriptor: descriptor, closeOnDealloc: true).readToEnd() ?? Data())
    #expect(kept.count == count && kept.firstRange(of: Array("GPS".utf8)) == nil)
    #expect(try store.keepPicture(Array("no picture".utf8)) == nil)
  }

  @Test func `What claims more pixels than anybody can show is no picture`() {
    var bomb = PictureFiles.pngStart
    bomb.replaceSubrange(16..<24, with: [0, 0, 0x80, 0, 0, 0, 0x80, 0])
    #expect(PictureHeader(bomb.span) == nil)
  }

  @Test func `Every truncation and bent bit is walked, and says nothing new`() throws {
    for octets in [
      PictureFiles.jpeg(orientation: 6), PictureFiles.png(orientation: 6), PictureFiles.webp(orientation: 6),
      PictureFiles.gif,
    ] {
      for count in 0..<octets.count { _ = try strip(Array(octets[..<count])) }
      for bit in 0..<octets.count * 8 {
        var bent = octets
        bent[bit / 8] ^= 1 << (bit % 8)
        guard let (kept, _) = try strip(bent) else { continue }
        #expect(kept.count <= bent.count + 64)
      }
    }
  }

  @Test func `Random splices of pictures are walked`() throws {
    let environment = ProcessInfo.processInfo.environment
    let runs = environment["ROOST_FUZZ_RUNS"].flatMap { Int($0) } ?? 20_000
    let corpus = [
      PictureFiles.jpeg(orientation: 6), PictureFiles.png(orientation: 6), PictureFiles.webp(orientation: 6),
      PictureFiles.gif,
    ]
    var state: UInt64 = environment["ROOST_FUZZ_SEED"].flatMap { UInt64($0) } ?? 20_261_121
    func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for run in 0..<runs {
      var octets = corpus[run % corpus.count]
      for _ in 0...below(3) {
        let other = corpus[below(corpus.count)]
        let (start, cut) = (below(octets.count), below(other.count))
        let end = min(octets.count, start + below(24))
        octets.replaceSubrange(start..<end, with: other[cut...].prefix(below(40)))
        if octets.isEmpty { octets = other }
        octets[below(octets.count)] = UInt8(below(4) == 0 ? 0xFF : below(256))
      }
      guard let (kept, header) = try strip(octets) else { continue }
      // Nothing grows but by the orientation's own block.
      #expect(kept.count <= octets.count + 64, "run \(run)")
      #expect(header.width > 0 && header.height > 0)
    }
  }
}
