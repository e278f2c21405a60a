import Testing

import Server

@Suite struct ConfigurationFileTests {
  private func entries(_ text: String) throws -> [ConfigurationEntry] {
    try ConfigurationFile.parse(Array(text.utf8), name: "r.yaml")
  }

  private func problem(_ text: String) -> String {
    do {
      _ = try ConfigurationFile.parse(Array(text.utf8), name: "r.yaml")
      return "accepted"
    } catch {
      return "\(error)"
    }
  }

  @Test func `Sections of scalars and lists are read in order with their places`() throws {
    let found = try entries(
      """
      # a comment
      http:
        listen: ["127.0.0.1:1", '[::1]:2']
      log:
        level: debug
      """)
    #expect(found.map(\.name) == ["http.listen", "log.level"])
    #expect(found.map(\.values) == [["127.0.0.1:1", "[::1]:2"], ["debug"]])
    #expect(found.map(\.isList) == [true, false])
    #expect(found.last?.source == .file(name: "r.yaml", line: 5, column: 3))
  }

  @Test(arguments: ["", "# nothing\n", "---\n", "{}\n"])
  func `A file that says nothing is accepted`(_ text: String) throws {
    #expect(try entries(text).isEmpty)
  }

  @Test(arguments: [
    ("http:\n  lisen: x\n", "r.yaml:2:3: unknown key `http.lisen`"),
    ("htp:\n  listen: x\n", "r.yaml:1:1: unknown section `htp`"),
    ("log:\n  level: info\n  level: debug\n", "r.yaml:3:3: key `log.level` is given twice"),
    ("log:\n  level: info\nlog:\n  format: text\n", "r.yaml:3:1: section `log` is given twice"),
    ("log: info\n", "r.yaml:1:6: section `log` must hold keys"),
    ("- log\n", "r.yaml:1:1: a list is not expected here"),
    ("log\n", "r.yaml:1:1: sections of keys are expected"),
    (
      "log:\n  level:\n    deep: 1\n",
      "r.yaml:3:5: sections do not nest: a value or a list of values is expected"
    ),
    (
      "http:\n  listen: [[a]]\n",
      "r.yaml:2:12: a list is not expected here"
    ),
    ("log: &a\n  level: info\n", "r.yaml:1:6: anchors, aliases and tags are not used here"),
    ("log:\n  level: *a\n", "r.yaml:2:10: anchors, aliases and tags are not used here"),
    ("log:\n  level: !!str info\n", "r.yaml:2:10: anchors, aliases and tags are not used here"),
    ("log:\n  level: info\n---\nlog:\n", "r.yaml:3:1: a second document is not used here"),
  ])
  func `What the strict subset does not have is refused with its place`(_ text: String, _ message: String) {
    #expect(problem(text) == message)
  }

  @Test(arguments: ["log: [", "log:\n\tlevel: x", "log: \"", "\u{0}", "log:\n  level: \"\\q\""])
  func `Broken YAML is refused with a place`(_ text: String) {
    #expect(problem(text).hasPrefix("r.yaml:"), "\(problem(text))")
  }

  @Test func `Long files and long lists are refused`() {
    #expect(problem(String(repeating: "#\n", count: 40_000)).contains("is longer than"))
    let list = Array(repeating: "a", count: 65).joined(separator: ",")
    #expect(problem("http:\n  listen: [\(list)]\n").contains("the list is too long"))
  }

  @Test func `Every truncation and bit flip of a file ends in entries or an error`() {
    let octets = Array(Configuration().yaml.utf8)
    for count in 0..<octets.count {
      _ = try? ConfigurationFile.parse(Array(octets.prefix(count)), name: "t")
    }
    for index in octets.indices {
      var flipped = octets
      flipped[index] ^= 1 << UInt8(index % 8)
      _ = try? ConfigurationFile.parse(flipped, name: "f")
    }
  }
}
