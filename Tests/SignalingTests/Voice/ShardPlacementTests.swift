import Base
import ChatCore
import JSON
import MediaControl
import Signaling
import Testing

@Suite struct ShardPlacementTests {
  private struct Place: Equatable {
    let room: Snowflake
    let shard: ShardID
  }

  private static func room(_ number: UInt64) -> Snowflake { Snowflake(rawValue: number) }

  private func placement(_ shards: Int, members: Int = 100) -> ShardPlacement {
    ShardPlacement(shards: shards, policy: SpreadPolicy(membersMax: members, utilisationMax: 0.7))
  }

  @Test func `Rooms begin where the fewest members are while nobody is busy`() {
    var placement = placement(3)
    let first = (1...6).map { placement.place(in: Self.room($0)).shard.rawValue }
    #expect(first == [0, 1, 2, 0, 1, 2])
    #expect(placement.shards.map(\.rooms) == [2, 2, 2])
    let isLast = placement.leave(Self.room(2), ShardID(rawValue: 1))
    #expect(isLast)
    let next = placement.place(in: Self.room(9))
    #expect(next.shard.rawValue == 1 && next.reason == .roomBegins)
  }

  @Test func `A busy shard gets no new room, and small differences do not count`() {
    var placement = placement(3)
    placement.observe(utilisations: [0.62, 0.31, 0.33])
    #expect(placement.place(in: Self.room(1)).shard.rawValue == 1)
    // Both idler shards are in one step of load: members decide.
    #expect(placement.place(in: Self.room(2)).shard.rawValue == 2)
  }

  @Test func `A room stays where it is, however busy its shard gets, while it is small`() {
    var placement = placement(2)
    _ = placement.place(in: Self.room(1))
    placement.observe(utilisations: [0.99, 0])
    let next = placement.place(in: Self.room(1))
    #expect(next.shard.rawValue == 0 && next.reason == .roomIsHere)
  }

  @Test func `A storm of joins between two publications is spread`() {
    var placement = placement(2)
    placement.observe(utilisations: [0.0, 0.2])
    let shards = (1...1_000).map { placement.place(in: Self.room($0)).shard.rawValue }
    // The idle shard takes members until they are expected to make up for the difference, then both do.
    #expect(shards.prefix(390).allSatisfy { $0 == 0 })
    #expect(shards.suffix(500).count { $0 == 1 } > 150)
    // A figure that repeats says nothing new of them; a new one tells it all.
    placement.observe(utilisations: [0.0, 0.21])
    #expect(placement.place(in: Self.room(2_000)).shard.rawValue == 1)
    placement.observe(utilisations: [0.01, 0.21])
    #expect(placement.place(in: Self.room(2_001)).shard.rawValue == 0)
  }

  @Test func `A room that has outgrown its shard goes on at the next one, then at fewest members`() {
    var placement = placement(2, members: 3)
    let decisions = (1...9).map { _ in placement.place(in: Self.room(1)) }
    #expect(decisions.map(\.shard.rawValue) == [0, 0, 0, 1, 1, 1, 0, 1, 0])
    #expect(decisions[3].reason == .outgrewMembers && decisions[4].reason == .roomIsHere)
    #expect(decisions[6].reason == .nowhereBetter)
    #expect(placement.shards(of: Self.room(1)).map(\.rawValue) == [0, 1])
    #expect(placement.spanningRooms == 1)
  }

  @Test func `Where somebody left there is room again`() {
    var placement = placement(2, members: 2)
    for _ in 1...4 { _ = placement.place(in: Self.room(1)) }
    let isLast = placement.leave(Self.room(1), ShardID(rawValue: 0))
    #expect(!isLast)
    let next = placement.place(in: Self.room(1))
    #expect(next.shard.rawValue == 0 && next.reason == .roomIsHere)
  }

  @Test func `A large room on a busy shard goes to an idler one, if there is one`() {
    var placement = placement(2, members: 1_000)
    for _ in 1...60 { _ = placement.place(in: Self.room(1)) }
    placement.observe(utilisations: [0.8, 0.9])
    #expect(placement.place(in: Self.room(1)).reason == .nowhereBetter)
    placement.observe(utilisations: [0.81, 0.1])
    let next = placement.place(in: Self.room(1))
    #expect(next.shard.rawValue == 1 && next.reason == .outgrewUtilisation)
    // From now on the idler of its shards takes the newcomers.
    #expect(placement.place(in: Self.room(1)).shard.rawValue == 1)
  }

  @Test func `A node of one shard places everybody there`() {
    var placement = placement(1, members: 2)
    let decisions = (1...5).map { _ in placement.place(in: Self.room(1)) }
    #expect(decisions.allSatisfy { $0.shard.rawValue == 0 })
    #expect(decisions.last?.reason == .nowhereBetter)
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `Books balance whatever comes and goes`(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var placement = placement(4, members: 5)
    var here: [Place] = []
    for _ in 0..<2_000 {
      if here.isEmpty || random.below(5) > 1 {
        let room = Self.room(UInt64(random.below(12)))
        let others = Set(here.filter { $0.room == room }.map(\.shard))
        let decision = placement.place(in: room)
        #expect((decision.reason == .roomBegins) == others.isEmpty)
        here.append(Place(room: room, shard: decision.shard))
      } else {
        let gone = here.remove(at: random.below(here.count))
        let isLast = !here.contains { $0 == gone }
        let wasLast = placement.leave(gone.room, gone.shard)
        #expect(wasLast == isLast)
      }
      for (index, shard) in placement.shards.enumerated() {
        let mine = here.filter { $0.shard.rawValue == index }
        #expect(shard.members == mine.count && shard.rooms == Set(mine.map(\.room)).count)
      }
    }
    #expect(placement.decisions.reduce(0, +) > 1_000)
  }

  @Test func `READY and the shard's commands follow the placement, and the shard is free afterwards`() throws
  {
    let bench = VoiceBench(shards: 2)
    var members: [VoiceBench.Member] = []
    for number in 1...3 as ClosedRange<UInt64> {
      _ = bench.take()
      var state = VoiceBench.state(number, channel: Self.room(number))
      state.sessionID = "main-\(number)"
      let token = try bench.admit(state)
      let socket = bench.open()
      bench.say(socket, VoiceBench.identify(state, token: token))
      bench.say(socket, VoiceBench.selectUDP)
      let shard = UInt8((number - 1) % 2)
      #expect(bench.commands(to: shard).count == 2 && bench.commands(to: 1 - shard).isEmpty)
      let ready = try bench.messages(2, to: socket)
      #expect(ready.map { $0["d"]?["port"]?.int } == [50_001 + Int(shard)])
      let admission = try #require(bench.admissions.first)
      members.append(
        VoiceBench.Member(
          connection: socket, state: state, token: token, peer: admission.peer, ssrc: admission.ssrc))
    }
    _ = bench.take()
    bench.close(members[1].connection, code: 1000)
    #expect(bench.commands(to: 1) == [.remove(members[1].peer)] && bench.commands(to: 0).isEmpty)
    #expect(bench.gateway.placement.shards.map(\.members) == [2, 0])
  }

  @Test func `A browser's candidates are those of its shard`() throws {
    let bench = VoiceBench(shards: 2)
    _ = try bench.join(1)
    let state = VoiceBench.state(2, channel: Self.room(5))
    let token = try bench.admit(state)
    let socket = bench.open()
    bench.say(socket, VoiceBench.identify(state, token: token))
    bench.say(socket, VoiceFragments.select)
    let answer = try #require(bench.messages(4, to: socket).first?["d"]?["sdp"]?.string)
    #expect(answer.contains(" 203.0.113.10 50002 typ host"))
  }

  @Test func `One session more than there may be is turned away and its voice state ends`() throws {
    let bench = VoiceBench { $0.sessionsMax = 2 }
    _ = try bench.join(1)
    let second = try bench.join(2)
    let state = VoiceBench.state(3)
    let token = try bench.admit(state)
    let socket = bench.open()
    _ = bench.take()
    bench.say(socket, VoiceBench.identify(state, token: token))
    #expect(bench.code(of: socket) == .serverCrashed && bench.commands.isEmpty)
    #expect(bench.departures.map(\.user) == [state.userID])
    #expect(bench.statistics.sessionsRefused == 1)
    // Whoever comes back under a new ticket takes its own place.
    _ = try bench.join(2)
    #expect(bench.code(of: second.connection) == .disconnected)
  }
}
