import Base
import MediaControl

/// What it gains to send a listener all that waits for it at once.
extension Suite {
  /// A load whose packets can leave together.
  private struct Load {
    let name: String
    let listeners: Int
    /// Packets for each listener in a turn, and octets of each on the wire.
    let perRun: Int
    let size: Int
    let gainGoal: String
    let codec: VideoCodec?
  }

  private static let vp8 = VideoCodec(
    name: .vp8, payloadType: 96, rtxPayloadType: 97, feedback: [.nack, .pli, .fir])

  private static let loads = [
    Load(name: "audio 3 to 1000", listeners: 1_000, perRun: 3, size: 100, gainGoal: "≥ 2", codec: nil),
    // 31 frames of ten packets a second are 3 Mbit/s.
    Load(name: "video 1 to 100", listeners: 100, perRun: 10, size: 1_200, gainGoal: "≥ 2.5", codec: vp8),
  ]

  /// Three speakers, and a camera, with each packet sent alone and with all of a turn together.
  ///
  /// Twice: over loopback the kernel does the receiving half inside the sender's system call, datagram by
  /// datagram, unless the receiving socket takes a segmented send whole, which is as near as loopback comes
  /// to a card that segments.
  mutating func measureCoalescing() throws {
    for load in Suite.loads {
      try measure(load, isJoined: false)
      try measure(load, isJoined: true)
    }
    try sinks.joinSegments(false)
  }

  private mutating func measure(_ load: Load, isJoined: Bool) throws {
    try sinks.joinSegments(isJoined)
    let floor = try Floor(sinks, destinations: load.listeners)
    var path = try path(load)
    let rounds = Suite.sampleCount / (load.listeners * load.perRun)
    let packets = load.codec == nil ? 1 : load.perRun
    var (least, alone, together, gain) = (Samples(), Samples(), Samples(), Samples())
    for repetition in 0...options.repetitions {
      let a = try floor.measure(rounds: rounds, perRun: load.perRun, size: load.size)
      let b = try path.measure(rounds: rounds, packets: packets, size: load.size, .alone)
      let c = try path.measure(rounds: rounds, packets: packets, size: load.size, .coalesced)
      guard repetition > 0 else { continue }
      least.add(a)
      alone.add(b)
      together.add(c)
      gain.add(b / c)
    }
    let name = load.name + (isJoined ? ", segments taken whole" : "")
    add("\(name): floor, runs of \(load.perRun)", "CPU ns/packet", least)
    add("\(name): Roost, uncoalesced", "CPU ns/packet", alone)
    add("\(name): Roost, coalesced", "CPU ns/packet", together)
    add("\(name): packets per core, coalesced to uncoalesced", "", gain, goal: load.gainGoal)
    add("\(name): packets, coalesced", "per CPU-second", Samples(1e9 / together.median))
    guard load.codec != nil else { return }
    let bits = Double(load.size * 8)
    add("\(name): throughput, coalesced", "Gbit/s per core", Samples(bits / together.median), goal: "≥ 6")
  }

  private func path(_ load: Load) throws -> Path {
    guard let codec = load.codec else { return try Path(try world(load.listeners), speakers: load.perRun) }
    var world = try World(peers: load.listeners + 8)
    for index in 0..<load.listeners {
      _ = try world.connect(at: sinks.address(index), videoCodecs: [codec])
    }
    var path = try Path(world, camera: codec)
    try path.begin(packets: load.perRun, size: load.size)
    return path
  }
}
