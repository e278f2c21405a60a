import Base
import MediaControl
import SFU
import SimulatedPeers
import Testing

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
}
