/// What a packet of the speaker costs in rooms of every size.
extension Suite {
  private static let sizes = [10, 30, 100, 300, 1_000, 2_000, 4_000, 7_000, 10_000]

  /// Processor time for one packet of the speaker, all its copies included, against the listeners.
  ///
  /// `tools/bench/run --plot` draws it.
  mutating func measureGrowth() throws {
    var perListener: [Samples] = []
    for listeners in Suite.sizes where listeners <= options.peers {
      var path = try Path(try world(listeners), speakers: 1)
      let packets = max(1, 200 / listeners)
      let rounds = max(2, Suite.sampleCount / (listeners * packets))
      var (whole, each) = (Samples(), Samples())
      for repetition in 0...options.repetitions {
        let cost = try path.measure(rounds: rounds, packets: packets, size: Suite.size, .alone)
        guard repetition > 0 else { continue }
        each.add(cost)
        whole.add(cost * Double(listeners) / 1_000)
      }
      add("growth 1 to \(listeners): a packet of the speaker", "CPU µs", whole)
      perListener.append(each)
    }
    guard let last = perListener.last, perListener.count > 4 else { return }
    let middle = perListener[4].median
    add("growth: cost a listener, the largest room to 1,000", "", Samples(last.median / middle))
  }
}
