import Base
import Testing

/// Counts how often its owners were destroyed.
private final class Tally {
  var count = 0
}

/// An element that may not be copied and says when it goes.
private struct Resource: ~Copyable {
  let number: Int
  let tally: Tally

  deinit { tally.count += 1 }
}

@Suite struct SlabTests {
  @Test func `An element is found by its handle and changed in place`() {
    var slab = Slab<[Int]>(capacity: 2)
    guard let handle = slab.insert([1]) else {
      Issue.record("no room")
      return
    }
    slab[handle].append(2)
    #expect(slab[handle] == [1, 2] && slab.count == 1 && slab.capacity == 2)
  }

  @Test func `A full slab refuses and drops what it refuses`() {
    let tally = Tally()
    var slab = Slab<Resource>(capacity: 1)
    let first = slab.insert(Resource(number: 1, tally: tally))
    let second = slab.insert(Resource(number: 2, tally: tally))
    #expect(first != nil && second == nil && tally.count == 1 && slab.count == 1)
  }

  @Test func `A stale handle finds nothing, also when its slot has a new owner`() {
    var slab = Slab<Int>(capacity: 1)
    guard let stale = slab.insert(1) else { return }
    #expect(slab.remove(stale) == 1)
    #expect(!slab.contains(stale) && slab.remove(stale) == nil)
    guard let fresh = slab.insert(2) else { return }
    #expect(fresh.index == stale.index && fresh != stale)
    #expect(!slab.contains(stale) && slab.remove(stale) == nil && slab[fresh] == 2)
  }

  @Test(arguments: [
    Handle<Int>(index: 9, generation: 1), Handle<Int>(index: .max, generation: 1),
    Handle<Int>(index: 0, generation: 0), Handle<Int>(index: 0, generation: 2),
  ])
  func `A made-up handle finds nothing`(_ handle: Handle<Int>) {
    var slab = Slab<Int>(capacity: 4)
    _ = slab.insert(1)
    #expect(!slab.contains(handle) && slab.remove(handle) == nil)
  }

  @Test func `Every element is destroyed exactly once`() {
    let tally = Tally()
    do {
      var slab = Slab<Resource>(capacity: 8)
      var handles: [Handle<Resource>] = []
      for number in 0..<8 {
        if let handle = slab.insert(Resource(number: number, tally: tally)) { handles.append(handle) }
      }
      #expect(tally.count == 0)
      let removed = slab.remove(handles[3])
      #expect(tally.count == 0)
      _ = consume removed
      #expect(tally.count == 1)
      _ = slab.insert(Resource(number: 8, tally: tally))
    }
    #expect(tally.count == 9)
  }

  @Test func `A sweep meets every element once and no empty slot`() {
    var slab = Slab<Int>(capacity: 6)
    let handles = (0..<5).compactMap { slab.insert($0) }
    _ = slab.remove(handles[2])
    let met = (-1...6).compactMap { slab.handle(at: $0) }.map { slab[$0] }
    #expect(met.sorted() == [0, 1, 3, 4])
  }

  @Test func `A slab behaves like a dictionary under random use`() {
    let seed: UInt64 = 0x5EED_0020
    var random = SeededRandom(seed: seed)
    var slab = Slab<Int>(capacity: 16)
    var model: [Handle<Int>: Int] = [:]
    var known: [Handle<Int>] = []
    for step in 0..<5_000 {
      if random.below(2) == 0 || known.isEmpty {
        let handle = slab.insert(step)
        #expect((handle == nil) == (model.count == 16), "seed \(seed), step \(step)")
        if let handle {
          model[handle] = step
          known.append(handle)
        }
      } else {
        let handle = known[random.below(known.count)]
        let removed = slab.remove(handle)
        #expect(removed == model.removeValue(forKey: handle), "seed \(seed), step \(step)")
      }
      #expect(slab.count == model.count)
    }
  }

  @Test func `Reading through a stale handle stops the process`() async {
    await #expect(processExitsWith: .failure) {
      var slab = Slab<Int>(capacity: 1)
      guard let handle = slab.insert(1) else { return }
      _ = slab.remove(handle)
      _ = slab[handle]
    }
  }
}
