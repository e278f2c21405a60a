internal import CYAML

/// One `key: value` of a configuration file with its place.
package struct ConfigurationEntry: Hashable, Sendable {
  package let name: String
  package let values: [String]
  package let isList: Bool
  package let source: ConfigurationSource
}

/// Reads the strict subset of YAML that a configuration file may use.
///
/// Sections of keys, each a scalar or a list of scalars; comments. Refused with line and column:
/// other nesting, anchors, aliases, tags, a second document, a key given twice, what is too long.
package struct ConfigurationFile {
  /// A file of all keys with comments is about 3 KiB.
  static let octetsMax = 64 * 1024
  /// Far above the number of keys; bounds the work on a wrong file.
  static let entriesMax = 256
  /// Longest list of one key.
  static let valuesMax = 64

  private enum Place {
    case start, root
    case section(String)
    case value(section: String, key: String, ConfigurationSource)
    case list(section: String, key: String, ConfigurationSource, [String])
    case end
  }

  private let name: String
  private var place = Place.start
  private var sections: Set<String> = []
  private var names: Set<String> = []
  private var entries: [ConfigurationEntry] = []
  private var pendingSection: String?

  /// The entries of `text`, in order; `name` is the file's name for messages.
  package static func parse(_ text: [UInt8], name: String) throws(ConfigurationError) -> [ConfigurationEntry]
  {
    guard text.count <= octetsMax else {
      throw ConfigurationError(
        source: .file(name: name, line: 1, column: 1), problem: "is longer than \(octetsMax) octets")
    }
    var reader = ConfigurationFile(name: name)
    var events = YAMLEvents(text)
    while let event = events.next() {
      try reader.receive(event)
    }
    return reader.entries
  }

  private init(name: String) {
    self.name = name
  }

  private func refuse(_ event: YAMLEvent, _ problem: String) -> ConfigurationError {
    ConfigurationError(source: source(of: event), problem: problem)
  }

  private func source(of event: YAMLEvent) -> ConfigurationSource {
    .file(name: name, line: event.line, column: event.column)
  }

  private mutating func receive(_ event: YAMLEvent) throws(ConfigurationError) {
    switch event.kind {
    case .failure(let problem): throw refuse(event, problem)
    case .decorated: throw refuse(event, "anchors, aliases and tags are not used here")
    case .scalar(let text): try receiveScalar(text, event)
    case .mappingStart: try receiveMapping(event)
    case .sequenceStart: try receiveSequence(event)
    case .mappingEnd: receiveMappingEnd()
    case .sequenceEnd: try receiveSequenceEnd(event)
    case .documentStart:
      if case .end = place { throw refuse(event, "a second document is not used here") }
    }
  }

  private mutating func receiveMapping(_ event: YAMLEvent) throws(ConfigurationError) {
    switch place {
    case .start: place = .root
    case .root:
      guard let section = pendingSection else { throw refuse(event, "a section's name must be a word") }
      pendingSection = nil
      place = .section(section)
    default: throw refuse(event, "sections do not nest: a value or a list of values is expected")
    }
  }

  private mutating func receiveMappingEnd() {
    if case .section = place { place = .root } else { place = .end }
  }

  private mutating func receiveSequence(_ event: YAMLEvent) throws(ConfigurationError) {
    guard case .value(let section, let key, let source) = place else {
      throw refuse(event, "a list is not expected here")
    }
    place = .list(section: section, key: key, source, [])
  }

  private mutating func receiveSequenceEnd(_ event: YAMLEvent) throws(ConfigurationError) {
    guard case .list(let section, let key, let source, let values) = place else { return }
    try add(section, key, values, isList: true, source)
  }

  private mutating func receiveScalar(_ text: String, _ event: YAMLEvent) throws(ConfigurationError) {
    switch place {
    case .start:
      // A file of comments only holds one empty scalar at most.
      guard text.isEmpty else { throw refuse(event, "sections of keys are expected") }
      place = .end
    case .root:
      guard pendingSection == nil else {
        throw refuse(event, "section `\(pendingSection ?? "")` must hold keys")
      }
      guard sections.insert(text).inserted else { throw refuse(event, "section `\(text)` is given twice") }
      guard ConfigurationKey.all.contains(where: { $0.name.hasPrefix(text + ".") }) else {
        throw refuse(event, "unknown section `\(text)`")
      }
      pendingSection = text
    case .section(let section):
      let path = section + "." + text
      guard ConfigurationKey.named(path) != nil else { throw refuse(event, "unknown key `\(path)`") }
      guard names.insert(path).inserted else { throw refuse(event, "key `\(path)` is given twice") }
      place = .value(section: section, key: text, source(of: event))
    case .value(let section, let key, let source):
      try add(section, key, [text], isList: false, source)
    case .list(let section, let key, let source, var values):
      guard values.count < ConfigurationFile.valuesMax else { throw refuse(event, "the list is too long") }
      values.append(text)
      place = .list(section: section, key: key, source, values)
    case .end: break
    }
  }

  private mutating func add(
    _ section: String, _ key: String, _ values: [String], isList: Bool, _ source: ConfigurationSource
  ) throws(ConfigurationError) {
    guard entries.count < ConfigurationFile.entriesMax else {
      throw ConfigurationError(source: source, problem: "there are too many keys")
    }
    entries.append(
      ConfigurationEntry(name: section + "." + key, values: values, isList: isList, source: source))
    place = .section(section)
  }
}
