/// What an attack costs, beside what an honest packet costs.
extension Suite {
  /// Processor time for a hostile datagram beside that for forwarding a packet to one listener.
  mutating func measureFloods() throws {
    var flood = try Flood(listener: sinks.address(0))
    var forward = Samples()
    var costs = [Samples](repeating: Samples(), count: Hostility.allCases.count)
    var ratios = costs
    for repetition in 0...options.repetitions {
      let honest = try flood.forward(rounds: Suite.floodRounds)
      if repetition > 0 { forward.add(honest) }
      for (index, hostility) in Hostility.allCases.enumerated() {
        let cost = try flood.measure(hostility, rounds: Suite.floodRounds)
        guard repetition > 0 else { continue }
        costs[index].add(cost)
        ratios[index].add(cost / honest)
      }
    }
    add("flood: a packet forwarded to one listener", "CPU ns/packet", forward)
    for (index, hostility) in Hostility.allCases.enumerated() {
      add("flood: \(hostility.rawValue)", "CPU ns/datagram", costs[index])
      add("flood: \(hostility.rawValue), to forwarding", "", ratios[index], goal: "< 1")
    }
  }

  private static let floodRounds = 150
}
