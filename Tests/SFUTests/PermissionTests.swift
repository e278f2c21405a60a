import Base
import MediaControl
import SFU
import SimulatedPeers
import Testing

@Suite struct PermissionTests {
  private func permissions(_ version: UInt64, speak: Bool = true, hear: Bool = true) -> MediaPermissions {
    MediaPermissions(version: version, maySpeak: speak, mayShow: true, mayHear: hear)
  }

  @Test func `A muted bot is dropped unopened and leaves no gap`() throws {
    var stage = try Stage()
    var bot = try stage.voiceClient(1)
    var listener = try stage.voiceClient(2)
    var heard: [HeardPacket] = []
    for step in 0..<30 {
      if step == 10 { stage.perform(.permit(PeerID(rawValue: 1), permissions(2, speak: false))) }
      if step == 20 { stage.perform(.permit(PeerID(rawValue: 1), permissions(3))) }
      let sent = stage.receive(bot.speak([UInt8(step)]), from: bot.address)
      for datagram in sent { listener.hear(datagram.octets).map { heard.append($0) } }
      stage.wait(.milliseconds(20))
    }
    #expect(heard.map(\.payload) == (Array(0..<10) + Array(20..<30)).map { [UInt8($0)] })
    #expect(zip(heard, heard.dropFirst()).allSatisfy { $1.sequenceNumber == $0.sequenceNumber &+ 1 })
    // Time goes on while muted.
    #expect(heard[10].timestamp &- heard[9].timestamp == 11 * 960)
    #expect(stage.endpoint.statistics.dropped(.muted) == 10)
  }

  @Test func `A muted browser's rollover counter survives twenty minutes of muted packets`() throws {
    var stage = try Stage()
    _ = try stage.voiceClient(1)
    var browser = try stage.connectedBrowser(2)
    #expect(stage.receive(browser.speak([1]), from: browser.address).count == 1)
    stage.perform(.permit(PeerID(rawValue: 2), permissions(2, speak: false)))
    for _ in 0..<70_000 { stage.receive(browser.speak([2]), from: browser.address) }
    #expect(stage.endpoint.statistics.forwardedPackets == 1)
    stage.perform(.permit(PeerID(rawValue: 2), permissions(3)))
    #expect(stage.receive(browser.speak([3]), from: browser.address).count == 1)
    #expect(stage.endpoint.statistics.dropped(.unauthentic) == 0)
  }

  @Test func `A deafened member is sent nothing and sees no gap afterwards`() throws {
    var stage = try Stage()
    var bot = try stage.voiceClient(1)
    var browser = try stage.connectedBrowser(2)
    var indices: [UInt64] = []
    for step in 0..<30 {
      if step == 10 { stage.perform(.permit(PeerID(rawValue: 2), permissions(2, hear: false))) }
      if step == 20 { stage.perform(.permit(PeerID(rawValue: 2), permissions(3))) }
      let sent = stage.receive(bot.speak([UInt8(step)]), from: bot.address)
      #expect(sent.count == ((10..<20).contains(step) ? 0 : 1))
      for datagram in sent {
        if case .audio(_, let index) = browser.receive(datagram.octets, at: stage.now) {
          indices.append(index)
        }
      }
    }
    #expect(indices.count == 20)
    #expect(zip(indices, indices.dropFirst()).allSatisfy { $1 == $0 + 1 })
    #expect(stage.endpoint.statistics.dropped(.deafened) == 10)
  }

  @Test func `An older version of permissions changes nothing`() throws {
    var stage = try Stage()
    var bot = try stage.voiceClient(1)
    _ = try stage.voiceClient(2)
    stage.perform(.permit(PeerID(rawValue: 1), permissions(5, speak: false)))
    stage.perform(.permit(PeerID(rawValue: 1), permissions(4, speak: true)))
    stage.perform(.permit(PeerID(rawValue: 1), permissions(5, speak: true)))
    #expect(stage.receive(bot.speak([1]), from: bot.address).isEmpty)
    #expect(stage.endpoint.statistics.dropped(.staleVersion) == 2)
  }

  @Test func `A removed member neither hears nor speaks, and its SSRC is free again`() throws {
    var stage = try Stage()
    var bot = try stage.voiceClient(1)
    var leaver = try stage.voiceClient(2)
    #expect(stage.receive(bot.speak([1]), from: bot.address).count == 1)
    stage.perform(.remove(PeerID(rawValue: 2)))
    #expect(stage.receive(bot.speak([1]), from: bot.address).isEmpty)
    #expect(stage.receive(leaver.speak([1]), from: leaver.address).isEmpty)
    #expect(stage.endpoint.statistics.dropped(.unknownSSRC) == 1)
    stage.perform(.remove(PeerID(rawValue: 2)))
    #expect(stage.endpoint.statistics.dropped(.unknownPeer) == 1)
    stage.perform(.remove(PeerID(rawValue: 1)))
    let statistics = stage.endpoint.statistics
    #expect(statistics.peers == 0 && statistics.rooms == 0 && statistics.tracks == 0)
    #expect(statistics.subscriptions == 0 && statistics.connectedPeers == 0)
    #expect(stage.endpoint.deadline == .distantFuture)
  }

  @Test func `A peer or an SSRC is admitted once`() throws {
    var stage = try Stage()
    stage.perform(.admit(Stage.admission(1)))
    stage.perform(.admit(Stage.admission(1)))
    let thief = PeerAdmission(
      peer: PeerID(rawValue: 9), room: Stage.room, user: Snowflake(rawValue: 1), ssrc: 1_010,
      permissions: permissions(1))
    stage.perform(.admit(thief))
    #expect(stage.endpoint.statistics.dropped(.duplicateAdmission) == 2)
    #expect(stage.endpoint.statistics.peers == 1)
  }

  @Test func `A node without a free room refuses a peer and says so`() throws {
    var configuration = EndpointConfiguration()
    configuration.limits.rooms = 1
    var stage = try Stage(configuration)
    stage.perform(.admit(Stage.admission(1)))
    stage.perform(.admit(Stage.admission(2, room: RoomID(channel: Snowflake(rawValue: 78)))))
    #expect(stage.log.take() == [.failed(PeerID(rawValue: 2), .capacityExceeded)])
    #expect(stage.endpoint.statistics.dropped(.admissionsFull) == 1)
    stage.perform(.remove(PeerID(rawValue: 1)))
    stage.perform(.admit(Stage.admission(2, room: RoomID(channel: Snowflake(rawValue: 78)))))
    #expect(stage.endpoint.statistics.peers == 1)
  }

  @Test func `A full node refuses a peer and says so`() throws {
    var configuration = EndpointConfiguration()
    configuration.limits.membersPerRoom = 2
    var stage = try Stage(configuration)
    for number in 1...3 { stage.perform(.admit(Stage.admission(UInt64(number)))) }
    #expect(stage.log.take() == [.failed(PeerID(rawValue: 3), .capacityExceeded)])
    #expect(stage.endpoint.statistics.peers == 2)
  }
}
