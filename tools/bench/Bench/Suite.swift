import Base
import CFloor
import Net
import SimulatedPeers

/// All measurements, in order; the figures appear as they are made.
struct Suite {
  let options: Options
  let sinks: Sinks
  private(set) var figures: [Figure] = []
  private let report: (Figure) -> Void

  static let size = 100
  static let sampleCount = 60_000

  init(_ options: Options, report: @escaping (Figure) -> Void) throws {
    self.options = options
    self.report = report
    sinks = try Sinks(count: 1_000)
  }

  mutating func run() throws {
    if options.includes(.fanOut) {
      for listeners in [10, 100, 1_000] { try measureFanOut(listeners) }
    }
    if options.includes(.coalescing) { try measureCoalescing() }
    if options.includes(.floods) { try measureFloods() }
    if options.includes(.growth) { try measureGrowth() }
    if options.includes(.latency) { try measureLatency() }
    if options.includes(.peers) { try measurePeers() }
    if options.includes(.participants) { try measureParticipants() }
    if options.only == .chat { try measureChat() }
  }

  mutating func add(_ name: String, _ unit: String, _ samples: Samples, goal: String = "") {
    let figure = Figure(name: name, unit: unit, samples: samples, goal: goal)
    figures.append(figure)
    report(figure)
  }

  /// A room whose listeners are sinks.
  func world(_ listeners: Int) throws -> World {
    var world = try World(peers: listeners + 8)
    for index in 0..<listeners { _ = try world.connect(at: sinks.address(index)) }
    return world
  }

  /// One speaker, nothing gathers: Roost beside the floor.
  private mutating func measureFanOut(_ listeners: Int) throws {
    let floor = try Floor(sinks, destinations: listeners)
    var path = try Path(try world(listeners), speakers: 1)
    // Few listeners: several packets a turn, so that a turn is long enough to be timed.
    let packets = max(1, 200 / listeners)
    let rounds = Suite.sampleCount / (listeners * packets)
    var (least, roost, ratio, user) = (Samples(), Samples(), Samples(), Samples())
    for repetition in 0...options.repetitions {
      let a = try floor.measure(rounds: rounds * packets, perRun: 1, size: Suite.size)
      let b = try path.measure(rounds: rounds, packets: packets, size: Suite.size, .alone)
      let c = try path.measure(rounds: rounds, packets: packets, size: Suite.size, .nowhere)
      guard repetition > 0 else {
        path.forgetCosts()
        continue
      }
      least.add(a)
      roost.add(b)
      ratio.add(b / a)
      user.add(c)
    }
    let name = "audio 1 to \(listeners)"
    add("\(name): floor", "CPU ns/packet", least)
    add("\(name): Roost, uncoalesced", "CPU ns/packet", roost)
    add("\(name): ratio to the floor", "", ratio, goal: "≤ 1.25")
    add("\(name): receiving and user space", "CPU ns/packet", user, goal: "≤ 600")
    add("\(name): packets", "per CPU-second", Samples(1e9 / roost.median))
    add("\(name): heap blocks", "blocks", Samples(Double(path.blocks)), goal: "0")
    add("\(name): retains and releases", "calls", Samples(Double(path.references)), goal: "0")
  }

  /// Handshakes, memory, and a stage as large as was asked for.
  private mutating func measurePeers() throws {
    // The endpoint's own tables count: they are as large as its peers may be many.
    let heap = floor_heap_in_use()
    let resident = floor_resident()
    var world = try World(peers: options.peers + 8)
    // What the process makes once is made by now.
    for index in 0..<16 { _ = try world.connect(at: sinks.address(index)) }
    let busy = world.connectBusy
    for index in 16..<options.peers { _ = try world.connect(at: sinks.address(index)) }
    let count = Double(options.peers - 16)
    let perJoin = Double(world.connectBusy - busy) / count
    // Finished handshakes linger for lost last flights.
    world.now = world.now + .seconds(20)
    world.expire()
    add("join: check, DTLS handshake, keys", "CPU µs", Samples(perJoin / 1_000))
    add("join: full handshakes", "per CPU-second", Samples(1e9 / perJoin), goal: "≥ 2000")

    var path = try Path(world, speakers: 1)
    var samples = Samples()
    let rounds = max(2, Suite.sampleCount / options.peers)
    for repetition in 0...options.repetitions {
      let cost = try path.measure(rounds: rounds, packets: 1, size: Suite.size, .alone)
      if repetition > 0 { samples.add(cost) }
    }
    let octets = Double(floor_heap_in_use()) - Double(heap)
    let each = octets / Double(options.peers) / 1_024
    add(
      "memory: heap for each of \(options.peers) audio listeners, untouched tables included", "KiB",
      Samples(each))
    let touched = (Double(floor_resident()) - Double(resident)) / Double(options.peers) / 1_024
    add(
      "memory: resident for each of \(options.peers) audio listeners", "KiB", Samples(touched), goal: "≤ 12")
    add("stage 1 to \(options.peers): Roost, uncoalesced", "CPU ns/packet", samples)
    let share = samples.median * Double(options.peers) * 50 / 1e9
    add("stage 1 to \(options.peers): 50 packets/s", "CPU-s/s", Samples(share), goal: "≤ 2")
  }
}
