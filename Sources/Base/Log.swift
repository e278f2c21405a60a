/// How much a log line matters.
public enum LogLevel: String, CaseIterable, Comparable, Sendable {
  case debug, info, warning, error

  /// Whether `lhs` matters less than `rhs`.
  public static func < (lhs: LogLevel, rhs: LogLevel) -> Bool {
    lhs.rank < rhs.rank
  }

  private var rank: Int { LogLevel.allCases.firstIndex(of: self) ?? 0 }
}

/// Writes leveled lines with fields to a sink that the composition root chooses.
///
/// Cores do not log: they return what happened. Shells log through a value of this type.
public struct Log: Sendable {
  /// Lines below this level are dropped.
  public let level: LogLevel
  private let sink: @Sendable (LogLevel, String, [(String, String)]) -> Void

  /// Makes a log that hands lines of at least `level` to `sink`.
  public init(
    level: LogLevel, sink: @escaping @Sendable (LogLevel, String, [(String, String)]) -> Void
  ) {
    self.level = level
    self.sink = sink
  }

  /// A log that drops everything, for tests.
  public static let silent = Log(level: .error) { _, _, _ in }

  /// Writes one line: a constant `message` and its `fields`.
  public func write(_ level: LogLevel, _ message: String, _ fields: [(String, String)] = []) {
    guard level >= self.level else { return }
    sink(level, message, fields)
  }
}
