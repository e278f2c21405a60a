import Base
import Net
import SFU
import SimulatedPeers

/// What an attacker can send without a key.
enum Hostility: String, CaseIterable {
  case garbage = "garbage"
  case strangerRTP = "RTP from an unknown address"
  case replayedRTP = "replayed RTP"
  case forgedRTP = "RTP with a forged tag"
  case strangerSTUN = "STUN for an unknown user fragment"
  case forgedSTUN = "STUN with a wrong integrity"
  case strangerHello = "ClientHello from an unchecked address"
}

/// One speaker, one listener and one attacker, over real sockets.
struct Flood: ~Copyable {
  private var world: World
  private var socket: UDPSocket
  private var ring = ReceiveRing(capacity: NetLimits.batchCountMax)
  private var sink: QueueSink
  private let member: Sender
  private let stranger: Sender
  private var speaker: WebRTCClient
  private let recorded: [UInt8]
  private let hello: [UInt8]

  private static let payload = [UInt8](repeating: 7, count: 72)

  /// Connects the speaker, and the listener that receives at `listener`.
  init(listener: SocketAddress) throws {
    let any = SocketAddress(ip: .loopbackV4, port: 0)
    let server = try UDPSocket(bind: any, receiveBuffer: 4 << 20, sendBuffer: 4 << 20)
    let queue = try SendQueue(socket: server, capacity: 4_096)
    let member = try Sender()
    let stranger = try Sender()
    var world = try World(peers: 8)
    _ = try world.connect(at: listener)
    var speaker = try world.connect(at: member.address)
    hello = try world.stranger(at: stranger.address)
    recorded = speaker.speak(Flood.payload)
    self.member = member
    self.stranger = stranger
    self.speaker = speaker
    self.world = world
    sink = QueueSink(queue: queue)
    socket = server
    member.send(recorded, to: socket.localAddress)
    _ = turn()
  }

  /// Processor time for each packet of the speaker that is forwarded to the listener, in nanoseconds.
  mutating func forward(rounds: Int) throws -> Double {
    let before = world.endpoint.statistics.forwardedPackets
    var busy: Int64 = 0
    for _ in 0..<rounds {
      world.now = world.now + .milliseconds(20)
      for _ in 0..<Flood.perRound { member.send(speaker.speak(Flood.payload), to: socket.localAddress) }
      busy += turn()
    }
    let count = world.endpoint.statistics.forwardedPackets - before
    guard count == UInt64(rounds * Flood.perRound) else { throw BenchError.nothingForwarded }
    return Double(busy) / Double(count)
  }

  /// Processor time for each datagram of an attack, in nanoseconds.
  mutating func measure(_ hostility: Hostility, rounds: Int) throws -> Double {
    let before = world.endpoint.statistics
    var busy: Int64 = 0
    for round in 0..<rounds {
      world.now = world.now + .milliseconds(20)
      for index in 0..<Flood.perRound { send(hostility, number: UInt32(round * Flood.perRound + index)) }
      busy += turn()
    }
    let after = world.endpoint.statistics
    let count = after.receivedPackets - before.receivedPackets
    guard after.forwardedPackets == before.forwardedPackets, count == UInt64(rounds * Flood.perRound) else {
      throw BenchError.nothingForwarded
    }
    return Double(busy) / Double(count)
  }

  private static let perRound = 64

  private mutating func send(_ hostility: Hostility, number: UInt32) {
    let server = socket.localAddress
    switch hostility {
    case .garbage: stranger.send([UInt8](repeating: 0xFF, count: 100), to: server)
    case .strangerRTP: stranger.send(recorded, to: server)
    case .replayedRTP: member.send(recorded, to: server)
    case .forgedRTP:
      var packet = recorded
      // A sequence number that is new, so that only the tag can tell.
      let next = speaker.sequenceNumber &+ 1 &+ UInt16(number % 64)
      packet[2] = UInt8(next >> 8)
      packet[3] = UInt8(next & 0xFF)
      member.send(packet, to: server)
    case .strangerSTUN:
      stranger.send(
        STUNMessage.check(
          username: "nobody\(number):x", password: "x", transaction: UInt64(number), priority: 1,
          isNominating: true), to: server)
    case .forgedSTUN:
      stranger.send(speaker.check(isNominating: true, password: "guess \(number)"), to: server)
    case .strangerHello: stranger.send(hello, to: server)
    }
  }

  /// Takes in and sends what there is, each packet as it comes; gives the processor time in nanoseconds.
  private mutating func turn() -> Int64 {
    let start = ThreadClock.busy().nanoseconds
    while socket.receive(into: &ring) > 0 {
      for index in 0..<ring.count {
        ring.withDatagram(index) { datagram, count, source in
          world.endpoint.receive(
            &datagram, count: count, from: source, arrival: world.now, at: world.now, into: &sink,
            events: &world.events)
        }
        world.endpoint.transmitStaged(at: world.now, budget: .max, into: &sink)
        sink.queue.flush()
      }
    }
    return ThreadClock.busy().nanoseconds - start
  }
}

/// A socket that sends one datagram at a time, so that the kernel joins none.
final class Sender {
  private var queue: SendQueue
  private let socket: UDPSocket

  var address: SocketAddress { socket.localAddress }

  init() throws {
    let any = SocketAddress(ip: .loopbackV4, port: 0)
    let socket = try UDPSocket(bind: any, receiveBuffer: 4_096, sendBuffer: 1 << 20)
    queue = try SendQueue(socket: socket, capacity: 64)
    self.socket = socket
  }

  func send(_ octets: [UInt8], to address: SocketAddress) {
    queue.transmit(to: address) { slot in
      for index in octets.indices { slot[index] = octets[index] }
      return octets.count
    }
    queue.flush()
  }
}
