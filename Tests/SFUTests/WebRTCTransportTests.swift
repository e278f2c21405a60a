import Base
import Crypto
import MediaControl
import SFU
import SimulatedPeers
import Testing

@Suite struct WebRTCTransportTests {
  @Test(arguments: SRTPProfile.allCases)
  func `A browser connects once and hears a bot under its own payload type`(_ profile: SRTPProfile) throws {
    var stage = try Stage()
    var bot = try stage.voiceClient(1)
    var browser = try stage.connectedBrowser(2, profiles: [profile])
    #expect((browser.isConnected) == true)
    #expect(stage.log.take() == [.connected(PeerID(rawValue: 1)), .connected(PeerID(rawValue: 2))])

    let toBrowser = stage.receive(bot.speak([1, 2, 3]), from: bot.address)
    #expect(toBrowser.map(\.address) == [browser.address])
    guard case .audio(let heard, _) = browser.receive(toBrowser[0].octets, at: stage.now) else {
      Issue.record("not audio")
      return
    }
    #expect(heard.payload == [1, 2, 3])
    #expect(heard.payloadType == 111)
    #expect(heard.ssrc == bot.admission.ssrc)

    let toBot = stage.receive(browser.speak([9, 8]), from: browser.address)
    #expect(toBot.map(\.address) == [bot.address])
    let answer = bot.hear(toBot[0].octets)
    #expect(answer?.payload == [9, 8])
    #expect(answer?.ssrc == browser.admission.ssrc)
    #expect(answer?.payloadType == 120)
    #expect(answer?.hasExtension == false)
  }

  @Test func `The audio level goes from one browser's extension id to the other's`() throws {
    var stage = try Stage()
    var one = try stage.connectedBrowser(1)
    var other = try stage.connectedBrowser(2)
    one.audioLevel = 0x97
    let sent = stage.receive(one.speak([5]), from: one.address)
    #expect(sent.count == 1)
    guard case .audio(let heard, _) = other.receive(sent[0].octets, at: stage.now) else {
      Issue.record("not audio")
      return
    }
    #expect(heard.audioLevel == UInt8(0x97))
    #expect(heard.payload == [5])
  }

  @Test func `A certificate that signaling did not name ends the transport before any key is used`() throws {
    var stage = try Stage()
    var bot = try stage.voiceClient(1)
    var stranger = try stage.browser(2, context: Identity.stranger())
    stage.receive(stranger.check(isNominating: true), from: stranger.address)
    stage.handshake(&stranger)
    #expect(stage.log.take().contains(.failed(PeerID(rawValue: 2), .fingerprintMismatch)))
    #expect(stage.endpoint.statistics.openHandshakes == 0)
    #expect(stage.receive(bot.speak([1]), from: bot.address).isEmpty)
    #expect(stage.receive(stranger.speak([1]), from: stranger.address).isEmpty)
    #expect(stage.endpoint.explain(PeerID(rawValue: 2))?.lastFailure == .fingerprintMismatch)
  }

  @Test func `DTLS is read only from addresses whose check was valid`() throws {
    var stage = try Stage()
    var client = try stage.browser(1)
    for datagram in client.handshakeDatagrams() {
      #expect(stage.receive(datagram, from: client.address).isEmpty)
    }
    #expect(stage.endpoint.statistics.dropped(.dtlsUnexpected) > 0)
    #expect(stage.endpoint.statistics.openHandshakes == 0)
  }

  @Test func `A handshake that stalls fails in time and frees its memory`() throws {
    var stage = try Stage()
    var client = try stage.browser(1)
    stage.receive(client.check(isNominating: true), from: client.address)
    for datagram in client.handshakeDatagrams() { stage.receive(datagram, from: client.address) }
    #expect(stage.endpoint.statistics.openHandshakes == 1)
    let retransmissions = stage.wait(.seconds(9))
    #expect(!retransmissions.isEmpty)
    #expect(retransmissions.allSatisfy { $0.address == client.address })
    #expect(stage.endpoint.statistics.openHandshakes == 1)
    stage.wait(.seconds(2))
    #expect(stage.log.take() == [.failed(PeerID(rawValue: 1), .handshakeFailed)])
    #expect(stage.endpoint.statistics.openHandshakes == 0)
  }

  @Test func `Handshakes beyond the limit are refused and counted`() throws {
    var configuration = EndpointConfiguration()
    configuration.limits.handshakes = 1
    var stage = try Stage(configuration)
    var first = try stage.browser(1)
    var second = try stage.browser(2)
    stage.receive(first.check(isNominating: true), from: first.address)
    stage.receive(second.check(isNominating: true), from: second.address)
    for datagram in first.handshakeDatagrams() { stage.receive(datagram, from: first.address) }
    for datagram in second.handshakeDatagrams() { stage.receive(datagram, from: second.address) }
    #expect(stage.endpoint.statistics.openHandshakes == 1)
    #expect(stage.endpoint.statistics.dropped(.handshakesFull) >= 1)
  }

  @Test func `A replayed or forged packet is dropped and counted`() throws {
    var stage = try Stage()
    _ = try stage.voiceClient(1)
    var browser = try stage.connectedBrowser(2)
    let packet = browser.speak([1, 2, 3])
    #expect(stage.receive(packet, from: browser.address).count == 1)
    #expect(stage.receive(packet, from: browser.address).isEmpty)
    #expect(stage.endpoint.statistics.dropped(.replayed) == 1)
    var forged = browser.speak([4, 5, 6])
    forged[forged.count - 1] ^= 1
    #expect(stage.receive(forged, from: browser.address).isEmpty)
    #expect(stage.endpoint.statistics.dropped(.unauthentic) == 1)
  }

  @Test func `Padding is cut off and a probe of padding alone leaves no gap`() throws {
    var stage = try Stage()
    var bot = try stage.voiceClient(1)
    var browser = try stage.connectedBrowser(2)
    let first = stage.receive(browser.speak([7]), from: browser.address)
    let next = browser.sequenceNumber
    let probe = browser.seal([0, 0, 0, 4], browser.fields(next), hasPadding: true)
    #expect(stage.receive(probe, from: browser.address).isEmpty)
    #expect(stage.endpoint.statistics.dropped(.empty) == 1)
    let padded = browser.seal([8, 9, 0, 0, 3], browser.fields(next + 1), hasPadding: true)
    let second = stage.receive(padded, from: browser.address)
    let heard = [bot.hear(first[0].octets), bot.hear(second[0].octets)]
    #expect(heard.map { $0?.payload } == [[7], [8, 9]])
    #expect(heard[1]?.sequenceNumber == heard[0].map { $0.sequenceNumber &+ 1 })
  }
}
