package import Base
internal import Glibc
internal import Net

/// Writes log lines to stderr: text for people, JSON lines for machines.
///
/// One write(2) a line, from any thread: lines below PIPE_BUF do not mix.
package struct LogSink: Sendable {
  private let isText: Bool

  /// The log that `configuration` asks for.
  static func log(_ configuration: Configuration) -> Log {
    let isText =
      switch configuration.logFormat {
      case .auto: isatty(STDERR_FILENO) == 1
      case .text: true
      case .json: false
      }
    let sink = LogSink(isText: isText)
    return Log(level: configuration.logLevel) { level, message, fields in
      writeAll(STDERR_FILENO, sink.line(level, message, fields, at: WallClock.now()))
    }
  }

  /// Makes a sink for people or for machines.
  package init(isText: Bool) {
    self.isText = isText
  }

  /// One line with its newline.
  package func line(
    _ level: LogLevel, _ message: String, _ fields: [(String, String)], at now: WallTime
  ) -> String {
    let time = TimeText.iso8601(now)
    if isText {
      let name = level.rawValue + String(repeating: " ", count: 7 - level.rawValue.utf8.count)
      let tail = fields.map { " \($0.0)=\(LogSink.plain($0.1))" }.joined()
      return "\(time) \(name) \(message)\(tail)\n"
    }
    let tail = fields.map { ",\(LogSink.quoted($0.0)):\(LogSink.quoted($0.1))" }.joined()
    return
      "{\"time\":\"\(time)\",\"level\":\"\(level.rawValue)\",\"message\":\(LogSink.quoted(message))\(tail)}\n"
  }

  /// A field's text without control characters, in quotes when it has spaces.
  private static func plain(_ text: String) -> String {
    let isSimple = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 < 0x7F }
    return isSimple ? text : quoted(text)
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case let scalar where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
