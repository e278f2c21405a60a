import Base
import CAllocations
import Net
import Testing

/// One thread's frames for another, and the bell that wakes it.
///
/// `swift test --sanitize=thread -Xswiftc -use-ld=lld --filter RelayRing`, with a `--scratch-path` of its own,
/// finds no race between the two threads. What the sanitizer says of `Synchronization.Mutex`, in tests with a
/// mailbox, is its own blindness: the lock is in a library that it does not instrument.
@Suite struct RelayRingTests {
  private struct Frame: Equatable {
    let octets: [UInt8]
    let number: Int64
  }

  private func ends(_ capacity: Int = 16_384) throws -> (RelayRing, SleepBell, WakeDescriptor) {
    let wake = try WakeDescriptor()
    return (RelayRing(capacity: capacity), SleepBell(wake), wake)
  }

  private func write(_ octets: [UInt8], _ number: Int64, to writer: inout RelayWriter) -> Bool {
    writer.write(origin: Instant(nanoseconds: number)) { slot in
      for index in octets.indices { slot[index] = octets[index] }
      return octets.count
    }
  }

  private func read(_ reader: inout RelayReader) -> Frame? {
    var result: Frame?
    _ = reader.read { frame, origin in
      var octets: [UInt8] = []
      for index in frame.indices { octets.append(frame[index]) }
      result = Frame(octets: octets, number: origin.nanoseconds)
    }
    return result
  }

  @Test func `Frames come out whole, once, in order and with their origin`() throws {
    let (ring, bell, _) = try ends()
    var writer = RelayWriter(ring, bell: bell)
    var reader = RelayReader(ring)
    var isEmpty = reader.isEmpty
    #expect(isEmpty)
    for number in 1...5 {
      _ = write([UInt8](repeating: UInt8(number), count: number * 37), Int64(number), to: &writer)
    }
    isEmpty = reader.isEmpty
    #expect(!isEmpty)
    for number in 1...5 {
      let frame = read(&reader)
      #expect(frame?.octets == [UInt8](repeating: UInt8(number), count: number * 37))
      #expect(frame?.number == Int64(number))
    }
    isEmpty = reader.isEmpty
    #expect(isEmpty)
    let none = read(&reader)
    #expect(none == nil)
  }

  @Test func `A full ring refuses and takes again what was made room for`() throws {
    let (ring, bell, _) = try ends()
    var writer = RelayWriter(ring, bell: bell)
    var reader = RelayReader(ring)
    var written = 0
    while write([UInt8](repeating: 7, count: 1_000), Int64(written), to: &writer) { written += 1 }
    // 1,016 octets a record, and room is kept for the longest.
    #expect((14...16).contains(written))
    var isTaken = write([1], 99, to: &writer)
    #expect(!isTaken)
    for number in 0..<3 {
      let frame = read(&reader)
      #expect(frame?.number == Int64(number))
    }
    isTaken = write([1], 99, to: &writer)
    #expect(isTaken)
    for number in 3..<written {
      let frame = read(&reader)
      #expect(frame?.number == Int64(number))
    }
    let last = read(&reader)
    #expect(last?.octets == [1])
  }

  @Test func `Nothing is published that was not filled`() throws {
    let (ring, bell, _) = try ends()
    var writer = RelayWriter(ring, bell: bell)
    let reader = RelayReader(ring)
    let isTaken = write([], 1, to: &writer)
    let isEmpty = reader.isEmpty
    #expect(isTaken && isEmpty)
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `Whatever sizes come and go, the ring gives what it took`(_ seed: UInt64) throws {
    let (ring, bell, _) = try ends()
    var writer = RelayWriter(ring, bell: bell)
    var reader = RelayReader(ring)
    var random = SeededRandom(seed: seed)
    var expected: [Frame] = []
    var number: Int64 = 0
    for _ in 0..<4_000 {
      if random.below(2) == 0 {
        let octets = random.octets(1 + random.below(NetLimits.relayFrameCount))
        if write(octets, number, to: &writer) { expected.append(Frame(octets: octets, number: number)) }
        number += 1
      } else if let frame = read(&reader) {
        let first = expected.removeFirst()
        #expect(frame == first)
      } else {
        #expect(expected.isEmpty)
      }
    }
    while let frame = read(&reader) {
      let first = expected.removeFirst()
      #expect(frame == first)
    }
    #expect(expected.isEmpty)
  }

  @Test(.enabled(if: roost_allocations_are_counted() == 1))
  func `A frame costs no heap block`() throws {
    let (ring, bell, _) = try ends()
    var writer = RelayWriter(ring, bell: bell)
    var reader = RelayReader(ring)
    var sum = 0
    let before = roost_allocation_count()
    for number in 0..<10_000 {
      _ = writer.write(origin: .zero) { slot in
        slot[0] = UInt8(truncatingIfNeeded: number)
        return 100
      }
      _ = reader.read { frame, _ in sum &+= Int(frame[0]) }
    }
    #expect(roost_allocation_count() == before && sum > 0)
  }

  @Test func `Between two threads nothing is lost, doubled or left lying`() throws {
    let (ring, bell, wake) = try ends(65_536)
    let count = 100_000
    let taken = Counter()
    let sender = try PinnedThread.start(name: "roost-test", cpu: nil) {
      var writer = RelayWriter(ring, bell: bell)
      var random = SeededRandom(seed: 5)
      for number in 0..<count {
        let octets = 8 + random.below(200)
        while !writer.write(
          origin: Instant(nanoseconds: Int64(number)),
          {
            for index in 0..<octets { $0[index] = UInt8(truncatingIfNeeded: number &+ index) }
            return octets
          })
        {}
        // The reader shall find nothing now and then, and lie down.
        if number % 1_000 == 0 { while taken.value <= UInt64(number) {} }
      }
    }
    let wrong = Locked(0)
    let reader = try PinnedThread.start(name: "roost-test", cpu: nil) {
      var reader = RelayReader(ring)
      guard var poll = try? EventPoll() else { return }
      try? poll.add(wake.descriptor, token: 1, interest: .readable)
      var next: Int64 = 0
      while next < Int64(count) {
        bell.lieDown()
        // A bell that is not rung would leave the thread here for ever.
        _ = try? poll.wait(until: reader.isEmpty ? .distantFuture : .zero)
        bell.rise()
        wake.clear()
        while reader.read({ frame, origin in
          var isRight = origin.nanoseconds == next
          for index in frame.indices where frame[index] != UInt8(truncatingIfNeeded: Int(next) &+ index) {
            isRight = false
          }
          if !isRight { wrong.withLock { $0 += 1 } }
        }) {
          next += 1
          taken.add()
        }
      }
    }
    sender.join()
    reader.join()
    #expect(wrong.withLock { $0 } == 0)
  }
}

@Suite struct RelayRingLimitTests {
  @Test(arguments: [0, 8_192, 20_000])
  func `A ring whose capacity is no power of two, or too small for its frames, is a mistake of ours`(
    _ capacity: Int
  ) async {
    await #expect(processExitsWith: .failure) { [capacity] in
      _ = RelayRing(capacity: capacity)
    }
  }
}
