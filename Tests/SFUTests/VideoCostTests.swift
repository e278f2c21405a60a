import Base
import CAllocations
import MediaControl
import SFU
import SimulatedPeers
import Testing

/// What forwarding and repeating video costs once a room has settled.
@Suite(.serialized) struct VideoCostTests {
  private struct Slot: TransmitSink {
    var octets = [UInt8](repeating: 0, count: 1_500)
    var sent = 0

    mutating func transmit(
      to address: SocketAddress, origin: Instant?, _ write: (inout MutableSpan<UInt8>) -> Int
    ) {
      var span = octets.mutableSpan
      if write(&span) > 0 { sent += 1 }
    }

    mutating func relay(
      to shard: ShardID, origin: Instant, _ write: (inout MutableSpan<UInt8>) -> Int
    ) -> Bool {
      false
    }
  }

  /// A settled room, the publisher's next packets, and a viewer's requests.
  private struct Room: ~Copyable {
    var cinema: Cinema
    var slot = Slot()
    var log = EventLog()
    var packets: [[UInt8]] = []
    var requests: [[UInt8]] = []

    init(packets count: Int, requests requestCount: Int) throws {
      var configuration = EndpointConfiguration()
      // A firing would make the blocks of its report; reports are not forwarding.
      configuration.reportInterval = .seconds(3_600)
      configuration.videoReportInterval = .seconds(3_600)
      var cinema = try Cinema(layers: 2, viewers: 10, configuration)
      cinema.announce()
      for (position, viewer) in cinema.viewers.enumerated() { cinema.want(viewer, position < 5 ? 100 : 10) }
      cinema.play(60)
      while packets.count < count {
        for layer in 0..<2 {
          for packet in cinema.layers[layer].frame(packets: 5, size: 1_000) {
            packets.append(cinema.publisher.show(packet))
          }
        }
      }
      let newest = try #require(cinema.viewers[0].receiver.newest)
      for number in 0..<UInt16(requestCount) {
        // A hundred forwarded packets further each time.
        let lost = (0..<4).map { newest &+ 51 &* number &- $0 }
        requests.append(
          cinema.viewers[0].client.sealReport(ViewerFeedback.nack(lost, of: cinema.ssrc, from: 1)))
      }
      self.cinema = cinema
    }

    mutating func give(_ octets: [UInt8], from source: SocketAddress, by buffer: inout [UInt8]) {
      for index in octets.indices { buffer[index] = octets[index] }
      let now = cinema.stage.now
      var span = buffer.mutableSpan
      cinema.stage.endpoint.receive(
        &span, count: octets.count, from: source, arrival: now, at: now, into: &slot, events: &log)
      cinema.stage.endpoint.transmitStaged(at: now, budget: .max, into: &slot)
    }

    /// The publisher's packet `number`, and now and then a viewer's request.
    mutating func step(_ number: Int, by buffer: inout [UInt8]) {
      let (packet, publisher) = (packets[number], cinema.publisher.address)
      give(packet, from: publisher, by: &buffer)
      guard number % 102 == 101 else { return }
      let (request, viewer) = (requests[number / 102], cinema.viewers[0].client.address)
      give(request, from: viewer, by: &buffer)
    }
  }

  @Test(.enabled(if: roost_allocations_are_counted() != 0))
  func `Ten thousand packets of two layers to ten viewers, and repetitions, take no heap block`() throws {
    var room = try Room(packets: 10_204, requests: 101)
    var buffer = [UInt8](repeating: 0, count: 1_500)
    for number in 0..<204 { room.step(number, by: &buffer) }
    room.slot.sent = 0
    let repeatedBefore = room.cinema.stage.endpoint.statistics.retransmittedPackets
    let before = roost_allocation_count()
    for number in 204..<10_204 { room.step(number, by: &buffer) }
    let blocks = roost_allocation_count() - before
    let repeated = room.cinema.stage.endpoint.statistics.retransmittedPackets - repeatedBefore
    let sent = room.slot.sent
    // Each packet goes to five viewers; the first viewer's allowance lasts for 131 repetitions.
    #expect(repeated > 50 && sent == 50_000 + Int(repeated), "\(repeated)")
    expectNone(blocks)
  }
}
