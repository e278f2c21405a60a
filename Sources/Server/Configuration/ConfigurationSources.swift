/// Where settings are looked for; later ones win: defaults, the preset, file, environment, flags.
public struct ConfigurationSources: Sendable {
  /// What the file is called, for messages.
  public var fileName = ""
  /// The file's octets; `nil` without a file.
  public var file: [UInt8]?
  /// All environment variables.
  public var environment: [String: String] = [:]
  /// `--section.key=value` flags, in order.
  public var flags: [(name: String, value: String)] = []

  /// Makes sources that say nothing.
  public init() {}

  /// The configuration that results from `base`.
  ///
  /// - Throws: ``ConfigurationError`` for the first setting that cannot be used.
  public func resolve(from base: Configuration) throws(ConfigurationError) -> Configuration {
    var configuration = base
    if let file {
      for entry in try ConfigurationFile.parse(file, name: fileName) {
        try apply(entry.name, entry.values, isList: entry.isList, entry.source, to: &configuration)
      }
    }
    for key in ConfigurationKey.all {
      guard let text = environment[key.environmentName] else { continue }
      let source = ConfigurationSource.environment(key.environmentName)
      try apply(
        key.name, key.isList ? split(text) : [text], isList: key.isList, source, to: &configuration)
    }
    for flag in flags {
      let isList = ConfigurationKey.named(flag.name)?.isList ?? false
      try apply(
        flag.name, isList ? split(flag.value) : [flag.value], isList: isList, .flag(flag.name),
        to: &configuration)
    }
    return configuration
  }

  private func split(_ text: String) -> [String] {
    text.split(separator: ",").map { String($0.drop { $0 == " " }) }
  }

  private func apply(
    _ name: String, _ values: [String], isList: Bool, _ source: ConfigurationSource,
    to configuration: inout Configuration
  ) throws(ConfigurationError) {
    guard let key = ConfigurationKey.named(name) else {
      throw ConfigurationError(source: source, problem: "unknown key `\(name)`")
    }
    guard !isList || key.isList else {
      throw ConfigurationError(source: source, problem: "`\(name)` takes one value, not a list")
    }
    if let problem = key.write(&configuration, values) {
      throw ConfigurationError(source: source, problem: "`\(name)` \(problem)")
    }
  }
}
