import Base
import CAllocations
import Glibc
import Net
import Testing

/// Runs of datagrams for one destination that leave as one segmented send.
@Suite struct RunTests {
  private func octets(_ number: Int, _ count: Int) -> [UInt8] {
    var octets = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: count)
    octets[0] = UInt8(truncatingIfNeeded: number >> 8)
    return octets
  }

  @Test func `Equal datagrams for one destination in a row are one send`() throws {
    let sender = try bound(anyLoopbackV4)
    var first = try bound(anyLoopbackV4)
    var second = try bound(anyLoopbackV4)
    var queue = try SendQueue(socket: sender, capacity: 64)
    for number in 0..<10 { send(octets(number, 100), to: first.localAddress, &queue) }
    for number in 0..<10 { send(octets(number, 50), to: second.localAddress, &queue) }
    queue.flush()
    #expect(queue.sentCount == 20 && queue.runCount == 2)
    let atFirst = try received(&first, count: 10)
    let atSecond = try received(&second, count: 10)
    #expect(atFirst.map(\.octets) == (0..<10).map { octets($0, 100) })
    #expect(atSecond.map(\.octets) == (0..<10).map { octets($0, 50) })
  }

  @Test(arguments: [
    ([80, 80, 80], 1), ([80, 80, 60], 1), ([80, 60, 80], 2), ([60, 80, 80], 2), ([80, 60, 60], 2),
    ([80, 60, 50], 2), ([1, 1, 1, 1], 1),
  ])
  func `Only the last datagram of a run is shorter`(_ counts: [Int], _ runs: Int) throws {
    let sender = try bound(anyLoopbackV6)
    var receiver = try bound(anyLoopbackV6)
    var queue = try SendQueue(socket: sender, capacity: 8)
    for (number, count) in counts.enumerated() {
      send(octets(number, count), to: receiver.localAddress, &queue)
    }
    queue.flush()
    #expect(queue.runCount == UInt64(runs))
    let arrived = try received(&receiver, count: counts.count)
    #expect(arrived.map(\.octets) == counts.enumerated().map { octets($0.offset, $0.element) })
  }

  @Test(arguments: [(10, 150, 3), (1_400, 100, 3), (1_024, 64, 2)])
  func `A run ends at 64 datagrams and at 65,507 octets`(_ size: Int, _ count: Int, _ runs: Int) throws {
    let sender = try bound(anyLoopbackV4)
    var receiver = try bound(anyLoopbackV4)
    var queue = try SendQueue(socket: sender, capacity: 256)
    for number in 0..<count { send(octets(number, size), to: receiver.localAddress, &queue) }
    queue.flush()
    #expect(queue.runCount == UInt64(runs) && queue.refusedCount == 0)
    let arrived = try received(&receiver, count: count)
    #expect(arrived.map(\.octets) == (0..<count).map { octets($0, size) })
  }

  @Test(arguments: [1, 2, 3, 4])
  func `Whatever is sent to whom, everything arrives unchanged and in order`(_ seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let sender = try bound(anyLoopbackV4)
    var queue = try SendQueue(socket: sender, capacity: 128)
    var receivers = Receivers()
    for _ in 0..<12 { receivers.append(try bound(anyLoopbackV4)) }
    var expected = [[[UInt8]]](repeating: [], count: 12)
    var to = 0
    for number in 0..<2_000 {
      if random.next() % 3 == 0 { to = Int(random.next() % 12) }
      let datagram = octets(number, [40, 40, 60, 60, 80, 1_300][Int(random.next() % 6)])
      expected[to].append(datagram)
      send(datagram, to: receivers.addresses[to], &queue)
      if random.next() % 50 == 0 { queue.flush() }
    }
    queue.flush()
    #expect(queue.sentCount == 2_000 && queue.runCount < 1_900, "seed \(seed)")
    for to in 0..<12 {
      let arrived = try receivers.take(to, count: expected[to].count)
      #expect(arrived == expected[to], "seed \(seed), receiver \(to)")
    }
  }

  @Test func `Where the kernel refuses segments everything leaves one by one from then on`() throws {
    let sender = try bound(anyLoopbackV4)
    var receiver = try bound(anyLoopbackV4)
    var queue = try SendQueue(socket: sender, capacity: 64)
    // A socket that sends no checksums cannot segment: udp(7) answers EINVAL.
    var off: Int32 = 1
    // `off` outlasts the call.
    let code = unsafe setsockopt(sender.descriptor, SOL_SOCKET, SO_NO_CHECK, &off, socklen_t(4))
    try #require(code == 0)
    for number in 0..<10 { send(octets(number, 100), to: receiver.localAddress, &queue) }
    queue.flush()
    #expect(queue.sentCount == 10 && queue.segmentationRefusedCount == 1 && !queue.isSegmenting)
    for number in 10..<20 { send(octets(number, 100), to: receiver.localAddress, &queue) }
    queue.flush()
    #expect(queue.sentCount == 20 && queue.segmentationRefusedCount == 1 && queue.refusedCount == 0)
    let arrived = try received(&receiver, count: 20)
    #expect(arrived.map(\.octets) == (0..<20).map { octets($0, 100) })
  }

  @Test func `A run for an address that the kernel refuses does not end segmentation`() throws {
    let sender = try bound(anyLoopbackV4)
    var queue = try SendQueue(socket: sender, capacity: 64)
    for _ in 0..<5 { send([1, 2], to: SocketAddress(ip: .loopbackV4, port: 0), &queue) }
    queue.flush()
    #expect(queue.isSegmenting && queue.refusedCount == 5 && queue.count == 0 && queue.sentCount == 0)
  }

  @Test func `A full batch leaves when the next destination begins, its last run whole`() throws {
    let sender = try bound(anyLoopbackV4)
    var queue = try SendQueue(socket: sender, capacity: 1_024)
    for port in 1...100 {
      for _ in 0..<3 { send([1], to: SocketAddress(ip: .loopbackV4, port: UInt16(port)), &queue) }
    }
    #expect(queue.count == 3 * (100 - NetLimits.batchCountMax))
    #expect(queue.runCount == UInt64(NetLimits.batchCountMax))
    queue.flush()
    #expect(queue.count == 0 && queue.runCount == 100 && queue.sentCount == 300)
  }

  @Test func `Datagrams with others between them are no run, and keep their order`() throws {
    let sender = try bound(anyLoopbackV4)
    var first = try bound(anyLoopbackV4)
    let second = try bound(anyLoopbackV4)
    var queue = try SendQueue(socket: sender, capacity: 64)
    for number in 0..<10 {
      send(octets(number, 100), to: first.localAddress, &queue)
      send(octets(number, 50), to: second.localAddress, &queue)
    }
    queue.flush()
    #expect(queue.sentCount == 20 && queue.runCount == 20)
    let atFirst = try received(&first, count: 10)
    #expect(atFirst.map(\.octets) == (0..<10).map { octets($0, 100) })
  }

  @Test func `Latency counts from the origin to the send`() throws {
    let sender = try bound(anyLoopbackV4)
    var receiver = try bound(anyLoopbackV4)
    var queue = try SendQueue(socket: sender, capacity: 8)
    send([0], to: receiver.localAddress, &queue)
    let origin = MonotonicClock.now() - .milliseconds(2)
    for number in 1...3 { send([UInt8(number)], to: receiver.localAddress, origin: origin, &queue) }
    queue.flush()
    // Two milliseconds and the time of the test itself; below 1 ms lies nothing.
    #expect(queue.latency.count == 3 && queue.latency.cumulativeCount(9) == 0)
    #expect(queue.latency.sum >= .milliseconds(6))
    let arrived = try received(&receiver, count: 4)
    #expect(arrived.count == 4)
  }

  @Test func `A datagram bears the time at which it reached the machine`() throws {
    let sender = try bound(anyLoopbackV4)
    var receiver = try bound(anyLoopbackV4)
    var queue = try SendQueue(socket: sender, capacity: 8)
    // The kernel begins to stamp a moment after the first socket asks, and a busy machine may stop us
    // between two lines: one of many datagrams is enough.
    var isStamped = false
    for _ in 0..<500 where !isStamped {
      let begin = MonotonicClock.now()
      send([1], to: receiver.localAddress, &queue)
      queue.flush()
      let sent = MonotonicClock.now()
      // Whatever passes between sending and receiving is not in the stamp.
      while MonotonicClock.now() - sent < .milliseconds(2) {}
      let arrived = try received(&receiver, count: 1)
      let at = try #require(arrived.first).at
      isStamped = at > begin - .milliseconds(1) && at < sent + .milliseconds(1)
    }
    #expect(isStamped)
  }

  @Test(.enabled(if: roost_allocations_are_counted() == 1))
  func `Neither sending nor receiving allocates`() throws {
    let sender = try bound(anyLoopbackV4)
    var receiver = try bound(anyLoopbackV4)
    var queue = try SendQueue(socket: sender, capacity: 256)
    var ring = ReceiveRing(capacity: 64)
    let address = receiver.localAddress
    var before: UInt64 = 0
    var count = 0
    for round in 0..<20 {
      // The first round makes what is made once.
      if round == 1 { before = roost_allocation_count() }
      let origin = MonotonicClock.now()
      for number in 0..<100 {
        queue.transmit(to: address, origin: origin) { slot in
          slot[0] = UInt8(number)
          return 80
        }
      }
      queue.flush()
      for index in 0..<receiver.receive(into: &ring) {
        count += ring.withDatagram(index) { _, octets, _ in octets > 0 ? 1 : 0 }
      }
    }
    #expect(roost_allocation_count() == before)
    #expect(count > 0)
  }
}

/// Sockets cannot be copied, so that an array cannot hold them.
private struct Receivers: ~Copyable {
  private var sockets: [12 of Box?] = .init(repeating: nil)
  private(set) var addresses: [SocketAddress] = []

  final class Box {
    var socket: UDPSocket
    init(_ socket: consuming UDPSocket) { self.socket = socket }
  }

  mutating func append(_ socket: consuming UDPSocket) {
    let address = socket.localAddress
    sockets[addresses.count] = Box(socket)
    addresses.append(address)
  }

  func take(_ index: Int, count: Int) throws -> [[UInt8]] {
    let box = try #require(sockets[index])
    return try received(&box.socket, count: count).map(\.octets)
  }
}
