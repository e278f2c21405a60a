import Base
import Net
import Testing

@Suite struct LatencyHistogramTests {
  @Test(arguments: [
    (-5, 0), (0, 0), (10_000, 0), (10_001, 1), (1_000_000, 9), (1_000_001, 10), (10_000_000, 11),
    (10_000_001, 12), (Int64.max, 12),
  ])
  func `A latency counts in the class of its bound`(_ nanoseconds: Int64, _ index: Int) {
    var histogram = LatencyHistogram()
    histogram.record(Interval(nanoseconds: nanoseconds), packets: 3)
    for bound in 0...LatencyHistogram.boundCount {
      #expect(histogram.cumulativeCount(bound) == (bound < index ? 0 : 3))
    }
    #expect(histogram.count == 3)
  }

  @Test func `Two histograms become one`() {
    var one = LatencyHistogram()
    var other = LatencyHistogram()
    one.record(.microseconds(40), packets: 90)
    other.record(.microseconds(400), packets: 10)
    one.merge(other)
    #expect(one.count == 100 && one.sum == .microseconds(7_600))
    #expect(one.bound(atQuantile: 0.5) == .microseconds(40))
    #expect(one.bound(atQuantile: 0.95) == .microseconds(400))
    #expect(LatencyHistogram().bound(atQuantile: 0.5) == nil)
  }

  @Test func `A quantile is above the truth by less than the width of its class`() {
    for seed in 0..<20 {
      var random = SeededRandom(seed: UInt64(seed))
      var histogram = LatencyHistogram()
      var model: [Int64] = []
      for _ in 0..<2_000 {
        // Every power of ten is as likely as the next.
        let scale = Double(1 << random.below(20))
        let latency = Int64(random.unit() * scale * 900)
        histogram.record(Interval(nanoseconds: latency))
        model.append(latency)
      }
      model.sort()
      for quantile in [0.01, 0.5, 0.9, 0.99, 1] {
        let truth = model[Int((Double(model.count) * quantile).rounded(.up)) - 1]
        let bound = histogram.bound(atQuantile: quantile)?.nanoseconds ?? -1
        let width = max(5_000, truth / 5)
        #expect(bound >= truth && bound <= truth + width, "seed \(seed), quantile \(quantile)")
      }
    }
  }

  @Test func `What was counted since an earlier copy stands alone`() {
    var histogram = LatencyHistogram()
    histogram.record(.milliseconds(200), packets: 50)
    let earlier = histogram
    histogram.record(.microseconds(45), packets: 9)
    histogram.record(.microseconds(290))
    let since = histogram.since(earlier)
    #expect(since.count == 10 && since.sum == .microseconds(9 * 45 + 290))
    #expect(since.bound(atQuantile: 0.5) == .microseconds(45))
    #expect(since.bound(atQuantile: 1) == .microseconds(300))
  }
}
