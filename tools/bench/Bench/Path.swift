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
  /// How often the measured code asked the runtime to retain or release something.
  private(set) var references: UInt64 = 0

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
    self.init(world, server, queue, speakers)
  }

  /// Connects somebody who shows a camera to `world`; its other peers, who take `codec` too, watch.
  init(_ world: consuming World, camera codec: VideoCodec) throws {
    let any = SocketAddress(ip: .loopbackV4, port: 0)
    let server = try UDPSocket(bind: any, receiveBuffer: 4 << 20, sendBuffer: 4 << 20)
    let queue = try SendQueue(socket: server, capacity: 4_096)
    let speaker = try UDPSocket(bind: any, receiveBuffer: 4_096, sendBuffer: 1 << 20)
    let client = try world.connect(at: speaker.localAddress, videoCodecs: [codec])
    var random = SeededRandom(seed: 1)
    let camera = VideoLayerSender(
      layer: 0, ssrc: 0xCA00_0000, rtxSSRC: 0xCA00_0001, rid: nil, codec: codec, random: &random)
    world.publish(client.admission.peer, camera.announcement(quality: 100))
    let shown = Speaker(queue: try SendQueue(socket: speaker, capacity: 64), client: client, speaker)
    shown.camera = camera
    self.init(world, server, queue, [shown])
  }

  private init(
    _ world: consuming World, _ server: consuming UDPSocket, _ queue: consuming SendQueue,
    _ speakers: [Speaker]
  ) {
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
      let (blocksBefore, referencesBefore) = (roost_allocation_count(), roost_reference_count())
      let start = ThreadClock.busy().nanoseconds
      if sending == .nowhere { turnInMemory() } else { turn(sendsEach: sending == .alone) }
      busy += ThreadClock.busy().nanoseconds - start
      blocks += roost_allocation_count() - blocksBefore
      references += roost_reference_count() - referencesBefore
    }
    let forwarded = world.endpoint.statistics.forwardedPackets - before
    guard forwarded > 0 else { throw BenchError.nothingForwarded }
    return Double(busy) / Double(forwarded)
  }

  /// Lets the camera begin with key frames, until everybody has its picture.
  mutating func begin(packets: Int, size: Int) throws {
    for _ in 0..<3 {
      for speaker in speakers { speaker.camera?.isKeyFrameDue = true }
      _ = try? measure(rounds: 1, packets: packets, size: size, .coalesced)
      world.now = world.now + .seconds(2)
    }
    _ = try measure(rounds: 1, packets: packets, size: size, .coalesced)
  }

  mutating func forgetCosts() { (blocks, references) = (0, 0) }

  private mutating func turn(sendsEach: Bool) {
    while socket.receive(into: &ring) > 0 {
      for index in 0..<ring.count {
        let arrival = ring.arrival(index)
        ring.withDatagram(index) { datagram, count, source in
          world.endpoint.receive(
            &datagram, count: count, from: source, arrival: arrival, at: world.now, into: &sink,
            events: &world.events)
        }
        if sendsEach { transmit() }
      }
    }
    transmit()
  }

  private mutating func transmit() {
    // By the machine's clock, which stamped the packets; the world's only makes 20 ms of each turn.
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
  /// What it shows instead of speaking.
  var camera: VideoLayerSender?
  private let socket: UDPSocket

  init(queue: consuming SendQueue, client: consuming WebRTCClient, _ socket: consuming UDPSocket) {
    self.queue = queue
    self.client = client
    self.socket = socket
  }

  func say(_ payload: [UInt8], _ packets: Int, to address: SocketAddress) {
    if let frame = camera?.frame(packets: packets, size: payload.count) {
      for packet in frame { send(client.show(packet), to: address) }
    } else {
      for _ in 0..<packets { send(client.speak(payload), to: address) }
    }
    queue.flush()
  }

  private func send(_ packet: [UInt8], to address: SocketAddress) {
    queue.transmit(to: address) { slot in
      for index in packet.indices { slot[index] = packet[index] }
      return packet.count
    }
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
