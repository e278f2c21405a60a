import Base
import MediaControl
import SFU
import SimulatedPeers
import Testing
import Wire

/// What is lost on either side is repaired, once and within bounds.
@Suite struct VideoRepairTests {
  @Test(arguments: [Cinema.vp8, Cinema.repeatingVP8])
  func `A viewer's losses are repaired, by RTX or by the same packet again`(_ codec: VideoCodec) throws {
    var cinema = try Cinema(layers: 2, viewers: 2, codec: codec)
    cinema.announce()
    var random = SeededRandom(seed: 5)
    var first: Set<UInt64> = []
    let viewer = cinema.viewers[0]
    viewer.loses = { index in first.insert(index).inserted && random.below(5) == 0 }
    for _ in 0..<20 {
      cinema.play(10)
      cinema.nack(viewer)
    }
    viewer.loses = { _ in false }
    cinema.play(1)
    cinema.nack(viewer)
    let frames = viewer.receiver.decode()
    #expect(viewer.receiver.problems.isEmpty, "\(viewer.receiver.problems)")
    #expect(frames.count == 202 && frames.allSatisfy { $0.isDecoded })
    let statistics = cinema.stage.endpoint.statistics
    #expect(statistics.retransmittedPackets > 80 && statistics.dropped(.forgotten) == 0)
    #expect((viewer.receiver.repaired > 0) == (codec.rtxPayloadType != nil))
    // The publisher was not bothered with it.
    #expect(cinema.requests.isEmpty)
  }

  @Test func `Losses across a switch of layers are repaired from both rings`() throws {
    var cinema = try Cinema(layers: 2, viewers: 1)
    cinema.announce()
    let viewer = cinema.viewers[0]
    cinema.play(20)
    var lost = 0
    viewer.loses = { _ in
      lost += 1
      return lost <= 12 && lost % 2 == 0
    }
    cinema.want(viewer, 10)
    cinema.layers[0].isKeyFrameDue = true
    cinema.play(6)
    viewer.loses = { _ in false }
    cinema.play(1)
    cinema.nack(viewer)
    let frames = viewer.receiver.decode()
    #expect(viewer.receiver.problems.isEmpty && viewer.receiver.missing().isEmpty)
    #expect(frames.allSatisfy { $0.isDecoded } && frames.last?.layer == 0 && viewer.receiver.repaired == 6)
  }

  @Test func `What a publisher's network loses is asked for again and forwarded in its place`() throws {
    var cinema = try Cinema(layers: 1, viewers: 2)
    cinema.announce()
    var random = SeededRandom(seed: 9)
    cinema.play(2)
    cinema.loses = { _, _ in random.below(10) == 0 }
    cinema.play(200)
    cinema.loses = { _, _ in false }
    cinema.play(3)
    for viewer in cinema.viewers {
      let frames = viewer.receiver.decode()
      #expect(viewer.receiver.problems.isEmpty, "\(viewer.receiver.problems)")
      #expect(frames.count == 205 && frames.allSatisfy { $0.isDecoded })
    }
    let picture = try #require(cinema.stage.endpoint.explain(cinema.publisher.admission.peer)?.pictures.first)
    #expect(picture.layers[0].repaired > 20 && picture.layers[0].missing == 0)
    // A loss is asked for once when its retransmission comes.
    let asked = cinema.requests.flatMap { $0.lost.values.flatMap { $0 } }
    #expect(asked.count == Int(picture.layers[0].repaired))
  }

  @Test func `Reordered packets are not asked for, and lost ones not for ever`() throws {
    var cinema = try Cinema(layers: 1, viewers: 1)
    cinema.announce()
    cinema.isObedient = false
    cinema.play(5)
    // The middle packet of a frame arrives 5 ms after the last.
    let frame = cinema.layers[0].frame(packets: 3, size: 200)
    cinema.send(frame[0])
    cinema.send(frame[2])
    cinema.pass(.milliseconds(5))
    cinema.send(frame[1])
    cinema.pass(.milliseconds(100))
    #expect(cinema.requests.isEmpty)
    let incomplete = cinema.layers[0].frame(packets: 3, size: 200)
    cinema.send(incomplete[0])
    cinema.send(incomplete[2])
    cinema.pass(.seconds(30))
    let asked = cinema.requests.count { !$0.lost.isEmpty }
    #expect(asked == 6)
    // Given up: the viewers need a key frame.
    #expect(cinema.requests.contains { !$0.keyFrames.isEmpty })
  }

  @Test func `A gap that is too wide is not asked for: a key frame is`() throws {
    var cinema = try Cinema(layers: 1, viewers: 1)
    cinema.announce()
    cinema.play(5)
    cinema.loses = { _, _ in true }
    cinema.play(60)
    cinema.loses = { _, _ in false }
    cinema.play(40)
    #expect(cinema.requests.allSatisfy { $0.lost.isEmpty })
    #expect(cinema.requests.contains { !$0.keyFrames.isEmpty })
    #expect(cinema.viewers[0].receiver.decode().last?.isDecoded == true)
  }

  @Test func `A layer that comes back under another SSRC without its key frame is asked for one`() throws {
    var cinema = try Cinema(layers: 1, viewers: 1, isNamed: true)
    cinema.announce()
    cinema.play(10)
    cinema.pass(.seconds(1))
    cinema.layers[0].ssrc = 0xF00D
    cinema.layers[0].sequenceNumber = 17
    cinema.layers[0].isKeyFrameDue = true
    // The key frame's first packet is overtaken.
    let frame = cinema.layers[0].frame(packets: 3, size: 200)
    for packet in [1, 0, 2] { cinema.send(frame[packet]) }
    cinema.play(20)
    #expect(cinema.requests.contains { $0.keyFrames == [0xF00D] })
    let frames = cinema.viewers[0].receiver.decode()
    #expect(frames.count > 20 && frames.allSatisfy { $0.isDecoded } && frames.last?.number == 30)
    #expect(cinema.viewers[0].receiver.problems.isEmpty)
  }

  @Test func `A viewer whose key frame was dropped here gets another one`() throws {
    var cinema = try Cinema(layers: 1, viewers: 1)
    cinema.announce()
    // The first key frame waits too long to be sent.
    for packet in cinema.layers[0].frame(packets: 2, size: 200) {
      cinema.stage.stage(cinema.publisher.show(packet), from: cinema.publisher.address)
    }
    cinema.pass(.milliseconds(300))
    cinema.play(30)
    #expect(cinema.stage.endpoint.statistics.dropped(.late) == 2)
    let frames = cinema.viewers[0].receiver.decode()
    #expect(frames.count > 20 && frames.allSatisfy { $0.isDecoded })
  }

  @Test func `Packets of nothing but padding are not missed`() throws {
    var cinema = try Cinema(layers: 1, viewers: 1)
    cinema.announce()
    cinema.play(5)
    for _ in 0..<20 {
      let fields = RTPFields(
        marker: false, payloadType: 96, sequenceNumber: cinema.layers[0].sequenceNumber,
        timestamp: cinema.layers[0].timestamp, ssrc: cinema.layers[0].ssrc)
      cinema.layers[0].sequenceNumber &+= 1
      let padding = cinema.publisher.seal([0, 0, 0, 4], fields, hasPadding: true)
      cinema.stage.receive(padding, from: cinema.publisher.address)
    }
    cinema.play(5)
    #expect(cinema.requests.isEmpty && cinema.stage.endpoint.statistics.dropped(.empty) == 20)
    let picture = try #require(cinema.stage.endpoint.explain(cinema.publisher.admission.peer)?.pictures.first)
    #expect(picture.layers[0].lost == 0)
  }

  @Test func `A second of packets is kept and no more than a layer's blocks`() throws {
    var cinema = try Cinema(layers: 1, viewers: 1)
    cinema.announce()
    cinema.play(300, packets: 12)
    // 900 octets a packet at most, 364 a second.
    #expect((2...Int(32)).contains(cinema.stage.endpoint.statistics.retransmissionBlocks))
    let viewer = cinema.viewers[0]
    // Ten seconds old.
    let old = ViewerFeedback.nack([0, 1, 2, 3], of: cinema.ssrc, from: 1)
    let before = cinema.stage.endpoint.statistics.retransmittedPackets
    cinema.feedback(old, from: viewer)
    #expect(cinema.stage.endpoint.statistics.retransmittedPackets == before)
    #expect(cinema.stage.endpoint.statistics.dropped(.forgotten) >= 3)
  }
}

/// Feedback and media that mean harm.
@Suite struct VideoHostileTests {
  @Test func `A flood of NACKs costs its sender's allowance and nobody else`() throws {
    var cinema = try Cinema(layers: 1, viewers: 2)
    cinema.announce()
    cinema.play(40, packets: 10)
    let attacker = cinema.viewers[0]
    let newest = try #require(cinema.stage.endpoint.explain(attacker.peer)?.views.first).packets
    #expect(newest == 400)
    let received = attacker.receiver.received
    let everything = (0..<1_000).map { UInt16($0) }
    for _ in 0..<500 {
      cinema.feedback(ViewerFeedback.nack(everything, of: cinema.ssrc, from: 7), from: attacker)
    }
    let statistics = cinema.stage.endpoint.statistics
    // 128 KiB of packets of 200 octets.
    #expect(statistics.retransmittedPackets <= 700)
    #expect(attacker.receiver.received == received)
    // 256 a datagram are looked at.
    #expect(statistics.packetsAskedFor <= 500 * 256)
    #expect(statistics.dropped(.retransmissionsSpent) > 0)
    cinema.viewers[1].loses = { $0 % 7 == 0 }
    cinema.play(5)
    cinema.viewers[1].loses = { _ in false }
    cinema.play(1)
    cinema.nack(cinema.viewers[1])
    #expect(cinema.viewers[1].receiver.missing().isEmpty)
  }

  @Test func `A flood of requests for key frames becomes one each half second at most`() throws {
    var cinema = try Cinema(layers: 1, viewers: 2)
    cinema.announce()
    cinema.play(30)
    let attacker = cinema.viewers[0]
    let before = cinema.stage.endpoint.statistics.keyFrameRequests
    for round in 0..<300 {
      for _ in 0..<20 {
        cinema.feedback(ViewerFeedback.pictureLoss(of: cinema.ssrc, from: 7), from: attacker)
        cinema.feedback(
          ViewerFeedback.fullIntra(of: cinema.ssrc, from: 7, number: UInt8(round & 0xFF)), from: attacker)
      }
      cinema.play(1)
    }
    // Ten seconds: four at once and one each two seconds.
    #expect(cinema.stage.endpoint.statistics.keyFrameRequests - before <= 9)
    #expect(cinema.stage.endpoint.statistics.keyFrameRequests > before)
    #expect(cinema.stage.endpoint.statistics.dropped(.keyFramesSpent) > 11_000)
    let frames = cinema.viewers[1].receiver.decode()
    #expect(frames.allSatisfy { $0.isDecoded })
  }

  @Test func `A viewer that changes its mind all the time costs no more key frames than one that asks`()
    throws
  {
    var cinema = try Cinema(layers: 2, viewers: 2)
    cinema.announce()
    cinema.play(30)
    let before = cinema.stage.endpoint.statistics.keyFrameRequests
    for step in 0..<300 {
      cinema.want(cinema.viewers[0], step % 2 == 0 ? 10 : 100)
      cinema.want(cinema.viewers[0], step % 2 == 0 ? 0 : 50)
      cinema.play(1)
    }
    // Ten seconds, two layers: four at once and one each two seconds, for each.
    #expect(cinema.stage.endpoint.statistics.keyFrameRequests - before <= 18)
    cinema.want(cinema.viewers[0], 100)
    cinema.play(120)
    let frames = cinema.viewers[0].receiver.decode()
    #expect(frames.last?.layer == 1 && frames.last?.isDecoded == true)
  }

  @Test func `Feedback about streams that are not there, or one's own, has no effect`() throws {
    var cinema = try Cinema(layers: 1, viewers: 1)
    cinema.announce()
    cinema.play(30)
    let viewer = cinema.viewers[0]
    cinema.feedback(ViewerFeedback.nack([1, 2], of: 4_711, from: 7), from: viewer)
    cinema.feedback(ViewerFeedback.pictureLoss(of: 4_711, from: 7), from: viewer)
    let own = cinema.publisher.sealReport(ViewerFeedback.pictureLoss(of: cinema.ssrc, from: 7))
    cinema.stage.receive(own, from: cinema.publisher.address)
    cinema.pass(.seconds(1))
    #expect(cinema.stage.endpoint.statistics.dropped(.unknownSSRC) == 3)
    #expect(cinema.requests.isEmpty && cinema.stage.endpoint.statistics.retransmittedPackets == 0)
  }

  @Test func `Video that nobody announced, and layers that lie, are dropped`() throws {
    var cinema = try Cinema(layers: 2, viewers: 1)
    cinema.play(10)
    #expect(cinema.stage.endpoint.statistics.dropped(.unannounced) == 60)
    cinema.announce()
    // A third layer that was not named.
    var stranger = cinema.layers[0].frame(packets: 1, size: 100)[0]
    stranger.fields.ssrc = 0xBAD
    cinema.send(stranger)
    #expect(cinema.stage.endpoint.statistics.dropped(.unannounced) == 61)
    // Media under the SSRC of retransmissions, retransmissions under that of media.
    var swapped = stranger
    swapped.fields.ssrc = cinema.layers[0].rtxSSRC
    cinema.send(swapped)
    swapped.fields.ssrc = cinema.layers[0].ssrc
    swapped.fields.payloadType = 97
    cinema.send(swapped)
    #expect(cinema.stage.endpoint.statistics.dropped(.payloadType) == 2)
    #expect(cinema.viewers[0].receiver.received == 0)
  }

  @Test func `A retransmission that nobody misses never replaces what was sent`() throws {
    var cinema = try Cinema(layers: 1, viewers: 1)
    cinema.announce()
    cinema.play(10)
    let newest = cinema.layers[0].sequenceNumber &- 1
    for back in 0..<20 as Range<UInt16> {
      guard var lie = cinema.layers[0].retransmission(of: newest &- back) else { continue }
      lie.payload[lie.payload.count - 1] ^= 0xFF
      cinema.send(lie)
    }
    #expect(cinema.stage.endpoint.statistics.dropped(.repeated) == 20)
    let frames = cinema.viewers[0].receiver.decode()
    #expect(cinema.viewers[0].receiver.problems.isEmpty && frames.count == 10)
  }

  @Test func `Absurd jumps of sequence and time begin a new run with a key frame`() throws {
    var cinema = try Cinema(layers: 1, viewers: 1)
    cinema.announce()
    cinema.play(10)
    for jump in [20_000, 5_000, 32_000, 3_001] as [UInt16] {
      cinema.layers[0].sequenceNumber &+= jump
      cinema.layers[0].timestamp &+= UInt32(jump) &* 90_001
      cinema.play(40)
    }
    let frames = cinema.viewers[0].receiver.decode()
    #expect(cinema.viewers[0].receiver.problems.isEmpty, "\(cinema.viewers[0].receiver.problems)")
    #expect(frames.count > 80 && frames.allSatisfy { $0.isDecoded })
    #expect(cinema.viewers[0].receiver.missing().isEmpty)
  }

  @Test func `Damaged payloads and feedback of every kind never trap`() throws {
    var cinema = try Cinema(layers: 2, viewers: 1)
    cinema.announce()
    cinema.play(5)
    var random = SeededRandom(seed: 3)
    for _ in 0..<2_000 {
      var packet = cinema.layers[random.below(2)].frame(packets: 1, size: 60)[0]
      for _ in 0...random.below(3) {
        packet.payload[random.below(packet.payload.count)] = UInt8(random.below(256))
      }
      packet.payload.removeLast(random.below(packet.payload.count))
      if random.below(4) == 0 { packet.fields.payloadType = 97 }
      if random.below(8) == 0 { packet.fields.sequenceNumber &+= UInt16(random.below(0x10000)) }
      if random.below(8) == 0 { packet.fields.timestamp = UInt32(truncatingIfNeeded: random.next()) }
      cinema.send(packet)
      var compound = ViewerFeedback.nack([UInt16(random.below(0x10000))], of: cinema.ssrc, from: 7)
      compound[8 + random.below(compound.count - 8)] = UInt8(random.below(256))
      cinema.feedback(compound, from: cinema.viewers[0])
      cinema.pass(.milliseconds(Int64(random.below(30))))
    }
    #expect(cinema.stage.endpoint.statistics.videoPackets > 0)
  }
}
