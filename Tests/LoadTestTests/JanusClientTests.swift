import Base
import JSON
import LoadTest
import Testing

/// A VideoRoom member against what a Janus 1.1.2 said in a real session, message by message.
@Suite struct JanusClientTests {
  private let start = Instant.zero + .seconds(100)
  private let room = Snowflake(rawValue: 7_000_001)
  private let peer = PeerDescription(
    ufrag: "abcdabcd", password: "xxxxxxxxxxxxxxxxxxxxxxxx", fingerprint: "AB:CD",
    address: SocketAddress(ip: IPAddress(v4: 0x0A00_0002), port: 4_000), ssrc: 1_234)

  private static let session = #"{"janus":"success","transaction":"roost","data":{"id":5932540810961749}}"#
  private static let handle =
    #"{"janus":"success","session_id":5932540810961749,"transaction":"roost","data":{"id":8146055082468293}}"#
  private static let created = #"""
    {"janus":"success","transaction":"roost","sender":8146055082468293,"plugindata":{"plugin":\#
    "janus.plugin.videoroom","data":{"videoroom":"created","room":7000001,"permanent":false}}}
    """#
  private static let description = #"""
    v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=VideoRoom 7000001\r\nt=0 0\r\na=group:BUNDLE a0\r\n\#
    a=fingerprint:sha-256 00:11\r\na=ice-lite\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 10.0.0.1\r\n\#
    a=mid:a0\r\na=rtcp-mux\r\na=ice-ufrag:f1pd\r\na=ice-pwd:2TCdNuJFAQAjz64LA2hBwN\r\na=setup:passive\r\n\#
    a=rtpmap:111 opus/48000/2\r\na=ssrc:923218055 cname:janus\r\n\#
    a=candidate:1 1 udp 2015363327 10.0.0.1 31697 typ host\r\na=end-of-candidates\r\n
    """#

  private func event(_ data: String, sdp: String? = nil) -> [UInt8] {
    let jsep = sdp.map { #","jsep":{"type":"offer","sdp":"\#($0)"}"# } ?? ""
    return Array(
      #"{"janus":"event","plugindata":{"plugin":"janus.plugin.videoroom","data":\#(data)}\#(jsep)}"#.utf8)
  }

  private func sent(_ events: [SignalingEvent]) throws -> JSONValue {
    guard case .send(let octets)? = events.first, events.count == 1 else {
      Issue.record("\(events)")
      return .null
    }
    return try JSONValue.parse(octets, limits: .standard)
  }

  private func ready(isSpeaker: Bool) throws -> JanusClient {
    var client = JanusClient(room: room, isSpeaker: isSpeaker, heartbeatPhase: 0.5)
    #expect(try sent(client.begin(at: start))["janus"]?.string == "create")
    let attach = try sent(client.receive(Array(JanusClientTests.session.utf8), at: start))
    #expect(attach["janus"]?.string == "attach" && attach["session_id"]?.int == 5_932_540_810_961_749)
    #expect(attach["plugin"]?.string == "janus.plugin.videoroom")
    let events = client.receive(Array(JanusClientTests.handle.utf8), at: start)
    guard isSpeaker else {
      #expect(events == [.identified])
      return client
    }
    let create = try sent(events)
    #expect(create["body"]?["request"]?.string == "create" && create["body"]?["room"]?.int == 7_000_001)
    #expect(client.receive(Array(JanusClientTests.created.utf8), at: start) == [.identified])
    return client
  }

  private func request(speaker: Int?) -> JoinRequest {
    JoinRequest(
      guild: Snowflake(rawValue: 0), channel: room, isMuted: speaker == nil, speaker: speaker,
      speakerCount: 2, peer: peer)
  }

  @Test func `A speaker makes the room, publishes, and takes the answer`() throws {
    var client = try ready(isSpeaker: true)
    let join = try JSONValue.parse(client.join(request(speaker: 1)), limits: .standard)
    #expect(join["handle_id"]?.int == 8_146_055_082_468_293)
    #expect(join["body"]?["request"]?.string == "joinandconfigure" && join["body"]?["id"]?.int == 2)
    let offer = join["jsep"]?["sdp"]?.string ?? ""
    for line in [
      "a=setup:active", "a=ice-ufrag:abcdabcd", "a=fingerprint:sha-256 AB:CD", "a=sendonly",
      "a=ssrc:1234 cname:roost", "a=candidate:1 1 udp 2130706431 10.0.0.2 4000 typ host",
      "a=rtpmap:111 opus/48000/2",
    ] {
      #expect(offer.contains(line + "\r\n"), "\(line)")
    }
    #expect(client.receive(Array(#"{"janus":"ack","transaction":"roost"}"#.utf8), at: start).isEmpty)
    let events = client.receive(
      event(#"{"videoroom":"joined","id":2,"streams":[]}"#, sdp: JanusClientTests.description), at: start)
    guard case .negotiated(let answer)? = events.first else {
      Issue.record("\(events)")
      return
    }
    #expect(answer.server == SocketAddress(ip: IPAddress(v4: 0x0A00_0001), port: 31_697))
    #expect(answer.speakers.isEmpty)
  }

  @Test func `A room that is there already is as good as a new one`() throws {
    var client = JanusClient(room: room, isSpeaker: true, heartbeatPhase: 0.5)
    _ = client.begin(at: start)
    _ = client.receive(Array(JanusClientTests.session.utf8), at: start)
    _ = client.receive(Array(JanusClientTests.handle.utf8), at: start)
    let exists = #"{"janus":"success","plugindata":{"data":{"videoroom":"event","error_code":427}}}"#
    #expect(client.receive(Array(exists.utf8), at: start) == [.identified])
  }

  @Test func `A listener subscribes to every speaker, answers, and is told when it may begin`() throws {
    var client = try ready(isSpeaker: false)
    let join = try JSONValue.parse(client.join(request(speaker: nil)), limits: .standard)
    #expect(join["body"]?["ptype"]?.string == "subscriber")
    #expect(join["body"]?["streams"]?.array?.compactMap { $0["feed"]?.int } == [1, 2])

    let data = #"{"videoroom":"attached","streams":[{"mindex":0,"mid":"a0","feed_id":2}]}"#
    let start = try sent(
      client.receive(event(data, sdp: JanusClientTests.description), at: self.start))
    #expect(start["body"]?["request"]?.string == "start" && start["jsep"]?["type"]?.string == "answer")
    let answer = start["jsep"]?["sdp"]?.string ?? ""
    for line in [
      "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=mid:a0", "a=recvonly", "a=setup:active",
      "a=rtpmap:111 opus/48000/2", "a=group:BUNDLE a0",
    ] {
      #expect(answer.contains(line + "\r\n"), "\(line)")
    }
    let events = client.receive(event(#"{"videoroom":"event","started":"ok"}"#), at: self.start)
    guard case .negotiated(let negotiated)? = events.first else {
      Issue.record("\(events)")
      return
    }
    #expect(negotiated.speakers == [923_218_055: 1])
  }

  @Test func `A speaker who is not quite there is asked for again`() throws {
    var client = try ready(isSpeaker: false)
    let join = client.join(request(speaker: nil))
    let missing = event(#"{"videoroom":"event","error_code":428,"error":"No such feed (1)"}"#)
    #expect(client.receive(missing, at: start).isEmpty)
    #expect(client.expire(at: start) == [.send(join)])
    #expect(client.expire(at: start).isEmpty)
  }

  @Test func `Refusals and hangups end it, once, with Janus's reason`() throws {
    for (message, reason) in [
      (#"{"janus":"error","error":{"code":458,"reason":"No such session"}}"#, "No such session"),
      (#"{"janus":"hangup","reason":"ICE failed"}"#, "ICE failed"), (#"{"janus":"timeout"}"#, "timeout"),
      ("nonsense", "no message"),
    ] {
      var client = try ready(isSpeaker: true)
      guard case .failed(let told)? = client.receive(Array(message.utf8), at: start).first else {
        Issue.record("\(message) is taken")
        continue
      }
      #expect(told.contains(reason))
      #expect(client.receive(Array(message.utf8), at: start).isEmpty)
    }
  }

  @Test func `Sessions are kept alive, and silence ends them`() throws {
    var client = try ready(isSpeaker: false)
    #expect(client.expire(at: start + .seconds(12)).isEmpty)
    #expect(try sent(client.expire(at: start + .seconds(13)))["janus"]?.string == "keepalive")
    _ = client.receive(Array(#"{"janus":"ack"}"#.utf8), at: start + .seconds(13))
    #expect(try sent(client.expire(at: start + .seconds(40)))["janus"]?.string == "keepalive")
    #expect(client.expire(at: start + .seconds(70)).count == 1)
  }

  @Test func `A description without an address, and one cut anywhere, are no answer or a shorter one`() {
    let text = JanusClientTests.description.replacing(#"\r\n"#, with: "\r\n")
    #expect(PeerAnswer(text, ["a0": 0])?.speakers == [923_218_055: 0])
    #expect(PeerAnswer("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", [:]) == nil)
    for count in 0..<text.utf8.count {
      let cut = SessionDescription(String(decoding: Array(text.utf8.prefix(count)), as: UTF8.self))
      #expect(cut.sections.count <= 1)
    }
  }
}
