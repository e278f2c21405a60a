import Base
import ChatCore
import JSON
import MediaControl
import Signaling
import Testing

@Suite struct VoiceHandshakeTests {
  @Test func `The worked transcript of a UDP client comes out message for message`() throws {
    let bench = VoiceBench()
    _ = try bench.join(2)
    let state = VoiceBench.state(1)
    let token = try bench.admit(state)
    _ = bench.take()

    let socket = bench.open(query: "v=8")
    #expect(bench.texts(to: socket) == [#"{"op":8,"d":{"v":8,"heartbeat_interval":13750}}"#])

    _ = bench.take()
    bench.say(socket, VoiceBench.identify(state, token: token))
    let admission = try #require(bench.admissions.first)
    #expect(
      bench.texts(to: socket) == [
        #"{"op":2,"d":{"ssrc":\#(admission.ssrc),"ip":"203.0.113.10","port":50001,"#
          + #""modes":["aead_aes256_gcm_rtpsize","aead_xchacha20_poly1305_rtpsize"],"#
          + #""experiments":[],"streams":[]}}"#,
        #"{"op":11,"d":{"user_ids":["1100000000000000002"]},"seq":1}"#,
      ])
    #expect(admission.room == RoomID(channel: VoiceBench.channel))
    #expect(admission.user == state.userID)
    #expect(admission.permissions.maySpeak && admission.permissions.mayHear)

    _ = bench.take()
    bench.say(socket, VoiceBench.selectUDP)
    let description = try #require(bench.messages(4, to: socket).first)
    #expect(description["seq"]?.int == 2)
    #expect(description["d"]?["mode"]?.string == "aead_xchacha20_poly1305_rtpsize")
    #expect(description["d"]?["audio_codec"]?.string == "opus")
    #expect(description["d"]?["video_codec"]?.string == "H264")
    #expect(description["d"]?["media_session_id"]?.string?.count == 32)
    #expect(description["d"]?["dave_protocol_version"]?.int == 0)
    let key = try #require(description["d"]?["secret_key"]?.array?.compactMap { $0.int.map(UInt8.init) })
    #expect(key.count == 32)
    #expect(
      bench.commands == [
        .connectVoice(
          admission.peer,
          VoiceTransportOffer(mode: .xchacha20Poly1305, secretKey: key, opusPayloadType: 120, videoCodecs: [])
        )
      ])
    let speaking = try bench.messages(5, to: socket)
    #expect(speaking.map { $0["d"]?["user_id"]?.string } == ["1100000000000000002"])

    _ = bench.take()
    bench.say(socket, #"{"op":3,"d":{"t":1763660000000,"seq_ack":3}}"#)
    #expect(bench.texts(to: socket) == [#"{"op":6,"d":{"t":1763660000000}}"#])

    _ = bench.take()
    bench.say(socket, #"{"op":5,"d":{"speaking":1,"delay":0,"ssrc":1010}}"#)
    let others = bench.take().compactMap { action -> String? in
      guard case .send(_, let message) = action else { return nil }
      return String(decoding: message.octets, as: UTF8.self)
    }
    #expect(others.count == 1)
    #expect(
      others.first?.hasPrefix(
        #"{"op":5,"d":{"user_id":"1100000000000000001","ssrc":\#(admission.ssrc),"speaking":1},"seq":"#)
        == true)

    bench.close(socket, code: 1000)
    #expect(bench.commands == [.remove(admission.peer)])
    #expect(bench.departures.map(\.sessionID) == ["main-1"])
  }

  @Test(arguments: [(4, false), (5, false), (7, false), (8, true), (9, true)])
  func `Version decides the shapes of heartbeat and sequence`(_ version: Int, _ isNumbered: Bool) throws {
    let bench = VoiceBench()
    let member = try bench.join(1, query: "v=\(version)")
    let numbered = try bench.messages(to: member.connection).filter { $0["seq"] != nil }
    #expect(numbered.isEmpty == !isNumbered)
    let hello = try #require(bench.messages(8, to: member.connection).first)
    #expect(hello["d"]?["v"]?.int == version)
    _ = bench.take()
    bench.say(member.connection, #"{"op":3,"d":1501184119561}"#)
    #expect(bench.texts(to: member.connection) == [#"{"op":6,"d":1501184119561}"#])
    _ = bench.take()
    bench.say(member.connection, #"{"op":3,"d":{"t":18446744073709551615,"seq_ack":-1}}"#)
    #expect(bench.texts(to: member.connection) == [#"{"op":6,"d":{"t":18446744073709551615}}"#])
  }

  @Test func `Ids may be integers, and version 9 names the channel`() throws {
    let bench = VoiceBench()
    let state = VoiceBench.state(1)
    let token = try bench.admit(state)
    let socket = bench.open(query: "encoding=json&v=9")
    bench.say(
      socket,
      """
      {"op":0,"d":{"server_id":\(state.guildID),"channel_id":\(VoiceBench.channel),\
      "user_id":\(state.userID),"session_id":"main-1","token":"\(token)","video":true,"streams":[]}}
      """)
    #expect(try bench.messages(2, to: socket).count == 1)
  }

  @Test func `Every text message has an opcode and a d that is not null`() throws {
    let bench = VoiceBench()
    let a = try bench.join(1)
    let b = try bench.join(2, query: "v=4")
    bench.say(a.connection, #"{"op":5,"d":{"speaking":1}}"#)
    bench.say(a.connection, #"{"op":16,"d":{}}"#)
    bench.close(a.connection, code: nil)
    let again = bench.open()
    bench.say(again, VoiceBench.resume(a.state, token: a.token, acknowledged: -1))
    bench.close(again, code: 1000)
    for connection in [a.connection, b.connection, again] {
      let messages = try bench.messages(to: connection)
      #expect(messages.count > 2)
      for message in messages {
        #expect(message["op"]?.int != nil)
        #expect(message["d"]?.isNull == false)
      }
    }
  }

  @Test func `A browser gets ICE credentials of its own and a candidate for every address`() throws {
    let bench = VoiceBench()
    let state = VoiceBench.state(1)
    let token = try bench.admit(state)
    let socket = bench.open(query: "v=9")
    bench.say(socket, VoiceBench.identify(state, token: token))
    let peer = try #require(bench.admissions.first).peer
    _ = bench.take()
    bench.say(socket, VoiceFragments.select)
    let description = try #require(bench.messages(4, to: socket).first?["d"])
    #expect(description["mode"] == nil)
    #expect(description["secret_key"] == nil)
    #expect(description["dave_protocol_version"]?.int == 0)
    let sdp = try #require(description["sdp"]?.string)
    guard case .connectWebRTC(peer, let offer)? = bench.commands.first else {
      Issue.record("no WebRTC transport in \(bench.commands)")
      return
    }
    #expect(offer.remoteUfrag == "Tzmr")
    #expect(offer.remoteFingerprint.prefix(2) == [0xD1, 0xE3])
    #expect(offer.opusPayloadType == 111)
    #expect(offer.extensions.audioLevel == 1)
    #expect(offer.extensions.absSendTime == 2)
    #expect(offer.localUfrag.utf8.count >= 8)
    #expect(offer.localPassword.utf8.count >= 22)
    let lines = sdp.split(separator: "\n")
    #expect(lines.contains("a=ice-ufrag:\(offer.localUfrag)"))
    #expect(lines.contains("a=ice-pwd:\(offer.localPassword)"))
    #expect(lines.contains { $0.hasPrefix("a=fingerprint:sha-256 AB:AB:") })
    #expect(lines.contains { $0.hasPrefix("a=candidate:1 1 UDP ") && $0.contains("203.0.113.10 50001") })
    _ = bench.take()
    bench.say(socket, VoiceFragments.select)
    guard case .connectWebRTC(peer, let restarted)? = bench.commands.first else {
      Issue.record("no restart in \(bench.commands)")
      return
    }
    #expect(restarted.localUfrag != offer.localUfrag)
    #expect(restarted.localPassword != offer.localPassword)
  }

  @Test func `Each selection has a key of its own`() throws {
    let bench = VoiceBench()
    let member = try bench.join(1)
    bench.say(member.connection, VoiceBench.selectUDP)
    let keys = bench.commands.compactMap { command -> [UInt8]? in
      guard case .connectVoice(_, let offer) = command else { return nil }
      return offer.secretKey
    }
    #expect(keys.count == 2)
    #expect(Set(keys).count == 2)
  }

  @Test func `SSRCs of members are unique and leave room for video layers`() throws {
    let bench = VoiceBench()
    let blocks = try (1...300).map { try bench.join(UInt64($0)).ssrc }
    #expect(Set(blocks.map { $0 >> 4 }).count == 300)
    #expect(blocks.allSatisfy { $0 & 0xF == 0 && $0 != 0 })
  }

  @Test func `A codec list names Opus's payload type`() throws {
    let bench = VoiceBench()
    let member = try bench.join(1)
    _ = bench.take()
    bench.say(
      member.connection,
      """
      {"op":1,"d":{"protocol":"udp","data":{"address":"","port":1,"mode":"aead_aes256_gcm_rtpsize"},\
      "codecs":[{"name":"VP8","type":"video","priority":1000,"payload_type":103},\
      {"name":"opus","type":"audio","priority":1000,"payload_type":109}]}}
      """)
    guard case .connectVoice(_, let offer)? = bench.commands.first else {
      Issue.record("no transport")
      return
    }
    #expect(offer.opusPayloadType == 109)
    #expect(offer.mode == .aes256GCM)
  }
}
