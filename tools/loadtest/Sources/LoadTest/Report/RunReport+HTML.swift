extension RunReport {
  /// The report as one self-contained HTML file: verdict, plots, figures, environment.
  public var html: String {
    var body = "<h1>roost-loadtest <code>\(SVGPlot.escaped(arguments.joined(separator: " ")))</code></h1>\n"
    body += verdictHTML
    body += plots.map(\.html).joined()
    body += tableHTML
    body += failuresHTML
    body += countersHTML
    body += "<h2>Environment</h2>\n<table>"
    for entry in environment {
      body += "<tr><td>\(SVGPlot.escaped(entry.name))</td><td>\(SVGPlot.escaped(entry.value))</td></tr>"
    }
    body += "<tr><td>started</td><td>\(startedAt) ms since 1970</td></tr></table>\n"
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
      <title>roost-loadtest</title><style>\(RunReport.style)</style></head>
      <body>
      \(body)</body></html>

      """
  }

  private var verdictHTML: String {
    var text = wasInterrupted ? "<p class=\"bad\">Interrupted: what was measured until then.</p>\n" : ""
    guard !verdicts.isEmpty else { return text }
    text += "<ul>"
    for verdict in verdicts {
      let unit = FigureNames.unit(of: verdict.threshold.figure) ?? .count
      let value = verdict.value.map { Figure.text($0, unit) } ?? "not measured"
      text += "<li class=\"\(verdict.isMet ? "bad" : "good")\">\(verdict.isMet ? "FAIL" : "pass") "
      text += "\(SVGPlot.escaped(verdict.threshold.text)) (\(SVGPlot.escaped(value)))</li>"
    }
    return text + "</ul>\n"
  }

  private var plots: [SVGPlot] {
    let seconds = { (value: Double) in Figure.text(value, .seconds) }
    let count = { (value: Double) in Figure.fixed(value, 0) }
    let cores = { (value: Double) in Figure.fixed(value, 2) }
    var plots = [
      plot(
        "Latency each second", seconds,
        [
          ("p99", "b", { $0.latencyP99 > 0 ? $0.latencyP99 : nil }),
          ("p50", "a", { $0.latencyP99 > 0 ? $0.latencyP50 : nil }),
        ]),
      RunReport.distribution("Latency: share of deliveries within a time", latency),
      plot(
        "Packets each second", count,
        [
          ("heard", "a", { Double($0.received) }), ("sent", "b", { Double($0.sent) }),
        ]),
      plot("Members connected", count, [("connected", "a", { Double($0.joined) })]),
      RunReport.distribution("From op 4 to first audio: share of joins within a time", join),
      plot(
        "CPU time in cores", cores,
        [
          ("server", "a", { $0.serverCPU }), ("this tool", "b", { $0.toolCPU }),
        ]),
    ]
    if self.seconds.contains(where: { $0.serverResident != nil }) {
      plots.append(
        plot(
          "The server's resident memory in MiB", count,
          [("RSS", "a", { $0.serverResident.map { $0 / 1_048_576 } })])
      )
    }
    return plots
  }

  private func plot(
    _ title: String, _ label: @escaping (Double) -> String,
    _ lines: [(name: String, style: String, value: (Second) -> Double?)]
  ) -> SVGPlot {
    SVGPlot(
      title: title, xUnit: "s",
      series: lines.map { line in
        SVGPlot.Series(
          name: line.name, style: line.style, points: seconds.map { ($0.at, line.value($0)) })
      }, shaded: measured, label: label)
  }

  /// The cumulative distribution up to the 99.9th percentile, so that one outlier does not flatten it.
  private static func distribution(_ title: String, _ buckets: [Bucket]) -> SVGPlot {
    let total = Double(buckets.reduce(0) { $0 + $1.count })
    var seen: UInt64 = 0
    var points: [(x: Double, y: Double?)] = [(0, 0)]
    for bucket in buckets {
      seen += bucket.count
      points.append((bucket.upTo * 1_000, Double(seen) / total))
      if Double(seen) >= total * 0.999 { break }
    }
    return SVGPlot(
      title: title, xUnit: "ms", series: [SVGPlot.Series(name: "", style: "a", points: points)],
      shaded: nil, label: { Figure.fixed($0 * 100, 0) + " %" })
  }

  private var tableHTML: String {
    var text = "<h2>Figures</h2>\n<table>"
    for figure in figures {
      text +=
        "<tr><td><code>\(figure.name)</code></td><td class=\"number\">\(SVGPlot.escaped(figure.text))</td>"
      text += "<td>\(SVGPlot.escaped(RunReport.meaning(figure.name)))</td></tr>"
    }
    return text + "</table>\n"
  }

  private var failuresHTML: String {
    guard !failures.isEmpty else { return "" }
    var text = "<h2>Members that failed</h2>\n<table>"
    for failure in failures {
      text += "<tr><td class=\"number\">\(failure.count)</td><td>\(SVGPlot.escaped(failure.reason))</td></tr>"
    }
    return text + "</table>\n"
  }

  private var countersHTML: String {
    guard !counters.isEmpty else { return "" }
    var text = "<h2>The server's counters, joins and leaves included</h2>\n<table>"
    for counter in counters {
      text += "<tr><td class=\"number\">+\(Figure.fixed(counter.amount, 0))</td>"
      text += "<td><code>\(SVGPlot.escaped(counter.name))</code></td></tr>"
    }
    return text + "</table>\n"
  }

  private static let style = """
    body{font:15px/1.45 system-ui,sans-serif;max-width:760px;margin:2em auto;padding:0 1em;color:#1d2330;background:#fff}
    h1{font-size:1.2em}h2{font-size:1.05em;margin-top:2em}figure{margin:1.6em 0}figcaption{font-weight:600}
    figcaption span{font-weight:400;margin-left:.8em}span.a{color:#2f6fde}span.b{color:#d2601a}
    svg{width:100%;height:auto}path{fill:none;stroke-width:1.8}path.a{stroke:#2f6fde}path.b{stroke:#d2601a}
    .grid{stroke:#8886;stroke-width:.6}.shade{fill:#2f6fde14}svg text{font-size:11px;fill:#667}
    .end{text-anchor:end}.mid{text-anchor:middle}table{border-collapse:collapse}
    td{padding:.2em .9em .2em 0;border-bottom:1px solid #8883}.number{text-align:right;white-space:nowrap}
    .good{color:#1a7f37}.bad{color:#c62828;font-weight:600}
    @media(prefers-color-scheme:dark){body{color:#dde;background:#15181f}svg text{fill:#99a}}
    """
}
