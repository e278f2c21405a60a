import LoadTest
import Testing

@Suite struct ThresholdTests {
  @Test(arguments: [
    ("loss>0.1%", "loss", Threshold.Relation.above, 0.001),
    ("loss >= 0.5", "loss", .atLeast, 0.5),
    ("latency.p99>20ms", "latency.p99", .above, 0.02),
    ("latency.max>=1.5s", "latency.max", .atLeast, 1.5),
    ("server.cpu_per_packet>900ns", "server.cpu_per_packet", .above, 9e-7),
    ("join.p50<=300us", "join.p50", .atMost, 3e-4),
    ("members.joined<100", "members.joined", .below, 100),
    ("server.rss>1.5GiB", "server.rss", .above, 1_610_612_736),
  ])
  func `A condition is read with its unit`(
    text: String, figure: String, relation: Threshold.Relation, limit: Double
  ) throws {
    let threshold = try #require(Threshold(text))
    #expect(threshold.figure == figure)
    #expect(threshold.relation == relation)
    #expect(abs(threshold.limit - limit) <= limit * 1e-12)
    #expect(threshold.text == text)
  }

  @Test(arguments: [
    "", "loss", "loss>", ">1", "loss=1%", "losses>1%", "loss>1ms", "latency.p99>20", "latency.p99>20%",
    "loss>inf", "loss>nan", "loss>0x1p3", "loss>-1%", "loss>1%%", "members.failed>1s", "loss>1,5%",
  ])
  func `What is no condition is refused`(text: String) {
    #expect(Threshold(text) == nil)
  }

  @Test func `The limit itself belongs to the inclusive relations only`() throws {
    #expect(try #require(Threshold("gap.max>1s")).isMet(by: 1) == false)
    #expect(try #require(Threshold("gap.max>=1s")).isMet(by: 1))
    #expect(try #require(Threshold("gap.max<1s")).isMet(by: 1) == false)
    #expect(try #require(Threshold("gap.max<=1s")).isMet(by: 1))
    #expect(try #require(Threshold("gap.max>1s")).isMet(by: 1.001))
  }

  @Test func `Every figure has a name of its own`() {
    #expect(Set(FigureNames.all.map(\.name)).count == FigureNames.all.count)
  }
}
