/// Two runs side by side.
///
/// Runs on a shared machine differ by a third without a reason: smaller differences are marked as noise.
public struct Comparison: Hashable, Sendable {
  /// One figure in both runs.
  public struct Row: Hashable, Sendable {
    /// Before.
    public let old: Figure
    /// Now.
    public let new: Figure

    /// The change as a share of the old value; `nil` when that is 0.
    public var change: Double? { old.value == 0 ? nil : (new.value - old.value) / abs(old.value) }

    /// Whether the change is within what repeated runs differ by.
    public var isNoise: Bool {
      change.map { abs($0) <= Comparison.noise } ?? (new.value == old.value)
    }
  }

  /// The band of noise.
  public static let noise = 0.3

  /// The figures that both runs have, in the order of the new one.
  public let rows: [Row]

  /// Compares `new` with `old`.
  public init(old: [Figure], new: [Figure]) {
    rows = new.compactMap { figure in
      old.first { $0.name == figure.name }.map { Row(old: $0, new: figure) }
    }
  }

  /// A table for people.
  public var text: String {
    let count = rows.map(\.new.name.count).max() ?? 0
    var text = "Compared with the earlier report (±\(Figure.fixed(Comparison.noise * 100, 0)) % is noise):\n"
    for row in rows {
      let change = row.change.map { ($0 > 0 ? "+" : "") + Figure.fixed($0 * 100, 1) + " %" } ?? ""
      text += row.new.name + String(repeating: " ", count: count - row.new.name.count + 2)
      text += "\(row.old.text) → \(row.new.text)  \(change)\(row.isNoise ? "" : "  *")\n"
    }
    return text
  }
}
