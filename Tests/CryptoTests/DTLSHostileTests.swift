import Base
import Crypto
import Testing

/// What may arrive on a port that DTLS shares with everything else.
@Suite struct DTLSHostileTests {
  static func drain(_ session: inout DTLSSession) -> Int {
    var count = 0
    while DTLSWorld.next(&session) != nil { count += 1 }
    return count
  }

  @Test func `garbage neither answers, ends nor stops a handshake`() throws {
    var random = SeededRandom(seed: 1)
    var world = try DTLSSessionTests.world()
    for _ in 0..<500 {
      let garbage = random.octets(1 + random.below(1_500))
      // A record type that DTLS knows would be read as one; those are tried below.
      guard !(20...63).contains(garbage[0]) else { continue }
      world.server.receive(garbage.span, at: .zero)
    }
    #expect(Self.drain(&world.server) == 0)
    world.exchange()
    #expect(Agreement(world.server.state) != nil)
    #expect(Agreement(world.client.state) != nil)
  }

  @Test func `garbage does not disturb an established session`() throws {
    var random = SeededRandom(seed: 2)
    var world = try DTLSSessionTests.world()
    world.exchange()
    let agreed = world.server.state
    for _ in 0..<2_000 {
      var garbage = random.octets(1 + random.below(300))
      if garbage.count > 13 && random.below(2) == 0 {
        garbage.replaceSubrange(
          0..<13, with: [UInt8(20 + random.below(4)), 254, 253, 0, UInt8(random.below(3)), 0, 0, 0, 0, 0, 9])
      }
      world.server.receive(garbage.span, at: .zero)
    }
    #expect(Self.drain(&world.server) <= 8)
    #expect(world.server.state == agreed)
  }

  @Test func `every truncation and bit flip of a ClientHello is survived`() throws {
    let context = try DTLSSessionTests.context()
    var client = try DTLSSession(client: context, at: .zero)
    let first = DTLSWorld.next(&client)
    let hello = try #require(first)
    for count in 0..<hello.count {
      var server = try DTLSSession(context)
      server.receive(Array(hello.prefix(count)).span, at: .zero)
      let answers = Self.drain(&server)
      #expect(answers <= 1, "cut to \(count)")
    }
    for bit in stride(from: 0, to: hello.count * 8, by: flipStride) {
      var forged = hello
      forged[bit / 8] ^= 1 << (bit % 8)
      var server = try DTLSSession(context)
      server.receive(forged.span, at: .zero)
      #expect(Self.drain(&server) <= 3, "bit \(bit)")
      #expect(Agreement(server.state) == nil)
    }
  }

  /// Flights of a real handshake, bent: octets changed, cut short, made longer, two joined, out of order.
  @Test func `any number of bent flights leave a session in a state that says so`() throws {
    var random = SeededRandom(seed: 3)
    var world = try DTLSSessionTests.world()
    world.exchange()
    let flights = try #require(world.sent[.up])
    let context = try DTLSSessionTests.context()
    var server = try DTLSSession(context)
    for run in 0..<fuzzRuns {
      // A session meets a few strange datagrams before it is given up.
      if run % 32 == 0 { server = try DTLSSession(context) }
      let datagram = Self.bend(flights[random.below(flights.count)], flights, &random)
      server.receive(datagram.span, at: Instant(nanoseconds: Int64(run)))
      if run % 8 == 0 { _ = Self.drain(&server) }
      // Another client's handshake can never be agreed with this server.
      guard Agreement(server.state) == nil else {
        Issue.record("agreed in run \(run)")
        return
      }
    }
  }

  private static func bend(
    _ datagram: [UInt8], _ others: [[UInt8]], _ random: inout SeededRandom
  ) -> [UInt8] {
    var bent = datagram
    switch random.below(4) {
    case 0: bent = Array(bent.prefix(random.below(bent.count + 1)))
    case 1: bent += others[random.below(others.count)]
    case 2: bent += random.octets(random.below(64))
    default: break
    }
    guard !bent.isEmpty else { return bent }
    for _ in 0..<random.below(6) {
      // Most of the meaning is in the headers at the front.
      let reach = random.below(2) == 0 ? min(32, bent.count) : bent.count
      bent[random.below(reach)] = UInt8(truncatingIfNeeded: random.next())
    }
    return bent
  }

  @Test func `damage to any datagram of a handshake never ends in different keys`() throws {
    let client = try DTLSSessionTests.context()
    let server = try DTLSSessionTests.context()
    var agreed = 0
    for seed in 0..<120 as Range<UInt64> {
      var random = SeededRandom(seed: seed)
      var world = try DTLSWorld(client: client, server: server)
      world.reshape = { datagram in
        guard random.below(2) == 0 else { return [datagram] }
        var damaged = datagram
        damaged[random.below(damaged.count)] ^= UInt8(1 << random.below(8))
        // The peer also sees the true one later, as after a retransmission.
        return random.below(2) == 0 ? [damaged] : [damaged, datagram]
      }
      world.run(until: .zero + .seconds(5))
      guard let atClient = Agreement(world.client.state), let atServer = Agreement(world.server.state)
      else { continue }
      #expect(atClient.ingress == atServer.egress, "seed \(seed)")
      #expect(atServer.peerFingerprint == client.fingerprint, "seed \(seed)")
      agreed += 1
    }
    #expect(agreed >= 20, "\(agreed) of 120")
  }

  @Test func `empty and oversized datagrams are ignored`() throws {
    var world = try DTLSSessionTests.world()
    let nothing: [UInt8] = []
    world.server.receive(nothing.span, at: .zero)
    world.server.receive([UInt8](repeating: 22, count: 2_049).span, at: .zero)
    #expect(world.server.state == .handshaking)
    world.exchange()
    #expect(Agreement(world.server.state) != nil)
  }

  @Test func `a flood of handshake beginnings stays one flight`() throws {
    var world = try DTLSSessionTests.world()
    let first = DTLSWorld.next(&world.client)
    let hello = try #require(first)
    for _ in 0..<1_000 { world.server.receive(hello.span, at: .zero) }
    #expect(Self.drain(&world.server) <= 2)
  }

  /// In the quick loop every seventh bit, in the long one every bit.
  let flipStride = fuzzRuns > 20_000 ? 1 : 7
}
