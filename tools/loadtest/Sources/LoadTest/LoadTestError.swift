/// Why a run could not be done, in words for the one who started it.
public enum LoadTestError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The command line, or a file that it names, is wrong.
  case usage(String)
  /// A system call failed: what was tried, and `errno`.
  case system(String, Int32)
  /// TLS could not be set up.
  case tls(String)

  /// One line.
  public var description: String {
    switch self {
    case .usage(let text): text
    case .system(let what, let code): "cannot \(what): \(systemError(code))"
    case .tls(let text): "TLS: \(text)"
    }
  }
}
