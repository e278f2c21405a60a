import Base
import Net

/// How long a packet stays in a shard that is loaded.
extension Suite {
  /// From the kernel's stamp to the return of the send call, at 70 % of a processor.
  mutating func measureLatency() throws {
    try measureLatency(listeners: 4, coalesceMax: 0)
    try measureLatency(listeners: 4, coalesceMax: 5)
    try measureLatency(listeners: 9, coalesceMax: 5)
  }

  private mutating func measureLatency(listeners: Int, coalesceMax: Int) throws {
    let shard = try LoadedShard(
      rooms: Suite.latencyRooms, listeners: listeners, sinks: sinks,
      coalesceMax: .milliseconds(Int64(coalesceMax)))
    var rate = 4_000.0
    // The load is not proportional to the rate: the busier, the fewer wake-ups.
    for _ in 0..<6 {
      let stretch = shard.run(rate: rate, for: .milliseconds(600))
      rate *= min(2, max(0.5, Suite.latencyLoad / max(stretch.load, 0.01)))
    }
    var (load, received, forwarded) = (Samples(), Samples(), Samples())
    var quantiles = [Samples](repeating: Samples(), count: Suite.latencyQuantiles.count)
    for _ in 0..<options.repetitions {
      let stretch = shard.run(rate: rate, for: .seconds(1))
      load.add(stretch.load * 100)
      received.add(stretch.received)
      forwarded.add(stretch.forwarded)
      for (index, quantile) in Suite.latencyQuantiles.enumerated() {
        let bound = stretch.latency.bound(atQuantile: quantile.share) ?? .seconds(1)
        quantiles[index].add(bound.seconds * 1e6)
      }
    }
    let name = "latency, 1 to \(listeners), gathering \(coalesceMax) ms at most"
    add("\(name): load of the thread", "%", load, goal: "70")
    add("\(name): packets in", "per second", received)
    add("\(name): packets out", "per second", forwarded)
    for (index, quantile) in Suite.latencyQuantiles.enumerated() {
      add("\(name): \(quantile.name)", "µs", quantiles[index], goal: quantile.goal)
    }
  }

  private static let latencyLoad = 0.7
  private static let latencyRooms = 128
  private static let latencyQuantiles = [
    (name: "p50", share: 0.5, goal: "≤ 50"), (name: "p90", share: 0.9, goal: ""),
    (name: "p99", share: 0.99, goal: "≤ 300"), (name: "p99.9", share: 0.999, goal: ""),
  ]
}
