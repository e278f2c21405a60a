import Base
import Testing

@Suite struct MetricsTests {
  @Test func `A family is written as Prometheus reads it`() {
    let family = MetricFamily(
      name: "roost_packets_total", help: "Packets that were forwarded.", kind: .counter,
      samples: [
        MetricFamily.Sample(value: 3),
        MetricFamily.Sample(labels: [("shard", "0"), ("way", "in")], value: 4),
      ])
    #expect(
      family.exposition == """
        # HELP roost_packets_total Packets that were forwarded.
        # TYPE roost_packets_total counter
        roost_packets_total 3
        roost_packets_total{shard="0",way="in"} 4

        """)
  }

  @Test func `Quotes, backslashes and line ends are escaped where the format wants it`() {
    let family = MetricFamily(
      name: "roost_x", help: "A \\ and a\nline, \"quoted\".", kind: .gauge,
      samples: [MetricFamily.Sample(labels: [("name", "a\"b\\c\nd")], value: 1)])
    #expect(
      family.exposition == """
        # HELP roost_x A \\\\ and a\\nline, "quoted".
        # TYPE roost_x gauge
        roost_x{name="a\\"b\\\\c\\nd"} 1

        """)
  }

  @Test(
    arguments: [
      (0, "0"), (-2, "-2"), (0.25, "0.25"), (1e300, "1e+300"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
      (.nan, "NaN"), (123_456_789_012, "123456789012"),
    ] as [(Double, String)])
  func `Values have Prometheus's spelling`(_ value: Double, _ text: String) {
    let family = MetricFamily(
      name: "x", help: "X.", kind: .gauge, samples: [MetricFamily.Sample(value: value)])
    #expect(family.exposition.hasSuffix("\nx \(text)\n"))
  }

  @Test func `Histograms carry their suffixes`() {
    let family = MetricFamily(
      name: "x", help: "X.", kind: .histogram,
      samples: [
        MetricFamily.Sample(suffix: "_bucket", labels: [("le", "+Inf")], value: 2),
        MetricFamily.Sample(suffix: "_sum", value: 0.5), MetricFamily.Sample(suffix: "_count", value: 2),
      ])
    #expect(family.exposition.hasSuffix("x_bucket{le=\"+Inf\"} 2\nx_sum 0.5\nx_count 2\n"))
  }

  @Test func `A counter loses nothing between threads`() async {
    let counter = Counter()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 { group.addTask { for _ in 0..<10_000 { counter.add() } } }
    }
    counter.add(5)
    #expect(counter.value == 40_005)
  }
}
