internal import Base
internal import Glibc

/// What is shown while a run goes on: a live panel on a terminal, a plain line every 5 s elsewhere.
///
/// Written to stderr, so that stdout carries the final table only.
struct Panel {
  private let isTerminal: Bool
  private var lineCount = 0
  private var ticks = 0
  private static let plainEvery = 5
  private static let barCount = 30

  init() {
    isTerminal = isatty(STDERR_FILENO) == 1
  }

  /// Shows the present state; called once a second.
  mutating func show(_ run: LoadRun, at now: Instant) {
    ticks += 1
    if isTerminal {
      let lines = panel(run, at: now)
      // Up over the last panel, then each line cleared and written anew.
      var text = lineCount > 0 ? "\u{1B}[\(lineCount)A" : ""
      for line in lines { text += "\r\u{1B}[2K" + line + "\n" }
      lineCount = lines.count
      writeAll(Array(text.utf8), to: STDERR_FILENO)
    } else if ticks % Panel.plainEvery == 0 || run.phase == .draining {
      writeAll(Array((plain(run, at: now) + "\n").utf8), to: STDERR_FILENO)
    }
  }

  /// Leaves the last panel standing.
  mutating func end() {
    lineCount = 0
  }

  private func panel(_ run: LoadRun, at now: Instant) -> [String] {
    let measurements = run.measurements
    let (done, rest) = Panel.progress(run, at: now)
    let filled = Int(done * Double(Panel.barCount))
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Panel.barCount - filled)
    let second = measurements.seconds.last
    let joined = run.members.count(where: \.isConnected)
    return [
      "\(Panel.name(run))  \(bar)  \(Figure.fixed(done * 100, 0)) %  \(rest)",
      "members   \(joined) of \(run.members.count) connected, \(measurements.failedCount) failed",
      "packets   \(second?.received ?? 0) /s heard, \(second?.sent ?? 0) /s sent, "
        + "\(measurements.corruptCount) corrupt",
      "latency   p50 \(Panel.time(measurements.latency.quantile(0.5)))  "
        + "p95 \(Panel.time(measurements.latency.quantile(0.95)))  "
        + "p99 \(Panel.time(measurements.latency.quantile(0.99)))  max \(Panel.time(measurements.latency.max))",
      "join      p50 \(Panel.time(measurements.join.quantile(0.5)))  "
        + "p99 \(Panel.time(measurements.join.quantile(0.99)))",
      "loss      \(Figure.text(run.presentTotals.loss, .ratio))",
      "server    " + Panel.server(second) + "   tool \(Figure.text(second?.toolCPU ?? 0, .cores))",
    ]
  }

  private func plain(_ run: LoadRun, at now: Instant) -> String {
    let measurements = run.measurements
    let second = measurements.seconds.last
    let joined = run.members.count(where: \.isConnected)
    return
      "\(Figure.fixed((now - run.startedAt).seconds, 0))s \(Panel.name(run)) "
      + "joined=\(joined)/\(run.members.count) failed=\(measurements.failedCount) "
      + "heard=\(second?.received ?? 0)/s p50=\(Panel.time(measurements.latency.quantile(0.5))) "
      + "p99=\(Panel.time(measurements.latency.quantile(0.99))) "
      + "loss=\(Figure.text(run.presentTotals.loss, .ratio)) server=\(Panel.server(second))"
  }

  private static func name(_ run: LoadRun) -> String {
    switch run.phase {
    case .joining: "joining"
    case .settling: "settling"
    case .measuring: "measuring"
    case .draining: "draining"
    case .leaving: "leaving"
    case .done: "done"
    }
  }

  /// The share of the phase that is done, and what remains of the run.
  private static func progress(_ run: LoadRun, at now: Instant) -> (Double, String) {
    switch run.phase {
    case .joining:
      let expected = max(1, run.members.count { !$0.seat.isLate })
      let rest =
        Double(expected - run.connectedNext) / Double(run.options.ramp) + run.options.duration.seconds
      return (Double(run.members.count(where: \.isConnected)) / Double(expected), "\(eta(rest + 2)) to go")
    case .settling: return (1, "\(eta(run.options.duration.seconds + 2)) to go")
    case .measuring:
      let passed = (now - run.markedAt).seconds
      let share = min(passed / run.options.duration.seconds, 1)
      return (share, "\(eta(run.options.duration.seconds - passed + 1)) to go")
    case .draining, .leaving, .done: return (1, "")
    }
  }

  private static func eta(_ seconds: Double) -> String {
    let whole = Int(max(0, seconds).rounded(.up))
    return whole < 60 ? "\(whole) s" : "\(whole / 60) min \(whole % 60) s"
  }

  private static func time(_ interval: Interval) -> String { Figure.text(interval.seconds, .seconds) }

  private static func server(_ second: Measurements.Second?) -> String {
    guard let second, let resident = second.serverResident else { return "not watched" }
    return "\(Figure.text(second.serverCPU ?? 0, .cores)), \(Figure.text(resident, .octets))"
  }
}
