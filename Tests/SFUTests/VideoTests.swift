import Base
import MediaControl
import SFU
import SimulatedPeers
import Testing
import Wire

/// Pictures on their way from one publisher to many viewers: layers, switches, codecs, permissions.
@Suite struct VideoTests {
  /// Decodes what a viewer has; records what its decoder would have stumbled over.
  private func frames(_ viewer: Viewer) -> [VideoReceiver.Frame] {
    let frames = viewer.receiver.decode()
    #expect(viewer.receiver.problems.isEmpty, "\(viewer.receiver.problems)")
    return frames
  }

  @Test func `A camera reaches every viewer whole, under its own SSRC and payload type`() throws {
    var cinema = try Cinema(layers: 1, viewers: 3)
    cinema.announce()
    cinema.play(30)
    for viewer in cinema.viewers {
      let frames = frames(viewer)
      #expect(frames.count == 30 && frames.allSatisfy { $0.isDecoded })
    }
    #expect(cinema.stage.endpoint.statistics.videoPackets == 90)
    #expect(cinema.stage.endpoint.statistics.forwardedVideoPackets == 270)
    // Nobody had to ask: the first packet was a key frame's.
    #expect(cinema.requests.isEmpty && cinema.strays.isEmpty)
  }

  @Test(arguments: [false, true])
  func `Each viewer gets the best layer that it wants, with one key frame at its start`(_ isNamed: Bool)
    throws
  {
    var cinema = try Cinema(layers: 3, viewers: 4, isNamed: isNamed)
    cinema.announce()
    for (viewer, quality) in zip(cinema.viewers, [100, 70, 10, 0] as [UInt8]) { cinema.want(viewer, quality) }
    cinema.play(60)
    for (viewer, layer) in zip(cinema.viewers, [2, 1, 0] as [UInt8]) {
      let frames = frames(viewer)
      #expect(frames.last?.layer == layer)
      #expect(frames.count > 50 && frames.allSatisfy { $0.isDecoded }, "layer \(layer): \(frames.count)")
    }
    #expect(cinema.viewers[3].receiver.received == 0)
  }

  @Test func `A layer that nobody watches is neither staged nor kept`() throws {
    var cinema = try Cinema(layers: 3, viewers: 2)
    cinema.announce()
    for viewer in cinema.viewers { cinema.want(viewer, 0) }
    cinema.play(60)
    #expect(cinema.stage.endpoint.statistics.videoPackets == 540)
    #expect(cinema.stage.endpoint.statistics.forwardedPackets == 0)
    #expect(cinema.stage.endpoint.statistics.retransmissionBlocks == 0)
    #expect(cinema.requests.isEmpty)
  }

  @Test func `A viewer that changes its mind is switched at the next key frame, without a seam`() throws {
    var cinema = try Cinema(layers: 3, viewers: 2)
    cinema.announce()
    let viewer = cinema.viewers[0]
    cinema.play(20)
    for quality in [10, 70, 100, 10] as [UInt8] {
      cinema.want(viewer, quality)
      cinema.play(30)
    }
    cinema.want(viewer, 0)
    cinema.play(10)
    cinema.want(viewer, 100)
    cinema.play(40)
    let frames = frames(viewer)
    #expect(frames.allSatisfy { $0.isDecoded })
    var layers: [UInt8] = []
    for frame in frames where frame.layer != layers.last { layers.append(frame.layer) }
    // When the picture begins, the layers arrive one after the other.
    #expect(layers == [0, 1, 2, 0, 1, 2, 0, 2], "\(layers)")
    // The other one saw only the key frames.
    let whole = self.frames(cinema.viewers[1])
    #expect(whole.allSatisfy { $0.isDecoded })
  }

  @Test func `Who comes later asks for a key frame through us, once for all who come`() throws {
    var cinema = try Cinema(layers: 1, viewers: 1)
    cinema.announce()
    cinema.play(30)
    for number in 10..<30 as Range<UInt64> { try cinema.watch(number, codec: Cinema.vp8) }
    cinema.play(30)
    #expect(cinema.stage.endpoint.statistics.keyFrameRequests <= 2)
    for viewer in cinema.viewers {
      let frames = frames(viewer)
      #expect(frames.count > 10 && frames.allSatisfy { $0.isDecoded })
    }
  }

  @Test func `A request for a key frame that is not answered is repeated, each time later`() throws {
    var cinema = try Cinema(layers: 1, viewers: 1)
    cinema.announce()
    cinema.play(10)
    cinema.isObedient = false
    try cinema.watch(9, codec: Cinema.vp8)
    cinema.play(600)
    let asked = cinema.requests.count { $0.keyFrames == [cinema.layers[0].ssrc] }
    // After 0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5 and 19.5 seconds.
    #expect((6...9).contains(asked), "\(asked)")
    #expect(cinema.viewers[1].receiver.received == 0)
    cinema.isObedient = true
    cinema.play(150)
    #expect(cinema.viewers[1].receiver.received > 0)
  }

  @Test func `A layer that stalls gives way to the next, and comes back with a key frame`() throws {
    var cinema = try Cinema(layers: 3, viewers: 1)
    cinema.announce()
    cinema.play(30)
    cinema.play(60) { $0 < 2 }
    let lower = cinema.viewers[0].receiver.decode().last?.layer
    #expect(lower == 1)
    cinema.play(60)
    let frames = frames(cinema.viewers[0])
    #expect(frames.last?.layer == 2 && frames.allSatisfy { $0.isDecoded })
  }

  @Test func `A layer that is announced as inactive is not chosen, and an idle screen goes on`() throws {
    var cinema = try Cinema(layers: 2, viewers: 1)
    cinema.announce { $0 == 0 }
    cinema.play(20)
    let first = cinema.viewers[0].receiver.decode()
    #expect(first.allSatisfy { $0.layer == 0 })
    cinema.announce()
    cinema.play(20)
    let second = cinema.viewers[0].receiver.decode().last?.layer
    #expect(second == 1)
    // Nothing changes on the screen for ten seconds: the same layer goes on without a new key frame.
    let keyFrames = cinema.layers[1].keyFrameCount
    cinema.pass(.seconds(10))
    cinema.play(20)
    let frames = frames(cinema.viewers[0])
    #expect(frames.last?.layer == 1 && frames.allSatisfy { $0.isDecoded })
    #expect(cinema.layers[1].keyFrameCount == keyFrames)
  }

  @Test func `Members without the codec get no video, and are counted`() throws {
    let av1 = VideoCodec(name: .av1, payloadType: 45, rtxPayloadType: nil, feedback: [])
    var cinema = try Cinema(layers: 1, viewers: 1)
    try cinema.watch(20, codec: av1)
    _ = try cinema.stage.connectedBrowser(21)
    _ = try cinema.stage.voiceClient(22)
    cinema.announce()
    cinema.play(30)
    #expect(cinema.viewers[0].receiver.received == 90)
    #expect(cinema.viewers[1].receiver.received == 0 && cinema.strays.isEmpty)
    for number in [20, 21, 22] as [UInt64] {
      let drops = cinema.stage.endpoint.explain(PeerID(rawValue: number))?.drops ?? []
      #expect(drops.contains { $0.reason == .codecMissing }, "\(number)")
    }
  }

  @Test func `Who may not show is hidden at once and seen again with a key frame`() throws {
    var cinema = try Cinema(layers: 1, viewers: 1)
    cinema.announce()
    cinema.play(10)
    let peer = cinema.publisher.admission.peer
    cinema.stage.perform(
      .permit(peer, MediaPermissions(version: 2, maySpeak: true, mayShow: false, mayHear: true)))
    let before = cinema.viewers[0].receiver.received
    cinema.play(10)
    #expect(cinema.viewers[0].receiver.received == before)
    #expect(cinema.stage.endpoint.statistics.dropped(.hidden) == 30)
    cinema.stage.perform(
      .permit(peer, MediaPermissions(version: 3, maySpeak: true, mayShow: true, mayHear: true)))
    cinema.play(30)
    #expect(cinema.viewers[0].receiver.received > before)
    let frames = frames(cinema.viewers[0])
    #expect(frames.allSatisfy { $0.isDecoded })
  }

  @Test func `A camera that is turned off and on again never repeats an index`() throws {
    var cinema = try Cinema(layers: 1, viewers: 2, codec: Cinema.vp8)
    var indices: Set<UInt16> = []
    for _ in 0..<5 {
      cinema.announce()
      cinema.layers[0].isKeyFrameDue = true
      cinema.viewers[0].loses = { indices.insert(UInt16($0)).inserted ? false : true }
      cinema.play(10)
      cinema.endPublication()
      cinema.play(2)
      let frames = frames(cinema.viewers[0])
      #expect(frames.count == 10 && frames.allSatisfy { $0.isDecoded })
      // A new picture for the viewer, too: only its indices go on.
      cinema.viewers[0].receiver = VideoReceiver(ssrc: cinema.ssrc, codec: Cinema.vp8)
    }
    #expect(indices.count == 150)
    #expect(cinema.stage.endpoint.statistics.videos == 0)
    #expect(cinema.stage.endpoint.statistics.retransmissionBlocks == 0)
  }

  @Test func `Rows follow their members when others leave`() throws {
    var cinema = try Cinema(layers: 2, viewers: 6)
    cinema.announce()
    for (position, viewer) in cinema.viewers.enumerated() {
      cinema.want(viewer, position % 2 == 0 ? 100 : 10)
    }
    cinema.play(30)
    for gone in [1, 0] {
      cinema.stage.perform(.remove(cinema.viewers[gone].peer))
      cinema.viewers.remove(at: gone)
      cinema.play(10)
    }
    for (position, viewer) in cinema.viewers.enumerated() {
      let frames = frames(viewer)
      #expect(frames.last?.layer == (position % 2 == 0 ? 1 : 0))
      #expect(frames.count >= 48 && frames.allSatisfy { $0.isDecoded })
    }
    cinema.stage.perform(.remove(cinema.publisher.admission.peer))
    #expect(
      cinema.stage.endpoint.statistics.videos == 0 && cinema.stage.endpoint.statistics.subscriptions == 0)
  }
}
