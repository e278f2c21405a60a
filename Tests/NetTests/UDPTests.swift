import Base
import Glibc
import Net
import Testing

let anyLoopbackV4 = SocketAddress(ip: .loopbackV4, port: 0)
let anyLoopbackV6 = SocketAddress(ip: .loopbackV6, port: 0)

struct Arrival {
  let octets: [UInt8]
  let from: SocketAddress
  let at: Instant
}

func bound(_ address: SocketAddress) throws(NetError) -> UDPSocket {
  try UDPSocket(bind: address, receiveBuffer: 1 << 20, sendBuffer: 1 << 20)
}

/// Waits until `socket` has `count` datagrams; a broken test ends after ten seconds.
func received(
  _ socket: inout UDPSocket, _ ring: inout ReceiveRing, count: Int
) throws -> [Arrival] {
  var poll = try EventPoll()
  try poll.add(socket.descriptor, token: 1, interest: .readable)
  var result: [Arrival] = []
  let deadline = MonotonicClock.now() + .seconds(10)
  while result.count < count, try poll.wait(until: deadline) > 0 {
    for index in 0..<socket.receive(into: &ring) {
      let at = ring.arrival(index)
      ring.withDatagram(index) { slot, octets, from in
        result.append(Arrival(octets: (0..<octets).map { slot[$0] }, from: from, at: at))
      }
    }
  }
  return result
}

func received(_ socket: inout UDPSocket, count: Int) throws -> [Arrival] {
  var ring = ReceiveRing(capacity: NetLimits.batchCountMax)
  return try received(&socket, &ring, count: count)
}

func send(
  _ octets: [UInt8], to address: SocketAddress, origin: Instant? = nil, _ queue: inout SendQueue
) {
  queue.transmit(to: address, origin: origin) { slot in
    slot.store(octets.span, at: 0)
    return octets.count
  }
}

@Suite struct UDPTests {
  @Test(arguments: [anyLoopbackV4, anyLoopbackV6])
  func `A batch larger than one system call arrives whole and in order`(_ address: SocketAddress) throws {
    let sender = try bound(address)
    var receiver = try bound(address)
    var queue = try SendQueue(socket: sender, capacity: 256)
    for number in 0..<200 { send([UInt8(number), 7], to: receiver.localAddress, &queue) }
    #expect(queue.count == 200)
    queue.flush()
    #expect(queue.count == 0 && queue.sentCount == 200 && queue.refusedCount == 0)
    let arrived = try received(&receiver, count: 200)
    #expect(arrived.map(\.octets) == (0..<200).map { [UInt8($0), 7] })
    #expect(arrived.allSatisfy { $0.from == sender.localAddress })
  }

  @Test func `One socket on :: speaks both families, addresses keep one form`() throws {
    var server = try bound(SocketAddress(ip: IPAddress(high: 0, low: 0), port: 0))
    let port = server.localAddress.port
    #expect(port != 0)
    var v4 = try bound(anyLoopbackV4)
    var v6 = try bound(anyLoopbackV6)
    var queueV4 = try SendQueue(socket: v4, capacity: 4)
    var queueV6 = try SendQueue(socket: v6, capacity: 4)
    send([4], to: SocketAddress(ip: .loopbackV4, port: port), &queueV4)
    send([6], to: SocketAddress(ip: .loopbackV6, port: port), &queueV6)
    queueV4.flush()
    queueV6.flush()
    let arrived = try received(&server, count: 2).sorted { $0.octets[0] < $1.octets[0] }
    #expect(arrived.map(\.from) == [v4.localAddress, v6.localAddress])

    var answers = try SendQueue(socket: server, capacity: 4)
    for datagram in arrived { send(datagram.octets + [1], to: datagram.from, &answers) }
    answers.flush()
    let answerV4 = try received(&v4, count: 1)
    let answerV6 = try received(&v6, count: 1)
    #expect(answerV4.map(\.octets) == [[4, 1]] && answerV6.map(\.octets) == [[6, 1]])
    #expect(answerV4.map(\.from) == [SocketAddress(ip: .loopbackV4, port: port)])
    #expect(answerV6.map(\.from) == [SocketAddress(ip: .loopbackV6, port: port)])
  }

  @Test func `An empty socket gives nothing and does not block`() throws {
    var socket = try bound(anyLoopbackV4)
    var ring = ReceiveRing(capacity: 4)
    let count = socket.receive(into: &ring)
    #expect(count == 0 && ring.count == 0 && ring.errorCount == 0)
  }

  @Test func `A datagram that fills its slot arrives, a larger one is counted`() throws {
    let sender = try bound(anyLoopbackV4)
    var receiver = try bound(anyLoopbackV4)
    var queue = try SendQueue(socket: sender, capacity: 2)
    let full = [UInt8](repeating: 9, count: NetLimits.slotCount)
    sendLarge(full + [9], to: receiver.localAddress)
    send(full, to: receiver.localAddress, &queue)
    queue.flush()
    var ring = ReceiveRing(capacity: 4)
    let arrived = try received(&receiver, &ring, count: 2)
    #expect(arrived.map(\.octets) == [[], full] && ring.oversizedCount == 1)
  }

  // A plain system call: a send queue has no slot for so many octets.
  private func sendLarge(_ octets: [UInt8], to address: SocketAddress) {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(descriptor) }
    var target = sockaddr_in()
    target.sin_family = sa_family_t(AF_INET)
    target.sin_port = address.port.bigEndian
    target.sin_addr.s_addr = (address.ip.v4 ?? 0).bigEndian
    // A sockaddr_in begins as a sockaddr does; both outlast the call.
    let sent = unsafe withUnsafePointer(to: &target) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe sendto(
          descriptor, octets, octets.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    #expect(sent == octets.count)
  }

  @Test func `Nothing written is nothing sent`() throws {
    let sender = try bound(anyLoopbackV4)
    var queue = try SendQueue(socket: sender, capacity: 2)
    queue.transmit(to: sender.localAddress) { _ in 0 }
    #expect(queue.count == 0)
  }

  @Test func `A full queue flushes itself and goes round`() throws {
    let sender = try bound(anyLoopbackV4)
    var receiver = try bound(anyLoopbackV4)
    var queue = try SendQueue(socket: sender, capacity: 4)
    for number in 0..<10 {
      send([UInt8(number)], to: receiver.localAddress, &queue)
      if number == 1 { queue.flush() }
    }
    queue.flush()
    let arrived = try received(&receiver, count: 10)
    #expect(arrived.map(\.octets) == (0..<10).map { [UInt8($0)] })
    #expect(queue.sentCount == 10 && queue.overflowCount == 0)
  }

  @Test func `A datagram that the kernel refuses holds nobody up`() throws {
    let sender = try bound(anyLoopbackV4)
    var receiver = try bound(anyLoopbackV4)
    var queue = try SendQueue(socket: sender, capacity: 8)
    send([1], to: receiver.localAddress, &queue)
    // The wrong family for this socket, and port 0, which is invalid.
    send([2], to: SocketAddress(ip: .loopbackV6, port: 9), &queue)
    send([3], to: SocketAddress(ip: .loopbackV4, port: 0), &queue)
    send([4], to: receiver.localAddress, &queue)
    queue.flush()
    #expect(queue.count == 0 && queue.sentCount == 2 && queue.refusedCount == 2)
    let arrived = try received(&receiver, count: 2)
    #expect(arrived.map(\.octets) == [[1], [4]])
  }

  @Test func `Sending into a closed port disturbs nothing`() throws {
    var socket = try bound(anyLoopbackV4)
    let closed = try closedAddress()
    var queue = try SendQueue(socket: socket, capacity: 8)
    for _ in 0..<3 {
      send([1], to: closed, &queue)
      queue.flush()
    }
    send([2], to: socket.localAddress, &queue)
    queue.flush()
    #expect(queue.count == 0)
    let arrived = try received(&socket, count: 1)
    #expect(arrived.map(\.octets) == [[2]])
  }

  private func closedAddress() throws(NetError) -> SocketAddress {
    let socket = try bound(anyLoopbackV4)
    return socket.localAddress
  }

  @Test func `Buffers are set and read back`() throws {
    let small = try UDPSocket(bind: anyLoopbackV4, receiveBuffer: 16_384, sendBuffer: 16_384)
    let large = try UDPSocket(bind: anyLoopbackV4, receiveBuffer: 131_072, sendBuffer: 131_072)
    let receive = [small.receiveBufferCount, large.receiveBufferCount]
    let send = [small.sendBufferCount, large.sendBufferCount]
    #expect(receive[0] >= 16_384 && receive[1] > receive[0])
    #expect(send[0] >= 16_384 && send[1] > send[0])
  }

  @Test func `A taken address is an error that names it`() throws {
    let first = try bound(anyLoopbackV4)
    do {
      _ = try bound(first.localAddress)
      Issue.record("bound twice")
    } catch {
      #expect(error.operation == .bind)
      let address = first.localAddress
      #expect(error.description == "cannot bind UDP socket to \(address): Address already in use")
    }
  }
}
