internal import JSON

extension RunReport {
  private static let limits = JSONLimits(depth: 16, octets: 256 << 20)

  /// The report as one JSON document.
  public var json: [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("schema", RunReport.schema)
      writer.field("started_at_ms", startedAt)
      writer.array("arguments") { for word in arguments { $0.element(word) } }
      writer.object("environment") {
        for entry in environment { $0.field(named: entry.name, .string(entry.value)) }
      }
      writer.field("interrupted", wasInterrupted)
      writer.object("figures") {
        for figure in figures {
          $0.object(named: figure.name) {
            $0.field("value", figure.value)
            $0.field("unit", figure.unit.rawValue)
          }
        }
      }
      writer.array("failures") {
        for failure in failures {
          $0.object {
            $0.field("reason", failure.reason)
            $0.field("count", failure.count)
          }
        }
      }
      writer.object("server_counters") {
        for counter in counters { $0.field(named: counter.name, .number(counter.amount)) }
      }
      writer.array("thresholds") {
        for verdict in verdicts {
          $0.object {
            $0.field("condition", verdict.threshold.text)
            $0.field("failed", verdict.isMet)
          }
        }
      }
      writer.object("measured") {
        $0.field("from", measured.lowerBound)
        $0.field("to", measured.upperBound)
      }
      writer.object("histograms") {
        $0.array("latency") { RunReport.write(latency, to: &$0) }
        $0.array("join") { RunReport.write(join, to: &$0) }
      }
      writer.array("seconds") { for second in seconds { RunReport.write(second, to: &$0) } }
    }
    return writer.octets
  }

  private static func write(_ buckets: [Bucket], to writer: inout JSONWriter) {
    for bucket in buckets {
      writer.array {
        $0.element(bucket.upTo)
        $0.element(bucket.count)
      }
    }
  }

  private static func write(_ second: Second, to writer: inout JSONWriter) {
    writer.object {
      $0.field("at", second.at)
      $0.field("joined", second.joined)
      $0.field("sent", second.sent)
      $0.field("received", second.received)
      $0.field("latency_p50", second.latencyP50)
      $0.field("latency_p99", second.latencyP99)
      if let cpu = second.serverCPU { $0.field("server_cpu", cpu) }
      if let resident = second.serverResident { $0.field("server_rss", resident) }
      $0.field("tool_cpu", second.toolCPU)
    }
  }

  /// The figures of an earlier report; what this version does not know is skipped.
  ///
  /// - Throws: `usage` for what is no report of this schema.
  public static func figures(ofReport octets: [UInt8]) throws(LoadTestError) -> [Figure] {
    guard let value = try? JSONValue.parse(octets, limits: limits), value["schema"]?.string == schema,
      let fields = value["figures"]?.object?.fields
    else { throw .usage("it is no report of \(schema)") }
    return fields.compactMap { field in
      guard let unit = FigureNames.unit(of: field.key), let number = field.value["value"]?.double else {
        return nil
      }
      return Figure(field.key, number, unit)
    }
  }
}
