internal import Base
internal import Net

/// What the run comes to.
extension LoadRun {
  /// The totals so far, open streams included; O(streams).
  var presentTotals: StreamTotals {
    var totals = measurements.totals
    guard phase == .measuring || phase == .draining else { return totals }
    for member in members where member.isConnected {
      for speaker in 0..<options.speakers {
        guard let tally = member.tallies[speaker] else { continue }
        // What is under way is not lost yet.
        totals.add(tally, until: tally.heardEnd)
      }
    }
    return totals
  }

  func report(arguments: [String], environment: [(name: String, value: String)]) -> RunReport {
    var report = RunReport()
    report.arguments = arguments
    report.environment = environment
    report.wasInterrupted = wasInterrupted
    report.figures = figures
    report.failures = measurements.failuresInOrder
    if markedAt != .zero {
      let from = (markedAt - startedAt).seconds
      report.measured = from...max(from, (stoppedAt - startedAt).seconds)
    }
    report.latency = LoadRun.buckets(measurements.latency)
    report.join = LoadRun.buckets(measurements.join)
    report.seconds = measurements.seconds.map(LoadRun.second)
    report.counters = counters
    report.judge(options.thresholds)
    return report
  }

  private static func second(_ measured: Measurements.Second) -> RunReport.Second {
    var second = RunReport.Second(at: measured.at)
    second.joined = measured.joined
    second.sent = measured.sent
    second.received = measured.received
    second.latencyP50 = measured.latencyMedian.seconds
    second.latencyP99 = measured.latencyP99.seconds
    second.serverCPU = measured.serverCPU
    second.serverResident = measured.serverResident
    second.toolCPU = measured.toolCPU
    return second
  }

  private static func buckets(_ histogram: Histogram) -> [RunReport.Bucket] {
    histogram.filled.map { RunReport.Bucket(upTo: $0.upperEnd.seconds, count: $0.count) }
  }

  private var figures: [Figure] {
    var figures = [
      Figure("members.joined", Double(measurements.joinedCount), .count),
      Figure("members.failed", Double(measurements.failedCount), .count),
    ]
    if markedAt != .zero, stoppedAt > markedAt { figures += mediaFigures((stoppedAt - markedAt).seconds) }
    figures += LoadRun.quantiles(
      "join", measurements.join, [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)], max: true)
    figures += LoadRun.quantiles("unmute", measurements.unmute, [("p50", 0.5), ("p99", 0.99)], max: false)
    figures += LoadRun.quantiles("floor", measurements.floor, [("p50", 0.5), ("p99", 0.99)], max: true)
    if stoppedAt > markedAt, markedAt != .zero { figures += usageFigures((stoppedAt - markedAt).seconds) }
    // The order of the names, so that reports line up.
    let places = FigureNames.all.map(\.name)
    return figures.sorted {
      (places.firstIndex(of: $0.name) ?? 0) < (places.firstIndex(of: $1.name) ?? 0)
    }
  }

  private func mediaFigures(_ length: Double) -> [Figure] {
    let totals = measurements.totals
    let received = Double(max(totals.received, 1))
    var figures = [
      Figure("packets.sent", Double(measurements.measuredSentCount), .count),
      Figure("packets.expected", Double(totals.expected), .count),
      Figure("packets.received", Double(totals.received), .count),
      Figure("packets.per_second", Double(totals.received) / length, .perSecond),
      Figure("loss", totals.loss, .ratio),
      Figure("reorder", Double(totals.reordered) / received, .ratio),
      Figure("duplicates", Double(totals.duplicates) / received, .ratio),
      Figure("verified", Double(measurements.verifiedCount) / received, .ratio),
      Figure("corrupt", Double(measurements.corruptCount), .count),
      Figure("renumbered", Double(totals.renumbered), .count),
      Figure("gap.max", totals.gapMax.seconds, .seconds),
    ]
    if options.scenario.hasLayers { figures += measurements.video.figures(length) }
    if measurements.linkedCount > 0 {
      let share = Double(measurements.unlinkedCount) / Double(measurements.linkedCount)
      figures.append(Figure("link.loss", share, .ratio))
    }
    if [.muteFlaps, .mixed, .stage].contains(options.scenario) {
      figures.append(Figure("clipped", Double(totals.clipped), .count))
    }
    figures += LoadRun.quantiles(
      "latency", measurements.latency, [("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("p999", 0.999)],
      max: true)
    if measurements.latency.count > 0 {
      figures.append(Figure("latency.mean", measurements.latency.mean.seconds, .seconds))
    }
    figures += LoadRun.quantiles("jitter", measurements.jitter, [("p50", 0.5), ("p99", 0.99)], max: false)
    figures += LoadRun.quantiles(
      "transit", measurements.transit, [("p50", 0.5), ("p99", 0.99), ("p999", 0.999)], max: true)
    figures += LoadRun.quantiles(
      "transit.jitter", measurements.transitJitter, [("p50", 0.5), ("p99", 0.99)], max: false)
    figures += LoadRun.quantiles(
      "lateness", measurements.lateness, [("p50", 0.5), ("p99", 0.99)], max: false)
    return figures
  }

  private func usageFigures(_ length: Double) -> [Figure] {
    let tool = (usage.toolMarked, usage.toolStopped)
    var figures = [
      Figure("tool.cpu", (tool.1.cpu.seconds - tool.0.cpu.seconds) / length, .cores),
      Figure("tool.cpu_wait", (tool.1.wait.seconds - tool.0.wait.seconds) / length, .cores),
    ]
    guard let before = usage.before, let marked = usage.marked, let stopped = usage.stopped else {
      return figures
    }
    let cpu = (stopped.cpu.seconds - marked.cpu.seconds)
    let media = (stopped.mediaCPU.seconds - marked.mediaCPU.seconds)
    figures.append(Figure("server.cpu", cpu / length, .cores))
    figures.append(Figure("server.cpu_wait", (stopped.wait.seconds - marked.wait.seconds) / length, .cores))
    let received = Double(measurements.totals.received + measurements.video.counts.packets)
    if received > 0 {
      figures.append(Figure("server.cpu_per_packet", cpu / received, .seconds))
      figures.append(Figure("server.shard_cpu_per_packet", media / received, .seconds))
    }
    figures.append(Figure("server.rss", usage.residentMax, .octets))
    if measurements.joinedCount > 0 {
      let growth = (stopped.resident - before.resident) / Double(measurements.joinedCount)
      figures.append(Figure("server.rss_per_member", growth, .octets))
    }
    let early = members.count { !$0.seat.isLate && $0.stage != .failed }
    if let joined = usage.joined, early > 0 {
      let each = (joined.cpu.seconds - before.cpu.seconds) / Double(early)
      figures.append(Figure("server.cpu_per_join", each, .seconds))
      let media = (joined.mediaCPU.seconds - before.mediaCPU.seconds) / Double(early)
      figures.append(Figure("server.shard_cpu_per_join", media, .seconds))
    }
    return figures
  }

  private static func quantiles(
    _ name: String, _ histogram: Histogram, _ fractions: [(String, Double)], max: Bool
  ) -> [Figure] {
    guard histogram.count > 0 else { return [] }
    var figures = fractions.map {
      Figure("\(name).\($0.0)", histogram.quantile($0.1).seconds, .seconds)
    }
    if max { figures.append(Figure("\(name).max", histogram.max.seconds, .seconds)) }
    return figures
  }
}
