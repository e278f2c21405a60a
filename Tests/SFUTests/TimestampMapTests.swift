import Base
import SFU
import Testing

@Suite struct TimestampMapTests {
  private func at(_ milliseconds: Int64) -> Instant { .zero + .milliseconds(milliseconds) }

  @Test func `Steps of the source are kept, over the wrap of its clock`() {
    var map = TimestampMap(first: 5_000, clockRate: 48_000)
    #expect(map.map(0xFFFF_FF00, index: 0, at: at(0)) == 5_000)
    #expect(map.map(0xFFFF_FF00 &+ 960, index: 1, at: at(20)) == 5_960)
    #expect(map.map(0xFFFF_FF00 &+ 9_600, index: 2, at: at(200)) == 14_600)
  }

  @Test func `Late packets keep their distance`() {
    var map = TimestampMap(first: 0, clockRate: 48_000)
    _ = map.map(10_000, index: 0, at: at(0))
    _ = map.map(10_000 + 2_880, index: 3, at: at(60))
    #expect(map.late(10_000 + 960, index: 1) == 960)
    #expect(map.late(10_000 + 4_000, index: 2) == nil)
  }

  @Test(arguments: [UInt32(0), 900_000_000])
  func `A source that jumps or starts again goes on by the time that passed`(_ second: UInt32) {
    var map = TimestampMap(first: 0, clockRate: 48_000)
    _ = map.map(480_000, index: 0, at: at(0))
    #expect(map.map(second, index: 1, at: at(100)) == 4_800)
    #expect(map.map(second &+ 960, index: 2, at: at(120)) == 5_760)
    #expect(map.late(480_000, index: 0) == nil)
  }

  @Test func `A restart is at least a frame ahead, also when nothing seems to have passed`() {
    var map = TimestampMap(first: 0, clockRate: 48_000)
    _ = map.map(1_000, index: 0, at: at(0))
    map.restart()
    #expect(map.map(1_000, index: 1, at: at(0)) == 960)
  }

  @Test func `Silence that the source's clock counts is kept`() {
    var map = TimestampMap(first: 0, clockRate: 48_000)
    _ = map.map(0, index: 0, at: at(0))
    #expect(map.map(48_000 * 600, index: 1, at: at(600_000)) == 48_000 * 600)
  }

  @Test func `Whatever a source sends, newer packets never go back`() {
    for seed in 0..<100 {
      var random = SeededRandom(seed: UInt64(seed))
      var map = TimestampMap(first: UInt32(truncatingIfNeeded: random.next()), clockRate: 48_000)
      var now = Instant.zero
      var last: UInt32?
      for index in 0..<500 {
        now = now + .milliseconds(Int64(random.below(2_000)))
        if random.below(20) == 0 { map.restart() }
        let output = map.map(UInt32(truncatingIfNeeded: random.next()), index: UInt64(index), at: now)
        if let last { #expect(Int32(bitPattern: output &- last) >= 0, "seed \(seed)") }
        last = output
      }
    }
  }
}
