/// Samples of one quantity.
struct Samples {
  private var values: [Double] = []

  init() {}

  /// What was measured once.
  init(_ value: Double) { values = [value] }

  mutating func add(_ value: Double) { values.append(value) }

  var sorted: [Double] { values.sorted() }
  var median: Double { values.isEmpty ? 0 : sorted[values.count / 2] }
  var least: Double { sorted.first ?? 0 }
  var most: Double { sorted.last ?? 0 }
}

/// One line of the result.
struct Figure {
  let name: String
  let unit: String
  let samples: Samples
  /// What the project means to reach, in the same unit.
  let goal: String

  static let heading = "| what | median | spread | unit | goal |\n|---|---:|---|---|---|"

  /// A row of a Markdown table, which reads well on a terminal too.
  var row: String {
    let spread =
      samples.least == samples.most ? "" : "\(text(samples.least)) to \(text(samples.most))"
    return "| \(name) | \(text(samples.median)) | \(spread) | \(unit) | \(goal) |"
  }

  var json: String {
    "{\"name\":\"\(name)\",\"unit\":\"\(unit)\",\"goal\":\"\(goal)\",\"median\":\(text(samples.median)),"
      + "\"min\":\(text(samples.least)),\"max\":\(text(samples.most))}"
  }

  private func text(_ value: Double) -> String {
    guard abs(value) < 100 else { return String(Int64(value.rounded())) }
    return String((value * 100).rounded() / 100)
  }
}
