import Base
import MediaControl
import SFU
import SimulatedPeers
import Wire

/// A cinema on shard 0 whose picture is watched on shard 1 as well; frames pass in memory.
struct TwinCinema: ~Copyable {
  static let nearID = ShardID(rawValue: 0)
  static let farID = ShardID(rawValue: 1)

  var near: Cinema
  var far: Stage
  var farViewers: [Viewer] = []
  /// What the near shard was told of the picture last.
  private var version: UInt64 = 100
  /// Frames that crossed to the far shard, and back.
  private(set) var there: [RelayedFrame] = []
  private(set) var back: [RelayedFrame] = []
  /// What went to nobody over there.
  var farStrays: [Datagram] = []

  init(
    layers: Int, near nearCount: Int, far farCount: Int, codec: VideoCodec = Cinema.vp8,
    _ configuration: EndpointConfiguration = EndpointConfiguration()
  ) throws {
    var near = try Cinema(layers: layers, viewers: nearCount, configuration)
    var far = try Stage(configuration, seed: 2)
    for number in 0..<UInt64(nearCount + 1) { far.perform(RelayTests.Pair.onNear(1 + number)) }
    var viewers: [Viewer] = []
    for number in 0..<UInt64(farCount) {
      let client = try far.connectedBrowser(31 + number, videoCodecs: [codec])
      viewers.append(Viewer(client, of: near.ssrc, codec: codec))
      near.stage.perform(RelayTests.Pair.onFar(31 + number))
    }
    farViewers = viewers
    self.near = near
    self.far = far
  }

  /// Another viewer comes to the far shard.
  mutating func watch(_ number: UInt64, codec: VideoCodec = Cinema.vp8) throws {
    let client = try far.connectedBrowser(number, videoCodecs: [codec])
    farViewers.append(Viewer(client, of: near.ssrc, codec: codec))
    near.stage.perform(RelayTests.Pair.onFar(number))
  }

  /// A viewer leaves the far shard.
  mutating func leave(_ viewer: Viewer) {
    farViewers.removeAll { $0 === viewer }
    far.perform(.remove(viewer.peer))
    near.stage.perform(.remove(viewer.peer))
  }

  /// Both shards are told what the publisher sends, the far one first if so wished.
  mutating func announce(farFirst: Bool = false, _ layers: [VideoLayer]? = nil) {
    version += 1
    let announced = layers ?? near.announcement
    let command = MediaCommand.publishVideo(
      near.publisher.admission.peer, VideoPublication(version: version, source: .camera, layers: announced))
    if farFirst { far.perform(command) }
    settle()
    near.stage.perform(command)
    settle()
    if !farFirst { far.perform(command) }
    settle()
  }

  mutating func permit(mayShow: Bool) {
    version += 1
    let command = MediaCommand.permit(
      near.publisher.admission.peer,
      MediaPermissions(version: version, maySpeak: true, mayShow: mayShow, mayHear: true))
    near.stage.perform(command)
    far.perform(command)
  }

  mutating func want(_ viewer: Viewer, _ quality: UInt8) {
    version += 1
    far.perform(
      .wantVideo(
        viewer.peer,
        VideoWants(version: version, others: 100, streams: [VideoWant(ssrc: near.ssrc, quality: quality)])))
    settle()
  }

  /// The publisher plays; frames cross while it does.
  mutating func play(_ frames: Int, sending: ((Int) -> Bool)? = nil) {
    for _ in 0..<frames {
      near.play(1, sending: sending)
      cross()
      dispatch(far.wait(.milliseconds(33)))
      cross()
    }
  }

  /// A viewer over there sends RTCP.
  mutating func feedback(_ compound: [UInt8], from viewer: Viewer) {
    dispatch(far.receive(viewer.client.sealReport(compound), from: viewer.client.address))
    settle()
  }

  /// Every viewer over there asks for what it misses.
  mutating func nack() {
    for viewer in farViewers {
      let missing = viewer.receiver.missing()
      if !missing.isEmpty {
        feedback(ViewerFeedback.nack(missing, of: near.ssrc, from: viewer.client.ssrc), from: viewer)
      }
    }
  }

  /// Timers that have fallen due fire, and what they send arrives.
  mutating func settle() {
    for _ in 0..<4 {
      near.pass(.zero)
      dispatch(far.wait(.zero))
      cross()
    }
  }

  /// Gives each shard the frames of the other, until there are none.
  mutating func cross() {
    while true {
      let out = near.stage.outbox.takeFrames()
      let home = far.outbox.takeFrames()
      guard !out.isEmpty || !home.isEmpty else { return }
      there += out
      back += home
      for frame in out where frame.shard == TwinCinema.farID {
        far.endpoint.receiveRelayed(
          frame.octets.span, from: TwinCinema.nearID, arrival: min(frame.origin, far.now), at: far.now,
          into: &far.outbox)
      }
      for frame in home where frame.shard == TwinCinema.nearID {
        let now = near.stage.now
        near.stage.endpoint.receiveRelayed(
          frame.octets.span, from: TwinCinema.farID, arrival: min(frame.origin, now), at: now,
          into: &near.stage.outbox)
      }
      dispatch(far.transmit())
    }
  }

  /// Packets of the picture that have crossed, in order.
  var crossed: [RelayVideoFrame] { there.compactMap { try? RelayVideoFrame($0.octets.span) } }

  /// Frames of `kind` that have crossed back.
  func asked(_ kind: RelayKind) -> Int { back.count { RelayKind(of: $0.octets.span) == kind } }

  private mutating func dispatch(_ datagrams: [Datagram]) {
    for datagram in datagrams {
      guard let viewer = farViewers.first(where: { $0.client.address == datagram.address }) else {
        farStrays.append(datagram)
        continue
      }
      if let header = try? RTPHeader(datagram.octets.span), header.ssrc == near.ssrc,
        DatagramKind.classify(datagram.octets.span) == .rtp, viewer.loses(UInt64(header.sequenceNumber))
      {
        continue
      }
      switch viewer.client.receive(datagram.octets, at: far.now) {
      case .audio(let heard, let index):
        if !viewer.receiver.receive(heard, index: index) { viewer.lastAudio = heard.timestamp }
      case .report(let compound): viewer.reports.append((far.now, compound))
      default: break
      }
    }
  }
}
