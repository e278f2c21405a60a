import Base
import Crypto
import Testing

/// Two DTLS ends and the datagrams between them, in virtual time.
struct DTLSWorld: ~Copyable {
  static let start = WallTime(milliseconds: 1_790_000_000_000)

  var client: DTLSSession
  var server: DTLSSession
  var now = Instant.zero
  /// Whether the nth datagram of a direction is lost.
  var isLost: (Direction, Int) -> Bool = { _, _ in false }
  /// What becomes of a client's datagram on its way.
  var reshape: ([UInt8]) -> [[UInt8]] = { [$0] }
  var sent: [Direction: [[UInt8]]] = [.up: [], .down: []]

  enum Direction: Hashable, Sendable { case up, down }

  init(
    client: DTLSContext, server: DTLSContext
  ) throws {
    let clientSession = try DTLSSession(client: client, at: .zero)
    let serverSession = try DTLSSession(server)
    self.client = clientSession
    self.server = serverSession
  }

  /// Carries datagrams until both ends are silent.
  mutating func exchange() {
    var isBusy = true
    while isBusy {
      isBusy = false
      while let datagram = Self.next(&client) {
        isBusy = true
        if record(datagram, .up) { continue }
        for piece in reshape(datagram) { server.receive(piece.span, at: now) }
      }
      while let datagram = Self.next(&server) {
        isBusy = true
        if record(datagram, .down) { continue }
        client.receive(datagram.span, at: now)
      }
    }
  }

  /// Exchanges, then jumps from deadline to deadline until nobody waits or `limit` is reached.
  mutating func run(until limit: Instant = .zero + .seconds(60)) {
    exchange()
    while let deadline = [client.deadline, server.deadline].compactMap({ $0 }).min(), deadline <= limit {
      now = deadline
      client.expire(at: now)
      server.expire(at: now)
      exchange()
    }
  }

  private mutating func record(_ datagram: [UInt8], _ direction: Direction) -> Bool {
    let index = sent[direction]?.count ?? 0
    sent[direction]?.append(datagram)
    return isLost(direction, index)
  }

  static func next(_ session: inout DTLSSession) -> [UInt8]? {
    edited([], room: 1_500) { session.nextDatagram(into: &$0) }
  }
}

/// What an established session agreed, flattened for comparison.
struct Agreement: Hashable {
  let ingress: SRTPMaterial
  let egress: SRTPMaterial
  let peerFingerprint: [UInt8]

  init?(_ state: DTLSState) {
    guard case .established(let ingress, let egress, let peerFingerprint) = state else { return nil }
    self.ingress = ingress
    self.egress = egress
    self.peerFingerprint = peerFingerprint
  }
}
