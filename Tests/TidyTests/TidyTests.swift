import Foundation
import Testing

/// What the style asks of every file and no compiler checks.
@Suite struct TidyTests {
  @Test func `The clone's sources are found`() {
    #expect(SourceTree.swift.count > 20)
    #expect(SourceTree.documents.count > 3)
  }

  @Test(arguments: SourceTree.code)
  func `A file holds one idea in at most 400 lines`(_ file: SourceFile) {
    #expect(file.lines.count <= 401, "\(file): \(file.lines.count) lines")
  }

  @Test(arguments: SourceTree.swift)
  func `Each use of unsafe code stands where it may, with its reason beside it`(_ file: SourceFile) {
    let allowed = [
      "Base", "Crypto", "Net", "HTTPServer", "HTTPClient", "Stores", "Blobs", "JSON", "Compression",
      "Pictures", "Server", "roost",
    ]
    for (index, line) in file.lines.enumerated() where file.path.hasPrefix("Sources/") && usesUnsafe(line) {
      let place = "\(file.path):\(index + 1)"
      #expect(
        allowed.contains { file.folder == "Sources/" + $0 }, "\(place) is in a module without unsafe code")
      let nearby = file.lines[max(0, index - 12)...index]
      #expect(nearby.contains { $0.contains("//") }, "\(place) has no reason in what is before it")
    }
  }

  private func usesUnsafe(_ line: Substring) -> Bool {
    let code = line.prefix { $0 != "/" }
    return code.contains(#/(^|[ (=])unsafe [a-zA-Z(&*]/#)
  }

  @Test(arguments: SourceTree.swift.filter { $0.path.hasPrefix("Sources/") })
  func `Nothing is left for later and nothing can be forced`(_ file: SourceFile) {
    let banned = ["TODO", "FIXME", "XXX", "try!", "as!", "fatalError(", "import Foundation\n"]
    for (index, line) in file.lines.enumerated() {
      for word in banned where (line + "\n").contains(word) {
        Issue.record("\(file.path):\(index + 1) has \(word)")
      }
    }
  }

  @Test(arguments: SourceTree.swift.filter { $0.path.hasPrefix("Sources/") })
  func `Pure modules touch no clock, socket or thread`(_ file: SourceFile) {
    let pure = ["Base", "Wire", "MediaControl", "SFU", "ChatCore", "Signaling", "JSON", "Compression"]
    guard pure.contains(where: { file.folder == "Sources/" + $0 }) else { return }
    let banned = [
      "import Glibc", "import Foundation", "import Dispatch", "ContinuousClock", "Task {", "Task.",
    ]
    for (index, line) in file.lines.enumerated() {
      for word in banned where line.contains(word) {
        Issue.record("\(file.path):\(index + 1) has \(word)")
      }
    }
  }

  @Test(arguments: SourceTree.swift)
  func `Names say what a thing is`(_ file: SourceFile) {
    for line in file.lines {
      let declaration = line.firstMatch(
        of: #/(struct|class|enum|protocol|actor) (\w*(Manager|Helper|Utils|Util))\b/#)
      #expect(declaration == nil, "\(file.path): \(line)")
    }
  }

  @Test(arguments: SourceTree.swift)
  func `Unchecked promises are few and known`(_ file: SourceFile) {
    for (index, line) in file.lines.enumerated() where file.path.hasPrefix("Sources/") {
      for word in ["@unchecked Sendable", "nonisolated(unsafe)", "Unmanaged"] where line.contains(word) {
        let before = file.lines[max(0, index - 8)...index]
        #expect(before.contains { $0.contains("//") }, "\(file.path):\(index + 1): \(word) without a proof")
      }
    }
  }

  @Test(arguments: SourceTree.documents)
  func `Links between documents and to files lead somewhere`(_ document: SourceFile) {
    let folder = SourceTree.root.appending(path: document.path).deletingLastPathComponent()
    for line in document.lines {
      for link in line.matches(of: #/\]\(([^)#\s]+)(#[^)]*)?\)/#) {
        let target = String(link.1)
        guard !target.contains("://"), !target.hasPrefix("mailto:") else { continue }
        let exists = FileManager.default.fileExists(atPath: folder.appending(path: target).path)
        #expect(exists, "\(document.path) links to \(target)")
      }
    }
  }

  @Test(arguments: SourceTree.documents.filter { $0.path == "docs/architecture.md" })
  func `Files that the architecture names exist`(_ document: SourceFile) {
    for line in document.lines {
      for name in line.matches(of: #/`((?:Sources|Tests|tools|docs)/[\w\/.+-]+)`/#) {
        let path = SourceTree.root.appending(path: String(name.1)).path
        #expect(FileManager.default.fileExists(atPath: path), "docs/architecture.md names \(name.1)")
      }
    }
  }
}
