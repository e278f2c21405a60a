internal import Base

/// One measured number under the name that thresholds, reports and comparisons use.
public struct Figure: Hashable, Sendable {
  /// What a number counts; decides how it is written.
  public enum Unit: String, CaseIterable, Sendable {
    case count, ratio, seconds, octets
    case perSecond = "per_second"
    case cores
  }

  /// `latency.p99` and the like.
  public let name: String
  /// In the unit's base: seconds, octets, a ratio of 1.
  public let value: Double
  /// What it counts.
  public let unit: Unit

  /// Makes a figure.
  public init(_ name: String, _ value: Double, _ unit: Unit) {
    self.name = name
    self.value = value
    self.unit = unit
  }

  /// The number as people read it.
  public var text: String { Figure.text(value, unit) }

  /// `value` as people read it.
  public static func text(_ value: Double, _ unit: Unit) -> String {
    switch unit {
    case .count: fixed(value, value == value.rounded() ? 0 : 1)
    case .ratio: fixed(value * 100, 4) + " %"
    case .seconds: seconds(value)
    case .octets: fixed(value / 1_048_576, 1) + " MiB"
    case .perSecond: fixed(value, 0) + " /s"
    case .cores: fixed(value, 3) + " cores"
    }
  }

  private static func seconds(_ value: Double) -> String {
    switch abs(value) {
    case ..<1e-6: fixed(value * 1e9, 0) + " ns"
    case ..<1e-3: fixed(value * 1e6, 1) + " µs"
    case ..<1: fixed(value * 1e3, 2) + " ms"
    default: fixed(value, 2) + " s"
    }
  }

  /// `value` with `digits` after the point.
  static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "-" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = Int64((abs(value) * scale).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return sign + String(scaled) }
    let whole = String(scaled / Int64(scale))
    let rest = String(scaled % Int64(scale))
    return sign + whole + "." + String(repeating: "0", count: digits - rest.count) + rest
  }
}
