import Base
import SFU
import Testing

@Suite struct ReceptionStatisticsTests {
  private func record(_ statistics: inout ReceptionStatistics, _ index: UInt64, late: Int64 = 0) {
    statistics.record(
      index: index, timestamp: UInt32(index) &* 960, payloadCount: 10,
      at: .zero + .milliseconds(Int64(index) * 20 + late))
  }

  @Test func `Loss is what was expected and did not come, late packets included`() {
    var statistics = ReceptionStatistics(clockRate: 48_000)
    for index in [100, 101, 104, 103, 105] as [UInt64] { record(&statistics, index) }
    #expect(statistics.expected == 6)
    #expect(statistics.received == 5)
    #expect(statistics.lost == 1)
    #expect(statistics.takeFractionLost() == 256 / 6)
    for index in 106...115 as ClosedRange<UInt64> { record(&statistics, index) }
    #expect(statistics.takeFractionLost() == 0)
    #expect(statistics.lost == 1)
    #expect(statistics.octets == 150)
  }

  @Test func `A stretch that was muted is nobody's loss`() {
    var statistics = ReceptionStatistics(clockRate: 48_000)
    for index in 0..<10 as Range<UInt64> { record(&statistics, index) }
    statistics.interrupt()
    for index in 1_000..<1_010 as Range<UInt64> { record(&statistics, index) }
    #expect(statistics.lost == 0)
    #expect(statistics.expected == 20)
  }

  @Test func `Jitter follows the RFC's filter`() {
    var statistics = ReceptionStatistics(clockRate: 48_000)
    var scaled: Int64 = 0
    for index in 0..<200 as Range<UInt64> {
      record(&statistics, index, late: index % 2 == 0 ? 0 : 5)
      // RFC 3550 §A.8: J += (|D| - J) / 16, here |D| is 5 ms of 48 ticks.
      if index > 0 { scaled += 240 - ((scaled + 8) >> 4) }
    }
    #expect(statistics.jitter == UInt32(scaled >> 4))
    #expect((200...240).contains(statistics.jitter))
  }
}
