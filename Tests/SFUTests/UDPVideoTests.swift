import Base
import MediaControl
import SFU
import SimulatedPeers
import Testing
import Wire

/// Pictures over Discord's UDP transport: a bot that shows one, browsers and bots that watch.
@Suite struct UDPVideoTests {
  /// A bot with a camera of one layer, and browsers that watch it.
  private struct Broadcast: ~Copyable {
    var stage: Stage
    var bot: VoiceClient
    var layer: VideoLayerSender
    var viewers: [Viewer] = []
    private var version: UInt64 = 0
    /// Packets that the bot sends and the network loses: by sequence number.
    var loses: (UInt16) -> Bool = { _ in false }
    var requests: [PublisherRequests] = []
    /// What the last packet was, sealed.
    var last: [UInt8] = []

    init(viewers count: Int, mode: VoiceEncryptionMode = .aes256GCM) throws {
      var random = SeededRandom(seed: 3)
      var stage = try Stage()
      let bot = try stage.voiceClient(1, mode: mode, videoCodecs: [Cinema.vp8])
      let ssrc = VideoSource.camera.ssrc(after: bot.admission.ssrc)
      var viewers: [Viewer] = []
      for number in 0..<UInt64(count) {
        let client = try stage.connectedBrowser(10 + number, videoCodecs: [Cinema.vp8])
        viewers.append(Viewer(client, of: ssrc, codec: Cinema.vp8))
      }
      layer = VideoLayerSender(
        layer: 0, ssrc: ssrc, rtxSSRC: ssrc + 1, rid: nil, codec: Cinema.vp8, random: &random)
      self.viewers = viewers
      self.stage = stage
      self.bot = bot
    }

    mutating func announce(_ layers: [VideoLayer]? = nil) {
      version += 1
      let publication = VideoPublication(
        version: version, source: .camera, layers: layers ?? [layer.announcement(quality: 100)])
      stage.perform(.publishVideo(bot.admission.peer, publication))
    }

    mutating func permit(speak: Bool, show: Bool) {
      version += 1
      let permissions = MediaPermissions(version: version + 1, maySpeak: speak, mayShow: show, mayHear: true)
      stage.perform(.permit(bot.admission.peer, permissions))
    }

    mutating func play(_ frames: Int) {
      for _ in 0..<frames {
        for packet in layer.frame(packets: 3, size: 300) {
          let sealed = bot.show(packet)
          guard !loses(packet.fields.sequenceNumber) else { continue }
          last = sealed
          dispatch(stage.receive(sealed, from: bot.address))
        }
        dispatch(stage.wait(.milliseconds(33)))
      }
    }

    private mutating func dispatch(_ datagrams: [Datagram]) {
      for datagram in datagrams {
        if datagram.address == bot.address {
          if let compound = bot.hearReport(datagram.octets) { obey(PublisherRequests(compound)) }
        } else if let viewer = viewers.first(where: { $0.client.address == datagram.address }),
          case .audio(let heard, let index) = viewer.client.receive(datagram.octets, at: stage.now)
        {
          _ = viewer.receiver.receive(heard, index: index)
        }
      }
    }

    private mutating func obey(_ asked: PublisherRequests) {
      if !asked.lost.isEmpty || !asked.keyFrames.isEmpty { requests.append(asked) }
      if asked.keyFrames.contains(layer.ssrc) { layer.isKeyFrameDue = true }
      for lost in asked.lost[layer.ssrc] ?? [] {
        guard let packet = layer.retransmission(of: lost) else { continue }
        dispatch(stage.receive(bot.show(packet), from: bot.address))
      }
    }

    func dropped(_ reason: DropReason) -> UInt64 { stage.endpoint.statistics.dropped(reason) }
  }

  private func frames(_ viewer: Viewer) -> [VideoReceiver.Frame] {
    let frames = viewer.receiver.decode()
    #expect(viewer.receiver.problems.isEmpty, "\(viewer.receiver.problems)")
    return frames
  }

  @Test(arguments: VoiceEncryptionMode.allCases)
  func `Browsers see a bot's picture, and it is asked for a key frame`(_ mode: VoiceEncryptionMode) throws {
    var broadcast = try Broadcast(viewers: 2, mode: mode)
    broadcast.announce()
    broadcast.layer.isKeyFrameDue = false
    broadcast.play(60)
    for viewer in broadcast.viewers {
      let frames = frames(viewer)
      #expect(frames.count > 50 && frames.allSatisfy { $0.isDecoded })
    }
    #expect(broadcast.requests.contains { $0.keyFrames == [broadcast.layer.ssrc] })
  }

  @Test func `What a bot's network loses is asked for again and comes as RTX`() throws {
    var broadcast = try Broadcast(viewers: 1)
    broadcast.announce()
    broadcast.play(10)
    broadcast.loses = { $0 % 11 == 4 }
    broadcast.play(60)
    broadcast.loses = { _ in false }
    broadcast.play(10)
    #expect(broadcast.layer.retransmissionCount > 10)
    let frames = frames(broadcast.viewers[0])
    #expect(frames.count > 70 && frames.allSatisfy { $0.isDecoded })
    let told = broadcast.stage.endpoint.explain(broadcast.bot.admission.peer)
    #expect(told?.pictures.first?.layers.first?.repaired ?? 0 > 10)
  }

  @Test func `A recorded packet is not taken twice, however long ago`() throws {
    var broadcast = try Broadcast(viewers: 1)
    broadcast.announce()
    broadcast.play(5)
    let early = broadcast.last
    broadcast.play(400)
    for octets in [early, broadcast.last] {
      let received = broadcast.stage.endpoint.statistics.videoPackets
      #expect(broadcast.stage.receive(octets, from: Stage.address(99)).isEmpty)
      #expect(broadcast.stage.endpoint.statistics.videoPackets == received)
    }
    #expect(broadcast.dropped(.replayed) == 2)
    // Nor did the answers move to where it came from.
    broadcast.play(10)
    #expect(frames(broadcast.viewers[0]).allSatisfy { $0.isDecoded })
  }

  @Test func `Only announced SSRCs are the bot's, and as long as they are announced`() throws {
    var broadcast = try Broadcast(viewers: 1)
    broadcast.play(5)
    #expect(broadcast.dropped(.unknownSSRC) == 15)
    broadcast.announce()
    broadcast.play(30)
    let received = broadcast.viewers[0].receiver.received
    #expect(received > 50)
    // A stranger's key does not open what it sends under the bot's SSRC.
    var stranger = try broadcast.stage.voiceClient(5, videoCodecs: [Cinema.vp8])
    let packet = broadcast.layer.frame(packets: 1, size: 200)[0]
    #expect(broadcast.stage.receive(stranger.show(packet), from: stranger.address).isEmpty)
    #expect(broadcast.dropped(.unauthentic) + broadcast.dropped(.replayed) == 1)
    broadcast.announce([])
    let unknown = broadcast.dropped(.unknownSSRC)
    broadcast.play(5)
    #expect(broadcast.dropped(.unknownSSRC) == unknown + 15)
    #expect(broadcast.viewers[0].receiver.received == received)
  }

  @Test func `A client's windows are bounded, and none is given up`() throws {
    var broadcast = try Broadcast(viewers: 1)
    // Eight announcements of two SSRCs each are as many as a client ever may send under.
    for round in 0..<10 as Range<UInt32> {
      let (ssrc, rtx) = (90_000 + 2 * round, 90_001 + 2 * round)
      broadcast.announce([
        VideoLayer(
          sourceSSRC: ssrc, rtxSSRC: rtx, rid: "r", quality: 100, isActive: true, bounds: .unknown)
      ])
      for used in [ssrc, rtx] {
        var packet = broadcast.layer.frame(packets: 1, size: 200)[0]
        packet.fields.ssrc = used
        if used == rtx { packet.fields.payloadType = 97 }
        _ = broadcast.stage.receive(broadcast.bot.show(packet), from: broadcast.bot.address)
      }
    }
    #expect(broadcast.dropped(.sourcesFull) == 4)
  }

  @Test func `Mute leaves the picture alone, suppression hides it`() throws {
    var broadcast = try Broadcast(viewers: 1)
    broadcast.announce()
    broadcast.play(30)
    broadcast.permit(speak: false, show: true)
    broadcast.play(30)
    let before = broadcast.viewers[0].receiver.received
    #expect(before > 150)
    broadcast.permit(speak: true, show: false)
    broadcast.play(30)
    #expect(broadcast.viewers[0].receiver.received == before && broadcast.dropped(.hidden) == 90)
    broadcast.permit(speak: true, show: true)
    broadcast.play(30)
    let frames = frames(broadcast.viewers[0])
    #expect(frames.allSatisfy { $0.isDecoded } && broadcast.viewers[0].receiver.received > before + 60)
  }

  @Test func `A sequence that begins anew goes on with a key frame, and voice is not disturbed`() throws {
    var broadcast = try Broadcast(viewers: 1)
    broadcast.announce()
    broadcast.play(40)
    let (voice, address) = (broadcast.bot.speak([1]), broadcast.bot.address)
    #expect(broadcast.stage.receive(voice, from: address).count == 1)
    broadcast.layer.sequenceNumber = 7
    broadcast.layer.timestamp = 1_000
    broadcast.play(60)
    let frames = frames(broadcast.viewers[0])
    #expect(frames.count > 90 && frames.suffix(40).allSatisfy { $0.isDecoded })
    let told = broadcast.stage.endpoint.explain(broadcast.bot.admission.peer)
    #expect(told?.publication?.received == 1)
  }

  @Test func `A picture's packet moves a bot behind a new address as its voice does`() throws {
    var broadcast = try Broadcast(viewers: 1)
    broadcast.announce()
    broadcast.play(20)
    broadcast.bot.address = Stage.address(200)
    broadcast.play(20)
    let told = broadcast.stage.endpoint.explain(broadcast.bot.admission.peer)
    #expect(told?.address == Stage.address(200))
    #expect(frames(broadcast.viewers[0]).allSatisfy { $0.isDecoded })
  }

  @Test(arguments: [Cinema.vp8, Cinema.repeatingVP8])
  func `A bot that watches asks for what it lost and gets it`(_ codec: VideoCodec) throws {
    var cinema = try Cinema(layers: 1, viewers: 0)
    var bot = try cinema.stage.voiceClient(50, videoCodecs: [codec])
    cinema.announce()
    var receiver = VideoReceiver(ssrc: cinema.ssrc, codec: codec)
    var rollovers = RolloverCounter()
    func take(_ datagrams: [Datagram], losing: Bool) {
      for datagram in datagrams where datagram.address == bot.address {
        guard let heard = bot.hear(datagram.octets) else { continue }
        let index = rollovers.index(of: heard.sequenceNumber, heard.ssrc)
        if losing, heard.sequenceNumber % 5 == 2 { continue }
        _ = receiver.receive(heard, index: index)
      }
    }
    for _ in 0..<40 {
      cinema.play(1)
      take(cinema.strays, losing: true)
      cinema.strays = []
      let missing = receiver.missing(latest: 60)
      if !missing.isEmpty {
        let request = bot.sealReport(ViewerFeedback.nack(missing, of: cinema.ssrc, from: bot.admission.ssrc))
        take(cinema.stage.receive(request, from: bot.address), losing: false)
      }
    }
    let frames = receiver.decode()
    #expect(receiver.problems.isEmpty, "\(receiver.problems)")
    #expect(frames.count > 30 && frames.allSatisfy { $0.isDecoded })
    #expect(cinema.stage.endpoint.statistics.retransmittedPackets > 15)
  }
}
