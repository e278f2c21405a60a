import Base
import MediaControl
import SFU
import SimulatedPeers
import Testing
import Wire

/// Pictures in a room that spans two shards.
@Suite struct RelayVideoTests {
  private func frames(_ viewer: Viewer) -> [VideoReceiver.Frame] {
    let frames = viewer.receiver.decode()
    #expect(viewer.receiver.problems.isEmpty, "\(viewer.receiver.problems)")
    return frames
  }

  @Test(arguments: [false, true])
  func `Viewers of both shards see the picture, and each packet crosses once`(_ farFirst: Bool) throws {
    var twin = try TwinCinema(layers: 1, near: 1, far: 3)
    twin.announce(farFirst: farFirst)
    twin.play(60)
    for viewer in twin.near.viewers + twin.farViewers {
      let frames = frames(viewer)
      #expect(frames.count > 50 && frames.allSatisfy { $0.isDecoded })
    }
    let crossed = twin.crossed
    #expect(crossed.count == Set(crossed.map(\.index)).count && crossed.count > 150)
    #expect(twin.near.stage.endpoint.statistics.keyFrameRequests <= 2)
    #expect(twin.far.endpoint.statistics.relayedFrames == UInt64(crossed.count))
    let told = twin.far.endpoint.explain(twin.farViewers[0].peer)
    #expect(told?.views.first?.publisher == twin.near.publisher.admission.peer)
  }

  @Test func `Only layers that somebody over there wants cross, as long as somebody does`() throws {
    var twin = try TwinCinema(layers: 3, near: 1, far: 2)
    twin.announce()
    twin.play(60)
    #expect(Set(twin.crossed.suffix(30).map(\.place.layer)) == [2])
    twin.want(twin.farViewers[0], 10)
    twin.play(60)
    #expect(Set(twin.crossed.suffix(60).map(\.place.layer)) == [0, 2])
    twin.want(twin.farViewers[1], 70)
    twin.play(60)
    #expect(Set(twin.crossed.suffix(60).map(\.place.layer)) == [0, 1])
    for viewer in twin.farViewers { twin.want(viewer, 0) }
    let before = twin.crossed.count
    twin.play(30)
    #expect(twin.crossed.count == before)
    // And back: what had not crossed meanwhile is nobody's loss.
    twin.want(twin.farViewers[0], 100)
    twin.play(60)
    #expect(twin.asked(.repeats) == 0)
    for viewer in twin.farViewers { #expect(frames(viewer).allSatisfy { $0.isDecoded }) }
    #expect(frames(twin.farViewers[0]).last?.layer == 2)
    let near = frames(twin.near.viewers[0])
    #expect(near.last?.layer == 2 && near.allSatisfy { $0.isDecoded })
  }

  @Test func `A picture that only the other shard watches crosses too`() throws {
    var twin = try TwinCinema(layers: 2, near: 0, far: 1)
    twin.announce()
    twin.play(60)
    let frames = frames(twin.farViewers[0])
    #expect(frames.count > 50 && frames.allSatisfy { $0.isDecoded } && frames.last?.layer == 1)
    twin.leave(twin.farViewers[0])
    let crossed = twin.crossed.count
    twin.play(30)
    #expect(twin.crossed.count == crossed)
    let picture = twin.near.stage.endpoint.explain(twin.near.publisher.admission.peer)?.pictures.first
    #expect(picture?.layers.map(\.watchers) == [0, 0])
  }

  @Test(arguments: [Cinema.vp8, Cinema.repeatingVP8])
  func `What a viewer loses is repeated by its own shard`(_ codec: VideoCodec) throws {
    var twin = try TwinCinema(layers: 1, near: 0, far: 2, codec: codec)
    twin.announce()
    twin.play(10)
    for _ in 0..<12 {
      twin.farViewers[0].loses = { $0 % 7 == 3 }
      twin.play(5)
      twin.farViewers[0].loses = { _ in false }
      let crossed = twin.crossed.count
      twin.nack()
      #expect(twin.crossed.count == crossed)
    }
    // The last packet's loss shows with the next one.
    twin.play(2)
    twin.nack()
    #expect(twin.asked(.repeats) == 0)
    #expect(frames(twin.farViewers[0]).allSatisfy { $0.isDecoded })
    #expect(twin.far.endpoint.statistics.retransmittedPackets > 10)
    #expect(twin.near.stage.endpoint.statistics.packetsRequested == 0)
  }

  @Test func `What a full ring loses is asked for over the link`() throws {
    var twin = try TwinCinema(layers: 1, near: 1, far: 2)
    twin.announce()
    twin.play(20)
    for _ in 0..<10 {
      twin.near.stage.outbox.framesMax = 2
      twin.play(1)
      twin.near.stage.outbox.framesMax = .max
      twin.play(3)
    }
    twin.play(20)
    let near = twin.near.stage.endpoint.statistics
    #expect(near.dropped(.relayFull) == 10 && near.repeatedRelays >= 10)
    #expect(twin.asked(.repeats) >= 10)
    for viewer in twin.farViewers {
      let frames = frames(viewer)
      #expect(frames.count > 70 && frames.allSatisfy { $0.isDecoded })
    }
    #expect(near.keyFrameRequests <= 2)
  }

  @Test func `What is said over a full ring is said again`() throws {
    var twin = try TwinCinema(layers: 1, near: 1, far: 1)
    twin.far.outbox.framesMax = 0
    twin.near.stage.outbox.framesMax = 0
    twin.announce()
    twin.play(10)
    #expect(twin.farViewers[0].receiver.received == 0)
    twin.near.stage.outbox.framesMax = .max
    twin.play(3)
    twin.far.outbox.framesMax = .max
    twin.play(30)
    let frames = frames(twin.farViewers[0])
    #expect(frames.count > 15 && frames.allSatisfy { $0.isDecoded })
    // The end of a demand waits for room as well.
    twin.far.outbox.framesMax = 0
    twin.want(twin.farViewers[0], 0)
    twin.play(3)
    twin.far.outbox.framesMax = .max
    twin.play(2)
    let crossed = twin.crossed.count
    twin.play(10)
    #expect(twin.crossed.count == crossed)
  }

  @Test func `Requests for key frames of many viewers cross once and reach the publisher once`() throws {
    var twin = try TwinCinema(layers: 1, near: 1, far: 6)
    twin.announce()
    twin.play(60)
    let asked = twin.asked(.demand)
    let requests = twin.near.stage.endpoint.statistics.keyFrameRequests
    for viewer in twin.farViewers {
      twin.feedback(ViewerFeedback.pictureLoss(of: twin.near.ssrc, from: 1), from: viewer)
    }
    twin.play(30)
    #expect(twin.asked(.demand) == asked + 1)
    #expect(twin.near.stage.endpoint.statistics.keyFrameRequests == requests + 1)
  }

  @Test func `A layer that stalls gives way over there as well`() throws {
    var twin = try TwinCinema(layers: 3, near: 0, far: 1)
    twin.announce()
    twin.play(40)
    twin.play(60) { $0 < 2 }
    #expect(frames(twin.farViewers[0]).last?.layer == 1)
    twin.play(60)
    let frames = frames(twin.farViewers[0])
    #expect(frames.last?.layer == 2 && frames.allSatisfy { $0.isDecoded })
  }

  @Test func `Who may not show is not seen over there either`() throws {
    var twin = try TwinCinema(layers: 1, near: 0, far: 1)
    twin.announce()
    twin.play(30)
    twin.permit(mayShow: false)
    let received = twin.farViewers[0].receiver.received
    twin.play(30)
    #expect(twin.farViewers[0].receiver.received == received)
    twin.permit(mayShow: true)
    twin.play(60)
    let frames = frames(twin.farViewers[0])
    #expect(frames.count > 70 && frames.allSatisfy { $0.isDecoded })
  }

  @Test func `The end of a picture, of its publisher and of the room leave nothing behind`() throws {
    var twin = try TwinCinema(layers: 2, near: 1, far: 2)
    twin.announce()
    twin.play(30)
    #expect(twin.far.endpoint.statistics.videos == 1 && twin.far.endpoint.statistics.subscriptions == 2)
    #expect(twin.far.endpoint.statistics.retransmissionBlocks > 0)
    twin.announce([])
    twin.play(10)
    let ended = twin.far.endpoint.statistics
    #expect(ended.videos == 0 && ended.subscriptions == 0 && ended.retransmissionBlocks == 0)
    twin.announce()
    twin.play(30)
    for stage in 0..<2 {
      let publisher = twin.near.publisher.admission.peer
      if stage == 0 {
        twin.near.stage.perform(.remove(publisher))
      } else {
        twin.far.perform(.remove(publisher))
      }
      twin.settle()
    }
    let statistics = twin.far.endpoint.statistics
    #expect(statistics.videos == 0 && statistics.subscriptions == 0 && statistics.retransmissionBlocks == 0)
    #expect(twin.near.stage.endpoint.statistics.videos == 0)
    for viewer in twin.farViewers { twin.leave(viewer) }
    twin.far.perform(.closeRoom(Stage.room))
    #expect(twin.far.endpoint.statistics.rooms == 0 && twin.far.endpoint.statistics.remotePeers == 0)
  }

  @Test func `Other layers than before are told apart, whichever shard hears of them first`() throws {
    for farFirst in [false, true] {
      var twin = try TwinCinema(layers: 2, near: 1, far: 1)
      twin.announce()
      twin.play(30)
      let before = twin.farViewers[0].receiver.received
      // The publisher is down to its better layer, which is layer 0 from now on.
      let only = twin.near.layers[1].announcement(quality: 100)
      twin.near.layers[1].isKeyFrameDue = true
      twin.announce(farFirst: farFirst, [only])
      twin.play(60) { $0 == 1 }
      #expect(twin.farViewers[0].receiver.received > before + 100)
      #expect(Set(twin.crossed.suffix(60).map(\.place.layer)) == [0])
      #expect(Set(twin.crossed.map(\.place.run)).count == 2)
    }
  }

  @Test func `A link that ends and begins again is asked anew`() throws {
    var twin = try TwinCinema(layers: 1, near: 0, far: 1)
    twin.announce()
    twin.play(30)
    // The near shard hears that the last viewer left after the far one has another.
    try twin.watch(40)
    let only = twin.farViewers[0]
    twin.leave(only)
    twin.play(40)
    twin.near.stage.perform(.remove(twin.farViewers[0].peer))
    twin.near.stage.perform(RelayTests.Pair.onFar(40))
    twin.play(60)
    let last = twin.crossed.suffix(30)
    #expect(last.count == 30)
    let frames = frames(twin.farViewers[0])
    #expect(frames.suffix(20).allSatisfy { $0.isDecoded } && frames.count > 60)
  }

  @Test func `Sender reports over there name the same moment for the picture as for the voice`() throws {
    var configuration = EndpointConfiguration()
    configuration.reportInterval = .milliseconds(500)
    configuration.wallTimeAtZero = WallTime(milliseconds: 1_790_000_000_000)
    var twin = try TwinCinema(layers: 1, near: 0, far: 1, configuration)
    twin.announce()
    var moments: [(video: UInt32?, audio: UInt32?)] = []
    for _ in 0..<90 {
      // 33 ms of audio a frame.
      twin.near.publisher.timestamp &+= 1_584 - 960
      let (voice, address) = (twin.near.publisher.speak([1, 2, 3]), twin.near.publisher.address)
      twin.near.stage.stage(voice, from: address)
      twin.play(1)
      moments.append((twin.farViewers[0].receiver.decode().last?.timestamp, twin.farViewers[0].lastAudio))
    }
    let viewer = twin.farViewers[0]
    var clocks: [UInt32: RTCPSenderReport] = [:]
    for (_, compound) in viewer.reports {
      var walk = RTCPWalk()
      if case .senderReport(let report, _) = try walk.next(in: compound.span) { clocks[report.ssrc] = report }
    }
    let video = try #require(clocks[twin.near.ssrc])
    let audio = try #require(clocks[twin.near.publisher.admission.ssrc])
    // Both packets of the last moment were sent at once: so the reports must place them at once.
    let last = try #require(moments.last)
    let pictureAt = video.ntp.seconds(of: try #require(last.video), report: video, rate: 90_000)
    let voiceAt = audio.ntp.seconds(of: try #require(last.audio), report: audio, rate: 48_000)
    #expect(abs(pictureAt - voiceAt) < 0.005, "\(pictureAt - voiceAt) s apart")
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `Any octets between shards are taken or dropped`(_ seed: UInt64) throws {
    var twin = try TwinCinema(layers: 2, near: 1, far: 2)
    twin.announce()
    twin.play(20)
    var random = SeededRandom(seed: seed)
    let frames = (twin.there + twin.back).map(\.octets)
    for _ in 0..<2_000 {
      var octets = frames[random.below(frames.count)]
      for _ in 0...random.below(3) { octets[random.below(octets.count)] = UInt8(random.below(256)) }
      if random.below(4) == 0 { octets.removeLast(random.below(octets.count)) }
      let now = (near: twin.near.stage.now, far: twin.far.now)
      twin.far.endpoint.receiveRelayed(
        octets.span, from: TwinCinema.nearID, arrival: now.far, at: now.far, into: &twin.far.outbox)
      twin.near.stage.endpoint.receiveRelayed(
        octets.span, from: TwinCinema.farID, arrival: now.near, at: now.near, into: &twin.near.stage.outbox)
      if random.below(50) == 0 { twin.play(1) }
    }
    twin.play(5)
    #expect(twin.far.endpoint.statistics.dropped(.unknownRelay) > 0)
  }
}

extension NTPTime {
  /// When, in seconds, the sample with `timestamp` was taken, by a report of this time.
  fileprivate func seconds(of timestamp: UInt32, report: RTCPSenderReport, rate: Double) -> Double {
    let at = Double(seconds) + Double(fraction) / 4_294_967_296
    return at + Double(Int32(bitPattern: timestamp &- report.rtpTime)) / rate
  }
}
