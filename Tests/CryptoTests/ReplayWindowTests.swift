import Base
import Crypto
import Testing

@Suite struct ReplayWindowTests {
  /// The obvious window: everything ever committed.
  struct Model {
    var committed: Set<UInt64> = []
    var highest: UInt64?

    func index(of sequenceNumber: UInt16) -> UInt64? {
      guard let highest else { return UInt64(sequenceNumber) }
      let rollover = Int64(highest >> 16)
      let candidates = [rollover - 1, rollover, rollover + 1].map { $0 << 16 | Int64(sequenceNumber) }
      // The nearest; of two equally near ones the one behind.
      let nearest = candidates.min {
        let left = abs($0 - Int64(highest))
        let right = abs($1 - Int64(highest))
        return left == right ? $0 < $1 : left < right
      }
      guard let nearest, nearest >= 0 else { return nil }
      let index = UInt64(nearest)
      guard !committed.contains(index), index + 128 > highest else { return nil }
      return index
    }

    mutating func commit(_ index: UInt64) {
      committed.insert(index)
      highest = max(highest ?? 0, index)
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `agrees with the model on reordered, repeated and lost packets`(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var window = ReplayWindow()
    var model = Model()
    var sent = UInt64(random.below(65_536))
    for step in 0..<2_000 {
      switch random.below(10) {
      case 0: sent += UInt64(random.below(40_000))
      case 1: sent += UInt64(random.below(300))
      default: sent += 1
      }
      let late = UInt64(random.below(random.below(3) == 0 ? 200 : 4))
      let sequenceNumber = UInt16(truncatingIfNeeded: sent &- min(late, sent))
      let index = window.index(of: sequenceNumber)
      #expect(index == model.index(of: sequenceNumber), "seed \(seed) step \(step)")
      guard let index, random.below(8) != 0 else { continue }
      window.commit(index)
      model.commit(index)
      #expect(window.highest == model.highest)
    }
  }

  @Test func `a window holds 128 packets`() {
    var window = ReplayWindow()
    window.commit(1_000)
    #expect(window.index(of: 1_000) == nil)
    #expect(window.index(of: 873) == 873)
    #expect(window.index(of: 872) == nil)
    window.commit(873)
    #expect(window.index(of: 873) == nil)
  }

  @Test func `nothing before the first packet's rollover is accepted`() {
    var window = ReplayWindow()
    #expect(window.index(of: 5) == 5)
    window.commit(5)
    #expect(window.index(of: 65_530) == nil)
    #expect(window.index(of: 0) == 0)
  }

  @Test func `a forged packet that is not committed moves nothing`() {
    var window = ReplayWindow()
    window.commit(10)
    let before = window
    _ = window.index(of: 30_000)
    #expect(window == before)
    #expect(window.index(of: 9) == 9)
  }

  @Test func `the last index of a key is the end`() {
    var window = ReplayWindow()
    let last: UInt64 = (1 << 48) - 1
    window.commit(last)
    #expect(window.index(of: 0) == nil)
    let before = window.index(of: 65_534)
    #expect(before == last - 1)
  }

  @Test func `RTCP's window takes explicit indices`() {
    var window = SRTCPReplayWindow()
    #expect(window.accepts(0))
    window.commit(0)
    #expect(!window.accepts(0))
    window.commit(200)
    #expect(!window.accepts(72))
    #expect(window.accepts(73))
    #expect(window.accepts(201))
    #expect(!window.accepts(1 << 31))
  }
}
