import SFU
import Testing

/// Which packets are padded, and in which order they go, so that few sends carry them.
@Suite struct RunPlanTests {
  private func sizes(_ values: [Int]) -> RunPlan.Sizes {
    var sizes = RunPlan.Sizes(repeating: 0)
    for (position, value) in values.enumerated() { sizes[position] = value }
    return sizes
  }

  private func padded(_ values: [Int]) -> [Int] {
    let paddings = RunPlan.paddings(sizes(values), count: values.count)
    return values.indices.map { values[$0] + paddings[$0] }
  }

  /// How many segmented sends packets of these sizes are.
  private func runs(_ sizes: [Int]) -> Int {
    var (runs, segment, isOpen) = (0, 0, false)
    for size in sizes {
      if isOpen, size <= segment {
        isOpen = size == segment
      } else {
        (segment, isOpen) = (size, true)
        runs += 1
      }
    }
    return runs
  }

  @Test(arguments: [
    ([], []), ([80], [80]), ([80, 80, 80], [80, 80, 80]),
    // The last one is shorter for free.
    ([80, 80, 40], [80, 80, 40]), ([80, 75], [80, 75]), ([80, 75, 78], [80, 80, 78]),
    ([75, 80, 78], [80, 80, 78]), ([1_198, 1_200, 1_199], [1_200, 1_200, 1_199]),
    // A video frame and the next one.
    ([1_200, 1_200, 640, 1_200, 1_200, 300], [1_200, 1_200, 640, 1_200, 1_200, 300]),
    ([1_200, 1_190, 640, 100], [1_200, 1_200, 640, 100]),
    // Too dear: 40 octets of 80.
    ([40, 80], [40, 80]), ([80, 40, 80], [80, 40, 80]), ([1, 300], [1, 300]),
  ])
  func `Packets are padded where it is cheap`(_ sizes: [Int], _ expected: [Int]) {
    #expect(padded(sizes) == expected)
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `Padding never costs more than its share, and never makes more sends`(_ seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let base = [20, 80, 600, 1_100][next(4)]
    let values = (0..<(1 + next(64))).map { _ in base + next([1, 10, 60, 280][next(4)]) }
    let padded = padded(values)
    let waste = padded.reduce(0, +) - values.reduce(0, +)
    let wire = values.reduce(0, +) + 70 * values.count
    #expect(zip(values, padded).allSatisfy { $1 >= $0 && $1 - $0 <= 255 && $1 <= values.max() ?? 0 })
    #expect(waste <= max(8 * values.count, wire / 40), "seed \(seed)")
    #expect(runs(padded) <= runs(values), "seed \(seed): \(values) to \(padded)")
  }

  @Test func `Streams go in the order of their largest packet, each in its own order`() {
    let values = [100, 1_200, 90, 1_200, 700, 100]
    let streams = [0, 1, 2, 1, 1, 0]
    let order = RunPlan.order(sizes(values), streams: sizes(streams), count: values.count)
    #expect(values.indices.map { order[$0] } == [1, 3, 4, 0, 5, 2])
  }
}
