import Foundation

/// One source file of the clone, as the tidy tests read it.
struct SourceFile: Sendable, CustomStringConvertible {
  /// Path from the root of the clone.
  let path: String
  let lines: [Substring]

  var description: String { path }

  /// The module's folder for files under `Sources`, else the first two components.
  var folder: String {
    path.split(separator: "/").prefix(2).joined(separator: "/")
  }
}

/// The files that git would carry, found from this file's own place in the clone.
enum SourceTree {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static let swift = files(under: ["Sources", "Tests", "tools"], endings: [".swift"])
  static let code = files(
    under: ["Sources", "Tests", "tools"],
    endings: [".swift", ".c", ".cpp", ".h", ".js", ".py", ".css", ".html"])
  static let documents = files(under: ["README.md", "CHANGELOG.md", "docs"], endings: [".md"])

  private static func files(under places: [String], endings: [String]) -> [SourceFile] {
    places.flatMap { place -> [SourceFile] in
      let url = root.appending(path: place)
      let inside =
        FileManager.default.enumerator(at: url, includingPropertiesForKeys: nil)?
        .compactMap { $0 as? URL } ?? []
      return (inside + [url]).compactMap { file -> SourceFile? in
        guard endings.contains(where: file.path.hasSuffix), !file.path.contains("/node_modules/"),
          let text = try? String(contentsOf: file, encoding: .utf8)
        else { return nil }
        let path = String(file.path.dropFirst(root.path.count).drop { $0 == "/" })
        return SourceFile(path: path, lines: text.split(separator: "\n", omittingEmptySubsequences: false))
      }
    }
    .sorted { $0.path < $1.path }
  }
}
