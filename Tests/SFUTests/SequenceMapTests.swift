import Base
import SFU
import Testing

@Suite struct SequenceMapTests {
  @Test func `A gap of the source stays a gap, and a late packet finds its place`() {
    var map = SequenceMap(first: 100)
    #expect(map.map(10) == 100)
    #expect(map.map(11) == 101)
    #expect(map.map(14) == 104)
    #expect(map.map(12) == 102)
    #expect(map.map(15) == 105)
  }

  @Test func `What was withheld leaves no gap, and its latecomers get no place`() {
    var map = SequenceMap(first: 100)
    #expect(map.map(10) == 100)
    #expect(map.map(12) == 102)
    map.withhold()
    #expect(map.map(50) == 103)
    #expect(map.map(52) == 105)
    #expect(map.map(11) == 101)
    #expect(map.map(30) == nil)
    #expect(map.map(9) == nil)
    #expect(map.map(51) == 104)
  }

  @Test func `Four segments are remembered`() {
    var map = SequenceMap(first: 0)
    for segment in 0..<5 {
      let start = UInt64(segment) * 100
      #expect(map.map(start) != nil)
      #expect(map.map(start + 2) != nil)
      map.withhold()
    }
    #expect(map.map(1) == nil)
    for segment in 1..<5 { #expect(map.map(UInt64(segment) * 100 + 1) == UInt64(segment) * 3 + 1) }
  }

  @Test func `A jump that no receiver could follow is closed up`() {
    var map = SequenceMap(first: 7)
    #expect(map.map(0) == 7)
    #expect(map.map(3_000) == 3_007)
    #expect(map.map(7_000) == 3_008)
  }

  @Test func `Random streams map as a slow model does`() {
    for seed in 0..<200 {
      var random = SeededRandom(seed: UInt64(seed))
      var map = SequenceMap(first: 1_000)
      // The model: every segment that ever was, and every input with its output.
      var segments: [(first: UInt64, last: UInt64, offset: UInt64)] = []
      var isBroken = true
      var next: UInt64 = 1_000
      var used: Set<UInt64> = []
      var input: UInt64 = 500
      for _ in 0..<300 {
        if random.below(15) == 0 {
          map.withhold()
          isBroken = true
        }
        let late = random.below(5) == 0
        let candidate =
          late ? input &- UInt64(random.below(80)) : input + 1 + UInt64(random.below(8) == 0 ? 3 : 0)
        guard used.insert(candidate).inserted else { continue }
        var expected: UInt64?
        if segments.isEmpty || candidate > segments[segments.count - 1].last {
          if isBroken { segments.append((candidate, candidate, next &- candidate)) }
          isBroken = false
          segments[segments.count - 1].last = candidate
          expected = candidate &+ segments[segments.count - 1].offset
          next = candidate &+ segments[segments.count - 1].offset &+ 1
          input = candidate
        } else {
          let home = segments.suffix(4).first { $0.first <= candidate && candidate <= $0.last }
          expected = home.map { candidate &+ $0.offset }
        }
        #expect(map.map(candidate) == expected, "seed \(seed), input \(candidate)")
      }
    }
  }
}
