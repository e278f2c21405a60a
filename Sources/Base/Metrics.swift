import Synchronization

/// A number that only grows, incremented from any thread without a lock.
public final class Counter: Sendable {
  private let count = Atomic<UInt64>(0)

  /// Makes a counter at 0.
  public init() {}

  /// Adds `amount`.
  public func add(_ amount: UInt64 = 1) {
    count.wrappingAdd(amount, ordering: .relaxed)
  }

  /// The present count.
  public var value: UInt64 { count.load(ordering: .relaxed) }
}

/// One family of samples in Prometheus text exposition format 0.0.4.
public struct MetricFamily: Sendable {
  /// Prometheus metric types that Roost exposes.
  public enum Kind: String, Sendable {
    case counter, gauge, histogram
  }

  /// One line: a suffix such as `_bucket` or none, labels in order, and a value.
  public struct Sample: Sendable {
    /// What is appended to the family's name: empty, `_bucket`, `_sum` or `_count`.
    public let suffix: String
    /// Label names and values, in order.
    public let labels: [(String, String)]
    /// The value.
    public let value: Double

    /// Makes a sample of its parts.
    public init(suffix: String = "", labels: [(String, String)] = [], value: Double) {
      self.suffix = suffix
      self.labels = labels
      self.value = value
    }
  }

  /// The metric's name, `roost_…`.
  public let name: String
  /// One sentence that says what is counted.
  public let help: String
  /// The metric's type.
  public let kind: Kind
  /// Its samples.
  public let samples: [Sample]

  /// Makes a family of its parts.
  public init(name: String, help: String, kind: Kind, samples: [Sample]) {
    self.name = name
    self.help = help
    self.kind = kind
    self.samples = samples
  }

  /// The family as text lines, each ended by a newline.
  public var exposition: String {
    var text = "# HELP \(name) \(MetricFamily.escaped(help, quotes: false))\n"
    text += "# TYPE \(name) \(kind.rawValue)\n"
    for sample in samples {
      let labels = sample.labels.map { "\($0.0)=\"\(MetricFamily.escaped($0.1, quotes: true))\"" }
      text += name + sample.suffix
      if !labels.isEmpty { text += "{" + labels.joined(separator: ",") + "}" }
      text += " \(MetricFamily.number(sample.value))\n"
    }
    return text
  }

  // Help text has no quotes around it, and an escaped quote in it is an error.
  private static func escaped(_ text: String, quotes: Bool) -> String {
    var result = ""
    for character in text {
      switch character {
      case "\\": result += "\\\\"
      case "\"" where quotes: result += "\\\""
      case "\n": result += "\\n"
      default: result.append(character)
      }
    }
    return result
  }

  private static func number(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if value.isNaN { return "NaN" }
    return String(value)
  }
}
