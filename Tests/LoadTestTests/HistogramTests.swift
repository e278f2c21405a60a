import Base
import LoadTest
import Testing

@Suite struct HistogramTests {
  /// Values over twelve powers of ten, so that every width of bucket is met.
  private func values(seed: UInt64, count: Int) -> [Int64] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { _ in
      var scale: Int64 = 1
      for _ in 0..<random.below(12) { scale *= 10 }
      return Int64(random.below(1_000)) * scale
    }
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `Quantiles lie within a 64th above those of the sorted values`(seed: UInt64) {
    let values = values(seed: seed, count: 2_000)
    var histogram = Histogram()
    for value in values { histogram.record(Interval(nanoseconds: value)) }
    let sorted = values.sorted()
    for fraction in [0.0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1] {
      let rank = max(1, Int((Double(sorted.count) * fraction).rounded(.up)))
      let exact = sorted[rank - 1]
      let found = histogram.quantile(fraction).nanoseconds
      #expect(found >= exact, "seed \(seed), fraction \(fraction)")
      #expect(Double(found) <= Double(exact) * (1 + 1.0 / 64) + 1, "seed \(seed), fraction \(fraction)")
    }
    #expect(histogram.max.nanoseconds == sorted.last)
    let mean = Double(values.reduce(0, +)) / Double(values.count)
    #expect(abs(Double(histogram.mean.nanoseconds) - mean) <= mean * 1e-6 + 1)
  }

  @Test func `Merging is the same as recording everything in one`() {
    let values = values(seed: 7, count: 1_000)
    var all = Histogram()
    var left = Histogram()
    var right = Histogram()
    for (index, value) in values.enumerated() {
      all.record(Interval(nanoseconds: value))
      if index % 3 == 0 {
        left.record(Interval(nanoseconds: value))
      } else {
        right.record(Interval(nanoseconds: value))
      }
    }
    left.merge(right)
    #expect(left.count == all.count)
    #expect(left.max == all.max)
    #expect(left.filled.map(\.upperEnd) == all.filled.map(\.upperEnd))
    #expect(left.filled.map(\.count) == all.filled.map(\.count))
  }

  @Test func `The ends of the range are taken, and nothing is below zero`() {
    var histogram = Histogram()
    histogram.record(Interval(nanoseconds: .max))
    histogram.record(Interval(nanoseconds: .min))
    histogram.record(.zero)
    #expect(histogram.count == 3)
    #expect(histogram.quantile(0.5) == .zero)
    #expect(histogram.quantile(1) == Interval(nanoseconds: .max))
  }

  @Test func `An empty histogram answers zero`() {
    #expect(Histogram().quantile(0.99) == .zero)
    #expect(Histogram().mean == .zero)
    #expect(Histogram().filled.isEmpty)
  }
}
