import Base
import MediaControl
import SFU
import SimulatedPeers
import Testing

/// When more arrives than can be sent: the oldest gives way, counted.
@Suite struct OverloadTests {
  private func stage(slots: Int) throws -> Stage {
    var configuration = EndpointConfiguration()
    configuration.limits.stagedFrames = slots
    return try Stage(configuration)
  }

  @Test func `The oldest packet gives way to the newest, and what is sent keeps its order`() throws {
    var stage = try stage(slots: 4)
    var speaker = try stage.voiceClient(1)
    var listener = try stage.voiceClient(2)
    for number in 0..<10 as Range<UInt8> { stage.stage(speaker.speak([number, 1]), from: speaker.address) }
    #expect(stage.endpoint.statistics.dropped(.stagingFull) == 6)
    let heard = stage.transmit().compactMap { listener.hear($0.octets) }
    #expect(heard.map(\.payload) == [[6, 1], [7, 1], [8, 1], [9, 1]])
    // What was dropped is a loss: its numbers are missing, so that the receiver conceals it.
    let numbers = heard.map(\.sequenceNumber)
    #expect(numbers == (0..<4).map { numbers[0] &+ UInt16($0) })
    let next = stage.receive(speaker.speak([10, 1]), from: speaker.address)
    #expect(next.compactMap { listener.hear($0.octets) }.map(\.payload) == [[10, 1]])
  }

  @Test func `Rooms lose in turns: one that floods does not silence the others`() throws {
    var stage = try stage(slots: 8)
    let rooms = (1...4).map { RoomID(channel: Snowflake(rawValue: $0)) }
    var flooder = try stage.voiceClient(1, room: rooms[0])
    _ = try stage.voiceClient(2, room: rooms[0])
    var quiet = try stage.voiceClient(3, room: rooms[1])
    var listener = try stage.voiceClient(4, room: rooms[1])
    for _ in 0..<20 { stage.stage(flooder.speak([1]), from: flooder.address) }
    stage.stage(quiet.speak([9]), from: quiet.address)
    for _ in 0..<3 { stage.stage(flooder.speak([1]), from: flooder.address) }
    let heard = stage.transmit().filter { $0.address == listener.address }
    #expect(heard.compactMap { listener.hear($0.octets) }.map(\.payload) == [[9]])
    #expect(stage.endpoint.statistics.dropped(.stagingFull) == 16)
  }

  @Test func `A room whose only packet gave way loses its turn and takes the next`() throws {
    var stage = try stage(slots: 2)
    var speakers: [VoiceClientBox] = []
    for number in 0..<6 as Range<UInt64> {
      let room = RoomID(channel: Snowflake(rawValue: 100 + number))
      speakers.append(VoiceClientBox(try stage.voiceClient(10 + 2 * number, room: room)))
      _ = try stage.voiceClient(11 + 2 * number, room: room)
    }
    for round in 0..<5 {
      for speaker in speakers {
        stage.stage(speaker.client.speak([UInt8(round)]), from: speaker.client.address)
      }
    }
    #expect(stage.endpoint.statistics.dropped(.stagingFull) == 28)
    // The two that came last are sent, to the listeners of the last two rooms.
    #expect(stage.transmit().map(\.address) == [Stage.address(19), Stage.address(21)])
    #expect(stage.endpoint.stagedSince == .distantFuture)
    for speaker in speakers {
      #expect(stage.receive(speaker.client.speak([7]), from: speaker.client.address).count == 1)
    }
  }

  @Test func `A packet that is being sent is not taken away from those who have yet to get it`() throws {
    var stage = try stage(slots: 2)
    var speaker = try stage.voiceClient(1)
    for number in 2..<200 as Range<UInt64> { _ = try stage.voiceClient(number) }
    stage.stage(speaker.speak([1]), from: speaker.address)
    // A part of the members has it.
    stage.endpoint.transmitStaged(at: stage.now, budget: 64, into: &stage.outbox)
    for number in 2..<6 as Range<UInt8> { stage.stage(speaker.speak([number]), from: speaker.address) }
    let sent = stage.transmit()
    var counts: [SocketAddress: Int] = [:]
    for datagram in sent { counts[datagram.address, default: 0] += 1 }
    // One whole packet to all 198, and one that found a slot beside it; the rest found none.
    #expect(counts.count == 198)
    #expect(counts.values.allSatisfy { $0 == 2 })
    #expect(stage.endpoint.statistics.dropped(.stagingFull) == 3)
  }

  @Test func `A thousand deadlines at once are served in portions`() throws {
    var stage = try Stage()
    for number in 1...200 as ClosedRange<UInt64> { _ = try stage.browser(number) }
    stage.now = stage.now + .seconds(31)
    var calls = 0
    while stage.endpoint.deadline <= stage.now {
      calls += 1
      stage.endpoint.expire(at: stage.now, into: &stage.outbox, events: &stage.log)
      #expect(stage.log.events.count <= 64 * calls)
    }
    #expect(calls == 4)
    #expect(stage.log.take().count == 200)
  }
}

/// Holds a client in an array.
private final class VoiceClientBox {
  var client: VoiceClient

  init(_ client: consuming VoiceClient) {
    self.client = client
  }
}
