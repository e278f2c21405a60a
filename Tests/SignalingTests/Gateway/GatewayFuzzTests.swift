import Base
import ChatCore
import Foundation
import Testing

@testable import Signaling

/// Hostile messages: the gateway never traps, and every close has a documented code.
@Suite struct GatewayFuzzTests {
  private static let corpus: [String] = [
    #"{"op":1,"d":251}"#, #"{"op":3,"d":{"since":0,"activities":[],"status":"online","afk":false}}"#,
    #"{"op":4,"d":{"guild_id":"1200000000000000001","channel_id":null,"self_mute":false,"self_deaf":true}}"#,
    #"{"op":6,"d":{"token":"MTEwMDAwMDAwMDAwMDAwMDAwMQ.AAABnp.x","session_id":"0000","seq":12}}"#,
    #"{"op":8,"d":{"guild_id":"1200000000000000001","query":"","limit":0,"presences":true,"nonce":"x"}}"#,
    #"{"op":8,"d":{"guild_id":[1],"user_ids":[1,"2"],"limit":1}}"#,
    #"{"op":31,"d":{"guild_ids":["1200000000000000001"]}}"#,
    #"{"op":2,"d":{"token":"t","intents":513,"shard":[0,1],"large_threshold":250,"capabilities":1734653,"#
      + #""presence":{"status":"idle"},"properties":{}}}"#,
  ]

  private static var runs: Int {
    ProcessInfo.processInfo.environment["ROOST_FUZZ_RUNS"].flatMap(Int.init) ?? 20_000
  }

  private func feed(_ octets: [UInt8], _ bench: GatewayBench, _ id: ConnectionID) -> Bool {
    bench.send(octets: octets, on: id)
    let codes = Set(GatewayCloseCode.allCases.map(\.rawValue))
    let closes = bench.take(id).closes
    #expect(closes.allSatisfy(codes.contains), "\(String(decoding: octets, as: UTF8.self))")
    return closes.isEmpty
  }

  /// Gives each message to a fresh and to an identified connection.
  private func attack(_ messages: [[UInt8]]) throws {
    var limits = GatewayBench.limits
    limits.messageRate = RequestRate(countMax: .max, window: .seconds(60))
    limits.accountSessionCountMax = 10
    let bench = GatewayBench(limits: limits)
    var fresh = bench.open()
    var (known, _) = try bench.identified()
    for message in messages {
      if !feed(message, bench, fresh) { fresh = bench.open() }
      if !feed(message, bench, known) {
        bench.advance(.seconds(5))
        bench.send(#"{"op":1,"d":null}"#, on: fresh)
        (known, _) = try bench.identified()
      }
    }
    bench.advance(.seconds(1_000))
    #expect(bench.gateway.statistics.connectionCount == 0)
    #expect(bench.gateway.statistics.sessionCount == 0)
  }

  @Test(arguments: corpus)
  func `Every truncation and every single-bit flip of a message is survived`(_ text: String) throws {
    let octets = Array(text.utf8)
    var messages = (0...octets.count).map { Array(octets[..<$0]) }
    for bit in 0..<(octets.count * 8) {
      var flipped = octets
      flipped[bit / 8] ^= 1 << (bit % 8)
      messages.append(flipped)
    }
    try attack(messages)
  }

  @Test func `Random splices of messages are survived`() throws {
    let seed = UInt64(20_261_120)
    var random = SeededRandom(seed: seed)
    let corpus = GatewayFuzzTests.corpus.map { Array($0.utf8) }
    let extras = ["null", "-1", "1e999", "18446744073709551616", "{}", "[]", "\"\"", "true", "\\ud800"].map {
      Array($0.utf8)
    }
    var messages: [[UInt8]] = []
    for _ in 0..<(GatewayFuzzTests.runs / 8) {
      var octets = corpus[random.below(corpus.count)]
      for _ in 0...random.below(4) where !octets.isEmpty {
        let start = random.below(octets.count)
        let end = min(octets.count, start + random.below(12))
        let other =
          random.below(2) == 0 ? extras[random.below(extras.count)] : corpus[random.below(corpus.count)]
        let cut = random.below(other.count)
        octets.replaceSubrange(start..<end, with: other[cut...].prefix(24))
      }
      messages.append(octets)
    }
    try attack(messages)
  }
}
