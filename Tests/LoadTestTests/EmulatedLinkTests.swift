import Base
import LoadTest
import Testing

@Suite struct EmulatedLinkTests {
  private func conditions(_ change: (inout LinkConditions) -> Void) -> LinkConditions {
    var conditions = LinkConditions()
    change(&conditions)
    return conditions
  }

  private func arrival(_ fate: EmulatedLink.Fate) -> Instant? {
    if case .arrives(let due) = fate { due } else { nil }
  }

  @Test func `A perfect link lets everything through at once`() {
    var link = EmulatedLink(LinkConditions(), seed: 1)
    for step in 0..<1_000 as Range<Int64> {
      let now = Instant(nanoseconds: step * 1_000)
      #expect(link.admit(100, at: now) == .arrives(now))
    }
    #expect(LinkConditions().isPerfect)
  }

  @Test(arguments: [0.01, 0.2, 1]) func `The share that is lost is the one asked for`(_ loss: Double) {
    var link = EmulatedLink(conditions { $0.loss = loss }, seed: 7)
    let lost = (0..<20_000).count { link.admit(100, at: Instant(nanoseconds: Int64($0))) == .lost }
    #expect(abs(Double(lost) / 20_000 - loss) < 0.01)
  }

  @Test func `The same seed loses the same datagrams, with and without a delay`() {
    let plain = conditions { $0.loss = 0.1 }
    let slow = conditions {
      $0.loss = 0.1
      $0.delay = .milliseconds(80)
      $0.jitter = .milliseconds(20)
      $0.reorder = 0.3
      $0.rate = 100_000_000
    }
    func lost(_ conditions: LinkConditions) -> [Int] {
      var link = EmulatedLink(conditions, seed: 42)
      return (0..<5_000).filter { link.admit(100, at: Instant(nanoseconds: Int64($0) * 20_000_000)) == .lost }
    }
    #expect(lost(plain) == lost(slow))
    #expect(!lost(plain).isEmpty)
  }

  @Test func `Jitter spreads arrivals around the delay and keeps their order`() {
    var link = EmulatedLink(
      conditions {
        $0.delay = .milliseconds(50)
        $0.jitter = .milliseconds(20)
      }, seed: 3)
    var last = Instant.zero
    var extent = (least: Interval.seconds(1), most: Interval.zero)
    for step in 0..<5_000 as Range<Int64> {
      let now = Instant(nanoseconds: step * 5_000_000)
      guard let due = arrival(link.admit(100, at: now)) else {
        Issue.record("lost")
        return
      }
      #expect(due >= last)
      last = due
      extent = (min(extent.least, due - now), max(extent.most, due - now))
    }
    #expect(extent.least >= .milliseconds(30) && extent.least < .milliseconds(36))
    #expect(extent.most <= .milliseconds(70) && extent.most > .milliseconds(64))
  }

  @Test func `What is held back is overtaken`() {
    var link = EmulatedLink(conditions { $0.reorder = 0.1 }, seed: 5)
    let dues = (0..<2_000).compactMap {
      arrival(link.admit(100, at: Instant(nanoseconds: Int64($0) * 20_000_000)))
    }
    let overtaken = zip(dues, dues.dropFirst()).count { $0 > $1 }
    #expect(dues.count == 2_000)
    #expect((100...300).contains(overtaken))
  }

  @Test func `A rate spaces datagrams out, and a full queue loses the rest`() {
    // 1,000 octets with their headers take 8.224 ms at 1 Mbit/s.
    var link = EmulatedLink(conditions { $0.rate = 1_000_000 }, seed: 9)
    let fates = (0..<100).map { _ in link.admit(1_000, at: .zero) }
    let dues = fates.compactMap(arrival)
    #expect(dues.first == Instant(nanoseconds: 8_224_000))
    #expect(zip(dues, dues.dropFirst()).allSatisfy { $1 - $0 == Interval(nanoseconds: 8_224_000) })
    #expect(dues.count == 25, "200 ms of queue and the one in service")
    #expect(fates.count { $0 == .overflowed } == 75)
    #expect(
      arrival(link.admit(1_000, at: Instant(nanoseconds: 10_000_000_000))) != nil, "the queue has drained")
  }

  @Test func `A delay line hands out in the order of arrival, like a sorted list`() {
    var random = SeededRandom(seed: 11)
    var line = DelayLine<Int>(capacity: 500)
    var model: [(due: Int64, element: Int)] = []
    for element in 0..<20_000 {
      let due = Int64(random.below(50)) + Int64(element)
      if line.insert(element, due: Instant(nanoseconds: due)) { model.append((due, element)) }
      guard random.below(3) == 0 else { continue }
      let now = Int64(element) + Int64(random.below(60))
      while let popped = line.popDue(at: Instant(nanoseconds: now)) {
        let index = model.indices.min {
          (model[$0].due, model[$0].element) < (model[$1].due, model[$1].element)
        }
        guard let index, model[index].due <= now, model.remove(at: index).element == popped else {
          Issue.record("\(popped) came out of turn")
          return
        }
      }
      #expect(!model.contains { $0.due <= now })
    }
    #expect(line.nextDue?.nanoseconds == model.map(\.due).min())
  }

  @Test func `A full delay line refuses`() {
    var line = DelayLine<Int>(capacity: 2)
    let taken = (1...3).map { line.insert($0, due: .zero) }
    #expect(taken == [true, true, false])
    let first = line.popDue(at: .zero)
    #expect(first == 1)
    let isTaken = line.insert(3, due: .zero)
    #expect(isTaken)
  }

  @Test func `The command line sets the conditions and refuses nonsense`() throws {
    let options = try Options.parse([
      "audio", "--loss", "1.5%", "--delay=40ms", "--jitter", "5ms", "--reorder", "0.02", "--rate", "2.5M",
    ])
    #expect(options.link.loss == 0.015 && options.link.reorder == 0.02)
    #expect(options.link.delay == .milliseconds(40) && options.link.jitter == .milliseconds(5))
    #expect(options.link.rate == 2_500_000)
    for flag in [
      "--loss=101%", "--loss=nan", "--loss=-1%", "--reorder=2", "--rate=0", "--rate=inf", "--delay=11s",
    ] {
      #expect(throws: LoadTestError.self) { try Options.parse(["audio", flag]) }
    }
  }
}
