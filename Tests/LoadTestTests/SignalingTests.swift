import Base
import JSON
import LoadTest
import Testing

/// Both clients against what a server said in a real session, message by message.
@Suite struct SignalingTests {
  private let start = Instant.zero + .seconds(100)
  private let server = VoiceServer(
    guild: Snowflake(rawValue: 41_771_983_423_143_937), user: Snowflake(rawValue: 104_694_319_306_248_192),
    sessionID: "30f32c5d54ae86130fc4a215c7474263", token: "66d29164ddc1bf8b", endpoint: "localhost:40881")

  private func sent(_ events: [SignalingEvent]) throws -> JSONValue {
    guard case .send(let octets)? = events.first, events.count == 1 else {
      Issue.record("\(events)")
      return .null
    }
    return try JSONValue.parse(octets, limits: .standard)
  }

  private func octets(_ text: String) -> [UInt8] { Array(text.utf8) }

  private static let gatewayHello =
    #"{"op":10,"d":{"heartbeat_interval":41250,"_trace":[]},"s":null,"t":null}"#
  private static let gatewayReady = #"""
    {"op":0,"s":1,"t":"READY","d":{"v":10,"user":{"id":"104694319306248192","username":"Demo bot 1","bot":true},\#
    "session_id":"30f32c5d54ae86130fc4a215c7474263","resume_gateway_url":"wss://localhost:1","guilds":\#
    [{"id":"41771983423143937","unavailable":true}],"application":{"id":"104694319306248192","flags":0}}}
    """#
  private static let voiceServerUpdate = #"""
    {"op":0,"s":3,"t":"VOICE_SERVER_UPDATE","d":{"token":"66d29164ddc1bf8b","guild_id":"41771983423143937",\#
    "endpoint":"localhost:40881"}}
    """#

  private func identified() throws -> GatewayClient {
    var client = GatewayClient(token: "bot token", heartbeatPhase: 0.5)
    _ = client.receive(octets(SignalingTests.gatewayHello), at: start)
    #expect(client.receive(octets(SignalingTests.gatewayReady), at: start) == [.identified])
    return client
  }

  @Test func `The main gateway is identified to, joined through, and kept alive`() throws {
    var client = GatewayClient(token: "bot token", heartbeatPhase: 0.5)
    #expect(client.expire(at: start + .seconds(1_000)).isEmpty)
    let identify = try sent(client.receive(octets(SignalingTests.gatewayHello), at: start))
    #expect(identify["op"]?.int == 2)
    #expect(identify["d"]?["token"]?.string == "bot token" && identify["d"]?["intents"]?.int == 0)
    #expect(client.receive(octets(SignalingTests.gatewayReady), at: start) == [.identified])
    #expect(client.user == server.user)

    let join = try JSONValue.parse(
      client.voiceState(guild: server.guild, channel: Snowflake(rawValue: 5), isMuted: true),
      limits: .standard)
    #expect(join["op"]?.int == 4 && join["d"]?["channel_id"]?.string == "5")
    #expect(join["d"]?["self_mute"]?.bool == true && join["d"]?["self_deaf"]?.bool == false)
    let own = #"{"op":0,"s":2,"t":"VOICE_STATE_UPDATE","d":{"user_id":"104694319306248192"}}"#
    #expect(client.receive(octets(own), at: start).isEmpty)
    #expect(client.receive(octets(SignalingTests.voiceServerUpdate), at: start) == [.assigned(server)])

    #expect(client.expire(at: start + .milliseconds(20_624)).isEmpty)
    let beat = try sent(client.expire(at: start + .milliseconds(20_625)))
    #expect(beat["op"]?.int == 1 && beat["d"]?.int == 3)
    #expect(client.receive(octets(#"{"op":11}"#), at: start).isEmpty)
    #expect(try sent(client.expire(at: start + .milliseconds(61_875)))["op"]?.int == 1)
    guard case .failed? = client.expire(at: start + .milliseconds(103_125)).first else {
      Issue.record("an unanswered heartbeat goes unnoticed")
      return
    }
    #expect(client.expire(at: start + .seconds(1_000)).isEmpty)
  }

  @Test func `The server may ask for a heartbeat`() throws {
    var client = try identified()
    #expect(try sent(client.receive(octets(#"{"op":1,"d":null}"#), at: start))["op"]?.int == 1)
  }

  @Test(arguments: [
    #"{"op":9,"d":false}"#, #"{"op":7,"d":null}"#, "", "[]", #"{"d":{}}"#, "{", gatewayHello,
    #"{"op":0,"s":9,"t":"VOICE_SERVER_UPDATE","d":{"guild_id":"1","token":"t","endpoint":null}}"#,
  ])
  func `What ends a main session fails the client once`(message: String) throws {
    var client = try identified()
    guard case .failed? = client.receive(octets(message), at: start).first else {
      Issue.record("\(message)")
      return
    }
    #expect(client.receive(octets(message), at: start).isEmpty)
  }

  private static let voiceHello = #"{"op":8,"d":{"v":8,"heartbeat_interval":13750}}"#
  private static let voiceReady = #"""
    {"op":2,"d":{"ssrc":1234576,"ip":"127.0.0.1","port":50004,"modes":["aead_aes256_gcm_rtpsize",\#
    "aead_xchacha20_poly1305_rtpsize"],"experiments":[],"streams":[]}}
    """#
  private static let key = (0..<32).map { "\($0 * 8)" }.joined(separator: ",")
  private static let description = #"""
    {"op":4,"d":{"mode":"aead_aes256_gcm_rtpsize","secret_key":[\#(key)],"audio_codec":"opus",\#
    "video_codec":"H264","media_session_id":"a","dave_protocol_version":0},"seq":2}
    """#

  @Test func `The voice gateway is identified to, answered, and kept alive`() throws {
    var client = VoiceGatewayClient(server, heartbeatPhase: 1)
    let identify = try sent(client.receive(octets(SignalingTests.voiceHello), at: start))
    #expect(identify["op"]?.int == 0)
    #expect(identify["d"]?["server_id"]?.snowflake == server.guild)
    #expect(identify["d"]?["session_id"]?.string == server.sessionID)
    #expect(identify["d"]?["token"]?.string == server.token)
    let address = SocketAddress(ip: .loopbackV4, port: 50_004)
    #expect(
      client.receive(octets(SignalingTests.voiceReady), at: start) == [
        .readyForMedia(ssrc: 1_234_576, server: address)
      ])
    #expect(client.receive(octets(#"{"op":11,"d":{"user_ids":[]},"seq":1}"#), at: start).isEmpty)
    let select = try JSONValue.parse(
      client.selectUDP(mode: "aead_aes256_gcm_rtpsize", address: address), limits: .standard)
    #expect(select["d"]?["protocol"]?.string == "udp" && select["d"]?["data"]?["port"]?.int == 50_004)
    #expect(
      client.receive(octets(SignalingTests.description), at: start) == [
        .keyed(secretKey: (0..<32).map { UInt8($0 * 8) })
      ])
    let speaking = try JSONValue.parse(client.speaking(true), limits: .standard)
    #expect(speaking["d"]?["ssrc"]?.int == 1_234_576 && speaking["d"]?["speaking"]?.int == 1)

    // Others' SPEAKING is not parsed, but acknowledged with the rest.
    let other = #"{"op":5,"d":{"user_id":"1","ssrc":2,"speaking":1},"seq":3}"#
    #expect(client.receive(octets(other), at: start).isEmpty)
    let beat = try sent(client.expire(at: start + .milliseconds(13_750)))
    #expect(beat["op"]?.int == 3 && beat["d"]?["seq_ack"]?.int == 3)
    #expect(client.receive(octets(#"{"op":6,"d":{"t":1}}"#), at: start).isEmpty)
    #expect(try sent(client.expire(at: start + .milliseconds(27_500)))["op"]?.int == 3)
    guard case .failed? = client.expire(at: start + .milliseconds(41_250)).first else {
      Issue.record("an unanswered heartbeat goes unnoticed")
      return
    }
  }

  @Test func `A browser's answer is handed on`() throws {
    var client = VoiceGatewayClient(server, heartbeatPhase: 1)
    _ = client.receive(octets(SignalingTests.voiceHello), at: start)
    _ = client.receive(octets(SignalingTests.voiceReady), at: start)
    let select = try JSONValue.parse(
      client.selectWebRTC(fragment: "a=ice-ufrag:x", opusPayloadType: 111), limits: .standard)
    #expect(select["d"]?["protocol"]?.string == "webrtc" && select["d"]?["data"]?.string == "a=ice-ufrag:x")
    #expect(select["d"]?["codecs"]?.array?.first?["payload_type"]?.int == 111)
    let answer = #"{"op":4,"d":{"sdp":"m=audio 1 ICE/SDP\na=x","audio_codec":"opus"},"seq":2}"#
    #expect(client.receive(octets(answer), at: start) == [.answered(fragment: "m=audio 1 ICE/SDP\na=x")])
  }

  @Test func `A camera is offered, listed among the codecs, and announced`() throws {
    var client = VoiceGatewayClient(server, heartbeatPhase: 1, hasVideo: true)
    let identify = try sent(client.receive(octets(SignalingTests.voiceHello), at: start))
    #expect(identify["d"]?["video"]?.bool == true)
    #expect(identify["d"]?["streams"]?.array?.first?["rid"]?.string == "100")
    _ = client.receive(octets(SignalingTests.voiceReady), at: start)
    let select = try JSONValue.parse(
      client.selectWebRTC(fragment: "a=ice-ufrag:x", opusPayloadType: 111), limits: .standard)
    let codecs = select["d"]?["codecs"]?.array
    #expect(codecs?.map { $0["name"]?.string } == ["opus", "VP8"])
    #expect(codecs?.last?["payload_type"]?.int == 96 && codecs?.last?["rtx_payload_type"]?.int == 97)
    let showing = try JSONValue.parse(
      client.showing(under: 77, bitrate: 3_000_000, framerate: 30), limits: .standard)
    #expect(showing["op"]?.int == 12 && showing["d"]?["audio_ssrc"]?.int == 1_234_576)
    #expect(showing["d"]?["video_ssrc"]?.int == 77 && showing["d"]?["rtx_ssrc"]?.int == 78)
    let stream = showing["d"]?["streams"]?.array?.first
    #expect(stream?["ssrc"]?.int == 77 && stream?["active"]?.bool == true)
  }

  @Test(arguments: [
    "", "null", #"{"op":2,"d":{"ssrc":-1,"ip":"127.0.0.1","port":1}}"#,
    #"{"op":2,"d":{"ssrc":1,"ip":"localhost","port":1}}"#,
    #"{"op":2,"d":{"ssrc":1,"ip":"127.0.0.1","port":65536}}"#,
    #"{"op":4,"d":{"secret_key":[1,2]}}"#, voiceHello,
  ])
  func `What is out of order or malformed fails the voice client once`(message: String) {
    var client = VoiceGatewayClient(server, heartbeatPhase: 1)
    _ = client.receive(octets(SignalingTests.voiceHello), at: start)
    guard case .failed? = client.receive(octets(message), at: start).first else {
      Issue.record("\(message)")
      return
    }
    #expect(client.receive(octets(message), at: start).isEmpty)
  }
}
