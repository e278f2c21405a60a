import Base
import ChatCore
import JSON
import MediaControl
import Signaling
import Testing

/// Pictures: who shows what to whom, in which codec, and what reaches the media plane.
@Suite struct VoiceVideoTests {
  private static let vp8 =
    #"{"name":"VP8","type":"video","priority":2000,"payload_type":96,"rtx_payload_type":97}"#
  private static let h264 =
    #"{"name":"H264","type":"video","priority":1000,"payload_type":103,"rtx_payload_type":104}"#
  private static let opus = #"{"name":"opus","type":"audio","priority":1000,"payload_type":111}"#
  private static let camera = #"""
    {"op":12,"d":{"audio_ssrc":11,"video_ssrc":4294967295,"rtx_ssrc":23,"streams":[
    {"type":"video","rid":"100","ssrc":4294967295,"rtx_ssrc":23,"quality":100,"active":true,
    "max_bitrate":2500000,"max_framerate":30,"max_resolution":{"type":"fixed","width":640,"height":360}}]}}
    """#
  private static let off = #"{"op":12,"d":{"audio_ssrc":11,"video_ssrc":0,"rtx_ssrc":0,"streams":[]}}"#

  /// Joins a browser with `codecs`; `streams` is IDENTIFY's.
  private func browser(
    _ bench: VoiceBench, _ number: UInt64, codecs: [String], streams: String = "[]"
  ) throws -> VoiceBench.Member {
    let state = VoiceBench.state(number)
    let token = try bench.admit(state)
    let socket = bench.open(query: "v=9")
    let identify = VoiceBench.identify(state, token: token).replacing(
      "}}", with: #","streams":\#(streams)}}"#)
    bench.say(socket, identify)
    let admission = try #require(bench.admissions.last)
    bench.say(socket, VoiceFragments.selection(of: VoiceFragments.fragment, listing: [Self.opus] + codecs))
    return VoiceBench.Member(
      connection: socket, state: state, token: token, peer: admission.peer, ssrc: admission.ssrc)
  }

  private func publications(_ bench: VoiceBench) -> [VideoPublication] {
    bench.commands.compactMap { if case .publishVideo(_, let publication) = $0 { publication } else { nil } }
  }

  @Test func `READY gives every offered stream two SSRCs of the member's block`() throws {
    let bench = VoiceBench()
    let streams = #"[{"type":"video","rid":"100","quality":100},{"type":"screen","rid":"50","quality":50}]"#
    let a = try browser(bench, 1, codecs: [Self.vp8], streams: streams)
    let ready = try #require(bench.messages(2, to: a.connection).first?["d"])
    let answer = try #require(ready["streams"]?.array)
    let ssrc = Int(a.ssrc)
    #expect(answer.map { $0["ssrc"]?.int } == [ssrc + 1, ssrc + 3])
    #expect(answer.map { $0["rtx_ssrc"]?.int } == [ssrc + 2, ssrc + 4])
    #expect(answer.map { $0["rid"]?.string } == ["100", "50"])
    #expect(answer.map { $0["quality"]?.int } == [100, 50])
    #expect(answer.allSatisfy { $0["type"]?.string == "video" && $0["active"]?.bool == false })
  }

  @Test func `Every shard of a room learns what is shown, the one that the room comes to as well`() throws {
    let bench = VoiceBench(shards: 3) { $0.spread = SpreadPolicy(membersMax: 1, utilisationMax: 0.7) }
    func shown(on shard: UInt8) -> [VideoPublication] {
      bench.commands(to: shard).compactMap {
        if case .publishVideo(_, let publication) = $0 { publication } else { nil }
      }
    }
    let a = try browser(bench, 1, codecs: [Self.vp8])
    _ = try browser(bench, 2, codecs: [Self.vp8])
    bench.say(a.connection, Self.camera)
    #expect(shown(on: 0).count == 1 && shown(on: 0) == shown(on: 1) && shown(on: 2).isEmpty)
    _ = bench.take()
    _ = try browser(bench, 3, codecs: [Self.vp8])
    let late = bench.commands(to: 2)
    let roster = try #require(late.firstIndex { if case .admitRemote = $0 { true } else { false } })
    let camera = try #require(
      late.firstIndex { if case .publishVideo(a.peer, _) = $0 { true } else { false } })
    #expect(roster < camera && shown(on: 2).first?.layers.count == 1)
    #expect(shown(on: 0).isEmpty && shown(on: 1).isEmpty)
    _ = bench.take()
    bench.say(a.connection, Self.off)
    let ends = (0...2 as ClosedRange<UInt8>).map { shown(on: $0).map(\.layers.isEmpty) }
    #expect(ends == [[true], [true], [true]])
  }

  @Test func `The codecs of a list reach the media plane, best first`() throws {
    let bench = VoiceBench()
    let a = try browser(bench, 1, codecs: [Self.vp8, Self.h264, #"{"name":"XVID","payload_type":5}"#])
    guard case .connectWebRTC(a.peer, let offer)? = bench.commands.last(where: { $0.isConnect }) else {
      Issue.record("no transport in \(bench.commands)")
      return
    }
    #expect(offer.videoCodecs.map(\.name) == [.h264, .vp8])
    #expect(offer.videoCodecs.map(\.payloadType) == [103, 96])
    #expect(offer.videoCodecs.map(\.rtxPayloadType) == [104, 97])
    #expect(offer.videoCodecs.allSatisfy { $0.feedback.contains([.nack, .pli, .fir]) })
    #expect(try bench.messages(15, to: a.connection).map { $0["d"]?["any"]?.int } == [100])
  }

  @Test func `Without a list the fragment's own mappings count`() throws {
    let bench = VoiceBench()
    let member = try bench.join(1)
    _ = bench.take()
    let lines = VoiceFragments.fragment + ["a=rtpmap:100 VP8/90000", "a=rtpmap:101 rtx/90000"]
    bench.say(member.connection, VoiceFragments.selection(of: lines, codecs: false))
    guard case .connectWebRTC(_, let offer)? = bench.commands.first else {
      Issue.record("no transport")
      return
    }
    #expect(offer.videoCodecs.map(\.name) == [.vp8])
    #expect(offer.videoCodecs.map(\.rtxPayloadType) == [101])
  }

  @Test(arguments: [
    #"{"name":"VP8","payload_type":70}"#, #"{"name":"VP8","payload_type":128}"#, #"{"name":"VP8"}"#,
    #"{"name":"VP8","payload_type":96,"rtx_payload_type":96}"#,
    #"{"name":"VP8","payload_type":96,"rtx_payload_type":"97"}"#, #"{"payload_type":96}"#,
  ])
  func `A codec that breaks the rules ends the connection`(_ codec: String) throws {
    let bench = VoiceBench()
    let member = try bench.join(1)
    bench.say(member.connection, VoiceFragments.selection(of: VoiceFragments.fragment, listing: [codec]))
    #expect(bench.code(of: member.connection) == .malformedPayload)
  }

  @Test func `A camera reaches the others under the SSRC that they receive`() throws {
    let bench = VoiceBench()
    let a = try browser(bench, 1, codecs: [Self.vp8])
    let b = try browser(bench, 2, codecs: [Self.vp8])
    bench.pass(.milliseconds(200))
    _ = bench.take()
    bench.say(a.connection, Self.camera)
    bench.say(a.connection, Self.camera)
    let published = publications(bench)
    #expect(published.count == 1, "what is repeated is told once")
    #expect(published.first?.source == .camera)
    #expect(published.first?.layers.map(\.sourceSSRC) == [.max])
    #expect(published.first?.layers.map(\.rtxSSRC) == [23])
    #expect(published.first?.layers.first?.bounds.width == 640)
    let told = try bench.messages(12, to: b.connection).compactMap { $0["d"] }
    #expect(told.count == 1)
    let d = try #require(told.first)
    #expect(d["user_id"]?.string == a.user.description)
    #expect(d["audio_ssrc"]?.int == Int(a.ssrc))
    #expect(d["video_ssrc"]?.int == Int(a.ssrc) + 1)
    let stream = try #require(d["streams"]?.array?.first)
    #expect(stream["ssrc"]?.int == Int(a.ssrc) + 1 && stream["rtx_ssrc"]?.int == Int(a.ssrc) + 2)
    #expect(stream["rid"]?.string == "100" && stream["quality"]?.int == 100)
    #expect(stream["active"]?.bool == true && stream["max_framerate"]?.int == 30)
    #expect(stream["max_resolution"]?["type"]?.string == "fixed")
    #expect(stream["max_resolution"]?["width"]?.int == 640)
    #expect(stream["max_resolution"]?["height"]?.int == 360)
    #expect(try bench.messages(12, to: a.connection).isEmpty)

    _ = bench.take()
    let c = try browser(bench, 3, codecs: [Self.vp8])
    let late = try bench.messages(to: c.connection).filter { [5, 12].contains($0["op"]?.int ?? 0) }
    #expect(
      late.map { $0["op"]?.int } == [5, 12, 5], "a newcomer learns who shows a picture, after its audio")

    _ = bench.take()
    bench.say(a.connection, Self.off)
    #expect(publications(bench).map(\.layers.count) == [0])
    #expect(try bench.messages(12, to: b.connection).map { $0["d"]?["video_ssrc"]?.int } == [0])
    #expect(try bench.messages(12, to: b.connection).first?["d"]?["streams"]?.array?.isEmpty == true)
  }

  @Test func `Versions grow over publications and wants`() throws {
    let bench = VoiceBench()
    let a = try browser(bench, 1, codecs: [Self.vp8])
    for _ in 0..<3 {
      bench.say(a.connection, Self.camera)
      bench.say(a.connection, #"{"op":15,"d":{"any":0}}"#)
      bench.say(a.connection, Self.off)
      bench.say(a.connection, #"{"op":15,"d":{"any":100}}"#)
    }
    let versions = bench.commands.compactMap { command -> UInt64? in
      switch command {
      case .publishVideo(a.peer, let publication): publication.version
      case .wantVideo(a.peer, let wants): wants.version
      default: nil
      }
    }
    #expect(versions.count == 12)
    #expect(zip(versions, versions.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test func `What a member says before it has a transport holds when it has one`() throws {
    let bench = VoiceBench()
    let b = try browser(bench, 2, codecs: [Self.vp8])
    let state = VoiceBench.state(1)
    let token = try bench.admit(state)
    let socket = bench.open(query: "v=9")
    bench.say(socket, VoiceBench.identify(state, token: token))
    _ = bench.take()
    bench.say(socket, Self.camera)
    bench.say(socket, #"{"op":15,"d":{"any":50}}"#)
    #expect(bench.take().isEmpty)
    bench.say(socket, VoiceFragments.selection(of: VoiceFragments.fragment, listing: [Self.opus, Self.vp8]))
    #expect(publications(bench).count == 1)
    let wants = bench.commands.compactMap {
      if case .wantVideo(_, let wants) = $0 { wants.others } else { nil }
    }
    #expect(wants == [50])
    let ops = try bench.messages(to: b.connection).compactMap { $0["op"]?.int }
    #expect(ops == [11, 5, 12])
    _ = bench.take()
    bench.say(socket, VoiceFragments.selection(of: VoiceFragments.fragment, listing: [Self.opus, Self.vp8]))
    #expect(publications(bench).count == 1, "a new transport is told anew")
    #expect(try bench.messages(12, to: b.connection).isEmpty)
  }

  @Test func `Over UDP only SSRCs of READY's block are anybody's to send`() throws {
    let bench = VoiceBench()
    let a = try bench.join(1)
    let b = try bench.join(2)
    _ = bench.take()
    for ssrc in [UInt32(7), a.ssrc, b.ssrc + 1] {
      bench.say(a.connection, #"{"op":12,"d":{"video_ssrc":\#(ssrc),"rtx_ssrc":\#(a.ssrc + 2)}}"#)
      #expect(publications(bench).isEmpty)
    }
    bench.say(a.connection, #"{"op":12,"d":{"video_ssrc":\#(a.ssrc + 1),"rtx_ssrc":\#(a.ssrc + 2)}}"#)
    #expect(publications(bench).map(\.layers.count) == [1])
    #expect(try bench.messages(12, to: b.connection).map { $0["d"]?["video_ssrc"]?.int } == [Int(a.ssrc) + 1])
  }

  @Test func `A suppressed member's picture is hidden, and shown again when it may`() throws {
    let bench = VoiceBench()
    let a = try browser(bench, 1, codecs: [Self.vp8])
    let b = try browser(bench, 2, codecs: [Self.vp8])
    bench.say(a.connection, Self.camera)
    var state = a.state
    for (isSuppressed, ssrc) in [(true, 0), (false, Int(a.ssrc) + 1)] {
      _ = bench.take()
      state.isSuppressed = isSuppressed
      bench.change(state)
      #expect(try bench.messages(12, to: b.connection).map { $0["d"]?["video_ssrc"]?.int } == [ssrc])
    }
  }

  @Test func `Wants reach the media plane for streams that exist`() throws {
    let bench = VoiceBench()
    let a = try browser(bench, 1, codecs: [Self.vp8])
    let b = try browser(bench, 2, codecs: [Self.vp8])
    _ = bench.take()
    let text = """
      {"op":15,"d":{"any":25,"\(a.ssrc)":100,"\(a.ssrc + 1)":60,"\(a.ssrc + 3)":0,"77":100,\
      "pixelCounts":{"\(a.ssrc + 1)":230400}}}
      """
    bench.say(b.connection, text)
    bench.say(b.connection, text)
    #expect(
      bench.commands == [
        .wantVideo(
          b.peer,
          VideoWants(
            version: 1, others: 25,
            streams: [VideoWant(ssrc: a.ssrc + 1, quality: 60), VideoWant(ssrc: a.ssrc + 3, quality: 0)]))
      ])
  }

  @Test(arguments: [
    #"{"op":12,"d":{"video_ssrc":-1}}"#, #"{"op":12,"d":{"video_ssrc":4294967296}}"#,
    #"{"op":12,"d":{"streams":{}}}"#, #"{"op":12,"d":{"streams":[1]}}"#,
    #"{"op":12,"d":{"streams":[{"ssrc":"x"}]}}"#, #"{"op":12,"d":{"streams":[{"rid":"a b"}]}}"#,
    #"{"op":12,"d":{"streams":[{"rid":""}]}}"#, #"{"op":12,"d":{"streams":[{"rid":"12345678901234567"}]}}"#,
    #"{"op":12,"d":{"streams":[{"quality":101}]}}"#,
    #"{"op":12,"d":{"streams":[{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}]}}"#,
    #"{"op":15,"d":{"any":101}}"#, #"{"op":15,"d":{"17":-1}}"#, #"{"op":15,"d":{"17":"x"}}"#,
    #"{"op":15,"d":[]}"#, #"{"op":14,"d":{"codecs":{}}}"#,
  ])
  func `What has no meaning ends the connection`(_ text: String) throws {
    let bench = VoiceBench()
    let member = try bench.join(1)
    bench.say(member.connection, text)
    #expect(bench.code(of: member.connection) == .malformedPayload)
  }

  @Test(arguments: [
    #"{"op":12,"d":{"streams":[{"type":"test","ssrc":1}],"new":[]}}"#, #"{"op":12,"d":{}}"#,
    #"{"op":15,"d":{"any":50.5,"later":{"x":1}}}"#, #"{"op":14,"d":{}}"#,
    #"{"op":12,"d":{"video_ssrc":1,"streams":[{"max_framerate":1e99,"max_resolution":{"width":-5}}]}}"#,
  ])
  func `What newer clients add is ignored`(_ text: String) throws {
    let bench = VoiceBench()
    let member = try bench.join(1)
    bench.say(member.connection, text)
    #expect(bench.code(of: member.connection) == nil)
  }

  @Test func `Everybody sends a codec that all can decode, and learns when that changes`() throws {
    let bench = VoiceBench()
    let a = try browser(bench, 1, codecs: [Self.h264, Self.vp8])
    #expect(try bench.messages(4, to: a.connection).map { $0["d"]?["video_codec"]?.string } == ["H264"])
    _ = bench.take()
    let b = try browser(bench, 2, codecs: [Self.vp8])
    #expect(try bench.messages(4, to: b.connection).map { $0["d"]?["video_codec"]?.string } == ["VP8"])
    #expect(try bench.messages(14, to: a.connection).map { $0["d"]?["video_codec"]?.string } == ["VP8"])
    _ = bench.take()
    _ = try bench.join(3)
    #expect(try bench.messages(14, to: a.connection).isEmpty, "a bot without pictures has no say")
    bench.close(b.connection, code: 1000)
    #expect(try bench.messages(14, to: a.connection).map { $0["d"]?["video_codec"]?.string } == ["H264"])
    _ = bench.take()
    bench.say(a.connection, #"{"op":14,"d":{"codecs":[\#(Self.vp8)]}}"#)
    let c = try browser(bench, 4, codecs: [Self.h264, Self.vp8])
    #expect(try bench.messages(4, to: c.connection).map { $0["d"]?["video_codec"]?.string } == ["VP8"])
  }

  @Test func `Twenty-five show pictures, the next one waits for one to end`() throws {
    let bench = VoiceBench()
    var members: [VoiceBench.Member] = []
    for number in 1...26 as ClosedRange<UInt64> {
      members.append(try browser(bench, number, codecs: [Self.vp8]))
    }
    for member in members.prefix(25) { bench.say(member.connection, Self.camera) }
    _ = bench.take()
    bench.say(members[25].connection, Self.camera)
    #expect(bench.take().isEmpty)
    #expect(bench.statistics.picturesRefused == 1)
    bench.say(members[0].connection, Self.off)
    bench.say(members[25].connection, Self.camera)
    #expect(publications(bench).count == 2)
  }
}

extension MediaCommand {
  fileprivate var isConnect: Bool {
    if case .connectWebRTC = self { true } else { false }
  }
}
