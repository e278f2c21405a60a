import Base
import Glibc
import MediaControl
import SFU
import SimulatedPeers
import Testing

/// Mutated, cut, spliced and random datagrams from the addresses of connected members.
@Suite struct HostileDatagramTests {
  /// `ROOST_FUZZ_RUNS`, or few enough for a debug build.
  private static var runs: Int {
    // Reads the environment, which no test changes.
    guard let text = unsafe getenv("ROOST_FUZZ_RUNS") else { return 20_000 }
    return unsafe Int(String(cString: text)) ?? 20_000
  }

  private func mutated(_ octets: [UInt8], _ other: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
    var octets = octets
    switch random.below(6) {
    case 0: return Array(octets.prefix(random.below(octets.count + 1)))
    case 1: return octets + random.octets(random.below(40))
    case 2:
      return Array(octets.prefix(random.below(octets.count + 1)))
        + other.suffix(random.below(other.count + 1))
    case 3: return random.octets(random.below(1_500))
    default:
      for _ in 0...random.below(4) where !octets.isEmpty {
        octets[random.below(octets.count)] = UInt8(truncatingIfNeeded: random.next())
      }
      return octets
    }
  }

  @Test func `Nothing that members' addresses send traps, forwards, or disturbs the call`() throws {
    var random = SeededRandom(seed: 7)
    var stage = try Stage()
    var bot = try stage.voiceClient(1)
    var browser = try stage.connectedBrowser(2)
    _ = try stage.voiceClient(3)
    var joining = try stage.browser(4)
    stage.receive(joining.check(isNominating: false), from: joining.address)
    let honest =
      [bot.speak([1, 2]), bot.discovery(), browser.speak([3, 4]), browser.check(isNominating: true)]
      + joining.handshakeDatagrams()
    let sources = [bot.address, browser.address, joining.address, Stage.address(200)]
    // What was recorded was delivered before, so that even an unchanged copy is a replay.
    stage.receive(honest[0], from: bot.address)
    stage.receive(honest[2], from: browser.address)
    let before = stage.endpoint.statistics.forwardedPackets
    for _ in 0..<HostileDatagramTests.runs {
      let one = honest[random.below(honest.count)]
      let octets = mutated(one, honest[random.below(honest.count)], &random)
      stage.receive(octets, from: sources[random.below(sources.count)])
    }
    let after = stage.endpoint.statistics
    #expect(after.forwardedPackets == before)
    #expect(after.peers == 4)
    #expect(after.receivedPackets > UInt64(HostileDatagramTests.runs))
    #expect(stage.receive(browser.speak([5]), from: browser.address).count == 2)
    #expect(stage.receive(bot.speak([6]), from: bot.address).count == 2)
  }
}
