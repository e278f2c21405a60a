import Base
import Testing

@testable import Server

@Suite struct FileAnswerTests {
  @Test(
    arguments: [
      (nil, ByteRange.whole), ("bytes=0-4", .piece(0..<5)), ("bytes=5-", .piece(5..<10)),
      ("bytes=-3", .piece(7..<10)), ("bytes=-30", .piece(0..<10)), ("bytes=9-99", .piece(9..<10)),
      ("bytes=10-", .unsatisfiable), ("bytes=-0", .unsatisfiable), ("bytes=4-2", .whole),
      ("bytes=0-1,3-4", .whole), ("octets=0-1", .whole), ("bytes=-", .whole), ("bytes=a-b", .whole),
      ("bytes=1--2", .whole), ("bytes=99999999999999999999-", .whole),
      ("bytes=0-99999999999999999999", .whole), ("bytes=+1-2", .whole),
      ("bytes=0-9223372036854775807", .piece(0..<10)),
    ] as [(String?, ByteRange)])
  func `A range is what the field says, or the whole`(_ field: String?, _ range: ByteRange) {
    #expect(ByteRange(field, of: 10) == range)
  }

  @Test func `An empty file has no range`() {
    #expect(ByteRange("bytes=0-", of: 0) == .unsatisfiable && ByteRange(nil, of: 0) == .whole)
  }

  @Test(arguments: [
    "text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "application/javascript", "text/css",
    "application/pdf", "nonsense", "", "IMAGE/PNG",
  ])
  func `What could run is served as octets to be saved`(_ type: String) {
    #expect(MediaType.served(type) == ("application/octet-stream", false))
  }

  @Test func `What is shown is named as it is`() {
    #expect(MediaType.served("image/png") == ("image/png", true))
    #expect(MediaType.served("text/plain") == ("text/plain; charset=utf-8", true))
    #expect(
      MediaType.isName("application/vnd.x-y+z") && !MediaType.isName("a/b/c") && !MediaType.isName("a/"))
    #expect(!MediaType.isName("a/b\r\nX: y"))
  }
}
