/// A condition that makes a run fail: `loss>0.1%`, `latency.p99>=20ms`, `members.failed>0`.
///
/// ```
/// figure  > >= < <=  number [% | ns us ms s | KiB MiB GiB]
/// ```
/// The unit must be one of the figure's: a ratio takes a percentage or nothing, a time needs its unit.
public struct Threshold: Hashable, Sendable {
  /// How a figure is compared.
  public enum Relation: String, CaseIterable, Sendable {
    case atLeast = ">="
    case atMost = "<="
    case above = ">"
    case below = "<"
  }

  /// The figure's name.
  public let figure: String
  /// How it is compared.
  public let relation: Relation
  /// The limit, in the figure's base unit.
  public let limit: Double
  /// As it was written.
  public let text: String

  /// Reads a condition; `nil` when it is none.
  public init?(_ text: String) {
    let squeezed = String(text.filter { $0 != " " })
    // The longer relations come first, so that `>=` is not taken for `>`.
    guard let relation = Relation.allCases.first(where: { squeezed.firstRange(of: $0.rawValue) != nil }),
      let sign = squeezed.firstRange(of: relation.rawValue)
    else { return nil }
    let name = String(squeezed[..<sign.lowerBound])
    guard let unit = FigureNames.unit(of: name),
      let limit = Threshold.number(String(squeezed[sign.upperBound...]), unit)
    else { return nil }
    figure = name
    self.relation = relation
    self.limit = limit
    self.text = text
  }

  /// Whether `value` makes the run fail.
  public func isMet(by value: Double) -> Bool {
    switch relation {
    case .above: value > limit
    case .atLeast: value >= limit
    case .below: value < limit
    case .atMost: value <= limit
    }
  }

  private static func number(_ text: String, _ unit: Figure.Unit) -> Double? {
    let suffixes: [(String, Double)] =
      switch unit {
      case .ratio: [("%", 0.01), ("", 1)]
      case .seconds: [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1)]
      case .octets: [("KiB", 1_024), ("MiB", 1_048_576), ("GiB", 1_073_741_824), ("", 1)]
      case .count, .perSecond, .cores: [("", 1)]
      }
    for (suffix, scale) in suffixes where text.hasSuffix(suffix) {
      let digits = text.dropLast(suffix.count)
      // `Double` also reads `inf`, `nan` and hexadecimal: a limit is none of these.
      guard !digits.isEmpty, digits.allSatisfy({ "0123456789.".contains($0) }) else { continue }
      return Double(digits).map { $0 * scale }
    }
    return nil
  }
}
