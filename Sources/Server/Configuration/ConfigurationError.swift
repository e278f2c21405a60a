/// Where a setting came from, for messages.
package enum ConfigurationSource: Hashable, Sendable {
  case file(name: String, line: Int, column: Int)
  case environment(String)
  case flag(String)
}

/// A setting that cannot be used, and where it stands.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  package let source: ConfigurationSource
  package let problem: String

  /// The message for the operator, `FILE:LINE:COLUMN: problem` for a file.
  public var description: String {
    switch source {
    case .file(let name, let line, let column): "\(name):\(line):\(column): \(problem)"
    case .environment(let name): "environment variable \(name): \(problem)"
    case .flag(let name): "--\(name): \(problem)"
    }
  }
}
