import Blobs
import Testing

@testable import Server

@Suite struct RenditionTests {
  private func header(_ octets: [UInt8]) throws -> PictureHeader {
    let header = PictureHeader(octets.span)
    return try #require(header)
  }

  /// 300 by 5.
  private static let gif: [UInt8] = Array("GIF89a".utf8) + [0x2C, 0x01, 0x05, 0x00, 0, 0, 0]
  /// 256 by 7.
  private static let png: [UInt8] =
    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
    + [0, 0, 1, 0, 0, 0, 0, 7, 8, 6, 0, 0, 0]

  @Test func `A query asks for a form, or for the file itself`() throws {
    for query in [
      "", "ex=1&is=2&hm=3&", "width=0", "width=4097", "width=-1", "width=x", "format=svg", "size=64",
    ] {
      #expect(Rendition(query: query) == nil, "\(query)")
    }
    let whole = try #require(Rendition(query: "ex=1&width=100&height=4096&format=webp&quality=lossless"))
    #expect(whole.width == 100 && whole.height == 4096 && whole.format == .webp && whole.quality == nil)
    #expect(
      Rendition(query: "width=9")?.quality == 85 && Rendition(query: "width=9&quality=500")?.quality == 100)
    #expect(Rendition(ending: "png", query: "size=64")?.width == 64)
    #expect(Rendition(ending: "jpg", query: "")?.format == .jpeg)
    #expect(Rendition(ending: "gif", query: "size=64") == nil, "it moves")
    #expect(Rendition(ending: "", query: "") == nil)
  }

  @Test func `What is small enough and of that format stays what it is`() throws {
    let (gif, png) = (try header(Self.gif), try header(Self.png))
    #expect(try #require(Rendition(query: "width=256&height=7")).isSatisfied(by: png))
    #expect(!(try #require(Rendition(query: "width=255")).isSatisfied(by: png)))
    #expect(!(try #require(Rendition(query: "format=webp")).isSatisfied(by: png)))
    #expect(try #require(Rendition(query: "width=9")).isSatisfied(by: gif), "it may move")
    #expect(!(try #require(Rendition(query: "width=9&format=png")).isSatisfied(by: gif)))
  }

  @Test func `The table keeps what was asked for last, within its bounds`() throws {
    let narrow = try #require(Rendition(query: "width=9"))
    func key(_ number: Int) -> RenditionKey { RenditionKey(blob: String(number), rendition: narrow) }
    var table = RenditionTable<RenditionKey>(octetsMax: 1_000, countMax: 8)
    for number in 0..<100 {
      table.keep(.made(blob: "b\(number)", count: 10, format: .png), for: key(number))
      #expect(table.find(key(0)) != nil, "what is asked for stays")
      #expect(table.blobs.count <= 8)
    }
    #expect(table.find(key(90)) == nil && table.find(key(99)) != nil)
    for number in 0..<50 {
      table.keep(.made(blob: "c\(number)", count: 300, format: .png), for: key(200 + number))
      #expect(table.blobs.filter { $0.hasPrefix("c") }.count <= 3)
    }
    table.keep(.failed, for: key(7))
    #expect(table.find(key(7)) == nil, "another try may succeed")
    table.keep(.refused, for: key(7))
    #expect(table.find(key(7)) == .refused)
    table.forget(key(7))
    #expect(table.find(key(7)) == nil)
  }
}
