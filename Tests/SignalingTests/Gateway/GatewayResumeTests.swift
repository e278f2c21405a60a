import Base
import ChatCore
import JSON
import Testing

@testable import Signaling

/// RESUME at any point: nothing is lost and nothing comes twice.
@Suite struct GatewayResumeTests {
  /// A client that remembers what it saw.
  private struct Client {
    var id: ConnectionID
    var session: String
    var newest: UInt64
    var contents: [String] = []

    mutating func read(_ bench: GatewayBench, upTo count: Int = .max) {
      for dispatch in bench.take(id).dispatches.prefix(count) {
        #expect(dispatch.number == newest + 1, "dispatches are numbered without a gap")
        newest = dispatch.number
        if let content = dispatch.d["content"]?.string { contents.append(content) }
      }
    }
  }

  @Test(arguments: 0..<40)
  func `Whatever the client had read when its connection broke, it reads the rest once`(_ seed: Int) throws {
    var random = SeededRandom(seed: UInt64(seed))
    let bench = GatewayBench(seed: UInt64(seed))
    let (id, session) = try bench.identified()
    var client = Client(id: id, session: session, newest: 2)
    var sent: [String] = []
    for step in 0..<200 {
      switch random.below(10) {
      case 0:
        // Part of what was sent never arrived.
        client.read(bench, upTo: random.below(4))
        if random.below(2) == 0 { bench.close(client.id, code: nil) }
        client.id = bench.open(random.below(2) == 0 ? "v=10" : "")
        bench.resume(client.id, ChatFixtures.bot, session: session, after: client.newest)
      case 1: bench.advance(.seconds(Int64(random.below(20))))
      case 2:
        bench.send(#"{"op":1,"d":\#(client.newest)}"#, on: client.id)
      default:
        let message = ChatFixtures.message(ChatFixtures.alice, "message \(step)")
        sent.append(message.message.content)
        bench.happen(.messageCreate(message), to: .guild(ChatFixtures.guildID))
      }
      if random.below(3) == 0 { client.read(bench) }
    }
    client.id = bench.open()
    bench.resume(client.id, ChatFixtures.bot, session: session, after: client.newest)
    client.read(bench)
    #expect(client.contents == sent, "seed \(seed)")
  }

  @Test func `Replayed dispatches are the same octets, then comes RESUMED with an object`() throws {
    let bench = GatewayBench()
    let (id, session) = try bench.identified()
    for number in 0..<5 {
      let message = ChatFixtures.message(ChatFixtures.alice, "message \(number)")
      bench.happen(.messageCreate(message), to: .guild(ChatFixtures.guildID))
    }
    let live = bench.take(id)
    bench.close(id, code: nil)
    for after in UInt64(2)...7 {
      let again = bench.open()
      _ = bench.take(again)
      bench.resume(again, ChatFixtures.bot, session: session, after: after)
      let replayed = bench.take(again)
      #expect(Array(replayed.prefix(Int(7 - after))) == Array(live.suffix(Int(7 - after))))
      #expect(replayed.names.filter { $0 == "RESUMED" }.count == Int(after) - 1)
      #expect(replayed.dispatches.last?.d.object != nil)
    }
  }

  @Test(arguments: [3, 1_000, 1 << 62] as [UInt64])
  func `A number that was never given ends in INVALID_SESSION`(_ number: UInt64) throws {
    let bench = GatewayBench()
    let (_, session) = try bench.identified()
    let id = bench.open()
    bench.resume(id, ChatFixtures.bot, session: session, after: number)
    #expect(bench.take(id).opcodes == [10, 9])
    #expect(bench.gateway.statistics.sessionCount == 0)
  }

  @Test func `Another account's session and an unknown one end in INVALID_SESSION`() throws {
    let bench = GatewayBench()
    let (_, session) = try bench.identified()
    for (user, name) in [(ChatFixtures.alice, session), (ChatFixtures.bot, "0000")] {
      let id = bench.open()
      bench.resume(id, user, session: name, after: 1)
      #expect(bench.take(id).opcodes == [10, 9])
    }
    #expect(bench.gateway.statistics.sessionCount == 1, "the session itself is untouched")
  }

  @Test func `What fell out of the buffer cannot be resumed over`() throws {
    var limits = GatewayBench.limits
    limits.replay.countMax = 10
    let bench = GatewayBench(limits: limits)
    let (id, session) = try bench.identified()
    for number in 0..<12 {
      let message = ChatFixtures.message(ChatFixtures.alice, "\(number)")
      bench.happen(.messageCreate(message), to: .guild(ChatFixtures.guildID))
    }
    bench.close(id, code: nil)
    let good = bench.open()
    bench.resume(good, ChatFixtures.bot, session: session, after: 4)
    #expect(bench.take(good).names.count == 11)
    let late = bench.open()
    bench.resume(late, ChatFixtures.bot, session: session, after: 4)
    #expect(bench.take(late).opcodes == [10, 9])
  }

  @Test func `A session taken over closes the connection that had it`() throws {
    let bench = GatewayBench()
    let (id, session) = try bench.identified()
    let again = bench.open()
    bench.resume(again, ChatFixtures.bot, session: session, after: 2)
    #expect(bench.take(id) == [.close(4000)])
    #expect(bench.take(again).names == ["RESUMED"])
    bench.close(id, code: 1000)
    bench.happen(
      .messageCreate(ChatFixtures.message(ChatFixtures.alice)), to: .guild(ChatFixtures.guildID))
    #expect(bench.take(again).names == ["MESSAGE_CREATE"])
  }

  @Test func `A heartbeat frees what was read, and the rest can still be resumed`() throws {
    var limits = GatewayBench.limits
    limits.replay.acknowledgedCountMax = 3
    let bench = GatewayBench(limits: limits)
    let (id, session) = try bench.identified()
    for number in 0..<10 {
      let message = ChatFixtures.message(ChatFixtures.alice, "\(number)")
      bench.happen(.messageCreate(message), to: .guild(ChatFixtures.guildID))
    }
    bench.send(#"{"op":1,"d":8}"#, on: id)
    let again = bench.open()
    bench.resume(again, ChatFixtures.bot, session: session, after: 8)
    #expect(bench.take(again).names.count == 5, "four messages and RESUMED")
    let late = bench.open()
    bench.resume(late, ChatFixtures.bot, session: session, after: 7)
    #expect(bench.take(late).opcodes == [10, 9])
  }

  @Test func `The buffer keeps its bounds and its numbers`() {
    var limits = ReplayLimits()
    limits.countMax = 4
    limits.octetCountMax = 200
    limits.ageMax = .seconds(10)
    var buffer = ReplayBuffer(limits: limits)
    func event(_ count: Int) -> EncodedEvent {
      EncodedEvent(name: "X", payload: [UInt8](repeating: 0x20, count: count))
    }
    for number in 1...6 {
      #expect(buffer.append(event(1), at: .zero) == UInt64(number))
    }
    #expect(buffer.count == 4)
    #expect(buffer.first == 3)
    #expect(buffer.canReplay(after: 2))
    #expect(!buffer.canReplay(after: 1))
    #expect(buffer.canReplay(after: 6))
    #expect(!buffer.canReplay(after: 7))
    #expect(buffer.events(after: 4).map(\.sequenceNumber) == [5, 6])
    _ = buffer.append(event(180), at: .zero + .seconds(5))
    #expect(buffer.count == 1, "octets are bounded as well")
    buffer.expire(at: .zero + .seconds(15))
    #expect(buffer.count == 1)
    buffer.expire(at: .zero + .seconds(16))
    #expect(buffer.count == 0)
    #expect(buffer.octetCount == 0)
    #expect(buffer.canReplay(after: 7))
    #expect(buffer.last == 7)
  }
}
