import Base
import Testing

@testable import HTTPServer

/// The records of TLS 1.3 by themselves; ``TLSTests`` lets OpenSSL judge them.
@Suite struct TLSRecordsTests {
  static let suites: [RecordSuite] = [.aes128GCM, .aes256GCM, .chaCha20Poly1305]

  /// The two ends of a connection.
  private struct Ends {
    let server: TLSRecords
    let client: TLSRecords
    /// What the client's records are sealed with, to make records that no good client sends.
    let cipher: RecordCipher
    var keys: TrafficKeys

    init(_ suite: RecordSuite, _ random: inout SeededRandom) throws {
      let secrets = [random.octets(suite.digestCount), random.octets(suite.digestCount)]
      let keys = try secrets.map { try #require(TrafficKeys(suite, secret: $0, sequence: 0)) }
      cipher = try #require(RecordCipher(suite))
      server = TLSRecords(cipher, ingress: keys[0], egress: keys[1])
      client = TLSRecords(cipher, ingress: keys[1], egress: keys[0])
      self.keys = keys[0]
    }

    /// A record of any content, sealed as the client's next one.
    mutating func record(_ type: UInt8, _ content: [UInt8], padding: Int = 0) -> [UInt8] {
      // Content, type and zeros: what stands before the last octet is content to the cipher.
      let inner = padding == 0 ? content : content + [type] + [UInt8](repeating: 0, count: padding - 1)
      let count = inner.count + 1 + RecordCipher.tagCount
      let header: [UInt8] = [23, 3, 3, UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF)]
      var octets = header
      _ = cipher.seal(
        inner.span, type: padding == 0 ? type : 0, header: header, with: &keys, into: &octets)
      return octets
    }
  }

  private func take(_ octets: [UInt8], by end: TLSRecords) -> (data: [UInt8], last: TLSRecords.Outcome) {
    var offset = 0
    var plain: [UInt8] = []
    while true {
      let outcome = end.open(octets.span, &offset, into: &plain)
      if outcome != .taken { return (plain, outcome) }
    }
  }

  @Test func `A record is that of RFC 8448, section 3`() throws {
    let secret = octets("9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5")
    var keys = try #require(TrafficKeys(.aes128GCM, secret: secret, sequence: 0))
    let cipher = try #require(RecordCipher(.aes128GCM))
    let content = Array<UInt8>(0..<50)
    let header: [UInt8] = [0x17, 3, 3, 0, 0x43]
    var record = header
    #expect(cipher.seal(content.span, type: 23, header: header, with: &keys, into: &record))
    #expect(
      record
        == octets(
          "1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a20441e2b62974e1f"
            + "5a6292a2977014bd1e3deae63aeebb21694915e4"))
  }

  @Test(arguments: suites)
  func `What one end seals the other opens, whatever the pieces, the lengths and the keys`(
    _ suite: RecordSuite
  ) throws {
    for seed in 1...60 as ClosedRange<UInt64> {
      var random = SeededRandom(seed: seed)
      var ends = try Ends(suite, &random)
      var wire: [UInt8] = []
      var sent: [UInt8] = []
      for _ in 0..<8 {
        let content = random.octets(random.below(4) == 0 ? 16_380 + random.below(40_000) : random.below(200))
        sent += content
        let isSealed = ends.server.seal(content.span, into: &wire)
        #expect(isSealed)
        guard random.below(2) == 0 else { continue }
        // The client asks for new keys: its own change at once, the server's with its next data.
        let asked = ends.record(22, [24, 0, 0, 1, UInt8(random.below(2))])
        ends.keys.update()
        #expect(take(asked, by: ends.server).last == .more)
      }
      ends.server.close(into: &wire)
      var heard: [UInt8] = []
      var rest: [UInt8] = []
      var last = TLSRecords.Outcome.more
      var begin = 0
      while begin < wire.count {
        let end = min(wire.count, begin + 1 + random.below(3_000))
        rest += wire[begin..<end]
        var offset = 0
        repeat { last = ends.client.open(rest.span, &offset, into: &heard) } while last == .taken
        rest.removeFirst(offset)
        begin = end
      }
      #expect(heard == sent, "seed \(seed)")
      #expect(last == .ended, "seed \(seed)")
    }
  }

  @Test func `Every truncation waits for more, every wrong bit ends the connection`() throws {
    var random = SeededRandom(seed: 7)
    for index in 0..<40 {
      var ends = try Ends(.aes128GCM, &random)
      let record = ends.record(23, Array("hello".utf8))
      #expect(take(Array(record.prefix(index % record.count)), by: ends.server) == ([], .more))
      var wrong = record
      wrong[5 + random.below(record.count - 5)] ^= 1 << UInt8(random.below(8))
      let outcome = take(wrong, by: ends.server)
      #expect(outcome == ([], .failed(alert: 20)))
    }
  }

  @Test func `What no client may send is refused with the alert that says so`() throws {
    typealias Case = (type: UInt8, content: [UInt8], padding: Int, outcome: TLSRecords.Outcome)
    let cases: [Case] = [
      (23, [], 0, .more), (23, [1], 300, .more), (23, [0, 0], 9, .more),
      (21, [1, 0], 0, .ended), (21, [1, 90], 0, .more), (21, [2, 40], 0, .refused),
      (21, [1], 0, .failed(alert: 50)), (20, [1], 0, .failed(alert: 10)), (0, [], 0, .failed(alert: 10)),
      (22, [], 0, .failed(alert: 10)), (22, [24], 0, .more), (22, [24, 0, 0, 1, 2], 0, .failed(alert: 47)),
      (22, [24, 0, 0, 1, 0, 24], 0, .failed(alert: 10)), (22, [1, 0, 0, 0], 0, .failed(alert: 10)),
      (23, [UInt8](repeating: 9, count: 16_384), 0, .more),
      (23, [UInt8](repeating: 9, count: 16_385), 0, .failed(alert: 22)),
    ]
    var random = SeededRandom(seed: 9)
    for item in cases {
      var ends = try Ends(.aes128GCM, &random)
      let outcome = take(ends.record(item.type, item.content, padding: item.padding), by: ends.server)
      #expect(outcome.last == item.outcome, "\(item.type), \(item.content.prefix(8))")
      let data = item.type == 23 && item.outcome == .more ? item.content : []
      #expect(outcome.data.count == data.count && outcome.data == data)
    }
    var ends = try Ends(.aes128GCM, &random)
    let cut = ends.record(22, [24, 0]) + ends.record(23, [1])
    #expect(take(cut, by: ends.server).last == .failed(alert: 10))
    for plain in [[20, 3, 3, 0, 1, 1], [21, 3, 3, 0, 2, 1, 0], [22, 3, 3, 0, 1, 0]] as [[UInt8]] {
      #expect(take(plain, by: try Ends(.aes128GCM, &random).server).last == .failed(alert: 10))
    }
    #expect(take([23, 3, 3, 0x42, 0], by: try Ends(.aes128GCM, &random).server).last == .failed(alert: 22))
    #expect(take([23, 3, 3, 0, 16], by: try Ends(.aes128GCM, &random).server).last == .more)
    let short: [UInt8] = [23, 3, 3, 0, 16] + [UInt8](repeating: 0, count: 16)
    #expect(take(short, by: try Ends(.aes128GCM, &random).server).last == .failed(alert: 20))
  }

  @Test func `However often a peer asks for new keys, one answer goes before the next data`() throws {
    var random = SeededRandom(seed: 3)
    var ends = try Ends(.aes128GCM, &random)
    for _ in 0..<50 {
      #expect(take(ends.record(22, [24, 0, 0, 1, 1]), by: ends.server).last == .more)
      ends.keys.update()
    }
    var wire: [UInt8] = []
    let content: [UInt8] = [1, 2, 3]
    let isSealed = ends.server.seal(content.span, into: &wire)
    #expect(isSealed)
    #expect(wire.count == (5 + 5 + 17) + (5 + 3 + 17))
    #expect(take(wire, by: ends.client) == (content, .more))
  }

  @Test func `Records of any content, genuine or not, never trap`() throws {
    var random = SeededRandom(seed: FuzzTests.seed &+ 3)
    var ends = try Ends(.aes128GCM, &random)
    let types: [UInt8] = [20, 21, 22, 22, 23, 23, 0, 255]
    for _ in 0..<FuzzTests.runs {
      let update: [UInt8] = [24, 0, 0, 1, UInt8(random.below(3))]
      let content = random.below(2) == 0 ? random.octets(random.below(12)) : update
      var record = ends.record(
        types[random.below(types.count)], Array(content.prefix(random.below(content.count + 1))),
        padding: random.below(3) == 0 ? 1 + random.below(20) : 0)
      if random.below(6) == 0 { record[random.below(record.count)] ^= 1 << UInt8(random.below(8)) }
      switch take(record, by: ends.server).last {
      case .more: if content.count == 5, content[0] == 24 { ends = try Ends(.aes128GCM, &random) }
      case .taken, .ended, .failed, .refused: ends = try Ends(.aes128GCM, &random)
      }
    }
  }

  private func octets(_ hexadecimal: String) -> [UInt8] {
    let digits = hexadecimal.compactMap { $0.hexDigitValue }
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
