extension RunReport {
  /// The final table.
  public var text: String {
    let rows = figures.map { ($0.name, $0.text, RunReport.meaning($0.name)) }
    let nameCount = rows.map(\.0.count).max() ?? 0
    let valueCount = rows.map(\.1.count).max() ?? 0
    var text = wasInterrupted ? "Interrupted; what was measured until then:\n" : ""
    for (name, value, meaning) in rows {
      text += name + String(repeating: " ", count: nameCount - name.count + 2)
      text += String(repeating: " ", count: valueCount - value.count) + value
      text += "   " + meaning + "\n"
    }
    for failure in failures { text += "failed \(failure.count) ×  \(failure.reason)\n" }
    for counter in counters where MetricsText.isTrouble(counter.name) {
      text += "server  \(counter.name) +\(Figure.fixed(counter.amount, 0))\n"
    }
    for verdict in verdicts {
      let value = verdict.value.map {
        Figure.text($0, FigureNames.unit(of: verdict.threshold.figure) ?? .count)
      }
      text += (verdict.isMet ? "FAIL  " : "pass  ") + verdict.threshold.text
      text += "   (\(value ?? "not measured"))\n"
    }
    if let lateness = figure("lateness.p99"), lateness.value > RunReport.latenessMax {
      text += "note: the tool itself was late; its machine is too slow or too busy for this load\n"
    }
    if let wait = figure("server.cpu_wait"), wait.value > RunReport.waitMax {
      text += "note: the server had to wait for a processor; others use its machine, and latencies show it\n"
    }
    return text
  }

  /// Above this the tool's own delays show in the latencies.
  static let latenessMax = 0.005

  /// Above this share of its time, a thread that waits for a processor shows in the latencies.
  private static let waitMax = 0.05

  static func meaning(_ name: String) -> String {
    // "the same" stands for the meaning above it.
    var meaning = ""
    for entry in FigureNames.all {
      if entry.meaning != "the same" { meaning = entry.meaning }
      if entry.name == name { return meaning }
    }
    return ""
  }
}
