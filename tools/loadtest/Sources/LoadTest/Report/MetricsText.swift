/// Reads Prometheus text exposition (format 0.0.4): counters before and after a run.
public enum MetricsText {
  /// A sample: its name with labels, as written, and its value.
  public typealias Samples = [String: Double]

  /// Samples of one exposition; lines that are none are skipped.
  public static func parse(_ text: String) -> Samples {
    var samples: Samples = [:]
    for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
      // Label values may hold spaces: the value is what follows the last one.
      guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else {
        continue
      }
      samples[String(line[..<space])] = value
    }
    return samples
  }

  /// The counters of `after` that grew since `before`, by name.
  public static func growth(from before: Samples, to after: Samples) -> [(name: String, amount: Double)] {
    after.compactMap { name, value -> (String, Double)? in
      let family = name.prefix { $0 != "{" }
      guard family.hasSuffix("_total") else { return nil }
      let amount = value - (before[name] ?? 0)
      return amount > 0 ? (name, amount) : nil
    }
    .sorted { $0.0 < $1.0 }
  }

  /// Whether a counter tells of something lost or refused, so that the table shows it.
  public static func isTrouble(_ name: String) -> Bool {
    // A keepalive has done its work when it is dropped.
    !name.contains("keepalive")
      && ["drop", "refused", "limit", "error", "overflow", "fail"].contains { name.contains($0) }
  }
}
