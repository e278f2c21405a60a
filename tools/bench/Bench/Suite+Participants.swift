import Base
import CFloor
import MediaControl
import SFU
import SimulatedPeers

/// What a participant of calls with pictures holds.
extension Suite {
  private static let callSize = 10
  private static let codec = VideoCodec(
    name: .vp8, payloadType: 96, rtxPayloadType: 97, feedback: [.nack, .pli, .fir])

  /// Rooms of ten in which everybody speaks and watches and one shows a camera.
  ///
  /// Every room has had enough of the picture to fill its share of the memory for retransmissions. What is
  /// resident counts: tables are as large as they may get, and most of their pages are never touched.
  mutating func measureParticipants() throws {
    let before = floor_resident()
    var world = try World(peers: options.peers + 8, pairsPerPeer: 2 * Suite.callSize)
    var sink = MemorySink()
    for number in 0..<(options.peers / Suite.callSize) {
      try addCall(number, to: &world, &sink)
    }
    // Finished handshakes linger for lost last flights.
    world.now = world.now + .seconds(20)
    world.expire()
    let forwarded = world.endpoint.statistics.forwardedPackets
    guard forwarded > 0 else { throw BenchError.nothingForwarded }
    let each = (Double(floor_resident()) - Double(before)) / Double(options.peers) / 1_024
    add(
      "memory: resident for each of \(options.peers) in calls of ten with a camera", "KiB", Samples(each),
      goal: "≤ 48")
  }

  private func addCall(_ number: Int, to world: inout World, _ sink: inout MemorySink) throws {
    let room = UInt64(number + 1)
    let first = number * Suite.callSize
    var camera = try world.connect(
      at: sinks.address(first), room: room, videoCodecs: [Suite.codec])
    world.forward(camera.speak([UInt8](repeating: 7, count: 72)), from: sinks.address(first), into: &sink)
    for index in (first + 1)..<(first + Suite.callSize) {
      let address = sinks.address(index)
      var client = try world.connect(at: address, room: room, videoCodecs: [Suite.codec])
      world.forward(client.speak([UInt8](repeating: 7, count: 72)), from: address, into: &sink)
    }
    var random = SeededRandom(seed: room)
    var layer = VideoLayerSender(
      layer: 0, ssrc: 0xCA00_0000 + UInt32(number) * 2, rtxSSRC: 0xCA00_0001 + UInt32(number) * 2, rid: nil,
      codec: Suite.codec, random: &random)
    world.publish(camera.admission.peer, layer.announcement(quality: 100))
    for _ in 0..<8 {
      for packet in layer.frame(packets: 10, size: 1_180) {
        world.forward(camera.show(packet), from: sinks.address(first), into: &sink)
      }
      world.now = world.now + .milliseconds(1)
    }
  }
}
