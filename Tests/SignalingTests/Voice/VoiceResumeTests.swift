import Base
import ChatCore
import JSON
import MediaControl
import Signaling
import Testing

@Suite struct VoiceResumeTests {
  /// A client that keeps what it has seen, and a model of what it should have.
  private func resume(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let bench = VoiceBench(seed: seed)
    let listener = try bench.join(1)
    let talker = try bench.join(2)
    var socket: ConnectionID? = listener.connection
    var current = listener.connection
    var seen: [JSONValue] = []
    var expected = 0
    var isSpeaking = false
    collect(bench, current, into: &seen)
    let before = seen.count
    for _ in 0..<40 {
      switch random.below(4) {
      case 0, 1:
        isSpeaking.toggle()
        bench.now = bench.now + .milliseconds(200)
        bench.say(talker.connection, #"{"op":5,"d":{"speaking":\#(isSpeaking ? 1 : 0)}}"#)
        bench.say(talker.connection, #"{"op":3,"d":{"t":1}}"#)
        expected += 1
      case 2 where socket != nil:
        // Part of what was sent is lost with the connection.
        var arrived: [JSONValue] = []
        collect(bench, current, into: &arrived)
        seen += arrived.prefix(random.below(arrived.count + 1))
        bench.close(current, code: random.below(2) == 0 ? nil : 4000)
        socket = nil
      default:
        if socket != nil { collect(bench, current, into: &seen) } else { _ = bench.take() }
        guard socket == nil else { continue }
        let last = seen.last { $0["seq"] != nil }?["seq"]?.int ?? -1
        current = bench.open()
        socket = current
        bench.say(current, VoiceBench.resume(listener.state, token: listener.token, acknowledged: last))
        #expect(try bench.messages(9, to: current).count == 1, "seed \(seed)")
      }
    }
    if socket == nil {
      current = bench.open()
      let last = seen.last { $0["seq"] != nil }?["seq"]?.int ?? -1
      bench.say(current, VoiceBench.resume(listener.state, token: listener.token, acknowledged: last))
    }
    collect(bench, current, into: &seen)
    let numbers = seen.compactMap { $0["seq"]?.int }
    #expect(numbers == Array(1...numbers.count), "seed \(seed): \(numbers)")
    let heard = seen.dropFirst(before).filter { $0["op"]?.int == 5 }
    #expect(heard.count == expected, "seed \(seed)")
    #expect(bench.departures.isEmpty)
  }

  private func collect(_ bench: VoiceBench, _ socket: ConnectionID, into seen: inout [JSONValue]) {
    guard let messages = try? bench.messages(to: socket) else { return }
    seen += messages.filter { $0["seq"] != nil }
    _ = bench.take()
  }

  @Test(arguments: 1...150)
  func `After any losses a client has every numbered message exactly once`(_ seed: UInt64) throws {
    try resume(seed: seed)
  }

  @Test func `What is sent again is octet for octet what was sent`() throws {
    let bench = VoiceBench()
    let others = try (2...9).map { try bench.join($0) }
    _ = bench.take()
    let a = try bench.join(1)
    bench.pass(.milliseconds(200))
    bench.say(others[3].connection, #"{"op":5,"d":{"speaking":1}}"#)
    let sent = bench.texts(to: a.connection).filter { $0.contains(#""seq":"#) }
    #expect(sent.count > 4)
    bench.close(a.connection, code: nil)
    let socket = bench.open()
    _ = bench.take()
    bench.say(socket, VoiceBench.resume(a.state, token: a.token, acknowledged: nil))
    #expect(bench.texts(to: socket).filter { $0.contains(#""seq":"#) } == sent)
  }

  @Test func `A client older than version 8 resumes without replay`() throws {
    let bench = VoiceBench()
    let a = try bench.join(1, query: "v=4")
    let b = try bench.join(2)
    bench.close(a.connection, code: nil)
    bench.say(b.connection, #"{"op":5,"d":{"speaking":1}}"#)
    let socket = bench.open(query: "v=4")
    _ = bench.take()
    bench.say(socket, VoiceBench.resume(a.state, token: a.token, acknowledged: nil))
    #expect(bench.texts(to: socket) == [#"{"op":9,"d":{}}"#])
  }

  @Test func `A lost session goes on for 45 s and then leaves`() throws {
    let bench = VoiceBench()
    let a = try bench.join(1)
    bench.close(a.connection, code: nil)
    _ = bench.take()
    bench.pass(.seconds(44))
    #expect(bench.take().isEmpty)
    bench.pass(.seconds(2))
    #expect(bench.commands == [.remove(a.peer)])
    #expect(
      bench.departures == [
        VoiceDeparture(
          server: VoiceBench.guild, channel: VoiceBench.channel, user: a.user, sessionID: "main-1")
      ])
    let socket = bench.open()
    bench.say(socket, VoiceBench.resume(a.state, token: a.token, acknowledged: -1))
    #expect(bench.code(of: socket) == .sessionInvalid)
    #expect(bench.sessionCount == 0)
  }

  @Test func `A resume needs the token, the session and the server that belong together`() throws {
    let bench = VoiceBench()
    let a = try bench.join(1)
    let b = try bench.join(2)
    bench.close(a.connection, code: nil)
    let wrong = [
      VoiceBench.resume(a.state, token: b.token, acknowledged: -1),
      VoiceBench.resume(b.state, token: a.token, acknowledged: -1),
      VoiceBench.resume(a.state, token: "x", acknowledged: -1),
    ]
    for text in wrong {
      let socket = bench.open()
      bench.say(socket, text)
      #expect(bench.code(of: socket) == .sessionInvalid)
    }
    let socket = bench.open()
    bench.say(socket, VoiceBench.resume(a.state, token: a.token, acknowledged: -1))
    #expect(try bench.messages(9, to: socket).count == 1)
  }

  @Test func `A resume over a socket that looks alive takes its place`() throws {
    let bench = VoiceBench()
    let a = try bench.join(1)
    let socket = bench.open()
    bench.say(socket, VoiceBench.resume(a.state, token: a.token, acknowledged: 1))
    #expect(bench.code(of: a.connection) == .sessionInvalid)
    _ = bench.take()
    bench.close(a.connection, code: nil)
    bench.say(socket, #"{"op":3,"d":{"t":3}}"#)
    #expect(bench.texts(to: socket) == [#"{"op":6,"d":{"t":3}}"#])
    #expect(bench.commands.isEmpty)
  }

  @Test(arguments: [-1, 1, 9_999, 65_535])
  func `A resume that asks for more than was kept is refused`(_ acknowledged: Int) throws {
    let bench = VoiceBench()
    let a = try bench.join(1)
    let b = try bench.join(2)
    bench.close(a.connection, code: nil)
    for number in 0..<300 {
      bench.now = bench.now + .milliseconds(110)
      if number % 40 == 0 { bench.say(b.connection, #"{"op":3,"d":{"t":1}}"#) }
      bench.say(b.connection, #"{"op":5,"d":{"speaking":\#(1 - number % 2)}}"#)
    }
    let socket = bench.open()
    bench.say(socket, VoiceBench.resume(a.state, token: a.token, acknowledged: acknowledged))
    #expect(bench.code(of: socket) == .sessionInvalid)
  }

  @Test func `Sequence numbers wrap at 16 bits and resume goes on across it`() throws {
    let bench = VoiceBench()
    let a = try bench.join(1)
    let b = try bench.join(2)
    var last = 0
    for number in 0..<66_000 {
      bench.now = bench.now + .milliseconds(110)
      bench.say(b.connection, #"{"op":5,"d":{"speaking":\#(1 - number % 2)}}"#)
      if number % 50 == 0 { bench.say(a.connection, #"{"op":3,"d":{"t":1,"seq_ack":\#(last)}}"#) }
      if let seen = try bench.messages(5, to: a.connection).last?["seq"]?.int { last = seen }
      _ = bench.take()
    }
    #expect(last == (66_000 + 4) % 65_536)
    bench.close(a.connection, code: nil)
    for number in 0..<10 {
      bench.now = bench.now + .milliseconds(110)
      bench.say(b.connection, #"{"op":5,"d":{"speaking":\#(1 - number % 2)}}"#)
    }
    let socket = bench.open()
    bench.say(socket, VoiceBench.resume(a.state, token: a.token, acknowledged: last))
    let numbers = try bench.messages(5, to: socket).compactMap { $0["seq"]?.int }
    #expect(numbers == (1...10).map { (last + $0) % 65_536 })
  }
}
