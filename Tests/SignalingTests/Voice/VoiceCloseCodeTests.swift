import Base
import ChatCore
import MediaControl
import Signaling
import Testing

@Suite struct VoiceCloseCodeTests {
  @Test(
    arguments: [
      ("", 4020), ("v=3", 4020), ("v=10", 4020), ("v=x", 4020), ("encoding=json", 4020), ("v=-8", 4020),
      ("v=99999999999999999999", 4020),
    ])
  func `A URL without a version that we speak is refused`(_ query: String, _ code: Int) {
    let bench = VoiceBench()
    let socket = bench.open(query: query)
    #expect(bench.code(of: socket)?.rawValue == UInt16(code))
    #expect(bench.texts(to: socket).isEmpty)
  }

  @Test(
    arguments: [
      ("hello", 4002), ("[1,2]", 4002), (#"{"d":1}"#, 4002), (#"{"op":"1"}"#, 4002), (#"{"op":0.5}"#, 4002),
      (#"{"op":0}"#, 4002), (#"{"op":0,"d":null}"#, 4002), (#"{"op":0,"d":{"server_id":"x"}}"#, 4002),
      (#"{"op":1,"d":[]}"#, 4003), (#"{"op":7,"d":{"server_id":1}}"#, 4002),
      (#"{"op":3,"d":"now"}"#, 4002), (#"{"op":3,"d":{"t":[]}}"#, 4002),
      (#"{"op":3,"d":{"t":1,"seq_ack":70000}}"#, 4002), (#"{"op":5,"d":{}}"#, 4003),
      (#"{"op":12,"d":7}"#, 4003), (#"{"op":77,"d":{}}"#, 4001), (#"{"op":2,"d":{}}"#, 4001),
      (#"{"op":5,"d":{"speaking":1}}"#, 4003), (#"{"op":16,"d":{}}"#, 4003),
      (VoiceBench.selectUDP, 4003), (VoiceFragments.select, 4003),
      (
        #"{"op":0,"d":{"server_id":"1","user_id":"1","session_id":"x","token":"x"}}"#, 4004
      ),
      (#"{"op":7,"d":{"server_id":"1","session_id":"x","token":"x"}}"#, 4006),
    ])
  func `Before IDENTIFY a wrong message ends the connection`(_ text: String, _ code: Int) {
    let bench = VoiceBench()
    let socket = bench.open()
    bench.say(socket, text)
    #expect(bench.code(of: socket)?.rawValue == UInt16(code))
    _ = bench.take()
    bench.say(socket, #"{"op":3,"d":1}"#)
    #expect(bench.take().isEmpty, "a closed connection is deaf")
  }

  @Test(
    arguments: [
      (#"{"op":0,"d":{"server_id":"1","user_id":"1","session_id":"x","token":"x"}}"#, 4005),
      (#"{"op":7,"d":{"server_id":"1","session_id":"x","token":"x"}}"#, 4005),
      (#"{"op":1,"d":{"protocol":"carrier-pigeon","data":{}}}"#, 4012),
      (#"{"op":1,"d":{"protocol":"udp","data":{"mode":"xsalsa20_poly1305"}}}"#, 4016),
      (#"{"op":1,"d":{"protocol":"udp","data":{}}}"#, 4002),
      (#"{"op":1,"d":{"protocol":"webrtc","data":""}}"#, 4002),
      (#"{"op":1,"d":{"protocol":"webrtc","data":"a=ice-ufrag:abcd"}}"#, 4002),
      (
        #"{"op":1,"d":{"protocol":"udp","data":{"mode":"aead_aes256_gcm_rtpsize"},"#
          + #""codecs":[{"name":"opus","payload_type":73}]}}"#, 4002
      ),
      (#"{"op":5,"d":{"speaking":-1}}"#, 4002), ("not JSON", 4002),
    ])
  func `After IDENTIFY a wrong message ends the connection and keeps the session`(
    _ text: String, _ code: Int
  ) throws {
    let bench = VoiceBench()
    let member = try bench.join(1)
    bench.say(member.connection, text)
    #expect(bench.code(of: member.connection)?.rawValue == UInt16(code))
    #expect(bench.sessionCount == 1)
    #expect(bench.departures.isEmpty)
  }

  @Test(
    arguments: [
      #"{"op":77,"d":{}}"#, #"{"op":2,"d":{}}"#, #"{"op":12,"d":{"audio_ssrc":0,"video_ssrc":0}}"#,
      #"{"op":14,"d":{"codecs":[]}}"#, #"{"op":18,"d":{}}"#,
      #"{"op":32,"d":{}}"#, #"{"op":5,"d":{"speaking":true}}"#,
    ])
  func `A message that means nothing here disturbs nobody`(_ text: String) throws {
    let bench = VoiceBench()
    let member = try bench.join(1)
    _ = bench.take()
    bench.say(member.connection, text)
    #expect(bench.take().isEmpty)
  }

  @Test(
    arguments: [
      ("token", "another", 4004), ("user_id", "1100000000000000002", 4004),
      ("server_id", "1200000000000000002", 4011), ("session_id", "main-2", 4006), ("channel_id", "7", 4006),
    ])
  func `IDENTIFY has to match the admission in every part`(
    _ part: String, _ value: String, _ code: Int
  ) throws {
    let bench = VoiceBench()
    let state = VoiceBench.state(1)
    let right = VoiceIdentity(state, token: try bench.admit(state))
    let wrong = bench.open(query: "v=9")
    bench.say(wrong, right.text(with: value, as: part))
    #expect(bench.code(of: wrong)?.rawValue == UInt16(code))
    #expect(bench.admissions.isEmpty)
    let socket = bench.open(query: "v=9")
    bench.say(socket, right.text(with: "", as: "video"))
    #expect(try bench.messages(2, to: socket).count == 1, "a wrong guess harms no one")
  }

  @Test func `A token is good for one IDENTIFY`() throws {
    let bench = VoiceBench()
    let member = try bench.join(1)
    let again = bench.open()
    bench.say(again, VoiceBench.identify(member.state, token: member.token))
    #expect(bench.code(of: again) == .authenticationFailed)
    #expect(bench.code(of: member.connection) == nil)
  }

  @Test func `A token that waited for too long is void`() throws {
    let bench = VoiceBench()
    let state = VoiceBench.state(1)
    let token = try bench.admit(state)
    bench.pass(.seconds(60))
    let socket = bench.open()
    bench.say(socket, VoiceBench.identify(state, token: token))
    #expect(bench.code(of: socket) == .authenticationFailed)
  }

  @Test func `A newer admission makes the older token void`() throws {
    let bench = VoiceBench()
    let state = VoiceBench.state(1)
    let old = try bench.admit(state)
    let new = try bench.admit(state)
    let socket = bench.open()
    bench.say(socket, VoiceBench.identify(state, token: old))
    #expect(bench.code(of: socket) == .authenticationFailed)
    let other = bench.open()
    bench.say(other, VoiceBench.identify(state, token: new))
    #expect(try bench.messages(2, to: other).count == 1)
  }

  @Test func `A socket that says nothing is closed`() throws {
    let bench = VoiceBench()
    let silent = bench.open()
    bench.pass(.seconds(19))
    #expect(bench.code(of: silent) == nil)
    bench.pass(.seconds(2))
    #expect(bench.code(of: silent) == .sessionTimeout)
  }

  @Test func `A client that stops its heartbeat is closed, one that beats is not`() throws {
    let bench = VoiceBench()
    let silent = try bench.join(1)
    let alive = try bench.join(2)
    for _ in 0..<30 {
      bench.pass(.seconds(1))
      bench.say(alive.connection, #"{"op":3,"d":{"t":1,"seq_ack":1}}"#)
    }
    #expect(bench.code(of: silent.connection) == .sessionTimeout)
    #expect(bench.code(of: alive.connection) == nil)
  }

  @Test func `A flood of messages ends in 4021 and spares the neighbour`() throws {
    let bench = VoiceBench()
    let loud = try bench.join(1)
    let calm = try bench.join(2)
    for _ in 0..<100 { bench.say(loud.connection, #"{"op":3,"d":{"t":1}}"#) }
    #expect(bench.code(of: loud.connection) == .rateLimited)
    #expect(bench.code(of: calm.connection) == nil)
  }

  @Test func `A flood of failing IDENTIFYs shuts its address out for a while, and no other`() throws {
    let bench = VoiceBench()
    for _ in 0..<20 {
      let socket = bench.open()
      bench.say(socket, #"{"op":0,"d":{"server_id":"1","user_id":"1","session_id":"x","token":"x"}}"#)
      #expect(bench.code(of: socket) == .authenticationFailed)
    }
    #expect(bench.code(of: bench.open()) == .rateLimited)
    let elsewhere = ConnectionID(rawValue: 5_000)
    var actions: [VoiceAction] = []
    bench.gateway.opened(
      elsewhere, query: "v=8", from: SocketAddress(ip: IPAddress(v4: 1), port: 1), at: bench.now,
      into: &actions)
    guard case .send(elsewhere, _)? = actions.first else {
      Issue.record("a stranger was shut out: \(actions)")
      return
    }
    bench.pass(.seconds(10))
    #expect(bench.code(of: bench.open()) == nil)
  }

  @Test func `An oversized or deeply nested message is malformed`() throws {
    let bench = VoiceBench()
    let padding = String(repeating: "a", count: 16_384)
    let nesting = String(repeating: "[", count: 5_000) + String(repeating: "]", count: 5_000)
    for text in [#"{"op":3,"d":1,"x":"\#(padding)"}"#, #"{"op":3,"d":1,"x":\#(nesting)}"#] {
      let socket = bench.open()
      bench.say(socket, text)
      #expect(bench.code(of: socket) == .malformedPayload)
    }
  }

  @Test func `JSON in a binary frame counts, and a stray heartbeat does not hurt`() throws {
    let bench = VoiceBench()
    let socket = bench.open()
    bench.say(socket, #"{"op":1,"d":null}"#)
    let octets = Array(#"{"op":3,"d":{"t":5}}"#.utf8)
    bench.gateway.received(socket, .binary(octets), at: bench.now, into: &bench.extra)
    #expect(bench.extra == [.send(socket, .text(Array(#"{"op":6,"d":{"t":5}}"#.utf8)))])
    #expect(bench.code(of: socket) == nil)
  }

  @Test func `A binary message is refused before IDENTIFY and ignored after`() throws {
    let bench = VoiceBench()
    let socket = bench.open()
    bench.gateway.received(socket, .binary([0x1A, 0]), at: bench.now, into: &bench.extra)
    #expect(bench.extra == [.close(socket, .notAuthenticated)])
    let member = try bench.join(1)
    bench.extra = []
    bench.gateway.received(member.connection, .binary([0x1A, 0]), at: bench.now, into: &bench.extra)
    #expect(bench.extra.isEmpty)
  }
}

/// The parts of op 0, to be falsified one by one.
struct VoiceIdentity {
  private let parts: [(name: String, value: String)]

  init(_ state: VoiceState, token: String) {
    parts = [
      ("server_id", state.guildID.description), ("channel_id", VoiceBench.channel.description),
      ("user_id", state.userID.description), ("session_id", state.sessionID), ("token", token),
    ]
  }

  func text(with value: String, as name: String) -> String {
    let fields = parts.map { "\"\($0.name)\":\"\($0.name == name ? value : $0.value)\"" }
    return "{\"op\":0,\"d\":{\(fields.joined(separator: ","))}}"
  }
}
