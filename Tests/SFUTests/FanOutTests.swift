import Base
import MediaControl
import SFU
import SimulatedPeers
import Testing

/// Packets that wait are sent listener by listener, in slices, and whatever happens meanwhile is right.
@Suite struct FanOutTests {
  @Test func `What waits for one listener leaves in a row, each speaker's packets in order`() throws {
    var hall = try Hall(6)
    for seat in hall.seats[..<3] { hall.say(seat) }
    for seat in hall.seats[..<3] { hall.say(seat) }
    let datagrams = hall.stage.transmit()
    var receivers: [SocketAddress] = []
    for datagram in datagrams where receivers.last != datagram.address { receivers.append(datagram.address) }
    #expect(receivers == hall.seats.map(\.address))
    #expect(datagrams.count == 6 * 6 - 6)
    let lastReceiver = hall.seats[5]
    let heard = datagrams.filter { $0.address == lastReceiver.client.address }
      .compactMap { lastReceiver.client.hear($0.octets)?.payload }
    #expect(heard == [[1, 0], [1, 1], [2, 0], [2, 1], [3, 0], [3, 1]])
  }

  @Test func `A datagram bears the arrival of the packet that it forwards`() throws {
    var hall = try Hall(3)
    let first = hall.stage.now
    hall.say(hall.seats[0])
    #expect(hall.stage.endpoint.stagedSince == first)
    hall.stage.wait(.milliseconds(3))
    hall.say(hall.seats[1])
    #expect(hall.stage.endpoint.stagedSince == first)
    hall.stage.wait(.milliseconds(1))
    let datagrams = hall.stage.transmit()
    let later = first + .milliseconds(3)
    #expect(datagrams.map(\.origin) == [later, first, first, later])
    #expect(hall.stage.endpoint.stagedSince == .distantFuture)
  }

  @Test(arguments: [1, 2, 3, 7, 64, 1_000])
  func `A call sends at most its budget, but one listener's packets stay together`(_ budget: Int) throws {
    var hall = try Hall(10)
    for _ in 0..<2 { for seat in hall.seats[..<3] { hall.say(seat) } }
    var most = 0
    var calls = 0
    while hall.stage.endpoint.stagedSince != .distantFuture {
      most = max(most, hall.transmit(budget: budget))
      calls += 1
    }
    #expect(most <= max(budget, 6))
    #expect(calls >= 54 / max(budget, 6))
    for listener in hall.seats {
      for speaker in hall.seats[..<3] where speaker !== listener {
        #expect(listener.heard(of: speaker) == [0, 1])
      }
    }
  }

  @Test(arguments: 0..<7, 0..<7)
  func `Whoever leaves during a round, the others get each packet once`(_ served: Int, _ leaver: Int) throws {
    var hall = try Hall(7)
    let speakers = Array(hall.seats[..<2])
    for _ in 0..<3 { for speaker in speakers { hall.say(speaker) } }
    for _ in 0..<served { hall.transmit(budget: 6) }
    hall.leave(hall.seats[leaver])
    hall.transmitAll()
    // Rows still belong to their members.
    for speaker in speakers where hall.seats.contains(where: { $0 === speaker }) { hall.say(speaker) }
    hall.transmitAll()
    for listener in hall.seats {
      for (number, speaker) in speakers.enumerated() where speaker !== listener && number != leaver {
        #expect(listener.heard(of: speaker) == [0, 1, 2, 3])
      }
      let gone = listener.heard(of: speakers[min(leaver, 1)])
      #expect(leaver > 1 || gone == [] || gone == [0, 1, 2])
    }
    let statistics = hall.stage.endpoint.statistics
    #expect(statistics.subscriptions == (leaver < 2 ? 5 : 10))
    #expect(statistics.dropped(.unpublished) == (leaver < 2 && served < 7 ? 3 : 0))
  }

  @Test func `What comes during a round waits for the next and is never overtaken`() throws {
    var hall = try Hall(5)
    let speaker = hall.seats[0]
    hall.say(speaker)
    hall.say(speaker)
    hall.transmit(budget: 4)
    hall.say(speaker)
    let joiner = try hall.join()
    hall.transmit(budget: 2)
    hall.say(speaker)
    hall.transmitAll()
    for listener in hall.seats[1..<5] { #expect(listener.heard(of: speaker) == [0, 1, 2, 3]) }
    #expect(joiner.heard(of: speaker).suffix(2) == [2, 3])
  }

  @Test func `Who is muted during a round is heard by nobody else, and leaves no gap`() throws {
    var hall = try Hall(6)
    let speaker = hall.seats[0]
    hall.say(speaker)
    hall.transmitAll()
    hall.say(speaker)
    hall.say(speaker)
    hall.transmit(budget: 6)
    hall.permit(speaker, speak: false)
    hall.permit(speaker)
    hall.transmitAll()
    hall.say(speaker)
    hall.transmitAll()
    #expect(hall.stage.endpoint.statistics.dropped(.muted) == 2)
    for (number, listener) in hall.seats.enumerated().dropFirst() {
      #expect(listener.heard(of: speaker) == (number < 3 ? [0, 1, 2, 3] : [0, 3]))
      let sequence = listener.heard.map(\.sequenceNumber)
      #expect(zip(sequence, sequence.dropFirst()).allSatisfy { $1 == $0 &+ 1 })
    }
  }

  @Test func `Who is deafened while packets wait is sent none of them`() throws {
    var hall = try Hall(4)
    let speaker = hall.seats[0]
    hall.say(speaker)
    hall.transmitAll()
    hall.say(speaker)
    hall.permit(hall.seats[2], hear: false)
    hall.transmitAll()
    hall.permit(hall.seats[2])
    hall.say(speaker)
    hall.transmitAll()
    #expect(hall.seats.dropFirst().map { $0.heard(of: speaker) } == [[0, 1, 2], [0, 2], [0, 1, 2]])
    let sequence = hall.seats[2].heard.map(\.sequenceNumber)
    #expect(sequence[1] == sequence[0] &+ 1)
  }

  @Test func `A small room does not wait for all of a large one`() throws {
    var hall = try Hall(50)
    let other = RoomID(channel: Snowflake(rawValue: 78))
    let small = try (0..<3).map { _ in try hall.join(room: other) }
    for seat in hall.seats[..<4] { hall.say(seat) }
    hall.say(small[0])
    hall.transmit(budget: 40)
    #expect(small[1].heard.isEmpty)
    hall.transmit(budget: 40)
    #expect(small[1].heard(of: small[0]) == [0] && small[2].heard(of: small[0]) == [0])
    hall.transmitAll()
    #expect(hall.seats[49].heard.count == 4)
  }

  @Test func `A room that closes takes along what waits in it`() throws {
    var hall = try Hall(2)
    let other = RoomID(channel: Snowflake(rawValue: 78))
    let small = try (0..<2).map { _ in try hall.join(room: other) }
    hall.say(hall.seats[0])
    hall.say(small[0])
    for seat in small { hall.leave(seat) }
    hall.transmitAll()
    #expect(hall.seats[1].heard(of: hall.seats[0]) == [0])
    #expect(hall.stage.endpoint.stagedSince == .distantFuture)
    for seat in hall.seats { hall.leave(seat) }
    #expect(hall.stage.endpoint.statistics.rooms == 0)
  }

  @Test func `A packet that gave up its slot is counted and shows as lost`() throws {
    var configuration = EndpointConfiguration()
    configuration.limits.stagedFrames = 4
    var hall = try Hall(2, configuration)
    hall.say(hall.seats[0])
    hall.transmitAll()
    for _ in 1..<7 { hall.say(hall.seats[0]) }
    #expect(hall.stage.endpoint.statistics.dropped(.stagingFull) == 2)
    hall.transmitAll()
    #expect(hall.seats[1].heard(of: hall.seats[0]) == [0, 3, 4, 5, 6])
    let sequence = hall.seats[1].heard.map(\.sequenceNumber)
    #expect(sequence[1] == sequence[0] &+ 3)
  }

  @Test func `What has waited too long is dropped`() throws {
    var hall = try Hall(2)
    hall.say(hall.seats[0])
    hall.stage.wait(.milliseconds(150))
    hall.say(hall.seats[0])
    hall.stage.wait(.milliseconds(51))
    hall.transmitAll()
    #expect(hall.seats[1].heard(of: hall.seats[0]) == [1])
    #expect(hall.stage.endpoint.statistics.dropped(.late) == 1)
  }

  @Test func `A track or a member without room for its rows is refused`() throws {
    var configuration = EndpointConfiguration()
    configuration.limits.subscriptions = 4
    var hall = try Hall(3, configuration)
    hall.say(hall.seats[0])
    hall.say(hall.seats[1])
    hall.say(hall.seats[2])
    #expect(hall.stage.endpoint.statistics.dropped(.subscriptionsFull) == 1)
    hall.stage.perform(.admit(Stage.admission(9)))
    #expect(hall.stage.log.take().contains(.failed(PeerID(rawValue: 9), .capacityExceeded)))
    #expect(hall.stage.endpoint.statistics.dropped(.subscriptionsFull) == 2)
    hall.transmitAll()
    #expect(hall.seats[2].heard.map(\.payload) == [[1, 0], [2, 0]])
    hall.leave(hall.seats[0])
    hall.say(hall.seats[1])
    hall.transmitAll()
    #expect(hall.seats[0].heard(of: hall.seats[1]) == [1])
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func `Through any mixture of calls everyone hears each speaker in order, once, without false gaps`(
    _ seed: UInt64
  ) throws {
    var random = SeededRandom(seed: seed)
    var hall = try Hall(4)
    for _ in 0..<400 {
      let seat = hall.seats[random.below(hall.seats.count)]
      switch random.below(100) {
      case 0 where hall.seats.count < 12: try hall.join()
      case 1 where hall.seats.count > 2: hall.leave(seat)
      case 2..<6: hall.permit(seat, speak: random.below(2) == 0, hear: random.below(2) == 0)
      case 6..<20: hall.permit(seat)
      case 20..<60: hall.say(seat)
      default: hall.transmit(budget: 1 + random.below(9))
      }
    }
    hall.transmitAll()
    #expect(hall.seats.contains { $0.heard.count > 20 }, "seed \(seed)")
    for listener in hall.seats {
      for speaker in hall.seats {
        let packets = listener.heard.filter { $0.ssrc == speaker.client.admission.ssrc }
        let numbers = packets.map { $0.payload[1] }
        #expect(listener !== speaker || numbers.isEmpty, "seed \(seed): heard itself")
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }, "seed \(seed): \(numbers)")
        // Nothing is lost on the way, so that whatever is missing was withheld, which shows as no gap.
        let sequence = packets.map(\.sequenceNumber)
        #expect(zip(sequence, sequence.dropFirst()).allSatisfy { $1 == $0 &+ 1 }, "seed \(seed)")
      }
    }
  }
}
