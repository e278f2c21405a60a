import Base
import Crypto
import MediaControl
import SFU
import SimulatedPeers
import Testing

@Suite struct ICETests {
  private let elsewhere = Stage.address(99)
  private let peer = PeerID(rawValue: 1)

  private func destination(_ stage: inout Stage, _ bot: inout VoiceClient) -> [SocketAddress] {
    stage.receive(bot.speak([1]), from: bot.address).map(\.address)
  }

  @Test func `A check is answered where it came from, and only a nomination selects`() throws {
    var stage = try Stage()
    var bot = try stage.voiceClient(2)
    var client = try stage.browser(1)
    let replies = stage.receive(client.check(isNominating: false), from: elsewhere)
    #expect(replies.map(\.address) == [elsewhere])
    #expect(client.receive(replies[0].octets, at: stage.now) == .checkSucceeded)
    stage.receive(client.check(isNominating: true), from: client.address)
    stage.handshake(&client)
    #expect(destination(&stage, &bot) == [client.address])
  }

  @Test func `A client whose handshake outruns its nomination is reachable already`() throws {
    var stage = try Stage()
    var bot = try stage.voiceClient(2)
    var client = try stage.browser(1)
    stage.receive(client.check(isNominating: false), from: client.address)
    stage.handshake(&client)
    #expect(destination(&stage, &bot) == [client.address])
    stage.receive(client.check(isNominating: true), from: elsewhere)
    #expect(destination(&stage, &bot) == [elsewhere])
  }

  @Test func `A nomination elsewhere takes over: network change and NAT rebinding`() throws {
    var stage = try Stage()
    var bot = try stage.voiceClient(2)
    var client = try stage.connectedBrowser(1)
    stage.receive(client.check(isNominating: true), from: elsewhere)
    #expect(destination(&stage, &bot) == [elsewhere])
    // Media is taken from every checked address.
    #expect(stage.receive(client.speak([1]), from: client.address).count == 1)
    #expect(stage.receive(client.speak([1]), from: elsewhere).count == 1)
  }

  @Test func `Aggressive nomination settles on the best pair and follows when it falls silent`() throws {
    var stage = try Stage()
    var bot = try stage.voiceClient(2)
    var client = try stage.connectedBrowser(1)
    stage.receive(client.check(isNominating: true, priority: 200), from: client.address)
    stage.receive(client.check(isNominating: true, priority: 100), from: elsewhere)
    #expect(destination(&stage, &bot) == [client.address])
    stage.wait(.milliseconds(600))
    stage.receive(client.check(isNominating: true, priority: 100), from: elsewhere)
    #expect(destination(&stage, &bot) == [elsewhere])
  }

  @Test func `Consent expires thirty seconds after the last valid check`() throws {
    var stage = try Stage()
    var bot = try stage.voiceClient(2)
    var client = try stage.connectedBrowser(1)
    _ = stage.log.take()
    stage.wait(.seconds(29))
    #expect(stage.log.take().isEmpty)
    stage.receive(client.check(isNominating: false), from: client.address)
    stage.wait(.seconds(29))
    #expect(stage.log.take().isEmpty)
    // A check with a wrong password is no consent.
    stage.receive(client.check(isNominating: false, password: "wrong"), from: client.address)
    stage.wait(.seconds(2))
    #expect(stage.log.take() == [.failed(peer, .consentExpired)])
    #expect(destination(&stage, &bot).isEmpty)
    #expect(stage.receive(client.check(isNominating: true), from: client.address).isEmpty)
    #expect(stage.endpoint.statistics.dropped(.unknownUfrag) == 1)
    #expect(stage.endpoint.statistics.peers == 2)
    #expect(stage.endpoint.statistics.connectedPeers == 1)
  }

  @Test func `An ICE restart keeps the call, and the old credentials until the new pair is nominated`() throws
  {
    var stage = try Stage()
    var bot = try stage.voiceClient(2)
    var client = try stage.connectedBrowser(1)
    _ = stage.log.take()
    let old = try Stage.offer(1)
    let new = try Stage.offer(1, generation: 1)
    stage.perform(.connectWebRTC(peer, new))
    #expect(destination(&stage, &bot) == [client.address])
    #expect(stage.receive(client.check(isNominating: true), from: client.address).count == 1)

    client.restart(new)
    stage.receive(client.check(isNominating: false, priority: 1), from: elsewhere)
    #expect(destination(&stage, &bot) == [client.address])
    stage.receive(client.check(isNominating: true, priority: 1), from: elsewhere)
    #expect(destination(&stage, &bot) == [elsewhere])
    client.restart(old)
    #expect(stage.receive(client.check(isNominating: true), from: client.address).isEmpty)
    #expect(stage.endpoint.statistics.dropped(.unknownUfrag) == 1)
    #expect(stage.log.take() == [.audioStarted(PeerID(rawValue: 2), ssrc: 1_020)])
    #expect(stage.endpoint.statistics.handshakes == 1)
  }

  @Test func `An offer with another certificate replaces the transport and connects again`() throws {
    var stage = try Stage()
    var client = try stage.connectedBrowser(1)
    _ = stage.log.take()
    let offer = try Stage.offer(1, generation: 1, fingerprint: Identity.stranger().fingerprint)
    stage.perform(.connectWebRTC(peer, offer))
    #expect(stage.receive(client.check(isNominating: true), from: client.address).isEmpty)
    var successor = try WebRTCClient(
      client.admission, offer: offer, context: Identity.stranger(), address: elsewhere, ssrc: 5,
      firstSequence: 1, at: stage.now)
    stage.receive(successor.check(isNominating: true), from: elsewhere)
    stage.handshake(&successor)
    #expect(stage.log.take() == [.connected(peer)])
  }

  @Test func `Checks for unknown user fragments cost no reply`() throws {
    var stage = try Stage()
    var client = try stage.browser(1)
    stage.perform(.remove(peer))
    for _ in 0..<100 {
      #expect(stage.receive(client.check(isNominating: true), from: client.address).isEmpty)
    }
    #expect(stage.endpoint.statistics.dropped(.unknownUfrag) == 100)
  }

  @Test func `Wrong passwords are answered by errors until the bucket is empty`() throws {
    var configuration = EndpointConfiguration()
    configuration.limits.errorReplyBurst = 5
    configuration.limits.errorRepliesPerSecond = 10
    var stage = try Stage(configuration)
    var client = try stage.browser(1)
    var answered = 0
    for _ in 0..<20 {
      let replies = stage.receive(client.check(isNominating: true, password: "wrong"), from: elsewhere)
      answered += replies.count
      if let reply = replies.first {
        #expect(client.receive(reply.octets, at: stage.now) == .checkFailed)
      }
    }
    #expect(answered == 5)
    #expect(stage.endpoint.statistics.dropped(.stunUnauthorised) == 5)
    #expect(stage.endpoint.statistics.dropped(.stunErrorSuppressed) == 15)
    stage.wait(.seconds(1))
    #expect(stage.receive(client.check(isNominating: true, password: "wrong"), from: elsewhere).count == 1)
    #expect(stage.endpoint.explain(peer)?.checkedAddresses == [])
  }

  @Test func `An address that another peer proved to hold is not given away`() throws {
    var stage = try Stage()
    var victim = try stage.connectedBrowser(1)
    var insider = try stage.browser(3)
    #expect(stage.receive(insider.check(isNominating: true), from: victim.address).isEmpty)
    #expect(stage.endpoint.statistics.dropped(.addressHeld) == 1)
    _ = try stage.voiceClient(2)
    #expect(stage.receive(victim.speak([1]), from: victim.address).count == 1)
  }

  @Test func `A peer has at most eight addresses, and gives up those that fell silent`() throws {
    var stage = try Stage()
    var client = try stage.connectedBrowser(1)
    for number in 0..<20 {
      stage.receive(client.check(isNominating: false), from: Stage.address(UInt64(200 + number)))
    }
    #expect(stage.endpoint.explain(peer)?.checkedAddresses.count == 8)
    #expect(stage.endpoint.statistics.dropped(.addressesFull) == 13)
    stage.wait(.seconds(29))
    stage.receive(client.check(isNominating: true), from: client.address)
    stage.wait(.seconds(2))
    stage.receive(client.check(isNominating: false), from: Stage.address(300))
    let addresses = stage.endpoint.explain(peer)?.checkedAddresses
    #expect(addresses?.count == 8)
    #expect(addresses?.contains(Stage.address(300)) == true)
    #expect(addresses?.contains(client.address) == true)
  }
}
