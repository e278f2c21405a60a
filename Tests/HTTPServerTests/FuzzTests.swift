import Base
import Foundation
import HTTPServer
import Testing

/// Hostile octets by the thousand; `ROOST_FUZZ_RUNS` and `ROOST_FUZZ_SEED` change how many and which.
@Suite struct FuzzTests {
  static let runs = ProcessInfo.processInfo.environment["ROOST_FUZZ_RUNS"].flatMap { Int($0) } ?? 20_000
  static let seed = ProcessInfo.processInfo.environment["ROOST_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1

  @Test func `The framer says the same of any octets, however they are divided`() {
    var random = SeededRandom(seed: FuzzTests.seed)
    for run in 0..<FuzzTests.runs {
      let octets = randomStream(&random)
      let whole = events(octets, limit: 64)
      let divided = events(octets, step: 1 + random.below(5), limit: 64)
      #expect(whole == divided, "seed \(FuzzTests.seed), run \(run): \(octets)")
      guard whole == divided else { return }
      for case .message(.text(let text)) in whole {
        #expect(String(validating: text, as: UTF8.self) != nil, "seed \(FuzzTests.seed), run \(run)")
      }
    }
  }

  /// Frames that are mostly right, and sometimes only octets.
  private func randomStream(_ random: inout SeededRandom) -> [UInt8] {
    if random.below(8) == 0 { return random.octets(random.below(40)) }
    var octets: [UInt8] = []
    for _ in 0..<(1 + random.below(4)) {
      let opcodes: [WebSocketOpcode] = [.text, .binary, .continuation, .ping, .pong, .close, .text]
      let opcode = opcodes[random.below(opcodes.count)]
      let payload =
        random.below(2) == 0 ? random.octets(random.below(20)) : Array("häß€𝄞".utf8.prefix(random.below(14)))
      octets += WebSocketFrame.octets(
        opcode, payload, key: UInt32(truncatingIfNeeded: random.next()),
        isFinal: opcode.isControl || random.below(3) > 0)
    }
    if random.below(3) == 0, !octets.isEmpty {
      octets[random.below(octets.count)] ^= 1 << UInt8(random.below(8))
    }
    return octets
  }

  @Test func `Text is taken exactly when the standard library finds it valid`() {
    var random = SeededRandom(seed: FuzzTests.seed &+ 1)
    let leads: [UInt8] = [
      0x00, 0x7F, 0x80, 0xBF, 0xC0, 0xC2, 0xDF, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xFF, 0x9F, 0xA0, 0x8F,
      0x90,
    ]
    for _ in 0..<FuzzTests.runs {
      let text = (0..<(1 + random.below(6))).map { _ in
        random.below(2) == 0 ? leads[random.below(leads.count)] : UInt8(truncatingIfNeeded: random.next())
      }
      let isValid = String(validating: text, as: UTF8.self) != nil
      let expected: WebSocketEvent = isValid ? .message(.text(text)) : .failure(code: 1007)
      #expect(events(masked(.text, text)) == [expected], "\(text)")
    }
  }

  @Test func `A request target never traps and never lets a dot segment or a control character through`() {
    var random = SeededRandom(seed: FuzzTests.seed &+ 2)
    let pieces = [
      "/", "..", ".", "%2e", "%2E", "%00", "%", "a", "?", "#", "http://h", "%zz", "é", "\u{7F}", "%7f", "//",
    ]
    for _ in 0..<FuzzTests.runs {
      let text = (0..<random.below(7)).map { _ in pieces[random.below(pieces.count)] }.joined()
      guard let target = RequestTarget(Array(text.utf8), method: .get) else { continue }
      let decoded = target.path.removingPercentEncoding ?? "?"
      #expect(target.path.hasPrefix("/"), "\(text)")
      #expect(!decoded.split(separator: "/").contains { $0 == "." || $0 == ".." }, "\(text)")
      #expect(!decoded.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "\(text)")
    }
  }
}
