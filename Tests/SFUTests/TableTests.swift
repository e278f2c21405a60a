import Base
import SFU
import Testing

@Suite struct TableTests {
  @Test func `The open table agrees with a dictionary, also when it is full`() {
    for seed in 0..<20 {
      var random = SeededRandom(seed: UInt64(seed))
      var table = OpenTable<UInt32, Int>(capacity: 40, seed: random.next())
      var model: [UInt32: Int] = [:]
      for step in 0..<4_000 {
        let key = UInt32(random.below(90))
        switch random.below(3) {
        case 0:
          let fits = model[key] != nil || model.count < 40
          #expect(table.insert(step, for: key) == fits)
          if fits { model[key] = step }
        case 1:
          table.remove(key)
          model[key] = nil
        default:
          #expect(table[key] == model[key], "seed \(seed), step \(step)")
        }
        #expect(table.count == model.count)
      }
      for key in 0..<90 as Range<UInt32> { #expect(table[key] == model[key]) }
    }
  }

  @Test func `Deadlines come out in order, whatever was moved before`() {
    for seed in 0..<20 {
      var random = SeededRandom(seed: UInt64(seed))
      var queue = OwnerDeadlines(owners: 50)
      var model = [Instant?](repeating: nil, count: 50)
      var now = Instant.zero
      for _ in 0..<2_000 {
        let owner = random.below(50)
        if random.below(4) == 0 {
          queue.set(.distantFuture, for: owner)
          model[owner] = nil
        } else {
          let deadline = now + .milliseconds(Int64(random.below(500)))
          queue.set(deadline, for: owner)
          model[owner] = deadline
        }
        #expect(queue.earliest == model.compactMap { $0 }.min() ?? .distantFuture)
        now = now + .milliseconds(Int64(random.below(20)))
        while let expired = queue.popExpired(at: now) {
          let deadline = model[expired]
          #expect(deadline == model.compactMap { $0 }.min() && deadline ?? .distantFuture <= now)
          model[expired] = nil
        }
        #expect(!model.contains { $0 ?? .distantFuture <= now })
      }
    }
  }

  @Test func `Every reason to drop has a place among a peer's counts`() {
    #expect(DropReason.allCases.count <= 64)
    #expect(DropReason.allCases.map { Int($0.rawValue) } == Array(0..<DropReason.allCases.count))
  }
}
