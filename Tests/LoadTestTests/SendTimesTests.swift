import Base
import LoadTest
import Testing

@Suite struct SendTimesTests {
  private func at(_ milliseconds: Int64) -> Instant { .zero + .milliseconds(milliseconds) }

  @Test func `The way of a packet is known while it is among the latest 64`() {
    var times = SendTimes()
    #expect(times.transit(of: 0, until: at(1)) == nil)
    for number in 0..<100 as Range<UInt64> { times.record(number, at: at(20 * Int64(number))) }
    #expect(times.transit(of: 99, until: at(20 * 99 + 3)) == .milliseconds(3))
    #expect(times.transit(of: 36, until: at(20 * 99)) == .milliseconds(20 * 63))
    #expect(times.transit(of: 35, until: at(20 * 99)) == nil)
    #expect(times.transit(of: 100, until: at(20 * 99)) == nil)
    #expect(times.transit(of: 99, until: at(20 * 99 - 1)) == nil, "no packet arrives before it was sent")
  }
}
