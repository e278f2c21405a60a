import Base
import Crypto
import LoadTest
import Testing

@Suite struct OptionTests {
  @Test func `Words and flags become options`() throws {
    let options = try Options.parse([
      "stage", "--speakers=3", "--listeners", "40", "--every", "500ms", "--transport", "mix", "--mode=gcm",
      "--srtp", "aes256-gcm", "--fail-if", "loss>0.1%", "--fail-if=latency.p99>20ms", "--channels", "1,2",
      "--frame-ms", "60", "--i-own-this-target",
    ])
    #expect(options.scenario == .stage)
    #expect(options.speakers == 3 && options.listeners == 40)
    #expect(options.every == .milliseconds(500))
    #expect(options.transport == .mix)
    #expect(options.modes == [.aes256GCM])
    #expect(options.profiles == [.aeadAES256GCM])
    #expect(options.thresholds.map(\.figure) == ["loss", "latency.p99"])
    #expect(options.channels == [Snowflake(rawValue: 1), Snowflake(rawValue: 2)])
    #expect(options.frame == .milliseconds(60))
    #expect(options.ownsTarget)
    #expect(options.adapter == .roost && options.pollEvery == nil)
  }

  @Test func `Another kind of server needs an address and nothing else`() throws {
    var options = try Options.parse(["audio", "--adapter=janus", "--rooms=2", "--poll=500us"])
    #expect(options.adapter == .janus && options.pollEvery == .microseconds(500))
    // Its speakers only speak.
    #expect(options.deliveriesPerSecond == 300)
    #expect(throws: LoadTestError.self) { try target(options) }
    options.target = "ws://127.0.0.1:8188"
    let janus = try target(options)
    #expect(Set(janus.channels).count == 2 && janus.tokens.count == options.memberCount)
  }

  @Test func `A camera sends whole packets of a usual size over WebRTC`() throws {
    let options = try Options.parse(["video", "--listeners=100"])
    #expect(options.packetOctets == 1_200 && options.frame == .milliseconds(33))
    #expect(options.video?.packetsPerFrame == 10 && options.video?.framesPerKeyFrame == 30)
    #expect(abs(options.deliveriesPerSecond - 30_303) < 1)
    #expect(try Options.parse(["video", "--bitrate=10000"]).video?.packetsPerFrame == 1)
    #expect(try Options.parse(["audio"]).video == nil)
  }

  @Test(arguments: [
    [], ["film"], ["video", "--transport=udp"], ["video", "--packet-octets=38"], ["video", "--bitrate=9"],
    ["audio", "stage"], ["audio", "--speed=1"], ["audio", "--rooms"], ["audio", "--rooms=0"],
    ["audio", "--rooms=1", "--rooms=2"], ["audio", "--rooms=1x"], ["audio", "--i-own-this-target=yes"],
    ["audio", "--frame-ms=0"], ["audio", "--duration=10"], ["audio", "--duration=-1s"],
    ["audio", "--transport=tcp"], ["audio", "--srtp=none"], ["audio", "--fail-if=loss"],
    ["audio", "--guild=x"], ["audio", "--channels=1,"], ["audio", "--json="],
    ["audio", "--packet-octets=27"],
    ["mute-flaps", "--adapter=janus"], ["audio", "--adapter=other"], ["audio", "--poll=1us"],
    ["audio", "--speakers=1", "--listeners=0"], ["audio", "--server-pid=0"], ["audio", "--seed=-1"],
  ])
  func `What is not understood is refused`(arguments: [String]) {
    #expect(throws: LoadTestError.self) { try Options.parse(arguments) }
  }

  @Test func `The share of libnice's agents is what was asked for`() throws {
    func nice(_ flags: String...) throws -> [Bool] {
      let options = try Options.parse(["audio"] + flags)
      return (0..<8).map(options.usesLibnice)
    }
    #expect(try nice("--transport=webrtc").allSatisfy { !$0 })
    #expect(try nice("--transport=webrtc", "--ice=libnice").allSatisfy { $0 })
    #expect(try nice("--transport=udp", "--ice=libnice").allSatisfy { !$0 })
    #expect(try nice("--transport=webrtc", "--ice=mix").count { $0 } == 4)
    #expect(try nice("--transport=mix", "--ice=mix").count { $0 } == 2)
    #expect(throws: LoadTestError.self) {
      try Options.parse(["audio", "--transport=webrtc", "--ice=libnice", "--listeners=500"])
    }
  }

  @Test func `Help names every scenario and stands alone`() throws {
    #expect(try Options.parse(["--help"]).wantsHelp)
    for scenario in Scenario.allCases { #expect(Options.help.contains(scenario.rawValue)) }
    #expect(Options.help.contains("--fail-if"))
  }

  @Test func `Packets are sampled above what the tool can open`() {
    var options = Options()
    options.listeners = 100
    #expect(options.opensEvery == 1)
    options.listeners = 2_000
    #expect(options.opensEvery == 3)
    options.verifyEvery = 7
    #expect(options.opensEvery == 7)
  }

  private static let announcement = """
    {"gateway":"wss://localhost:1","ca":"ca.pem","guild_id":"7","channels":{"voice":"8"},\
    "voice_channels":["8","9"],"bots":[{"id":"1","token":"a"},{"id":"2","token":"b"}]}
    trailing lines are the server's log
    """

  private func target(_ options: Options, tokens: String? = nil) throws -> Target {
    try Target(options) { file in
      switch file {
      case "announce": Array(OptionTests.announcement.utf8)
      case "tokens": tokens.map { Array($0.utf8) }
      default: nil
      }
    }
  }

  @Test func `The announcement says where the load goes, and flags override it`() throws {
    var options = Options()
    options.announceFile = "announce"
    options.listeners = 1
    let announced = try target(options)
    #expect(announced.gateway == "wss://localhost:1" && announced.authorityFile == "ca.pem")
    #expect(announced.channels.map(\.rawValue) == [8, 9])
    #expect(announced.tokens == ["a", "b"])
    options.tokensFile = "tokens"
    options.target = "wss://10.0.0.1"
    options.channels = [Snowflake(rawValue: 4)]
    let overridden = try target(options, tokens: "11 x\n\n12\ty\nz\n")
    #expect(overridden.tokens == ["x", "y", "z"])
    #expect(overridden.gateway == "wss://10.0.0.1" && overridden.channels.map(\.rawValue) == [4])
  }

  @Test func `Too few tokens or channels, and files that are none, are errors`() {
    var options = Options()
    #expect(throws: LoadTestError.self) { try target(options) }
    options.announceFile = "announce"
    options.listeners = 2
    #expect(throws: LoadTestError.self) { try target(options) }
    options.listeners = 1
    options.rooms = 3
    #expect(throws: LoadTestError.self) { try target(options) }
    options.announceFile = "tokens"
    #expect(throws: LoadTestError.self) { try target(options, tokens: "not json") }
  }
}
