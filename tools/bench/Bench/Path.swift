import Base
import CAllocations
import MediaControl
import Net
import SFU
import SimulatedPeers

/// How packets leave.
enum Sending {
  /// Each packet's copies at once.
  case alone
  /// Copies of all speakers' packets gather, and those for one listener leave as one send.
  case coalesced
  /// Into memory: what user space costs without the kernel.
  case nowhere
}

/// Roost's packet path over real sockets: receive, open, forward, seal, send.
struct Path: ~Copyable {
  private var world: World
  private var socket: UDPSocket
  private var ring = ReceiveRing(capacity: NetLimits.batchCountMax)
  private var sink: QueueSink
  private var memory = MemorySink()
  private let speakers: [Speaker]
  /// Heap blocks that the measured code asked for.
  private(set) var blocks: UInt64 = 0

  /// Connects `speakers` to `world`; its other peers listen.
  init(_ world: consuming World, speakers count: Int) throws {
    let any = SocketAddress(ip: .loopbackV4, port: 0)
    let server = try UDPSocket(bind: any, receiveBuffer: 4 << 20, sendBuffer: 4 << 20)
    let queue = try SendQueue(socket: server, capacity: 4_096)
    var speakers: [Speaker] = []
    for _ in 0..<count {
      let speaker = try UDPSocket(bind: any, receiveBuffer: 4_096, sendBuffer: 1 << 20)
      let client = try world.connect(at: speaker.localAddress)
      speakers.append(Speaker(queue: try SendQueue(socket: speaker, capacity: 64), client: client, speaker))
    }
    self.speakers = speakers
    sink = QueueSink(queue: queue)
    socket = server
    self.world = world
  }

  /// Lets every speaker say `packets` packets at once, `rounds` times.
  ///
  /// Gives the processor time of the path in nanoseconds for each forwarded packet.
  mutating func measure(rounds: Int, packets: Int, size: Int, _ sending: Sending) throws -> Double {
    var busy: Int64 = 0
    let before = world.endpoint.statistics.forwardedPackets
    let payload = [UInt8](repeating: 7, count: size - 28)
    for _ in 0..<rounds {
      world.now = world.now + .milliseconds(20)
      for speaker in speakers { speaker.say(payload, packets, to: socket.localAddress) }
      let blocksBefore = roost_allocation_count()
      let start = ThreadClock.busy().nanoseconds
      if sending == .nowhere { turnInMemory() } else { turn(sendsEach: sending == .alone) }
      busy += ThreadClock.busy().nanoseconds - start
      blocks += roost_allocation_count() - blocksBefore
    }
    let forwarded = world.endpoint.statistics.forwardedPackets - before
    guard forwarded > 0 else { throw BenchError.nothingForwarded }
    return Double(busy) / Double(forwarded)
  }

  mutating func forgetBlocks() { blocks = 0 }

  private mutating func turn(sendsEach: Bool) {
    while socket.receive(into: &ring) > 0 {
      for index in 0..<ring.count {
        let arrival = ring.arrival(index)
        ring.withDatagram(index) { datagram, count, source in
          world.endpoint.receive(
            &datagram, count: count, from: source, arrival: arrival, at: arrival, into: &sink,
            events: &world.events)
        }
        if sendsEach { transmit() }
      }
    }
    transmit()
  }

  private mutating func transmit() {
    let now = MonotonicClock.now()
    while world.endpoint.stagedSince != .distantFuture {
      world.endpoint.transmitStaged(at: now, budget: 2_048, into: &sink)
    }
    sink.queue.flush()
  }

  private mutating func turnInMemory() {
    while socket.receive(into: &ring) > 0 {
      for index in 0..<ring.count {
        ring.withDatagram(index) { datagram, count, source in
          world.endpoint.receive(
            &datagram, count: count, from: source, arrival: world.now, at: world.now, into: &memory,
            events: &world.events)
        }
        world.endpoint.transmitStaged(at: world.now, budget: .max, into: &memory)
      }
    }
  }
}

/// A peer that sends, over a socket of its own.
final class Speaker {
  private var queue: SendQueue
  private var client: WebRTCClient
  private let socket: UDPSocket

  init(queue: consuming SendQueue, client: consuming WebRTCClient, _ socket: consuming UDPSocket) {
    self.queue = queue
    self.client = client
    self.socket = socket
  }

  func say(_ payload: [UInt8], _ packets: Int, to address: SocketAddress) {
    for _ in 0..<packets {
      let packet = client.speak(payload)
      queue.transmit(to: address) { slot in
        for index in packet.indices { slot[index] = packet[index] }
        return packet.count
      }
    }
    queue.flush()
  }
}

/// The shard's send queue as the endpoint sees it.
struct QueueSink: ~Copyable, TransmitSink {
  var queue: SendQueue

  @inline(always)
  mutating func transmit(
    to address: SocketAddress, origin: Instant?, _ write: (inout MutableSpan<UInt8>) -> Int
  ) {
    queue.transmit(to: address, origin: origin, write)
  }

  /// There is one shard here.
  mutating func relay(
    to shard: ShardID, origin: Instant, _ write: (inout MutableSpan<UInt8>) -> Int
  ) -> Bool {
    false
  }
}

/// As many slots as a batch has, used in turn.
struct MemorySink: TransmitSink {
  private static let stride = NetLimits.slotCount + 64
  private var octets = [UInt8](repeating: 0, count: NetLimits.batchCountMax * stride)
  private var next = 0

  mutating func transmit(
    to address: SocketAddress, origin: Instant?, _ write: (inout MutableSpan<UInt8>) -> Int
  ) {
    let begin = next * MemorySink.stride
    next = (next + 1) % NetLimits.batchCountMax
    var all = octets.mutableSpan
    var slot = all._mutatingExtracting(begin..<(begin + NetLimits.slotCount))
    _ = write(&slot)
  }

  /// There is one shard here.
  mutating func relay(
    to shard: ShardID, origin: Instant, _ write: (inout MutableSpan<UInt8>) -> Int
  ) -> Bool {
    false
  }
}
