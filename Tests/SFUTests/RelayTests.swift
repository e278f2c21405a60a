import Base
import MediaControl
import SFU
import SimulatedPeers
import Testing
import Wire

/// Two shards with one room across them, in virtual time; frames pass in memory.
@Suite struct RelayTests {
  /// The shards 0 and 1 of a node.
  struct Pair: ~Copyable {
    var near: Stage
    var far: Stage

    init(_ configuration: EndpointConfiguration = EndpointConfiguration()) throws {
      let near = try Stage(configuration, seed: 1)
      let far = try Stage(configuration, seed: 2)
      self.near = near
      self.far = far
    }

    /// Gives each shard the frames of the other; how many there were.
    @discardableResult
    mutating func cross() -> Int {
      let there = near.outbox.takeFrames()
      let back = far.outbox.takeFrames()
      for frame in there where frame.shard == Pair.farID {
        far.endpoint.receiveRelayed(
          frame.octets.span, from: Pair.nearID, arrival: frame.origin, at: far.now, into: &far.outbox)
      }
      for frame in back where frame.shard == Pair.nearID {
        near.endpoint.receiveRelayed(
          frame.octets.span, from: Pair.farID, arrival: frame.origin, at: near.now, into: &near.outbox)
      }
      return there.count + back.count
    }

    /// A datagram to the near shard, and all that both shards send because of it.
    mutating func receive(_ octets: [UInt8], from source: SocketAddress) -> (
      near: [Datagram], far: [Datagram]
    ) {
      let near = near.receive(octets, from: source)
      cross()
      return (near, far.transmit())
    }

    mutating func wait(_ interval: Interval) -> (near: [Datagram], far: [Datagram]) {
      (near.wait(interval), far.wait(interval))
    }

    static let nearID = ShardID(rawValue: 0)
    static let farID = ShardID(rawValue: 1)
    static func onNear(_ number: UInt64, maySpeak: Bool = true, mayHear: Bool = true) -> MediaCommand {
      .admitRemote([
        RemoteMember(shard: nearID, admission: Stage.admission(number, maySpeak: maySpeak, mayHear: mayHear))
      ])
    }
    static func onFar(_ number: UInt64, mayHear: Bool = true) -> MediaCommand {
      .admitRemote([RemoteMember(shard: farID, admission: Stage.admission(number, mayHear: mayHear))])
    }
  }

  private func permissions(_ version: UInt64, speak: Bool = true, hear: Bool = true) -> MediaPermissions {
    MediaPermissions(version: version, maySpeak: speak, mayShow: true, mayHear: hear)
  }

  @Test func `A stream reaches both shards' members, crosses once, and keeps its loss and its clock`() throws
  {
    var pair = try Pair()
    var bot = try pair.near.voiceClient(1)
    var listener = try pair.near.voiceClient(2)
    var first = try pair.far.connectedBrowser(11)
    var second = try pair.far.voiceClient(12)
    for number in [1, 2] as [UInt64] { pair.far.perform(Pair.onNear(number)) }
    for number in [11, 12] as [UInt64] { pair.near.perform(Pair.onFar(number)) }

    var heard: [[HeardPacket]] = [[], [], []]
    for step in 0..<50 {
      let packet = bot.speak([UInt8(step), 9])
      _ = pair.wait(.milliseconds(20))
      // Two packets are lost before the node.
      guard step != 20, step != 21 else { continue }
      let sent = pair.receive(packet, from: bot.address)
      #expect(sent.near.count == 1 && sent.far.count == 2)
      for datagram in sent.near { listener.hear(datagram.octets).map { heard[0].append($0) } }
      for datagram in sent.far where datagram.address == first.address {
        if case .audio(let audio, _) = first.receive(datagram.octets, at: pair.far.now) {
          heard[1].append(audio)
        }
      }
      for datagram in sent.far { second.hear(datagram.octets).map { heard[2].append($0) } }
    }
    for listener in heard {
      #expect(listener.count == 48 && Set(listener.map(\.ssrc)) == [bot.admission.ssrc])
      #expect(listener.map { $0.payload[0] } == heard[0].map { $0.payload[0] })
      let steps = zip(listener, listener.dropFirst()).map { $1.sequenceNumber &- $0.sequenceNumber }
      #expect(steps.filter { $0 == 1 }.count == 46 && steps.filter { $0 == 3 }.count == 1)
      let clock = zip(listener, listener.dropFirst()).map { $1.timestamp &- $0.timestamp }
      #expect(clock.filter { $0 == 960 }.count == 46 && clock.filter { $0 == 3 * 960 }.count == 1)
    }
    #expect(pair.near.endpoint.statistics.relayedPackets == 48)
    #expect(pair.far.endpoint.statistics.relayedFrames == 48)
    #expect(pair.far.endpoint.statistics.audioPackets == 0)
    // Signaling hears of the speaker from its own shard, once.
    let starts = [pair.near.log.take(), pair.far.log.take()].map { events in
      events.filter { $0 == .audioStarted(bot.admission.peer, ssrc: bot.admission.ssrc) }.count
    }
    #expect(starts == [1, 0])
  }

  @Test func `Members of both shards hear each other, and nothing is relayed onward`() throws {
    var pair = try Pair()
    var here = try pair.near.voiceClient(1)
    var there = try pair.far.voiceClient(11)
    pair.far.perform(Pair.onNear(1))
    pair.near.perform(Pair.onFar(11))
    let third = ShardID(rawValue: 2)
    let stranger = RemoteMember(shard: third, admission: Stage.admission(21))
    pair.far.perform(.admitRemote([stranger]))
    let sent = pair.receive(here.speak([1]), from: here.address)
    #expect(sent.near.isEmpty && sent.far.compactMap { there.hear($0.octets) }.map(\.payload) == [[1]])
    #expect(pair.far.outbox.takeFrames().isEmpty)
    _ = pair.far.receive(there.speak([2]), from: there.address)
    // One frame for each of its two links.
    #expect(pair.far.outbox.frames.map(\.shard) == [Pair.nearID, third])
    pair.cross()
    #expect(pair.near.transmit().compactMap { here.hear($0.octets) }.map(\.payload) == [[2]])
  }

  @Test func `Marker and audio level survive the way`() throws {
    var pair = try Pair()
    var speaker = try pair.near.connectedBrowser(1)
    var listener = try pair.far.connectedBrowser(11)
    pair.far.perform(Pair.onNear(1))
    pair.near.perform(Pair.onFar(11))
    speaker.audioLevel = 0x93
    var fields = speaker.fields(100)
    fields.marker = true
    let sent = pair.receive(speaker.seal([5], fields), from: speaker.address)
    guard case .audio(let heard, _) = listener.receive(try #require(sent.far.first).octets, at: pair.far.now)
    else {
      Issue.record("nothing was heard")
      return
    }
    #expect(heard.audioLevel == 0x93 && heard.isMarked && heard.payload == [5])
  }

  @Test func `Who is muted is not relayed, and far listeners see no gap`() throws {
    var pair = try Pair()
    var bot = try pair.near.voiceClient(1)
    var listener = try pair.far.voiceClient(11)
    pair.far.perform(Pair.onNear(1))
    pair.near.perform(Pair.onFar(11))
    var heard: [HeardPacket] = []
    for step in 0..<30 {
      for (change, speak) in [(10, false), (20, true)] where step == change {
        for isNear in [true, false] {
          let command = MediaCommand.permit(bot.admission.peer, permissions(UInt64(step), speak: speak))
          if isNear { pair.near.perform(command) } else { pair.far.perform(command) }
        }
      }
      let sent = pair.receive(bot.speak([UInt8(step)]), from: bot.address)
      for datagram in sent.far { listener.hear(datagram.octets).map { heard.append($0) } }
      _ = pair.wait(.milliseconds(20))
    }
    #expect(heard.map { $0.payload[0] } == Array(0..<10) + Array(20..<30))
    #expect(zip(heard, heard.dropFirst()).allSatisfy { $1.sequenceNumber == $0.sequenceNumber &+ 1 })
    #expect(pair.near.endpoint.statistics.relayedPackets == 20)
  }

  @Test func `What waits of somebody who is muted is withdrawn on the far shard too`() throws {
    var pair = try Pair()
    var bot = try pair.near.voiceClient(1)
    _ = try pair.far.voiceClient(11)
    pair.far.perform(Pair.onNear(1))
    pair.near.perform(Pair.onFar(11))
    pair.near.stage(bot.speak([1]), from: bot.address)
    #expect(pair.cross() == 1)
    pair.far.perform(.permit(bot.admission.peer, permissions(2, speak: false)))
    #expect(pair.far.transmit().isEmpty)
    #expect(pair.far.endpoint.statistics.dropped(.muted) == 1)
  }

  @Test func `Streams cross only while somebody over there may hear, and go on without a gap`() throws {
    var pair = try Pair()
    var bot = try pair.near.voiceClient(1)
    var listener = try pair.far.voiceClient(11)
    pair.far.perform(Pair.onNear(1))
    pair.near.perform(Pair.onFar(11))
    var heard: [HeardPacket] = []
    for step in 0..<30 {
      for (change, hear) in [(10, false), (20, true)] where step == change {
        let command = MediaCommand.permit(PeerID(rawValue: 11), permissions(UInt64(step), hear: hear))
        pair.near.perform(command)
        pair.far.perform(command)
      }
      let sent = pair.receive(bot.speak([UInt8(step)]), from: bot.address)
      for datagram in sent.far { listener.hear(datagram.octets).map { heard.append($0) } }
      _ = pair.wait(.milliseconds(20))
    }
    #expect(pair.near.endpoint.statistics.relayedPackets == 20)
    #expect(heard.map { $0.payload[0] } == Array(0..<10) + Array(20..<30))
    #expect(zip(heard, heard.dropFirst()).allSatisfy { $1.sequenceNumber == $0.sequenceNumber &+ 1 })
    #expect(heard[10].timestamp &- heard[9].timestamp == 11 * 960)
  }

  @Test func `A ring without room loses the frame, which shows as loss`() throws {
    var pair = try Pair()
    var bot = try pair.near.voiceClient(1)
    var listener = try pair.far.voiceClient(11)
    pair.far.perform(Pair.onNear(1))
    pair.near.perform(Pair.onFar(11))
    var heard: [HeardPacket] = []
    for step in 0..<10 {
      pair.near.outbox.framesMax = step == 5 ? 0 : .max
      let sent = pair.receive(bot.speak([UInt8(step)]), from: bot.address)
      for datagram in sent.far { listener.hear(datagram.octets).map { heard.append($0) } }
    }
    #expect(heard.map { $0.payload[0] } == [0, 1, 2, 3, 4, 6, 7, 8, 9])
    #expect(heard[5].sequenceNumber &- heard[4].sequenceNumber == 2)
    #expect(pair.near.endpoint.statistics.dropped(.relayFull) == 1)
  }

  @Test func `Frames of nobody, of another shard's member, or damaged go nowhere`() throws {
    var pair = try Pair()
    var bot = try pair.near.voiceClient(1)
    _ = try pair.far.voiceClient(11)
    pair.near.perform(Pair.onFar(11))
    // Nobody told the far shard yet.
    #expect(pair.receive(bot.speak([1]), from: bot.address).far.isEmpty)
    pair.far.perform(Pair.onNear(1))
    pair.near.stage(bot.speak([1]), from: bot.address)
    let frame = try #require(pair.near.outbox.takeFrames().first)
    let far = pair.far.now
    pair.far.endpoint.receiveRelayed(
      frame.octets.span, from: ShardID(rawValue: 7), arrival: far, at: far, into: &pair.far.outbox)
    pair.far.endpoint.receiveRelayed(
      frame.octets.span.extracting(first: 20), from: Pair.nearID, arrival: far, at: far,
      into: &pair.far.outbox)
    let long = frame.octets + [UInt8](repeating: 0, count: 1_400)
    pair.far.endpoint.receiveRelayed(
      long.span, from: Pair.nearID, arrival: far, at: far, into: &pair.far.outbox)
    #expect(pair.far.transmit().isEmpty)
    let statistics = pair.far.endpoint.statistics
    #expect(statistics.dropped(.unknownRelay) == 2 && statistics.dropped(.malformed) == 2)
    #expect(statistics.tracks == 0)
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `Any octets from another shard are taken or dropped`(_ seed: UInt64) throws {
    var pair = try Pair()
    var bot = try pair.near.voiceClient(1)
    var listener = try pair.far.voiceClient(11)
    pair.far.perform(Pair.onNear(1))
    pair.near.perform(Pair.onFar(11))
    var random = SeededRandom(seed: seed)
    for _ in 0..<500 {
      pair.near.stage(bot.speak([1, 2, 3]), from: bot.address)
      for frame in pair.near.outbox.takeFrames() {
        var octets = frame.octets
        for _ in 0...random.below(3) { octets[random.below(octets.count)] = UInt8(random.below(256)) }
        if random.below(4) == 0 { octets.removeLast(random.below(octets.count)) }
        pair.far.endpoint.receiveRelayed(
          octets.span, from: Pair.nearID, arrival: pair.far.now, at: pair.far.now,
          into: &pair.far.outbox)
      }
      for datagram in pair.far.transmit() { _ = listener.hear(datagram.octets) }
      _ = pair.wait(.milliseconds(20))
    }
    let statistics = pair.far.endpoint.statistics
    let dropped = DropReason.allCases.reduce(0) { $0 + statistics.dropped($1) }
    #expect(statistics.relayedFrames + dropped >= 500)
  }

  @Test func `Reports are made on the far shard from what was sent there`() throws {
    var configuration = EndpointConfiguration()
    configuration.wallTimeAtZero = WallTime(milliseconds: 1_790_000_000_000)
    var pair = try Pair(configuration)
    var bot = try pair.near.voiceClient(1)
    var listener = try pair.far.connectedBrowser(11)
    pair.far.perform(Pair.onNear(1))
    pair.near.perform(Pair.onFar(11))
    var last: HeardPacket?
    var reports: [RTCPSenderReport] = []
    for _ in 0..<500 where reports.isEmpty {
      let sent = pair.receive(bot.speak([1, 2, 3, 4]), from: bot.address)
      for datagram in sent.far + pair.wait(.milliseconds(20)).far {
        switch listener.receive(datagram.octets, at: pair.far.now) {
        case .audio(let heard, _): last = heard
        case .report(let compound):
          var walk = RTCPWalk()
          if case .senderReport(let report, _) = try walk.next(in: compound.span) { reports.append(report) }
        default: break
        }
      }
    }
    let report = try #require(reports.first)
    let heard = try #require(last)
    #expect(report.ssrc == bot.admission.ssrc && report.octetCount == report.packetCount * 4)
    #expect(Int32(bitPattern: report.rtpTime &- heard.timestamp).magnitude <= 960)
  }

  @Test func `Removal and the end of a room leave nothing behind on either shard`() throws {
    var pair = try Pair()
    var bot = try pair.near.voiceClient(1)
    _ = try pair.near.voiceClient(2)
    var there = try pair.far.voiceClient(11)
    for number in [1, 2] as [UInt64] { pair.far.perform(Pair.onNear(number)) }
    pair.near.perform(Pair.onFar(11))
    #expect(pair.receive(bot.speak([1]), from: bot.address).far.count == 1)
    #expect(pair.far.endpoint.statistics.tracks == 1 && pair.far.endpoint.statistics.subscriptions == 1)

    pair.near.perform(.remove(bot.admission.peer))
    pair.far.perform(.remove(bot.admission.peer))
    #expect(pair.far.endpoint.statistics.tracks == 0 && pair.far.endpoint.statistics.subscriptions == 0)
    #expect(pair.far.endpoint.statistics.remotePeers == 1)

    // The last one over there leaves: the link ends, and so does the room there.
    pair.near.perform(.remove(there.admission.peer))
    pair.far.perform(.closeRoom(Stage.room))
    #expect(pair.far.endpoint.statistics.dropped(.roomInUse) == 1)
    pair.far.perform(.remove(there.admission.peer))
    pair.far.perform(.closeRoom(Stage.room))
    let far = pair.far.endpoint.statistics
    #expect(far.rooms == 0 && far.remotePeers == 0 && far.peers == 0)
    #expect(pair.far.endpoint.deadline == .distantFuture)
    #expect(pair.near.endpoint.statistics.remotePeers == 0)
    _ = there.speak([1])
    #expect(pair.cross() == 0)
  }

  @Test func `A publisher alone on its shard is heard on the other one`() throws {
    var pair = try Pair()
    var bot = try pair.near.voiceClient(1)
    // It speaks before anybody else is there.
    for _ in 0..<5 { #expect(pair.receive(bot.speak([1]), from: bot.address).far.isEmpty) }
    var listener = try pair.far.voiceClient(11)
    pair.far.perform(Pair.onNear(1))
    pair.near.perform(Pair.onFar(11))
    let sent = pair.receive(bot.speak([2]), from: bot.address)
    #expect(sent.far.compactMap { listener.hear($0.octets) }.map(\.payload) == [[2]])
  }

  @Test func `Remote members are refused beyond their capacity and when they are here already`() throws {
    var configuration = EndpointConfiguration()
    configuration.limits.remotePeers = 2
    var stage = try Stage(configuration)
    stage.perform(.admit(Stage.admission(1)))
    for number in [1, 2, 3, 4, 2] as [UInt64] { stage.perform(Pair.onFar(number)) }
    let statistics = stage.endpoint.statistics
    #expect(statistics.remotePeers == 2 && statistics.peers == 1)
    #expect(statistics.dropped(.duplicateAdmission) == 2 && statistics.dropped(.admissionsFull) == 1)
    stage.perform(.admit(Stage.admission(2)))
    #expect(stage.endpoint.statistics.dropped(.duplicateAdmission) == 3)
  }

  @Test func `The operator is told whose stream comes from another shard`() throws {
    var pair = try Pair()
    var bot = try pair.near.voiceClient(1)
    let listener = try pair.far.voiceClient(11)
    pair.far.perform(Pair.onNear(1))
    pair.near.perform(Pair.onFar(11))
    _ = pair.receive(bot.speak([2]), from: bot.address)
    let told = pair.far.endpoint.explain(listener.admission.peer)
    let explanation = try #require(told)
    #expect(explanation.receptions.map(\.publisher) == [bot.admission.peer])
    #expect(explanation.receptions.map(\.packets) == [1])
  }

  @Test func `All that endpoints count is in their sum`() throws {
    var stage = try Stage()
    var bot = try stage.voiceClient(1)
    _ = try stage.connectedBrowser(2)
    stage.perform(Pair.onFar(11))
    stage.receive(bot.speak([1]), from: bot.address)
    let one = stage.endpoint.statistics
    var sum = one
    sum.add(one)
    for (child, doubled) in zip(Mirror(reflecting: one).children, Mirror(reflecting: sum).children) {
      switch (child.value, doubled.value) {
      case (let count as UInt64, let both as UInt64): #expect(both == 2 * count, "\(child.label ?? "")")
      case (let count as Int, let both as Int): #expect(both == 2 * count, "\(child.label ?? "")")
      case (let counts as [UInt64], let both as [UInt64]): #expect(both == counts.map { 2 * $0 })
      default: Issue.record("\(child.label ?? "") is not a count")
      }
    }
  }
}
