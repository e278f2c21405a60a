import Base
import CAllocations
import Crypto
import Glibc
import MediaControl
import SFU
import SimulatedPeers
import Testing
import Wire

private final class Witness {}

/// What forwarding costs once a room has settled: no heap block, and how many nanoseconds.
@Suite(.serialized) struct ForwardingCostTests {
  /// Sealed packets of one browser, and an endpoint with its listeners.
  private struct Room: ~Copyable {
    var stage: Stage
    var packets: [[UInt8]] = []
    let source: SocketAddress
    var slot = CostSlot()
    var log = EventLog()
    var next = 0
    /// Heap blocks and references that the endpoint asked for.
    var blocks: UInt64 = 0
    var references: UInt64 = 0

    init(browsers: Int, bots: Int, packets count: Int, payload: Int) throws {
      var configuration = EndpointConfiguration()
      // A firing would make the blocks of its report; reports are not forwarding.
      configuration.reportInterval = .seconds(3_600)
      var stage = try Stage(configuration)
      var speaker = try stage.connectedBrowser(1)
      for number in 0..<browsers {
        _ = try stage.connectedBrowser(UInt64(100 + number))
        // Handshakes have a rate.
        if number > 64 { stage.wait(.milliseconds(1)) }
      }
      for number in 0..<bots { _ = try stage.voiceClient(UInt64(10_000 + number)) }
      let octets = [UInt8](repeating: 7, count: payload)
      speaker.audioLevel = 30
      for _ in 0..<count { packets.append(speaker.speak(octets)) }
      source = speaker.address
      self.stage = stage
    }

    /// Forwards the next packet, by way of `buffer`, to every listener.
    mutating func forward(_ buffer: inout [UInt8]) {
      let packet = packets[next]
      next += 1
      for index in packet.indices { buffer[index] = packet[index] }
      // The last use of `packet`, whose release is not the endpoint's.
      let count = packet.count
      let (blocksBefore, referencesBefore) = (roost_allocation_count(), roost_reference_count())
      var span = buffer.mutableSpan
      stage.endpoint.receive(
        &span, count: count, from: source, arrival: stage.now, at: stage.now, into: &slot,
        events: &log)
      stage.endpoint.transmitStaged(at: stage.now, budget: .max, into: &slot)
      blocks += roost_allocation_count() - blocksBefore
      references += roost_reference_count() - referencesBefore
    }
  }

  @Test(.enabled(if: roost_allocations_are_counted() != 0))
  func `Ten thousand packets to ten listeners take no heap block`() throws {
    var room = try Room(browsers: 5, bots: 5, packets: 10_100, payload: 80)
    var buffer = [UInt8](repeating: 0, count: 1_500)
    for _ in 0..<100 { room.forward(&buffer) }
    room.blocks = 0
    for _ in 0..<10_000 { room.forward(&buffer) }
    let blocks = room.blocks
    let sent = room.slot.sent
    #expect(sent == 101_000)
    expectNone(blocks)
  }

  @Test(.enabled(if: roost_allocations_are_counted() != 0))
  func `Ten thousand packets that cross to two shards take no heap block`() throws {
    var room = try Room(browsers: 2, bots: 0, packets: 10_100, payload: 80)
    for shard in 1...2 as ClosedRange<UInt8> {
      let member = RemoteMember(
        shard: ShardID(rawValue: shard), admission: Stage.admission(500 + UInt64(shard)))
      room.stage.perform(.admitRemote([member]))
    }
    var buffer = [UInt8](repeating: 0, count: 1_500)
    for _ in 0..<100 { room.forward(&buffer) }
    let before = roost_allocation_count()
    for _ in 0..<10_000 { room.forward(&buffer) }
    let blocks = roost_allocation_count() - before
    let relayed = room.slot.relayed
    #expect(relayed == 20_200)
    expectNone(blocks)
  }

  @Test(.enabled(if: roost_allocations_are_counted() != 0))
  func `Ten thousand packets from another shard take no heap block`() throws {
    var room = try Room(browsers: 3, bots: 0, packets: 0, payload: 80)
    let far = ShardID(rawValue: 1)
    let speaker = Stage.admission(500)
    room.stage.perform(.admitRemote([RemoteMember(shard: far, admission: speaker)]))
    var buffer = [UInt8](repeating: 7, count: 100)
    let payload = [UInt8](repeating: 7, count: 80)
    var before: UInt64 = 0
    for number in 0..<10_100 {
      if number == 100 { before = roost_allocation_count() }
      let frame = RelayFrame(
        ssrc: speaker.ssrc, index: UInt64(number), timestamp: UInt32(number * 960), isMarked: false,
        audioLevel: 30)
      var span = buffer.mutableSpan
      _ = frame.write(payload.span, into: &span)
      room.stage.endpoint.receiveRelayed(
        buffer.span, from: far, arrival: room.stage.now, at: room.stage.now, into: &room.slot)
      room.stage.endpoint.transmitStaged(at: room.stage.now, budget: .max, into: &room.slot)
    }
    let blocks = roost_allocation_count() - before
    let sent = room.slot.sent
    // The browser that speaks in the other tests listens here.
    #expect(sent == 4 * 10_100)
    expectNone(blocks)
  }

  @Test(.enabled(if: getenvIsSet("ROOST_RELEASE_GATES")))
  func `Ten thousand packets to ten listeners retain and release nothing`() throws {
    try requireReferencesCounted()
    var room = try Room(browsers: 5, bots: 5, packets: 10_100, payload: 80)
    var buffer = [UInt8](repeating: 0, count: 1_500)
    for _ in 0..<100 { room.forward(&buffer) }
    room.references = 0
    for _ in 0..<10_000 { room.forward(&buffer) }
    let (references, sent) = (room.references, room.slot.sent)
    #expect(sent == 101_000)
    #expect(references == 0)
  }

  @Test(.enabled(if: getenvIsSet("ROOST_RELEASE_GATES")), arguments: [10, 100, 1_000])
  func `Forwarding is measured`(_ listeners: Int) throws {
    let rounds = max(20_000 / listeners, 40)
    var room = try Room(browsers: listeners, bots: 0, packets: rounds * 5 + 10, payload: 80)
    var buffer = [UInt8](repeating: 0, count: 1_500)
    for _ in 0..<10 { room.forward(&buffer) }
    room.slot.sent = 0
    var least = Int.max
    for _ in 0..<5 {
      let start = threadTime()
      for _ in 0..<rounds { room.forward(&buffer) }
      least = min(least, (threadTime() - start) / (rounds * listeners))
    }
    let sent = room.slot.sent
    #expect(sent == 5 * rounds * listeners)
    print("1 to \(listeners): \(least) ns/packet of CPU, AEAD_AES_128_GCM, 80 octets of Opus")
    // Far above what any machine needs; a copy or a table that went wrong shows.
    #expect(least < 20_000)
  }
}

/// Proves that retains and releases are counted.
func requireReferencesCounted() throws {
  let start = roost_reference_count()
  var witnesses: [AnyObject] = []
  for _ in 0..<100 { witnesses.append(witnesses.first ?? Witness()) }
  try #require(roost_reference_count() - start >= 99 && witnesses.count == 100)
}

private func threadTime() -> Int {
  var time = timespec()
  // Fills the record.
  unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

func getenvIsSet(_ name: String) -> Bool {
  // Reads the environment, which no test changes.
  unsafe getenv(name) != nil
}

/// Expects that forwarding asked for no heap block.
///
/// Unspecialised generic code boxes its values, more or less of them with every change, so only the optimised
/// build is judged (`tools/test gates`).
func expectNone(_ blocks: UInt64, at location: SourceLocation = #_sourceLocation) {
  #if !DEBUG
    #expect(blocks == 0, sourceLocation: location)
  #endif
}
