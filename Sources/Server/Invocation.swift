internal import Base
internal import Glibc

/// One call of the `roost` command: its words and flags, and what they do.
public struct Invocation: Sendable {
  /// The words that are no flags: the command and its parts.
  public var words: [String] = []
  /// `--section.key=value` flags in order.
  public var flags: [(String, String)] = []
  /// `--dev`.
  public var isDev = false
  /// `--config FILE`.
  public var configFile: String?
  /// `--announce json`.
  public var announcesJSON = false

  /// An invocation that says nothing yet.
  public init() {}

  /// `sysexits.h`: wrong usage, and a configuration that cannot be used.
  static let usageStatus: Int32 = 64
  static let configurationStatus: Int32 = 78
  /// A configuration file may be this long; the parser refuses long before.
  private static let fileMax = 1 << 20

  /// Does what the words say; returns the process's exit status.
  public func run() -> Int32 {
    switch words {
    case ["version"]:
      writeAll(STDOUT_FILENO, "roost \(roostVersion)\n")
      return 0
    case ["config", "table"]:
      writeAll(STDOUT_FILENO, Configuration.markdown)
      return 0
    case ["config", "print"]: return withConfiguration { writeAll(STDOUT_FILENO, $0.yaml) }
    case ["config", "check"]: return withConfiguration { _ in writeAll(STDOUT_FILENO, "ok\n") }
    case ["serve"]:
      return withConfiguration { serve($0) }
    case _ where ["user", "guild", "invite", "token", "backup", "restore", "doctor"].contains(words.first):
      return withConfiguration { operate($0) }
    default:
      writeAll(STDERR_FILENO, "roost: unknown command; try `roost --help`\n")
      return Invocation.usageStatus
    }
  }

  /// The configuration that file, environment and flags give.
  func configuration(environment: [String: String]) throws(ConfigurationError) -> Configuration {
    var sources = ConfigurationSources()
    sources.environment = environment
    sources.flags = flags.map { (name: $0.0, value: $0.1) }
    if let path = configFile ?? environment["ROOST_CONFIG"] {
      sources.fileName = path
      guard let text = readFile(path, limit: Invocation.fileMax) else {
        throw ConfigurationError(
          source: .file(name: path, line: 1, column: 1), problem: "cannot be read: \(errorText())")
      }
      sources.file = text
    }
    return try sources.resolve(from: isDev ? .dev : Configuration())
  }

  private func withConfiguration(_ body: (Configuration) -> Void) -> Int32 {
    withConfiguration { configuration -> Int32 in
      body(configuration)
      return 0
    }
  }

  private func withConfiguration(_ body: (Configuration) -> Int32) -> Int32 {
    do {
      return body(try configuration(environment: processEnvironment()))
    } catch {
      writeAll(STDERR_FILENO, "roost: \(error)\n")
      return Invocation.configurationStatus
    }
  }
}
