import Base
import Server
import Testing

@Suite struct DocumentationTests {
  @Test func `The operators' table lists every setting as it is`() throws {
    let text = try String(contents: "docs/operations.md")
    #expect(text.contains(Configuration.markdown), "paste the output of `roost config table`")
  }

  @Test func `The operators' guide gives the limits that the code has`() throws {
    let text = try String(contents: "docs/operations.md")
    for number in ["8,192", "1,024", "64", "16,384"] { #expect(text.contains(number)) }
  }
}

extension String {
  /// The text of a file of the clone, found from this file's own place.
  init(contents path: String, here: StaticString = #filePath) throws {
    let root = "\(here)".split(separator: "/").dropLast(3).joined(separator: "/")
    let octets = try #require(readFile("/\(root)/\(path)", limit: 1 << 20))
    self.init(decoding: octets, as: UTF8.self)
  }
}
