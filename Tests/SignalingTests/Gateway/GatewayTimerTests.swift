import Base
import ChatCore
import JSON
import Testing

@testable import Signaling

/// Heartbeats, waiting sessions and their ends, in virtual time.
@Suite struct GatewayTimerTests {
  @Test func `HELLO names the interval and a heartbeat is acknowledged, also in binary`() {
    let bench = GatewayBench()
    let id = bench.open()
    guard case .frame(10, nil, nil, let d) = bench.take(id).first else {
      Issue.record("no HELLO")
      return
    }
    #expect(d["heartbeat_interval"]?.int == 41_250)
    for beat in [#"{"op":1,"d":null}"#, #"{"op":1,"d":251}"#, #"{"op":40,"d":{"seq":1,"qos":{}}}"#] {
      bench.send(octets: Array(beat.utf8), on: id)
      #expect(bench.take(id) == [.frame(opcode: 11, number: nil, name: nil, .null)])
    }
  }

  @Test func `Who beats stays, who misses one and three quarters of an interval gets 4009`() throws {
    let bench = GatewayBench()
    let (id, session) = try bench.identified()
    for _ in 0..<100 {
      bench.advance(.milliseconds(41_250))
      bench.send(#"{"op":1,"d":1}"#, on: id)
    }
    #expect(bench.take(id).closes.isEmpty)
    bench.advance(.milliseconds(72_186))
    #expect(bench.take(id).isEmpty)
    bench.advance(.milliseconds(1))
    #expect(bench.take(id) == [.close(4009)])
    let again = bench.open()
    bench.resume(again, ChatFixtures.bot, session: session, after: 2)
    #expect(bench.take(again).names == ["RESUMED"])
  }

  @Test func `A connection that never identifies is closed`() {
    let bench = GatewayBench()
    let id = bench.open()
    bench.send(#"{"op":1,"d":null}"#, on: id)
    _ = bench.take(id)
    bench.advance(.milliseconds(44_999))
    #expect(bench.take(id).isEmpty)
    bench.advance(.milliseconds(1))
    #expect(bench.take(id) == [.close(4009)])
  }

  @Test(arguments: [nil, 4000, 1006, 3000] as [UInt16?])
  func `A lost session waits three minutes, then the core is told`(_ code: UInt16?) throws {
    let bench = GatewayBench()
    let (id, session) = try bench.identified()
    bench.close(id, code: code)
    bench.advance(.milliseconds(179_999))
    #expect(bench.gateway.statistics.sessionCount == 1)
    bench.advance(.milliseconds(1))
    #expect(bench.gateway.statistics.sessionCount == 0)
    guard case .endSession(session)? = bench.requests.last?.command else {
      Issue.record("\(String(describing: bench.requests.last))")
      return
    }
    #expect(bench.requests.last?.actor == .system)
    #expect(bench.gateway.deadline == .distantFuture)
  }

  @Test(arguments: [UInt16(1000), 1001])
  func `A client that says goodbye ends its session at once`(_ code: UInt16) throws {
    let bench = GatewayBench()
    let (id, session) = try bench.identified()
    bench.close(id, code: code)
    guard case .endSession(session)? = bench.requests.last?.command else {
      Issue.record("no endSession")
      return
    }
    let again = bench.open()
    bench.resume(again, ChatFixtures.bot, session: session, after: 1)
    #expect(bench.take(again).opcodes == [10, 9])
  }

  @Test func `A resumed session waits anew when it is lost again`() throws {
    let bench = GatewayBench()
    var (id, session) = try bench.identified()
    for round in 0..<5 {
      bench.close(id, code: nil)
      bench.advance(.seconds(170))
      id = bench.open()
      bench.resume(id, ChatFixtures.bot, session: session, after: 2 + UInt64(round))
      #expect(bench.take(id).names.last == "RESUMED")
    }
    #expect(bench.gateway.statistics.sessionCount == 1)
  }

  @Test func `A client that leaves before READY leaves no session in the core`() {
    let bench = GatewayBench()
    bench.holdsReplies = true
    let id = bench.open()
    bench.identify(id, ChatFixtures.bot)
    bench.close(id, code: nil)
    for output in bench.held { bench.chat(output) }
    #expect(bench.gateway.statistics.sessionCount == 0)
    guard case .endSession? = bench.requests.last?.command else {
      Issue.record("no endSession")
      return
    }
  }

  @Test func `Presence before READY is no error, anything else is`() {
    let bench = GatewayBench()
    bench.holdsReplies = true
    let id = bench.open()
    bench.identify(id, ChatFixtures.bot)
    _ = bench.take(id)
    bench.send(#"{"op":3,"d":{"status":"idle"}}"#, on: id)
    #expect(bench.take(id).isEmpty)
    bench.identify(id, ChatFixtures.bot)
    #expect(bench.take(id) == [.close(4005)])
  }
}
