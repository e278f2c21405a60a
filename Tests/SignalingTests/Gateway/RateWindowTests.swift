import Base
import Testing

@testable import Signaling

@Suite struct RateWindowTests {
  private static let rate = RequestRate(countMax: 3, window: .seconds(10))

  @Test func `A window begins with its first event and ends on time`() {
    var window = RateWindow()
    let start = Instant.zero + .seconds(100)
    let times = [start, start, start, start + .milliseconds(9_999), start + .seconds(10)]
    let admitted = times.map { window.admits(at: $0, RateWindowTests.rate) }
    #expect(admitted == [true, true, true, false, true])
    #expect(window.remaining(RateWindowTests.rate) == 2)
  }

  @Test func `A full table forgets what is over and refuses newcomers before`() {
    var table = WindowTable<Int>(capacity: 2)
    let rate = RateWindowTests.rate
    #expect(table.count(1, rate, at: .zero).isAllowed)
    #expect(table.count(2, rate, at: .zero + .seconds(5)).isAllowed)
    #expect(!table.count(3, rate, at: .zero + .seconds(6)).isAllowed)
    #expect(table.count(2, rate, at: .zero + .seconds(6)).isAllowed, "known keys go on")
    #expect(table.count(3, rate, at: .zero + .seconds(10)).isAllowed)
    #expect(table.count == 2)
    #expect(!table.isExhausted(3, rate, at: .zero + .seconds(11)))
    for _ in 0..<2 { _ = table.count(3, rate, at: .zero + .seconds(11)) }
    #expect(table.isExhausted(3, rate, at: .zero + .seconds(11)))
    #expect(!table.isExhausted(3, rate, at: .zero + .seconds(20)))
  }
}
