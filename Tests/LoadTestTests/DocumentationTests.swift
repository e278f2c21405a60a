import Glibc
import LoadTest
import Testing

@Suite struct DocumentationTests {
  @Test func `The guide lists every figure, in order, with its meaning`() throws {
    let root = "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
    let text = try contents("/\(root)/docs/loadtest.md")
    let table = text.split(separator: "\n").filter {
      $0.hasPrefix("| `") && $0.split(separator: "|").count == 3
    }
    let rows = FigureNames.all.map { entry in
      let unit = entry.unit == .perSecond ? "per second" : entry.unit.rawValue
      return "| `\(entry.name)` | \(unit) | \(entry.meaning) |"
    }
    #expect(table.map(String.init).filter { row in rows.contains(row) } == rows)
  }

  @Test func `The guide names every scenario`() throws {
    let root = "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
    let text = try contents("/\(root)/docs/loadtest.md")
    for scenario in Scenario.allCases { #expect(text.contains("| `\(scenario.rawValue)` |")) }
  }

  private struct Unreadable: Error {
    let path: String
  }

  private func contents(_ path: String) throws -> String {
    // The stream is closed below; the buffer is lent for each call.
    guard let stream = unsafe fopen(path, "r") else { throw Unreadable(path: path) }
    defer { unsafe fclose(stream) }
    var octets: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = unsafe fread(&chunk, 1, chunk.count, stream)
      guard count > 0 else { break }
      octets += chunk.prefix(count)
    }
    return String(decoding: octets, as: UTF8.self)
  }
}
