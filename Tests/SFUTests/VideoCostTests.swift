import Base
import CAllocations
import MediaControl
import SFU
import SimulatedPeers
import Testing

/// What forwarding and repeating video costs once a room has settled.
@Suite(.serialized) struct VideoCostTests {
  /// A settled room, the publisher's next packets, and a viewer's requests.
  private struct Room: ~Copyable {
    var cinema: Cinema
    var slot = CostSlot()
    var cost = Cost()
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
      // The last use of `octets`, whose release is not the endpoint's.
      let (count, now) = (octets.count, cinema.stage.now)
      cost.begin()
      var span = buffer.mutableSpan
      cinema.stage.endpoint.receive(
        &span, count: count, from: source, arrival: now, at: now, into: &slot, events: &log)
      cinema.stage.endpoint.transmitStaged(at: now, budget: .max, into: &slot)
      cost.end()
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
    room.cost = Cost()
    for number in 204..<10_204 { room.step(number, by: &buffer) }
    let blocks = room.cost.blocks
    let repeated = room.cinema.stage.endpoint.statistics.retransmittedPackets - repeatedBefore
    let sent = room.slot.sent
    // Each packet goes to five viewers; the first viewer's allowance lasts for 131 repetitions.
    #expect(repeated > 50 && sent == 50_000 + Int(repeated), "\(repeated)")
    expectNone(blocks)
  }

  @Test(.enabled(if: getenvIsSet("ROOST_RELEASE_GATES")))
  func `Ten thousand packets of two layers to ten viewers, and repetitions, retain and release nothing`()
    throws
  {
    try requireReferencesCounted()
    var room = try Room(packets: 10_204, requests: 101)
    var buffer = [UInt8](repeating: 0, count: 1_500)
    for number in 0..<204 { room.step(number, by: &buffer) }
    room.slot.sent = 0
    room.cost = Cost()
    for number in 204..<10_204 { room.step(number, by: &buffer) }
    let (references, sent) = (room.cost.references, room.slot.sent)
    #expect(sent > 50_000)
    #expect(references == 0)
  }

  /// A publisher's next packets, and the shard with viewers that they cross to.
  private struct Link: ~Copyable {
    var twin: TwinCinema
    var slot = CostSlot()
    var log = EventLog()
    var leaving = Cost()
    var coming = Cost()
    var packets: [[UInt8]] = []

    init(packets count: Int) throws {
      var configuration = EndpointConfiguration()
      configuration.reportInterval = .seconds(3_600)
      configuration.videoReportInterval = .seconds(3_600)
      var twin = try TwinCinema(layers: 2, near: 1, far: 10, configuration)
      twin.announce()
      for viewer in twin.farViewers.prefix(5) { twin.want(viewer, 10) }
      twin.play(60)
      while packets.count < count {
        for layer in 0..<2 {
          for packet in twin.near.layers[layer].frame(packets: 5, size: 1_000) {
            packets.append(twin.near.publisher.show(packet))
          }
        }
      }
      self.twin = twin
    }

    /// Packet `number` is received on one shard, crosses, and is sent to five viewers of the other.
    mutating func step(_ number: Int, by buffer: inout [UInt8]) {
      let (packet, source) = (packets[number], twin.near.publisher.address)
      for index in packet.indices { buffer[index] = packet[index] }
      let (count, now) = (packet.count, twin.near.stage.now)
      let relayedBefore = slot.relayed
      leaving.begin()
      var span = buffer.mutableSpan
      twin.near.stage.endpoint.receive(
        &span, count: count, from: source, arrival: now, at: now, into: &slot, events: &log)
      leaving.end()
      guard slot.relayed == relayedBefore + 1 else { return }
      // The frame is what was written last; the near shard's own viewer comes after it.
      let frameCount = slot.frameCount
      for index in 0..<frameCount { buffer[index] = slot.octets[index] }
      let far = twin.far.now
      coming.begin()
      twin.far.endpoint.receiveRelayed(
        buffer.span.extracting(first: frameCount), from: TwinCinema.nearID, arrival: far, at: far, into: &slot
      )
      twin.far.endpoint.transmitStaged(at: far, budget: .max, into: &slot)
      coming.end()
      leaving.begin()
      twin.near.stage.endpoint.transmitStaged(at: now, budget: .max, into: &slot)
      leaving.end()
    }
  }

  @Test(.enabled(if: roost_allocations_are_counted() != 0))
  func `Ten thousand packets of video that cross to a shard with ten viewers take no heap block`() throws {
    var link = try Link(packets: 10_200)
    var buffer = [UInt8](repeating: 0, count: 1_500)
    for number in 0..<200 { link.step(number, by: &buffer) }
    let (sent, relayed) = (link.slot.sent, link.slot.relayed)
    (link.leaving, link.coming) = (Cost(), Cost())
    for number in 200..<10_200 { link.step(number, by: &buffer) }
    #expect(link.slot.relayed == relayed + 10_000)
    // Five over there of each, and the one here of half of them.
    #expect(link.slot.sent == sent + 55_000)
    expectNone(link.leaving.blocks)
    expectNone(link.coming.blocks)
  }

  @Test(.enabled(if: getenvIsSet("ROOST_RELEASE_GATES")))
  func `Ten thousand packets of video that cross to another shard retain and release nothing`() throws {
    try requireReferencesCounted()
    var link = try Link(packets: 10_200)
    var buffer = [UInt8](repeating: 0, count: 1_500)
    for number in 0..<200 { link.step(number, by: &buffer) }
    (link.leaving, link.coming) = (Cost(), Cost())
    for number in 200..<10_200 { link.step(number, by: &buffer) }
    #expect(link.leaving.references == 0)
    #expect(link.coming.references == 0)
  }

  @Test(.enabled(if: getenvIsSet("ROOST_RELEASE_GATES")), arguments: VoiceEncryptionMode.allCases)
  func `Ten thousand packets of a bot's picture take no heap block, retain and release nothing`(
    _ mode: VoiceEncryptionMode
  ) throws {
    try requireReferencesCounted()
    var configuration = EndpointConfiguration()
    configuration.reportInterval = .seconds(3_600)
    configuration.videoReportInterval = .seconds(3_600)
    var stage = try Stage(configuration)
    var bot = try stage.voiceClient(1, mode: mode, videoCodecs: [Cinema.vp8])
    for number in 0..<5 { _ = try stage.connectedBrowser(UInt64(10 + number), videoCodecs: [Cinema.vp8]) }
    var random = SeededRandom(seed: 4)
    let ssrc = VideoSource.camera.ssrc(after: bot.admission.ssrc)
    var layer = VideoLayerSender(
      layer: 0, ssrc: ssrc, rtxSSRC: ssrc + 1, rid: nil, codec: Cinema.vp8, random: &random)
    let publication = VideoPublication(
      version: 1, source: .camera, layers: [layer.announcement(quality: 100)])
    stage.perform(.publishVideo(bot.admission.peer, publication))
    var buffer = [UInt8](repeating: 0, count: 1_500)
    var (slot, log, cost) = (CostSlot(), EventLog(), Cost())
    for number in 0..<10_200 {
      if number == 200 { (slot.sent, cost) = (0, Cost()) }
      // What the frame before it made due is asked for here.
      if number < 200 { stage.wait(.milliseconds(33)) }
      layer.isKeyFrameDue = number < 100 && number.isMultiple(of: 10)
      let packet = bot.show(layer.frame(packets: 1, size: 1_000)[0])
      for index in packet.indices { buffer[index] = packet[index] }
      let (count, now, source) = (packet.count, stage.now, bot.address)
      cost.begin()
      var span = buffer.mutableSpan
      stage.endpoint.receive(
        &span, count: count, from: source, arrival: now, at: now, into: &slot, events: &log)
      stage.endpoint.transmitStaged(at: now, budget: .max, into: &slot)
      cost.end()
    }
    #expect(slot.sent == 50_000)
    #expect(cost.references == 0)
    expectNone(cost.blocks)
  }
}
