import Base
import Crypto
import Testing

@Suite struct STUNTests {
  static let credentials = STUNCredentials(
    localUfrag: Array("srv1".utf8), remoteUfrag: Array("cli1".utf8), password: password)
  static let password = Array("a password of 22 chars".utf8)
  static let transaction = (1...12).map { UInt8($0) }
  static let source = SocketAddress(ip: IPAddress(v4: 0xC000_0201), port: 32_853)
  static let sourceV6 = SocketAddress(
    ip: IPAddress(high: 0x2001_0DB8_1234_5678, low: 0x0011_2233_4455_6677), port: 32_853)

  static func request(
    username: String = "srv1:cli1", password: [UInt8] = password,
    role: STUNRequest.Role = .controlling(77), useCandidate: Bool = false
  ) -> STUNRequest {
    STUNRequest(
      username: Array(username.utf8), password: password, role: role, priority: 0x6E00_01FF,
      useCandidate: useCandidate)
  }

  /// What the responder says to `message`, and the reply's octets.
  static func respond(
    _ message: [UInt8], from source: SocketAddress = source,
    credentials: STUNCredentials = credentials, room: Int = 128
  ) -> (outcome: STUNOutcome, reply: [UInt8]) {
    var responder = STUNResponder()
    var outcome = STUNOutcome.dropped
    let reply = edited([], room: room) { slot in
      outcome = responder.respond(
        to: message.span, credentials: credentials, from: source, into: &slot)
      switch outcome {
      case .success(let count, _, _), .error(let count, _): return count
      case .dropped: return nil
      }
    }
    return (outcome, reply ?? [])
  }

  @Test(arguments: [source, sourceV6], [false, true])
  func `a check is answered with the address it came from`(
    _ source: SocketAddress, _ useCandidate: Bool
  ) {
    let message = Self.request(useCandidate: useCandidate).message(transactionID: Self.transaction)
    let (outcome, reply) = Self.respond(message, from: source)
    #expect(
      outcome
        == .success(replyCount: reply.count, useCandidate: useCandidate, priority: 0x6E00_01FF))
    let response = STUNResponse(reply, transactionID: Self.transaction, password: Self.password)
    #expect(response == .success(mapped: source))
    // Header, address, integrity, fingerprint and nothing else.
    #expect(reply.count == 20 + (source.ip.isV4 ? 12 : 24) + 24 + 8)
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let message: [UInt8]
    let code: Int
    let isAuthentic: Bool
  }

  static let refusals: [Refusal] = {
    var unknown = request()
    unknown.extra = [(0x7FFF, [1, 2, 3])]
    var bare = Array(request().message(transactionID: transaction).prefix(20))
    bare[2] = 0
    bare[3] = 0
    return [
      Refusal(
        testDescription: "another local fragment",
        message: request(username: "srv2:cli1").message(transactionID: transaction), code: 401,
        isAuthentic: false),
      Refusal(
        testDescription: "another remote fragment",
        message: request(username: "srv1:cli2").message(transactionID: transaction), code: 401,
        isAuthentic: false),
      Refusal(
        testDescription: "a longer username",
        message: request(username: "srv1:cli11").message(transactionID: transaction), code: 401,
        isAuthentic: false),
      Refusal(
        testDescription: "wrong password",
        message: request(password: Array("another password".utf8)).message(transactionID: transaction),
        code: 401, isAuthentic: false),
      Refusal(
        testDescription: "a peer that is controlled too",
        message: request(role: .controlled(0)).message(transactionID: transaction), code: 487,
        isAuthentic: true),
      Refusal(
        testDescription: "a controlled peer with the higher tie-breaker",
        message: request(role: .controlled(.max)).message(transactionID: transaction), code: 487,
        isAuthentic: true),
      Refusal(
        testDescription: "an unknown attribute that must be understood",
        message: unknown.message(transactionID: transaction), code: 420, isAuthentic: true),
      Refusal(
        testDescription: "no integrity", message: fingerprinted(bare), code: 400, isAuthentic: false),
    ]
  }()

  /// `message` with a right FINGERPRINT appended.
  static func fingerprinted(_ message: [UInt8]) -> [UInt8] {
    var octets = message
    let length = octets.count - 20 + 8
    octets[2] = UInt8(length >> 8)
    octets[3] = UInt8(length & 0xFF)
    var remainder: UInt32 = .max
    for octet in octets {
      remainder ^= UInt32(octet)
      for _ in 0..<8 { remainder = remainder & 1 == 0 ? remainder >> 1 : remainder >> 1 ^ 0xEDB8_8320 }
    }
    return octets + [0x80, 0x28, 0, 4] + bigEndian(~remainder ^ 0x5354_554E)
  }

  @Test(arguments: refusals)
  func `is refused`(_ refusal: Refusal) {
    let (outcome, reply) = Self.respond(refusal.message)
    #expect(outcome == .error(replyCount: reply.count, code: refusal.code))
    let response = STUNResponse(reply, transactionID: Self.transaction, password: Self.password)
    #expect(response == .error(code: refusal.code, isAuthentic: refusal.isAuthentic))
    #expect(reply.count <= 100)
  }

  @Test func `a peer whose fragment is unknown yet may use any`() {
    let open = STUNCredentials(
      localUfrag: Array("srv1".utf8), remoteUfrag: [], password: Self.password)
    let message = Self.request(username: "srv1:whoever").message(transactionID: Self.transaction)
    #expect(Self.respond(message, credentials: open).reply.count == 64)
    let other = Self.request(username: "srv11:whoever").message(transactionID: Self.transaction)
    let (outcome, reply) = Self.respond(other, credentials: open)
    #expect(outcome == .error(replyCount: reply.count, code: 401))
  }

  @Test func `what is no binding request is never answered`() {
    let message = Self.request().message(transactionID: Self.transaction)
    // Indication, success, error; allocate request.
    for (high, low) in [(0x00, 0x11), (0x01, 0x01), (0x01, 0x11), (0x00, 0x03)] as [(UInt8, UInt8)] {
      var other = message
      other[0] = high
      other[1] = low
      let body = Array(other.dropLast(8))
      #expect(Self.respond(Self.fingerprinted(body)).outcome == .dropped)
      #expect(Self.respond(other).outcome == .dropped)
    }
    let (_, reply) = Self.respond(message)
    #expect(Self.respond(reply).outcome == .dropped)
  }

  @Test func `a request without FINGERPRINT is not a check`() {
    var message = Array(Self.request().message(transactionID: Self.transaction).dropLast(8))
    message[3] = UInt8(message.count - 20)
    #expect(Self.respond(message).outcome == .dropped)
  }

  @Test func `an attribute behind the integrity is not believed`() {
    let message = Array(Self.request().message(transactionID: Self.transaction).dropLast(8))
    let nominated = Self.fingerprinted(message + [0x00, 0x25, 0, 0])
    let (outcome, _) = Self.respond(nominated)
    if case .success(_, let useCandidate, _) = outcome { #expect(!useCandidate) }
  }

  @Test func `a reply that does not fit is not sent`() {
    let message = Self.request().message(transactionID: Self.transaction)
    for room in 0..<64 { #expect(Self.respond(message, room: room).outcome == .dropped) }
    #expect(Self.respond(message, room: 64).outcome != .dropped)
  }

  @Test func `every truncation and bit flip is dropped`() {
    let message = Self.request(useCandidate: true).message(transactionID: Self.transaction)
    for count in 0..<message.count {
      #expect(Self.respond(Array(message.prefix(count))).outcome == .dropped, "cut to \(count)")
    }
    for bit in 0..<message.count * 8 {
      var forged = message
      forged[bit / 8] ^= 1 << (bit % 8)
      let (outcome, _) = Self.respond(forged)
      if case .success = outcome { Issue.record("bit \(bit)") }
    }
  }

  @Test func `random messages do no harm`() {
    var random = SeededRandom(seed: 5)
    for run in 0..<fuzzRuns {
      var message = Self.request(useCandidate: true).message(transactionID: Self.transaction)
      for _ in 0..<1 + random.below(6) {
        message[random.below(message.count)] = UInt8(truncatingIfNeeded: random.next())
      }
      if random.below(4) == 0 { message.removeLast(random.below(message.count)) }
      if random.below(4) == 0 { message += random.octets(random.below(40)) }
      // A right fingerprint lets the change through to the attributes.
      if random.below(2) == 0 && message.count >= 28 {
        message = Self.fingerprinted(Array(message.prefix((message.count - 8) / 4 * 4)))
      }
      let (outcome, reply) = Self.respond(message)
      switch outcome {
      case .success:
        #expect(reply.count == 64, "run \(run)")
      case .error: #expect(reply.count <= 128, "run \(run)")
      case .dropped: break
      }
      _ = STUNResponse(message, transactionID: Self.transaction, password: Self.password)
    }
  }
}
