import Base
import LoadTest
import Testing

@Suite struct StreamTallyTests {
  private func at(_ milliseconds: Int64) -> Instant { Instant.zero + .milliseconds(milliseconds) }

  @Test func `Loss, order and duplicates agree with a set of everything received`() {
    for seed in 1...50 as ClosedRange<UInt64> {
      var random = SeededRandom(seed: seed)
      var arrivals: [UInt64] = []
      for number in 0..<400 as Range<UInt64> where random.below(10) > 0 {
        arrivals.append(number)
        if random.below(20) == 0 { arrivals.append(number) }
      }
      // Displaced by a few places, as networks do.
      for index in stride(from: 1, to: arrivals.count - 4, by: 7) {
        arrivals.swapAt(index, index + random.below(4))
      }
      let offset = UInt16(truncatingIfNeeded: random.next())
      var tally = StreamTally(from: 0)
      var heard: Set<UInt64> = []
      var reordered: UInt64 = 0
      var highest: UInt64?
      for (index, number) in arrivals.enumerated() {
        let isOpened = index == 0 || random.below(3) == 0
        _ = tally.receive(
          sequenceNumber: UInt16(truncatingIfNeeded: number) &+ offset, number: isOpened ? number : nil,
          at: at(Int64(index) * 20))
        if heard.insert(number).inserted, let highest, number < highest { reordered += 1 }
        highest = max(highest ?? 0, number)
      }
      #expect(tally.receivedCount == UInt64(heard.count), "seed \(seed)")
      #expect(tally.duplicateCount == UInt64(arrivals.count - heard.count), "seed \(seed)")
      #expect(tally.reorderedCount == reordered, "seed \(seed)")
      #expect(tally.renumberedCount == 0, "seed \(seed)")
      #expect(tally.expectedCount(until: 400) == 400)
    }
  }

  @Test func `Numbers go on over many wraps of the sequence number`() {
    var tally = StreamTally(from: 0)
    for number in 0..<200_000 as Range<UInt64> {
      let verdict = tally.receive(
        sequenceNumber: UInt16(truncatingIfNeeded: number) &+ 65_000,
        number: number % 1_000 == 0 ? number : nil, at: at(Int64(number)))
      guard verdict == .next else {
        Issue.record("packet \(number) is \(verdict)")
        return
      }
    }
    #expect(tally.receivedCount == 200_000)
    #expect(tally.renumberedCount == 0)
  }

  @Test func `The measured time counts from its first packet only`() {
    var tally = StreamTally(from: 0)
    for number in 0..<10 as Range<UInt64> {
      _ = tally.receive(sequenceNumber: UInt16(number), number: number, at: at(Int64(number)))
    }
    tally.restart(from: 12)
    #expect(!tally.needsNumber)
    #expect(tally.receive(sequenceNumber: 10, number: nil, at: at(10)) == .ignored)
    #expect(tally.receive(sequenceNumber: 12, number: nil, at: at(12)) == .next)
    #expect(tally.receivedCount == 1)
    #expect(tally.expectedCount(until: 14) == 2)
  }

  @Test func `A listener that hears nothing misses everything`() {
    let tally = StreamTally(from: 100)
    #expect(tally.needsNumber)
    #expect(tally.expectedCount(until: 150) == 50)
    #expect(tally.receivedCount == 0)
    #expect(tally.heardEnd == 100)
  }

  @Test func `A payload that does not fit its header is found, and the stream tied anew`() {
    var tally = StreamTally(from: 0)
    _ = tally.receive(sequenceNumber: 5, number: 0, at: at(0))
    #expect(tally.receive(sequenceNumber: 6, number: 9, at: at(20)) == .renumbered)
    #expect(tally.receive(sequenceNumber: 7, number: 10, at: at(40)) == .next)
    #expect(tally.renumberedCount == 1)
  }

  @Test func `A gap is a silence while the speaker speaks`() {
    var tally = StreamTally(from: 0)
    _ = tally.receive(sequenceNumber: 0, number: 0, at: at(0))
    _ = tally.receive(sequenceNumber: 1, number: 1, at: at(20))
    tally.expectSilence(before: 3)
    // The last one of the spurt is still under way when the speaker falls silent.
    _ = tally.receive(sequenceNumber: 2, number: 2, at: at(45))
    _ = tally.receive(sequenceNumber: 3, number: 3, at: at(5_000))
    #expect(tally.gapMax == .milliseconds(25))
    _ = tally.receive(sequenceNumber: 4, number: 4, at: at(5_060))
    #expect(tally.gapMax == .milliseconds(60))
  }

  @Test func `What is missing at the beginning of an excused spurt is clipped and not lost`() {
    var tally = StreamTally(from: 0)
    _ = tally.receive(sequenceNumber: 0, number: 0, at: at(0))
    tally.excuse(from: 1)
    _ = tally.receive(sequenceNumber: 4, number: 4, at: at(900))
    _ = tally.receive(sequenceNumber: 6, number: 6, at: at(940))
    #expect(tally.clippedCount == 3)
    #expect(tally.expectedCount(until: 7) == 4)
    #expect(tally.receivedCount == 3)
  }
}
