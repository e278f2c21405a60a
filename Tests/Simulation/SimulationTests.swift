import Foundation
import Testing

/// Hundreds of seeded calls; `ROOST_SIM_SEEDS` says how many, `ROOST_SIM_SEED` replays one.
@Suite struct SimulationTests {
  private static var environment: [String: String] { ProcessInfo.processInfo.environment }

  private static var seeds: Range<UInt64> {
    if let seed = environment["ROOST_SIM_SEED"].flatMap(UInt64.init) { return seed..<(seed + 1) }
    #if DEBUG
      let ordinary: UInt64 = 20
    #else
      let ordinary: UInt64 = 300
    #endif
    return 0..<(environment["ROOST_SIM_SEEDS"].flatMap(UInt64.init) ?? ordinary)
  }

  @Test func `Every packet of every simulated call obeys the rules`() throws {
    var forwarded = 0
    var gaps = 0
    var crossed = 0
    for seed in SimulationTests.seeds {
      var world = try World(seed: seed)
      do {
        try world.run()
      } catch {
        Issue.record(
          "seed \(seed): \(error); replay: ROOST_SIM_SEED=\(seed) swift test --filter SimulationTests")
      }
      forwarded += world.auditor.forwarded
      gaps += world.auditor.gaps
      crossed += world.node.crossed
    }
    // The world is not empty, and its links do lose packets.
    #expect(forwarded > 50 * SimulationTests.seeds.count)
    if SimulationTests.seeds.count > 5 { #expect(gaps > 0 && crossed > 1_000) }
    print(
      "simulated \(SimulationTests.seeds.count) calls: \(forwarded) packets forwarded, \(gaps) gaps, \(crossed) crossed"
    )
  }

  @Test func `After every simulated storm each viewer has the best picture that it wants, whole`() throws {
    var decoded = 0
    var repaired = 0
    for seed in SimulationTests.seeds {
      var world = try VideoWorld(seed: seed)
      do {
        try world.run()
      } catch {
        Issue.record(
          "seed \(seed): \(error); replay: ROOST_SIM_SEED=\(seed) swift test --filter SimulationTests")
      }
      decoded += world.decoded
      repaired += world.repaired
    }
    #expect(decoded > 100 * SimulationTests.seeds.count)
    if SimulationTests.seeds.count > 5 { #expect(repaired > 0) }
    print("simulated \(SimulationTests.seeds.count) cameras: \(decoded) frames decoded, \(repaired) repairs")
  }
}
