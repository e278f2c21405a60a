import Base
import Crypto
import Testing

@Suite struct DTLSSessionTests {
  static let preferred: [SRTPProfile] = [.aeadAES128GCM, .aeadAES256GCM, .aes128CMHMACSHA1_80]

  static func context(
    profiles: [SRTPProfile] = preferred, mtu: Int = 1_200
  ) throws -> DTLSContext {
    try DTLSContext(certificate: .selfSigned(at: DTLSWorld.start), mtu: mtu, profiles: profiles)
  }

  static func world(offering profiles: [SRTPProfile] = preferred) throws -> DTLSWorld {
    try DTLSWorld(client: context(profiles: profiles), server: context())
  }

  @Test(arguments: SRTPProfile.allCases)
  func `both ends agree on keys and see each other's certificate`(_ profile: SRTPProfile) throws {
    let client = try Self.context(profiles: [profile])
    let server = try Self.context()
    var world = try DTLSWorld(client: client, server: server)
    world.exchange()
    let atClient = try #require(Agreement(world.client.state))
    let atServer = try #require(Agreement(world.server.state))
    #expect(atClient.ingress == atServer.egress)
    #expect(atClient.egress == atServer.ingress)
    #expect(atClient.ingress != atClient.egress)
    #expect(atServer.ingress.profile == profile)
    #expect(atServer.ingress.key.count == profile.keyCount)
    #expect(atServer.ingress.salt.count == profile.saltCount)
    #expect(atClient.peerFingerprint == server.fingerprint)
    #expect(atServer.peerFingerprint == client.fingerprint)
    #expect(world.client.deadline == nil)
    #expect(world.server.deadline == nil)
    // The keys work.
    var sealer = try SRTPSealer(atClient.egress)
    var opener = try SRTPOpener(atServer.ingress)
    let plain = rtpPacket(ssrc: 7, sequenceNumber: 1, payload: [1, 2, 3])
    let sealed = try #require(
      edited(plain, room: 20) {
        sealer.sealRTP(&$0, headerCount: 12, count: plain.count, ssrc: 7, index: 1)
      })
    let opened = edited(sealed) {
      opener.openRTP(&$0, headerCount: 12, count: sealed.count, ssrc: 7, index: 1)
    }
    #expect(opened == plain)
  }

  @Test func `the server prefers AES-128-GCM whatever the client's order`() throws {
    var world = try Self.world(offering: Self.preferred.reversed())
    world.exchange()
    #expect(Agreement(world.server.state)?.ingress.profile == .aeadAES128GCM)
  }

  @Test(arguments: 0..<6)
  func `a lost datagram of any flight is sent again`(_ lost: Int) throws {
    var world = try Self.world()
    world.isLost = { direction, index in
      direction == (lost % 2 == 0 ? .up : .down) && index == lost / 2
    }
    world.run()
    let atClient = try #require(Agreement(world.client.state), "lost \(lost)")
    let atServer = try #require(Agreement(world.server.state), "lost \(lost)")
    #expect(atClient.ingress == atServer.egress)
    #expect(world.now <= .zero + .seconds(1), "took \(world.now)")
  }

  @Test func `half of all datagrams may be lost`() throws {
    let client = try Self.context()
    let server = try Self.context()
    var agreed = 0
    for seed in 0..<100 as Range<UInt64> {
      var world = try DTLSWorld(client: client, server: server)
      world.isLost = { direction, index in
        var random = SeededRandom(
          seed: seed &* 1_000 &+ UInt64(index) &* 2 &+ (direction == .up ? 1 : 0))
        return random.next() & 1 == 0
      }
      world.run()
      guard let atClient = Agreement(world.client.state) else { continue }
      let atServer = try #require(Agreement(world.server.state), "seed \(seed)")
      #expect(atClient.ingress == atServer.egress, "seed \(seed)")
      agreed += 1
    }
    // Nine copies of a datagram are all lost once in 512.
    #expect(agreed >= 95, "\(agreed) of 100")
  }

  @Test func `an early expiry sends nothing and an unanswered flight ends in failure`() throws {
    var client = try DTLSSession(client: Self.context(), at: .zero)
    let first = DTLSWorld.next(&client)
    let hello = try #require(first)
    let second = DTLSWorld.next(&client)
    #expect(second == nil)
    client.expire(at: .zero + .milliseconds(199))
    let early = DTLSWorld.next(&client)
    #expect(early == nil)
    var waits: [Int64] = []
    var last = Instant.zero
    while let deadline = client.deadline {
      waits.append((deadline - last).milliseconds)
      last = deadline
      client.expire(at: deadline)
      if let datagram = DTLSWorld.next(&client) { #expect(datagram == hello) }
    }
    #expect(waits == [200, 400, 800, 1_600, 3_200, 3_200, 3_200, 3_200, 3_200])
    #expect(client.state == .failed)
  }

  @Test func `a ClientHello in two handshake fragments is put together`() throws {
    var world = try Self.world()
    var count = 0
    world.reshape = { datagram in
      count += 1
      return count == 1 ? Self.fragmented(datagram, at: 97) : [datagram]
    }
    world.exchange()
    #expect(Agreement(world.server.state) != nil)
    #expect(Agreement(world.client.state) != nil)
  }

  @Test func `fragments of a ClientHello may arrive in the wrong order`() throws {
    var world = try Self.world()
    var count = 0
    world.reshape = { datagram in
      count += 1
      return count == 1 ? Self.fragmented(datagram, at: 40).reversed() : [datagram]
    }
    world.run()
    #expect(Agreement(world.server.state) != nil)
  }

  @Test func `an RSA certificate in small fragments is accepted`() throws {
    let certificate = try Certificate(chainPEM: Fixtures.rsaCertificate, keyPEM: Fixtures.rsaKey)
    let client = try DTLSContext(certificate: certificate, mtu: 256)
    var world = try DTLSWorld(client: client, server: Self.context())
    world.exchange()
    #expect(Agreement(world.server.state)?.peerFingerprint == certificate.fingerprint)
    let largest = world.sent[.up]?.map(\.count).max() ?? 0
    #expect(largest <= 256)
  }

  @Test func `no datagram is larger than the MTU`() throws {
    let small = try Self.context(mtu: 300)
    var world = try DTLSWorld(client: Self.context(), server: small)
    world.exchange()
    #expect(Agreement(world.server.state) != nil)
    let sizes = world.sent[.down]?.map(\.count) ?? []
    #expect(sizes.count >= 4)
    #expect(sizes.allSatisfy { $0 <= 300 })
  }

  @Test func `a client that lost the last flight is answered after the memory was freed`() throws {
    var world = try Self.world()
    // The server's first flight is one datagram, its last the second.
    world.isLost = { direction, index in direction == .down && index == 1 }
    world.exchange()
    #expect(Agreement(world.server.state) != nil)
    #expect(world.client.state == .handshaking)
    world.server.finish()
    world.run()
    let atClient = try #require(Agreement(world.client.state))
    #expect(atClient.ingress == Agreement(world.server.state)?.egress)
  }

  @Test func `a finished session answers a few late flights and no more`() throws {
    var world = try Self.world()
    world.exchange()
    world.server.finish()
    let late = try #require(world.sent[.up]?.last)
    var answers = 0
    for _ in 0..<100 {
      world.server.receive(late.span, at: world.now)
      while DTLSWorld.next(&world.server) != nil { answers += 1 }
    }
    #expect(answers == 8)
  }

  @Test func `closing tells the peer`() throws {
    var world = try Self.world()
    world.exchange()
    world.client.close()
    world.exchange()
    #expect(world.client.state == .closed)
    #expect(world.server.state == .closed)
  }

  @Test func `finishing does nothing during the handshake`() throws {
    var world = try Self.world()
    world.server.finish()
    world.client.finish()
    world.exchange()
    #expect(Agreement(world.server.state) != nil)
  }

  @Test func `a client without SRTP is refused`() throws {
    // A client whose only profile the server does not know agrees on none.
    let server = try Self.context(profiles: [.aeadAES256GCM])
    var world = try DTLSWorld(client: Self.context(profiles: [.aeadAES128GCM]), server: server)
    world.exchange()
    #expect(world.server.state == .failed)
    #expect(world.client.state == .failed)
  }

  /// Cuts the one handshake message of a ClientHello datagram in two records.
  static func fragmented(_ datagram: [UInt8], at cut: Int) -> [[UInt8]] {
    let recordHeader = Array(datagram[..<13])
    let messageHeader = Array(datagram[13..<25])
    let body = Array(datagram[25...])
    return [0..<cut, cut..<body.count].enumerated().map { number, range in
      var record = recordHeader
      // Far enough from the client's next record, near enough for the server's replay window.
      record[10] = number == 0 ? 0 : 40
      let count = 12 + range.count
      record[11] = UInt8(count >> 8)
      record[12] = UInt8(count & 0xFF)
      var message = messageHeader
      message.replaceSubrange(6..<9, with: bigEndian(UInt32(range.lowerBound)).dropFirst())
      message.replaceSubrange(9..<12, with: bigEndian(UInt32(range.count)).dropFirst())
      return record + message + body[range]
    }
  }
}
