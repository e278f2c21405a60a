import Base
import ChatCore
import JSON
import Testing

@testable import Signaling

/// Every close code of the main gateway, and what each does to the session.
@Suite struct GatewayCloseTests {
  private static let presence = #"{"op":3,"d":{"since":0,"activities":[],"status":"online","afk":false}}"#

  @Test(
    arguments: [
      ("hello", 4002), ("[1,2]", 4002), ("", 4002), (#"{"d":1}"#, 4002), (#"{"op":"1"}"#, 4002),
      (#"{"op":1.5}"#, 4002), (#"{"op":77,"d":{}}"#, 4001), (#"{"op":0,"d":{}}"#, 4001),
      (#"{"op":7,"d":null}"#, 4001), (#"{"op":-1}"#, 4001), (presence, 4003),
      (#"{"op":4,"d":{"guild_id":"1","channel_id":null,"self_mute":false,"self_deaf":false}}"#, 4003),
      (#"{"op":8,"d":{"guild_id":"1","query":"","limit":0}}"#, 4003), (#"{"op":14,"d":{}}"#, 4003),
      (#"{"op":2,"d":{"token":"nope","intents":1,"properties":{}}}"#, 4004),
      (#"{"op":2,"d":{"intents":1}}"#, 4002), (#"{"op":2}"#, 4002), (#"{"op":6,"d":{}}"#, 4002),
      (#"{"op":6,"d":{"token":"nope","session_id":"0","seq":1}}"#, 4004),
      (#"{"op":6,"d":{"token":"x","session_id":"0","seq":-1}}"#, 4007),
      (#"{"op":1,"d":"x"}"#, 4002),
    ] as [(String, UInt16)])
  func `What is wrong before IDENTIFY ends in its code`(_ message: String, _ code: UInt16) {
    let bench = GatewayBench()
    let id = bench.open()
    #expect(bench.take(id).opcodes == [10])
    bench.send(message, on: id)
    #expect(bench.take(id) == [.close(code)])
    bench.send(#"{"op":1,"d":null}"#, on: id)
    #expect(bench.take(id).isEmpty, "a closed connection is forgotten")
    #expect(bench.gateway.statistics.connectionCount == 0)
  }

  @Test(
    arguments: [
      (#"{"op":2,"d":{"token":"x"}}"#, 4005), (#"{"op":6,"d":{}}"#, 4005), (#"{"op":3,"d":{}}"#, 4002),
      (#"{"op":3,"d":{"status":"asleep"}}"#, 4002), (#"{"op":4,"d":null}"#, 4002),
      (#"{"op":4,"d":{"guild_id":{},"channel_id":null}}"#, 4002), (#"{"op":8,"d":{}}"#, 4002),
      (#"{"op":8,"d":{"guild_id":"1"}}"#, 4002), (#"{"op":31,"d":{}}"#, 4002), (#"{"op":43,"d":[]}"#, 4002),
      (#"{"op":99}"#, 4001),
    ] as [(String, UInt16)])
  func `What is wrong after IDENTIFY ends in its code and leaves the session`(
    _ message: String, _ code: UInt16
  ) throws {
    let bench = GatewayBench()
    let (id, _) = try bench.identified()
    bench.send(message, on: id)
    #expect(bench.take(id) == [.close(code)])
    #expect(bench.gateway.statistics.sessionCount == 1)
  }

  @Test(
    arguments: [
      ("v=3&encoding=json", 4012), ("v=ten", 4012), ("v=11", 4012), ("v=10&encoding=etf", 4002),
    ] as [(String, UInt16)])
  func `Another version or encoding is refused before HELLO`(_ query: String, _ code: UInt16) {
    let bench = GatewayBench()
    #expect(bench.take(bench.open(query)) == [.close(code)])
  }

  @Test(arguments: ["", "v=9", "v=10", "encoding=json&v=10&compress=zstd-stream"])
  func `Missing parameters and unknown compressions are taken as plain JSON`(_ query: String) {
    let bench = GatewayBench()
    #expect(bench.take(bench.open(query)).opcodes == [10])
  }

  @Test(
    arguments: [
      (#","shard":[5,2]"#, 513, 4010), (#","shard":[-1,2]"#, 513, 4010), (#","shard":[0,0]"#, 513, 4010),
      (#","shard":[0]"#, 513, 4002), (#","shard":"x""#, 513, 4002), ("", -1, 4013), ("", 1 << 18, 4013),
      ("", 1 << 40, 4013),
    ] as [(String, Int, UInt16)])
  func `Shards and intents are checked`(_ extra: String, _ intents: Int, _ code: UInt16) {
    let bench = GatewayBench()
    let id = bench.open()
    _ = bench.take(id)
    bench.identify(id, ChatFixtures.bot, intents: intents, extra: extra)
    #expect(bench.take(id) == [.close(code)])
    #expect(bench.gateway.statistics.sessionCount == 0)
  }

  @Test(arguments: [(1, 1 << 14), (8, 1 << 12), (15, 1 << 18)] as [(Int, UInt32)])
  func `A privileged intent needs its flag, and without one the core forgets the session`(
    _ bit: Int, _ flag: UInt32
  ) {
    let bench = GatewayBench()
    bench.ready[ChatFixtures.bot.id] = ChatFixtures.ready(ChatFixtures.bot, flags: 0)
    let id = bench.open()
    _ = bench.take(id)
    bench.identify(id, ChatFixtures.bot, intents: 1 << bit)
    #expect(bench.take(id) == [.close(4014)])
    guard case .endSession = bench.requests.last?.command else {
      Issue.record("no endSession")
      return
    }
    for granted in [flag, flag << 1] {
      bench.ready[ChatFixtures.bot.id] = ChatFixtures.ready(ChatFixtures.bot, flags: granted)
      let again = bench.open()
      bench.identify(again, ChatFixtures.bot, intents: 1 << bit)
      #expect(bench.take(again).names.first == "READY")
    }
  }

  @Test func `A bot without intents is refused, a person needs none`() {
    let bench = GatewayBench()
    for (user, code) in [(ChatFixtures.bot, [UInt16(4013)]), (ChatFixtures.alice, [])] {
      let id = bench.open()
      bench.send(#"{"op":2,"d":{"token":"\#(GatewayBench.token(user))"}}"#, on: id)
      #expect(bench.take(id).closes == code)
    }
  }

  @Test func `The 121st message of a minute ends in 4008, and the next minute is free`() throws {
    let bench = GatewayBench()
    let (id, session) = try bench.identified()
    for _ in 0..<119 { bench.send(GatewayCloseTests.presence, on: id) }
    #expect(bench.take(id).closes.isEmpty)
    bench.send(GatewayCloseTests.presence, on: id)
    #expect(bench.take(id).closes == [4008])
    let again = bench.open()
    bench.resume(again, ChatFixtures.bot, session: session, after: 2)
    bench.advance(.seconds(60))
    for _ in 0..<100 { bench.send(GatewayCloseTests.presence, on: again) }
    #expect(bench.take(again).closes.isEmpty)
    #expect(bench.gateway.statistics.presenceDropCount > 0)
  }

  @Test func `Larger messages than an account may send end in 4002`() throws {
    let bench = GatewayBench()
    func padded(_ count: Int) -> String {
      let frame = #"{"op":1,"d":null,"x":""}"#
      return frame.replacing(
        #""x":"""#, with: #""x":""# + String(repeating: "a", count: count - frame.utf8.count) + #"""#)
    }
    for (user, limit) in [(ChatFixtures.bot, 4_096), (ChatFixtures.alice, 15_360)] {
      let (id, _) = try bench.identified(user)
      bench.send(padded(limit), on: id)
      #expect(bench.take(id).opcodes == [11])
      bench.send(padded(limit + 1), on: id)
      #expect(bench.take(id) == [.close(4002)])
    }
  }

  @Test func `Void tokens and an unavailable core end in 4004 and in INVALID_SESSION`() {
    let bench = GatewayBench()
    bench.refusal = .unauthorized
    let id = bench.open()
    bench.identify(id, ChatFixtures.bot)
    #expect(bench.take(id).closes == [4004])
    bench.refusal = .unavailable
    let other = bench.open()
    bench.identify(other, ChatFixtures.bot)
    #expect(bench.take(other).opcodes == [10, 9])
    bench.refusal = nil
    bench.identify(other, ChatFixtures.bot)
    #expect(bench.take(other).names.first == "READY", "the same connection may try again")
  }

  @Test func `Revoked tokens close the account's connections for good`() throws {
    let bench = GatewayBench()
    let (id, session) = try bench.identified()
    bench.happen(.tokensRevoked(user: ChatFixtures.bot.id), to: .user(ChatFixtures.bot.id))
    #expect(bench.take(id) == [.close(4004)])
    let again = bench.open()
    bench.resume(again, ChatFixtures.bot, session: session, after: 1)
    #expect(bench.take(again).opcodes == [10, 9])
  }

  @Test func `One revoked token closes only what began with it`() throws {
    let bench = GatewayBench()
    let (id, _) = try bench.identified()
    let user = ChatFixtures.bot.id
    let issued = WallTime(milliseconds: 1_780_000_000_000)
    let other = WallTime(milliseconds: issued.milliseconds + 1)
    bench.happen(.tokenRevoked(user: user, issued: other), to: .user(user))
    #expect(bench.take(id).closes == [])
    bench.happen(.tokenRevoked(user: user, issued: issued), to: .user(user))
    #expect(bench.take(id).closes == [4004])
  }

  @Test func `A flood of IDENTIFY gets INVALID_SESSION and disturbs nobody else`() throws {
    var limits = GatewayBench.limits
    limits.identifyRate = RequestRate(countMax: 3, window: .seconds(5))
    limits.accountSessionCountMax = 1_000
    let bench = GatewayBench(limits: limits)
    for _ in 0..<3 { _ = try bench.identified() }
    let id = bench.open()
    bench.identify(id, ChatFixtures.bot)
    #expect(bench.take(id).opcodes == [10, 9])
    _ = try bench.identified(ChatFixtures.alice)
    bench.advance(.seconds(5))
    _ = try bench.identified()
  }

  @Test func `Guessing tokens locks the address out for a while`() throws {
    var limits = GatewayBench.limits
    limits.failureRate = RequestRate(countMax: 5, window: .seconds(60))
    let bench = GatewayBench(limits: limits)
    let attacker = IPAddress(v4: 0x0B00_0001)
    for round in 0..<8 {
      let id = bench.open("v=10", from: attacker)
      bench.send(#"{"op":2,"d":{"token":"a.b.c","intents":1}}"#, on: id)
      #expect(bench.take(id).closes == [round < 5 ? 4004 : 4008])
    }
    _ = try bench.identified()
  }

  @Test func `Too many connections and sessions are refused`() throws {
    var limits = GatewayBench.limits
    limits.connectionCountMax = 2
    limits.accountSessionCountMax = 2
    let bench = GatewayBench(limits: limits)
    let (first, _) = try bench.identified()
    _ = try bench.identified()
    #expect(bench.take(bench.open()) == [.close(4000)])
    #expect(bench.gateway.statistics.refusedCount == 1)
    bench.close(first, code: nil)
    // The account's detached session makes room for the new one.
    let (third, _) = try bench.identified()
    #expect(bench.gateway.statistics.sessionCount == 2)
    bench.close(third, code: 4000)
    let (_, _) = try bench.identified()
    #expect(bench.gateway.statistics.sessionCount == 2)
  }

  @Test func `A sixty-fifth living session of an account is refused with 4015`() throws {
    var limits = GatewayBench.limits
    limits.accountSessionCountMax = 2
    let bench = GatewayBench(limits: limits)
    _ = try bench.identified()
    _ = try bench.identified()
    let id = bench.open()
    bench.identify(id, ChatFixtures.bot)
    #expect(bench.take(id).closes == [4015])
  }

  @Test func `A stop asks everybody to come back`() throws {
    let bench = GatewayBench()
    let (id, _) = try bench.identified()
    var actions = GatewayActions()
    bench.gateway.shutDown(at: bench.moment, into: &actions)
    let list = actions.drain()
    guard case .send(let target, let message) = list.first, case .close(id, 4000, _) = list.last else {
      Issue.record("\(list)")
      return
    }
    #expect(target == id)
    #expect(message.octets == GatewayPayloads.reconnect)
  }
}
