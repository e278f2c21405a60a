import Base
import MediaControl
import SFU
import SimulatedPeers
import Testing
import Wire

@Suite struct VoiceTransportTests {
  @Test(arguments: VoiceEncryptionMode.allCases)
  func `A packet reaches every other member and nobody else`(_ mode: VoiceEncryptionMode) throws {
    var stage = try Stage()
    var speaker = try stage.voiceClient(1, mode: mode)
    var listener = try stage.voiceClient(2, mode: .aes256GCM)
    var other = try stage.voiceClient(3, mode: .xchacha20Poly1305)
    _ = try stage.voiceClient(4, room: RoomID(channel: Snowflake(rawValue: 78)))
    #expect(stage.log.take() == (1...4).map { .connected(PeerID(rawValue: $0)) })

    let sent = stage.receive(speaker.speak([0xF8, 1, 2, 3]), from: speaker.address)
    #expect(sent.map(\.address) == [listener.address, other.address])
    #expect(stage.log.take() == [.audioStarted(PeerID(rawValue: 1), ssrc: 1_010)])
    let heard = listener.hear(sent[0].octets)
    #expect(heard?.payload == [0xF8, 1, 2, 3])
    #expect(heard?.ssrc == 1_010)
    #expect(heard?.payloadType == 120)
    #expect(other.hear(sent[1].octets)?.payload == [0xF8, 1, 2, 3])
    #expect(stage.endpoint.statistics.forwardedPackets == 2)
  }

  @Test func `A discovery that overtook its admission is answered with it, if that is a moment ago`() throws {
    var stage = try Stage()
    let admission = Stage.admission(1)
    let offer = VoiceTransportOffer(
      mode: .aes256GCM, secretKey: [UInt8](repeating: 5, count: 32), opusPayloadType: 120,
      videoCodecs: [])
    let client = try VoiceClient(admission, offer: offer, address: Stage.address(1), firstSequence: 1)
    #expect(stage.receive(client.discovery(), from: client.address).isEmpty)
    #expect(stage.endpoint.statistics.dropped(.unknownSSRC) == 1)
    stage.now = stage.now + .milliseconds(900)
    stage.perform(.admit(admission))
    let answer = stage.transmit()
    #expect(answer.map(\.address) == [client.address])
    #expect(answer == stage.receive(client.discovery(), from: client.address))
    stage.perform(.connectVoice(admission.peer, offer))
    #expect(stage.log.take() == [.connected(admission.peer)])

    // Not twice, not for somebody else, and not after a second.
    stage.perform(.remove(admission.peer))
    stage.perform(.admit(admission))
    #expect(stage.transmit().isEmpty)
    stage.perform(.remove(admission.peer))
    stage.receive(client.discovery(), from: client.address)
    stage.perform(.admit(Stage.admission(2)))
    #expect(stage.transmit().isEmpty)
    stage.now = stage.now + .milliseconds(1_001)
    stage.perform(.admit(admission))
    #expect(stage.transmit().isEmpty)
  }

  @Test func `A flood of discoveries for nobody pushes out the oldest only`() throws {
    var stage = try Stage()
    let admissions = (1...2).map { Stage.admission($0) }
    let offer = VoiceTransportOffer(
      mode: .aes256GCM, secretKey: [UInt8](repeating: 5, count: 32), opusPayloadType: 120,
      videoCodecs: [])
    for (index, admission) in admissions.enumerated() {
      let client = try VoiceClient(
        admission, offer: offer, address: admission == admissions[0] ? Stage.address(1) : Stage.address(2),
        firstSequence: 1)
      stage.receive(client.discovery(), from: client.address)
      // 255 more leave the last honest one in the ring of 256.
      guard index == 1 else { continue }
      var noise = client.discovery()
      for number in 0..<255 as Range<UInt8> {
        noise[4] = 0xEE
        noise[7] = number
        stage.receive(noise, from: Stage.address(9))
      }
    }
    for admission in admissions { stage.perform(.admit(admission)) }
    #expect(stage.transmit().map(\.address) == [Stage.address(2)])
  }

  @Test func `Discovery is answered always, also to strangers, with the address that was seen`() throws {
    var stage = try Stage()
    let client = try stage.voiceClient(1)
    for source in [client.address, Stage.address(50), client.address] {
      let replies = stage.receive(client.discovery(), from: source)
      #expect(replies.map(\.address) == [source])
      #expect(replies[0].octets.count == 74)
      #expect(Array(replies[0].octets.suffix(2)) == [UInt8(source.port >> 8), UInt8(source.port & 0xFF)])
    }
    let long = stage.receive(client.discovery() + [0, 0, 0, 0], from: client.address)
    #expect(long.first?.octets.count == 74)
    var unknown = client.discovery()
    unknown[4] = 0xFF
    #expect(stage.receive(unknown, from: client.address).isEmpty)
    #expect(stage.endpoint.statistics.dropped(.unknownSSRC) == 1)
  }

  @Test func `Before the protocol is selected nothing but the discovery is answered or sent`() throws {
    var stage = try Stage()
    var speaker = try stage.voiceClient(1)
    let admission = Stage.admission(2)
    stage.perform(.admit(admission))
    let offer = VoiceTransportOffer(
      mode: .aes256GCM, secretKey: [UInt8](repeating: 9, count: 32), opusPayloadType: 120, videoCodecs: [])
    var client = try VoiceClient(admission, offer: offer, address: Stage.address(2), firstSequence: 0)
    #expect(stage.receive(client.discovery(), from: client.address).count == 1)
    #expect(stage.receive([0x13, 0x37, 0xCA, 0xFE, 0, 0, 0, 1], from: client.address).isEmpty)
    #expect(stage.receive(speaker.speak([1]), from: speaker.address).isEmpty)
    #expect(stage.receive(client.speak([1]), from: client.address).isEmpty)
    #expect(stage.endpoint.statistics.dropped(.receiverNotReady) == 1)
    #expect(stage.endpoint.statistics.dropped(.notConnected) == 1)
    stage.perform(.connectVoice(admission.peer, offer))
    let answer = stage.receive([0x13, 0x37, 0xCA, 0xFE, 0, 0, 0, 1], from: client.address)
    #expect(answer.map(\.octets) == [[0x13, 0x37, 0xF0, 0x0D, 0, 0, 0, 1]])
    #expect(stage.receive(speaker.speak([1]), from: speaker.address).map(\.address) == [client.address])
  }

  @Test func `An authentic packet moves the binding, discovery by a stranger then does not`() throws {
    var stage = try Stage()
    var speaker = try stage.voiceClient(1)
    var listener = try stage.voiceClient(2)
    stage.receive(listener.discovery(), from: Stage.address(60))
    #expect(stage.receive(speaker.speak([1]), from: speaker.address).map(\.address) == [Stage.address(60)])
    stage.receive(listener.speak([1]), from: Stage.address(61))
    stage.receive(listener.discovery(), from: Stage.address(62))
    #expect(stage.receive(speaker.speak([1]), from: speaker.address).map(\.address) == [Stage.address(61)])
    var forged = listener.speak([2])
    forged[forged.count - 6] ^= 1
    stage.receive(forged, from: Stage.address(63))
    #expect(stage.receive(speaker.speak([1]), from: speaker.address).map(\.address) == [Stage.address(61)])
  }

  @Test func `Keepalives and junk are counted and harmless`() throws {
    var stage = try Stage()
    let client = try stage.voiceClient(1)
    let junk: [[UInt8]] = [
      [0xC9, 0, 0, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0], [0x80, 0, 0, 0, 0, 0, 0, 0],
      [0xF8, 0xFF, 0xFE], [0],
    ]
    for octets in junk { #expect(stage.receive(octets, from: client.address).isEmpty) }
    #expect(stage.endpoint.statistics.dropped(.keepalive) == 2)
    #expect(stage.endpoint.statistics.dropped(.unrecognised) == 3)
  }

  @Test(arguments: [false, true])
  func `Playback that begins at sequence 0 again is heard, and no replay is`(_ repeatsNonce: Bool) throws {
    var stage = try Stage()
    var speaker = try stage.voiceClient(1)
    var listener = try stage.voiceClient(2)
    speaker.repeatsNonce = repeatsNonce
    speaker.restartPlayback()
    var recorded: [[UInt8]] = []
    var heard: [HeardPacket] = []
    for playback in 0..<3 {
      for step in 0..<60 {
        let packet = speaker.speak([UInt8(playback), UInt8(step), 0xAB])
        recorded.append(packet)
        for datagram in stage.receive(packet, from: speaker.address) {
          listener.hear(datagram.octets).map { heard.append($0) }
        }
        // A replay of anything that was recorded, right away, is dropped.
        #expect(stage.receive(recorded[(step * 7) % recorded.count], from: speaker.address).isEmpty)
        stage.wait(.milliseconds(20))
      }
      speaker.restartPlayback()
    }
    #expect(heard.count == 180)
    #expect(zip(heard, heard.dropFirst()).allSatisfy { $1.sequenceNumber == $0.sequenceNumber &+ 1 })
    #expect(zip(heard, heard.dropFirst()).allSatisfy { $1.timestamp &- $0.timestamp == 960 })
    #expect(stage.endpoint.statistics.dropped(.replayed) == 180)
  }

  @Test func `A new key is a new run of the same stream`() throws {
    var stage = try Stage()
    var speaker = try stage.voiceClient(1)
    var listener = try stage.voiceClient(2)
    var heard: [HeardPacket] = []
    for step in 0..<20 {
      if step == 10 {
        let offer = VoiceTransportOffer(
          mode: .xchacha20Poly1305, secretKey: [UInt8](repeating: 3, count: 32), opusPayloadType: 120,
          videoCodecs: [])
        stage.perform(.connectVoice(speaker.admission.peer, offer))
        speaker = try VoiceClient(speaker.admission, offer: offer, address: speaker.address, firstSequence: 0)
      }
      for datagram in stage.receive(speaker.speak([UInt8(step)]), from: speaker.address) {
        listener.hear(datagram.octets).map { heard.append($0) }
      }
      stage.wait(.milliseconds(20))
    }
    #expect(heard.map(\.payload) == (0..<20).map { [UInt8($0)] })
    #expect(zip(heard, heard.dropFirst()).allSatisfy { $1.sequenceNumber == $0.sequenceNumber &+ 1 })
    #expect(zip(heard, heard.dropFirst()).allSatisfy { $1.timestamp &- $0.timestamp == 960 })
  }

  @Test func `Nonces sent to a client start in the upper half and never repeat`() throws {
    var stage = try Stage()
    var speaker = try stage.voiceClient(1)
    var listener = try stage.voiceClient(2)
    for _ in 0..<300 {
      for datagram in stage.receive(speaker.speak([1]), from: speaker.address) {
        _ = listener.hear(datagram.octets)
      }
    }
    // The same offer again must not restart the nonces.
    stage.perform(.connectVoice(listener.admission.peer, listener.offer))
    for datagram in stage.receive(speaker.speak([1]), from: speaker.address) {
      _ = listener.hear(datagram.octets)
    }
    #expect(listener.heardNonces == Set((0..<301).map { 0x8000_0000 + $0 }))
  }

  @Test func `A packet under another SSRC or payload type is dropped`() throws {
    var stage = try Stage()
    var speaker = try stage.voiceClient(1)
    _ = try stage.voiceClient(2)
    let other = RTPFields(marker: false, payloadType: 120, sequenceNumber: 1, timestamp: 1, ssrc: 4_242)
    #expect(stage.receive(speaker.seal([1], other), from: speaker.address).isEmpty)
    let video = RTPFields(marker: false, payloadType: 101, sequenceNumber: 1, timestamp: 1, ssrc: 1_010)
    #expect(stage.receive(speaker.seal([1], video), from: speaker.address).isEmpty)
    #expect(stage.endpoint.statistics.dropped(.unknownSSRC) == 1)
    #expect(stage.endpoint.statistics.dropped(.payloadType) == 1)
  }

  @Test func `Audio after a silence is announced again`() throws {
    var stage = try Stage()
    var speaker = try stage.voiceClient(1)
    _ = stage.log.take()
    let started = MediaEvent.audioStarted(PeerID(rawValue: 1), ssrc: 1_010)
    for _ in 0..<5 { stage.receive(speaker.speak([1]), from: speaker.address) }
    #expect(stage.log.take() == [started])
    stage.wait(.seconds(4))
    stage.receive(speaker.speak([1]), from: speaker.address)
    #expect(stage.log.take().isEmpty)
    stage.wait(.seconds(5))
    stage.receive(speaker.speak([1]), from: speaker.address)
    #expect(stage.log.take() == [started])
  }

  @Test func `Hostile datagrams of every length and first octet have counted drops and no effect`() throws {
    var stage = try Stage()
    var speaker = try stage.voiceClient(1)
    var browser = try stage.connectedBrowser(2)
    var random = SeededRandom(seed: 42)
    let honest = [
      speaker.speak([1, 2, 3]), browser.speak([1]), browser.check(isNominating: true), speaker.discovery(),
    ]
    for packet in honest {
      for count in 0..<packet.count { stage.receive(Array(packet.prefix(count)), from: Stage.address(90)) }
      for bit in 0..<(packet.count * 8) {
        var flipped = packet
        flipped[bit / 8] ^= 1 << UInt8(bit % 8)
        stage.receive(flipped, from: bit % 2 == 0 ? browser.address : speaker.address)
      }
    }
    for _ in 0..<5_000 {
      stage.receive(random.octets(random.below(200)), from: browser.address)
    }
    #expect(stage.endpoint.statistics.peers == 2)
    #expect(stage.receive(browser.speak([1]), from: browser.address).count == 1)
  }
}
