import Base
import Testing

/// The heap against a sorted list.
@Suite struct DeadlineQueueTests {
  @Test(arguments: 0..<10)
  func `The deadline queue gives back in order of time`(_ seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    var queue = DeadlineQueue<Int>()
    var model: [Int] = []
    for _ in 0..<300 {
      if random.below(3) > 0 {
        let due = random.below(1_000)
        queue.insert(due, due: Instant(nanoseconds: Int64(due)))
        model.append(due)
      } else {
        let now = random.below(1_000)
        let expected = model.min().flatMap { $0 <= now ? $0 : nil }
        #expect(queue.popDue(at: Instant(nanoseconds: Int64(now))) == expected)
        if let expected, let index = model.firstIndex(of: expected) { model.remove(at: index) }
      }
      #expect(queue.earliest.nanoseconds == model.min().map { Int64($0) } ?? .max)
      #expect(queue.count == model.count)
    }
  }
}
