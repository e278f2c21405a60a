import JSON
import LoadTest
import Testing

@Suite struct ReportTests {
  private var report: RunReport {
    var report = RunReport()
    report.arguments = ["audio", "--json", "<&\">"]
    report.environment = [("host", "a<b"), ("kernel", "6.1")]
    report.startedAt = 1_790_000_000_000
    report.figures = [
      Figure("members.joined", 3, .count), Figure("loss", 0.002, .ratio),
      Figure("latency.p99", 0.0042, .seconds), Figure("server.rss", 31_457_280, .octets),
    ]
    report.failures = [("the gateway closed the connection: 4004 <no>", 2)]
    report.measured = 1...3
    report.latency = [RunReport.Bucket(upTo: 0.001, count: 9), RunReport.Bucket(upTo: 0.004, count: 1)]
    report.seconds = (1...4).map { index in
      var second = RunReport.Second(at: Double(index))
      (second.joined, second.sent, second.received) = (3, 50, 100)
      (second.latencyP50, second.latencyP99, second.toolCPU) = (0.001, 0.004, 0.1)
      second.serverCPU = index == 1 ? nil : 0.5
      return second
    }
    return report
  }

  @Test func `The JSON report has its schema`() throws {
    var report = report
    report.judge([try #require(Threshold("loss>0.1%"))])
    let value = try JSONValue.parse(report.json, limits: .standard)
    #expect(
      value.object?.fields.map(\.key) == [
        "schema", "started_at_ms", "arguments", "environment", "interrupted", "figures", "failures",
        "server_counters", "thresholds", "measured", "histograms", "seconds",
      ])
    #expect(value["schema"]?.string == "roost-loadtest/1")
    #expect(value["arguments"]?.array?.compactMap(\.string) == report.arguments)
    #expect(value["environment"]?["host"]?.string == "a<b")
    #expect(value["figures"]?["loss"]?["value"]?.double == 0.002)
    #expect(value["figures"]?["loss"]?["unit"]?.string == "ratio")
    #expect(value["thresholds"]?.array?.first?["failed"]?.bool == true)
    #expect(value["measured"]?["to"]?.double == 3)
    #expect(value["histograms"]?["latency"]?.array?.count == 2)
    #expect(value["failures"]?.array?.first?["count"]?.int == 2)
    let seconds = try #require(value["seconds"]?.array)
    #expect(seconds.count == 4)
    #expect(seconds[0]["server_cpu"] == nil && seconds[1]["server_cpu"]?.double == 0.5)
  }

  @Test func `Figures read back from a report compare with a later one`() throws {
    let old = try RunReport.figures(ofReport: report.json)
    #expect(old == report.figures)
    let new = [
      Figure("loss", 0.003, .ratio), Figure("latency.p99", 0.0044, .seconds), Figure("corrupt", 0, .count),
    ]
    let rows = Comparison(old: old, new: new).rows
    #expect(rows.map(\.new.name) == ["loss", "latency.p99"])
    #expect(!rows[0].isNoise && rows[1].isNoise)
    #expect(Comparison(old: old, new: new).text.contains("+50.0 %  *"))
  }

  @Test(arguments: [
    "", "{}", "[1]", #"{"schema":"roost-loadtest/2","figures":{}}"#, #"{"schema":"roost-loadtest/1"}"#,
  ])
  func `What is no report of this schema is refused`(text: String) {
    #expect(throws: LoadTestError.self) { try RunReport.figures(ofReport: Array(text.utf8)) }
  }

  @Test func `A threshold whose figure was not measured fails the run`() throws {
    var report = report
    report.judge([try #require(Threshold("loss>1%"))])
    #expect(!report.hasFailed)
    report.judge([try #require(Threshold("loss>1%")), try #require(Threshold("unmute.p99>1s"))])
    #expect(report.hasFailed)
    #expect(report.text.contains("FAIL  unmute.p99>1s   (not measured)"))
  }

  @Test func `Counters of two expositions become what grew`() {
    let before = MetricsText.parse(
      "# HELP a_total x\na_total{reason=\"x y\"} 3\nb_total 1\ngauge 5\nnonsense\n")
    let after = MetricsText.parse("a_total{reason=\"x y\"} 5\nb_total 1\ngauge 9\nnew_drops_total 2\n")
    let growth = MetricsText.growth(from: before, to: after)
    #expect(growth.map(\.name) == ["a_total{reason=\"x y\"}", "new_drops_total"])
    #expect(growth.map(\.amount) == [2, 2])
    #expect(growth.map { MetricsText.isTrouble($0.name) } == [false, true])
  }

  @Test func `The HTML report needs nothing beside it and escapes what it shows`() {
    let html = report.html
    #expect(html.hasPrefix("<!doctype html>"))
    #expect(html.contains("<svg") && html.contains("Latency each second"))
    #expect(html.contains("4004 &lt;no&gt;") && html.contains("a&lt;b"))
    for word in ["http://", "https://", "src=", "<script", "@import", "url("] {
      #expect(!html.contains(word), "\(word)")
    }
  }

  @Test func `A run without a single second still has a report`() {
    #expect(RunReport().html.hasSuffix("</html>\n"))
    #expect(!RunReport().json.isEmpty)
  }

  @Test(arguments: [
    (Figure("loss", 0.00123, .ratio), "0.1230 %"), (Figure("gap.max", 0, .seconds), "0 ns"),
    (Figure("gap.max", 2.5e-7, .seconds), "250 ns"), (Figure("gap.max", 0.0105, .seconds), "10.50 ms"),
    (Figure("gap.max", 12, .seconds), "12.00 s"), (Figure("server.rss", 1_572_864, .octets), "1.5 MiB"),
    (Figure("corrupt", 1e6, .count), "1000000"), (Figure("server.cpu", 1.2345, .cores), "1.235 cores"),
    (Figure("latency.p50", .nan, .seconds), "- s"),
  ])
  func `Numbers are written for people`(figure: Figure, text: String) {
    #expect(figure.text == text)
  }
}
