import Base
import MediaControl
import SFU
import SimulatedPeers

/// A room of UDP clients, each of which may speak and hears what it is sent.
struct Hall: ~Copyable {
  /// Clients cannot be copied, so that an array cannot hold them.
  final class Seat {
    var client: VoiceClient
    let number: UInt64
    var version: UInt64 = 1
    var heard: [HeardPacket] = []
    /// What it has said, in order.
    private(set) var spoken: UInt8 = 0

    init(_ client: consuming VoiceClient, _ number: UInt64) {
      self.client = client
      self.number = number
    }

    var peer: PeerID { client.admission.peer }
    var address: SocketAddress { client.address }

    /// The next packet: who said it, and how many before.
    func speak(count: Int = 2) -> [UInt8] {
      defer { spoken &+= 1 }
      return client.speak(
        [UInt8(truncatingIfNeeded: number), spoken] + [UInt8](repeating: 0, count: max(count - 2, 0)))
    }

    /// What it has heard of `other`, by number.
    func heard(of other: Seat) -> [UInt8] {
      heard.filter { $0.ssrc == other.client.admission.ssrc }.map { $0.payload[1] }
    }
  }

  var stage: Stage
  private(set) var seats: [Seat]
  private var next: UInt64

  init(_ count: Int, _ configuration: EndpointConfiguration = EndpointConfiguration()) throws {
    var stage = try Stage(configuration)
    var seats: [Seat] = []
    for number in 1...UInt64(count) { seats.append(Seat(try stage.voiceClient(number), number)) }
    self.stage = stage
    self.seats = seats
    next = UInt64(count) + 1
  }

  @discardableResult
  mutating func join(room: RoomID = Stage.room) throws -> Seat {
    let seat = Seat(try stage.voiceClient(next, room: room), next)
    next += 1
    seats.append(seat)
    return seat
  }

  mutating func leave(_ seat: Seat) {
    stage.perform(.remove(seat.peer))
    seats.removeAll { $0 === seat }
  }

  mutating func permit(_ seat: Seat, speak: Bool = true, hear: Bool = true) {
    seat.version += 1
    let permissions = MediaPermissions(
      version: seat.version, maySpeak: speak, mayShow: true, mayHear: hear)
    stage.perform(.permit(seat.peer, permissions))
  }

  /// Gives the endpoint the seat's next packet, which waits there.
  mutating func say(_ seat: Seat, count: Int = 2) {
    stage.stage(seat.speak(count: count), from: seat.client.address)
  }

  /// One call of the endpoint; gives how many packets it sent.
  @discardableResult
  mutating func transmit(budget: Int) -> Int {
    stage.endpoint.transmitStaged(at: stage.now, budget: budget, into: &stage.outbox)
    return deliver().count
  }

  mutating func transmitAll() {
    while stage.endpoint.stagedSince != .distantFuture { transmit(budget: 1_000) }
  }

  /// Gives each datagram to its receiver, who must be able to open it.
  @discardableResult
  mutating func deliver() -> [Datagram] {
    let datagrams = stage.outbox.take()
    for datagram in datagrams {
      guard let seat = seats.first(where: { $0.client.address == datagram.address }) else { continue }
      if let packet = seat.client.hear(datagram.octets) { seat.heard.append(packet) }
    }
    return datagrams
  }
}
