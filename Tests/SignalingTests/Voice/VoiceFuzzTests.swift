import Base
import ChatCore
import MediaControl
import Signaling
import Testing

@Suite struct VoiceFuzzTests {
  private static let state = VoiceBench.state(1)
  private static let samples = [
    VoiceBench.identify(state, token: "token"), VoiceBench.resume(state, token: "token", acknowledged: 7),
    VoiceBench.selectUDP, VoiceFragments.select, #"{"op":3,"d":{"t":1763660000000,"seq_ack":4}}"#,
    #"{"op":5,"d":{"speaking":1,"delay":0,"ssrc":1010}}"#,
    #"{"op":12,"d":{"audio_ssrc":1,"video_ssrc":2,"rtx_ssrc":3,"streams":[]}}"#,
    #"{"op":12,"d":{"video_ssrc":2,"streams":[{"type":"video","rid":"100","ssrc":2,"rtx_ssrc":3,"quality":100,"#
      + #""active":true,"max_bitrate":9,"max_framerate":30,"max_resolution":{"width":640,"height":360}}]}}"#,
    #"{"op":14,"d":{"codecs":[{"name":"VP8","priority":1,"payload_type":96,"rtx_payload_type":97}]}}"#,
    #"{"op":15,"d":{"any":100,"17":50,"pixelCounts":{"17":9}}}"#, #"{"op":16,"d":{}}"#,
  ]

  /// One connection before IDENTIFY and one after take `octets`; the bystander must not notice.
  private func feed(_ octets: [UInt8]) throws {
    let bench = VoiceBench()
    let bystander = try bench.join(2)
    let member = try bench.join(1)
    let stranger = bench.open()
    _ = bench.take()
    for socket in [stranger, member.connection] {
      bench.gateway.received(socket, .text(octets), at: bench.now, into: &bench.extra)
      bench.gateway.received(socket, .binary(octets), at: bench.now, into: &bench.extra)
    }
    #expect(bench.code(of: bystander.connection) == nil)
    bench.say(bystander.connection, #"{"op":3,"d":{"t":3}}"#)
    #expect(bench.texts(to: bystander.connection) == [#"{"op":6,"d":{"t":3}}"#])
  }

  @Test(arguments: samples) func `Every truncation is survived`(_ sample: String) throws {
    let octets = Array(sample.utf8)
    for count in 0...octets.count { try feed(Array(octets.prefix(count))) }
  }

  @Test(arguments: samples) func `Every flipped bit is survived`(_ sample: String) throws {
    let octets = Array(sample.utf8)
    for position in octets.indices {
      for bit in 0..<8 {
        var flipped = octets
        flipped[position] ^= 1 << bit
        try feed(flipped)
      }
    }
  }

  @Test(arguments: [1, 3])
  func `Random operations of random clients keep the tables consistent`(_ shards: Int) throws {
    let seed: UInt64 = 20_261_120
    var random = SeededRandom(seed: seed)
    let bench = VoiceBench(seed: seed, shards: shards) {
      $0.spread = SpreadPolicy(membersMax: 2, utilisationMax: 0.7)
    }
    var tokens: [UInt64: String] = [:]
    var sockets: [ConnectionID] = []
    var model = ShardModel(shards)
    for _ in 0..<voiceFuzzRuns {
      let user = UInt64(random.below(6) + 1)
      let state = VoiceBench.state(user)
      let socket = sockets.isEmpty ? bench.open() : sockets[random.below(sockets.count)]
      switch random.below(12) {
      case 0: sockets.append(bench.open(query: "v=\(random.below(7) + 4)"))
      case 1: tokens[user] = try bench.admit(state)
      case 2: bench.say(socket, VoiceBench.identify(state, token: tokens[user] ?? "none"))
      case 3: bench.say(socket, VoiceBench.selectUDP)
      case 4: bench.say(socket, VoiceFragments.select)
      case 5: bench.say(socket, #"{"op":5,"d":{"speaking":\#(random.below(3))}}"#)
      case 6: bench.close(socket, code: [nil, 1000, 4000][random.below(3)])
      case 7:
        let last = random.below(40) - 1
        bench.say(socket, VoiceBench.resume(state, token: tokens[user] ?? "none", acknowledged: last))
      case 8: bench.pass(.seconds(Int64(random.below(8))))
      case 9:
        var changed = state
        changed.isMuted = random.below(2) == 0
        if random.below(3) == 0 { changed.channelID = nil }
        bench.change(changed)
      case 10: bench.say(socket, VoiceFuzzTests.mangled(&random))
      default: bench.say(socket, #"{"op":3,"d":{"t":1,"seq_ack":\#(random.below(60) - 1)}}"#)
      }
      let actions = bench.take()
      let wrong = model.take(actions)
      #expect(wrong == nil, "seed \(seed)")
      for action in actions {
        if case .close(let closed, _) = action { sockets.removeAll { $0 == closed } }
      }
      #expect(bench.sessionCount == model.peers.count, "seed \(seed)")
      if sockets.count > 20 { bench.close(sockets.removeFirst(), code: nil) }
    }
    #expect(bench.statistics.identified > 10)
  }

  private static func mangled(_ random: inout SeededRandom) -> String {
    var octets = Array(samples[random.below(samples.count)].utf8)
    for _ in 0...random.below(4) {
      octets[random.below(octets.count)] = UInt8(truncatingIfNeeded: random.next())
    }
    return String(decoding: octets, as: UTF8.self)
  }
}
