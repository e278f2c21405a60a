import Base
import Crypto
import MediaControl
import SFU
import SimulatedPeers
import Testing

@Suite struct TrackTests {
  private func heard(_ browser: inout WebRTCClient, _ sent: [Datagram], at now: Instant) -> [(
    HeardPacket, UInt64
  )] {
    var heard: [(HeardPacket, UInt64)] = []
    for datagram in sent where datagram.address == browser.address {
      if case .audio(let packet, let index) = browser.receive(datagram.octets, at: now) {
        heard.append((packet, index))
      }
    }
    return heard
  }

  @Test func `A second source of a browser waits until the first is silent, then continues its stream`()
    throws
  {
    var stage = try Stage()
    var listener = try stage.voiceClient(1)
    var browser = try stage.connectedBrowser(2)
    var packets: [HeardPacket] = []
    for step in 0..<10 {
      for datagram in stage.receive(browser.speak([1]), from: browser.address) {
        listener.hear(datagram.octets).map { packets.append($0) }
      }
      if step == 4 {
        browser.ssrc = 77
        browser.sequenceNumber = 9
        #expect(stage.receive(browser.speak([2]), from: browser.address).isEmpty)
        #expect(stage.endpoint.statistics.dropped(.secondSource) == 1)
        stage.wait(.milliseconds(500))
        browser.timestamp = 0
      } else {
        stage.wait(.milliseconds(20))
      }
    }
    #expect(packets.count == 10)
    #expect(packets.allSatisfy { $0.ssrc == 1_020 })
    #expect(zip(packets, packets.dropFirst()).allSatisfy { $1.sequenceNumber == $0.sequenceNumber &+ 1 })
    // Half a second passed between the fifth and the sixth.
    #expect(packets[5].timestamp &- packets[4].timestamp == 24_000)
    #expect(stage.endpoint.explain(PeerID(rawValue: 2))?.publication?.sourceSSRC == 77)
  }

  @Test func `More sources than a peer may have are refused`() throws {
    var stage = try Stage()
    var browser = try stage.connectedBrowser(2)
    for ssrc in 0..<18 as Range<UInt32> {
      browser.ssrc = 100 + ssrc
      stage.receive(browser.speak([1]), from: browser.address)
    }
    #expect(stage.endpoint.statistics.dropped(.sourcesFull) == 2)
  }

  @Test func `A publisher that comes back under its SSRC never repeats an index`() throws {
    var stage = try Stage()
    var browser = try stage.connectedBrowser(2)
    var indices: [UInt64] = []
    for visit in 0..<3 as Range<UInt64> {
      let admission = PeerAdmission(
        peer: PeerID(rawValue: 50 + visit), room: Stage.room, user: Snowflake(rawValue: 5), ssrc: 4_444,
        permissions: MediaPermissions(version: 1, maySpeak: true, mayShow: true, mayHear: true))
      let offer = VoiceTransportOffer(
        mode: .aes256GCM, secretKey: [UInt8](repeating: UInt8(visit + 1), count: 32), opusPayloadType: 120,
        videoCodecs: [])
      var bot = try VoiceClient(admission, offer: offer, address: Stage.address(70), firstSequence: 5)
      stage.perform(.admit(admission))
      stage.perform(.connectVoice(admission.peer, offer))
      for _ in 0..<5 {
        let sent = stage.receive(bot.speak([1]), from: bot.address)
        indices += heard(&browser, sent, at: stage.now).map(\.1)
      }
      stage.perform(.remove(admission.peer))
    }
    #expect(indices.count == 15)
    #expect(zip(indices, indices.dropFirst()).allSatisfy { $1 == $0 + 1 })
  }

  @Test func `A page that comes back with the same certificate gets new keys and goes on`() throws {
    var stage = try Stage()
    var bot = try stage.voiceClient(1)
    var browser = try stage.connectedBrowser(2)
    for _ in 0..<5 { stage.receive(bot.speak([1]), from: bot.address) }
    _ = stage.log.take()
    let offer = try Stage.offer(2, generation: 1)
    stage.perform(.connectWebRTC(PeerID(rawValue: 2), offer))
    var page = try WebRTCClient(
      browser.admission, offer: offer, context: Identity.client([.aeadAES128GCM]), address: Stage.address(80),
      ssrc: 1, firstSequence: 1, at: stage.now)
    stage.receive(page.check(isNominating: true), from: page.address)
    // Until the new keys are proved the old ones serve.
    let before = stage.receive(bot.speak([2]), from: bot.address)
    #expect(before.map(\.address) == [page.address])
    if case .audio = browser.receive(before[0].octets, at: stage.now) {
    } else {
      Issue.record("old keys are gone")
    }
    stage.handshake(&page)
    #expect((page.isConnected) == true)
    let after = heard(&page, stage.receive(bot.speak([3]), from: bot.address), at: stage.now)
    #expect(after.map(\.0.payload) == [[3]])
    #expect(after.allSatisfy { $0.1 < 0x8000 })
    #expect(stage.receive(page.speak([4]), from: page.address).count == 1)
    #expect(stage.endpoint.statistics.handshakes == 2)
    // The peer had been connected all the time.
    #expect(!stage.log.take().contains(.connected(PeerID(rawValue: 2))))
  }

  @Test func `The explanation says who is heard, from where, and why not`() throws {
    var stage = try Stage()
    var bot = try stage.voiceClient(1)
    _ = try stage.connectedBrowser(2)
    stage.receive(bot.speak([1]), from: bot.address)
    stage.perform(
      .permit(
        PeerID(rawValue: 1), MediaPermissions(version: 2, maySpeak: false, mayShow: true, mayHear: true)))
    stage.receive(bot.speak([1]), from: bot.address)
    let explanations = [1, 2, 9].map { stage.endpoint.explain(PeerID(rawValue: $0)) }
    let speaker = try #require(explanations[0])
    #expect(speaker.transport == .voice && speaker.isConnected)
    #expect(speaker.address == bot.address)
    #expect(speaker.publication?.received == 1 && speaker.publication?.subscribers == 1)
    #expect(speaker.drops == [PeerExplanation.Drop(reason: .muted, count: 1)])
    let listener = try #require(explanations[1])
    #expect(listener.transport == .webRTC)
    #expect(listener.receptions.map(\.packets) == [1])
    #expect(listener.receptions.map(\.publisher) == [PeerID(rawValue: 1)])
    #expect(explanations[2] == nil)
  }
}
