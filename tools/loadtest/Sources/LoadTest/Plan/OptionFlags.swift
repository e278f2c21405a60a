internal import Base
internal import Crypto

extension Options.Flag {
  /// Every flag, in the order of the help.
  static let all: [Options.Flag] = target + load + network + reports

  private static let target: [Options.Flag] = [
    choice("adapter", "roost, or janus: a VideoRoom at --target ws://host:port", \.adapter),
    text("announce", "FILE", "the line of `roost serve --announce json`: addresses, tokens", \.announceFile),
    text("target", "URL", "the main gateway, wss:// or ws://host:port; overrides the announcement", \.target),
    text("ca", "FILE", "PEM file of the authority to trust; overrides the announcement", \.authorityFile),
    text("tokens", "FILE", "one bot token a line, or an id and a token", \.tokensFile),
    text("moderator", "FILE", "stage: the token of who may mute members there", \.moderatorFile),
    Options.Flag(name: "guild", value: "ID", help: "the guild; overrides the announcement") {
      $0.guild = Snowflake($1)
      return $0.guild == nil ? "`\($1)` is no id" : nil
    },
    Options.Flag(name: "channels", value: "ID,ID", help: "a voice channel for each room") {
      let words = $1.split(separator: ",", omittingEmptySubsequences: false)
      $0.channels = words.compactMap { Snowflake(String($0)) }
      return $0.channels.count == words.count ? nil : "`\($1)` is no list of ids"
    },
    Options.Flag(name: "server-pid", value: "PID", help: "measure this process's CPU time and memory") {
      guard let pid = Int32($1), pid > 0 else { return "`\($1)` is no process id" }
      $0.serverPID = pid
      return nil
    },
    Options.Flag(
      name: "i-own-this-target", value: nil, help: "allow a target outside this machine and private networks"
    ) { options, _ in
      options.ownsTarget = true
      return nil
    },
  ]

  private static let load: [Options.Flag] = [
    count("rooms", 1...10_000, "rooms at the same time", \.rooms),
    count("speakers", 1...10_000, "speakers of each room", \.speakers),
    count("listeners", 0...20_000, "silent listeners of each room", \.listeners),
    choice("transport", "udp, webrtc or mix", \.transport),
    choice("ice", "own, libnice or mix: whose ICE agent WebRTC members have", \.ice),
    Options.Flag(name: "mode", value: "gcm|xchacha", help: "one of Discord's modes instead of both in turn") {
      switch $1 {
      case "gcm": $0.modes = [.aes256GCM]
      case "xchacha": $0.modes = [.xchacha20Poly1305]
      default: return "`\($1)` is neither gcm nor xchacha"
      }
      return nil
    },
    Options.Flag(
      name: "srtp", value: "PROFILE", help: "aes128-gcm, aes256-gcm or aes128-sha1 instead of all in turn"
    ) {
      switch $1 {
      case "aes128-gcm": $0.profiles = [.aeadAES128GCM]
      case "aes256-gcm": $0.profiles = [.aeadAES256GCM]
      case "aes128-sha1": $0.profiles = [.aes128CMHMACSHA1_80]
      default: return "`\($1)` is no profile"
      }
      return nil
    },
    count("packet-octets", ProbePayload.headerCount...1_200, "octets of a packet's payload", \.packetOctets),
    count("bitrate", 10_000...100_000_000, "video: bits a second of a camera", \.bitrate),
    Options.Flag(name: "frame-ms", value: "N", help: "time between a speaker's packets, or a camera's frames")
    {
      guard let milliseconds = Int64($1), (1...120).contains(milliseconds) else {
        return "`\($1)` is no number from 1 to 120"
      }
      $0.frame = .milliseconds(milliseconds)
      return nil
    },
    interval("duration", .milliseconds(100), .seconds(86_400), "the measured time, such as 30s", \.duration),
    count("ramp", 1...10_000, "members that begin to join each second", \.ramp),
    count("storm", 1...20_000, "join-storm: who joins within a second", \.storm),
    interval(
      "every", .milliseconds(100), .seconds(3_600), "stage, churn, mute-flaps: time between events", \.every),
    Options.Flag(
      name: "poll", value: "TIME", help: "look at the sockets so often instead of being woken"
    ) {
      guard let time = parseInterval($1), time >= .microseconds(50), time <= .milliseconds(10) else {
        return "`\($1)` is no time from 50us to 10ms"
      }
      $0.pollEvery = time
      return nil
    },
    Options.Flag(
      name: "layers", value: "BITS@FPS,…",
      help: "simulcast, mixed: up to 3 simulcast layers, the smallest first"
    ) {
      let words = $1.split(separator: ",", omittingEmptySubsequences: false)
      $0.layers = words.compactMap { word in
        let parts = word.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, let rate = parseBitrate(String(parts[0])),
          (10_000...50_000_000).contains(rate),
          let frames = Int(parts[1]), (1...120).contains(frames)
        else { return nil }
        return VideoLayerPlan(bitrate: rate, framerate: frames)
      }
      let isValid = (1...3).contains($0.layers.count) && $0.layers.count == words.count
      return isValid ? nil : "`\($1)` is no list such as 150k@15,500k@30,1500k@30"
    },
    Options.Flag(
      name: "wants", value: "N,N", help: "simulcast, mixed: the quality that members want, in turn"
    ) {
      let words = $1.split(separator: ",", omittingEmptySubsequences: false)
      $0.wants = words.compactMap { Int($0) }.filter { (0...100).contains($0) }
      return $0.wants.count == words.count ? nil : "`\($1)` is no list of numbers from 0 to 100"
    },
    Options.Flag(name: "verify-every", value: "N", help: "open one packet in N; chosen by the load otherwise")
    {
      guard let every = Int($1), (1...1_000).contains(every) else {
        return "`\($1)` is no number from 1 to 1000"
      }
      $0.verifyEvery = every
      return nil
    },
    Options.Flag(name: "seed", value: "N", help: "makes the scenario's choices reproducible") {
      guard let seed = UInt64($1) else { return "`\($1)` is no number" }
      $0.seed = seed
      return nil
    },
  ]

  private static let network: [Options.Flag] = [
    share("loss", "the share of datagrams that each member's emulated link loses, each way", \.link.loss),
    interval("delay", .zero, .seconds(10), "how long they take each way", \.link.delay),
    interval("jitter", .zero, .seconds(10), "how much longer or shorter, evenly spread", \.link.jitter),
    share("reorder", "the share that is held back until later ones overtake it", \.link.reorder),
    Options.Flag(name: "rate", value: "BITS", help: "what passes each way in a second, such as 500k or 5M") {
      guard let rate = parseBitrate($1), rate >= 8_000 else { return "`\($1)` is no rate such as 500k or 5M" }
      $0.link.rate = rate
      return nil
    },
  ]

  private static let reports: [Options.Flag] = [
    Options.Flag(
      name: "fail-if", value: "'FIGURE>LIMIT'", help: "exit with 1, such as 'loss>0.1%'; may be repeated"
    ) {
      guard let threshold = Threshold($1) else { return "`\($1)` is no condition such as latency.p99>20ms" }
      $0.thresholds.append(threshold)
      return nil
    },
    text("json", "FILE", "write the report as JSON", \.jsonFile),
    text("html", "FILE", "write the report as one HTML file with plots", \.htmlFile),
    text("compare", "FILE", "print the differences to an earlier JSON report", \.compareFile),
  ]

  private static func text(
    _ name: String, _ value: String, _ help: String, _ field: any WritableKeyPath<Options, String?> & Sendable
  ) -> Options.Flag {
    Options.Flag(name: name, value: value, help: help) {
      $0[keyPath: field] = $1
      return $1.isEmpty ? "needs a value" : nil
    }
  }

  private static func count(
    _ name: String, _ range: ClosedRange<Int>, _ help: String,
    _ field: any WritableKeyPath<Options, Int> & Sendable
  ) -> Options.Flag {
    Options.Flag(name: name, value: "N", help: help) {
      guard let number = Int($1), range.contains(number) else {
        return "`\($1)` is no number from \(range.lowerBound) to \(range.upperBound)"
      }
      $0[keyPath: field] = number
      return nil
    }
  }

  private static func interval(
    _ name: String, _ least: Interval, _ most: Interval, _ help: String,
    _ field: any WritableKeyPath<Options, Interval> & Sendable
  ) -> Options.Flag {
    Options.Flag(name: name, value: "TIME", help: help) {
      guard let time = parseInterval($1), time >= least, time <= most else {
        return "`\($1)` is no time such as 500ms or 10s, or out of range"
      }
      $0[keyPath: field] = time
      return nil
    }
  }

  private static func choice<Choice: RawRepresentable<String> & CaseIterable & SendableMetatype>(
    _ name: String, _ help: String, _ field: any WritableKeyPath<Options, Choice> & Sendable
  ) -> Options.Flag {
    Options.Flag(name: name, value: "NAME", help: help) {
      guard let choice = Choice(rawValue: $1) else {
        return "`\($1)` is none of \(Options.names(Choice.self))"
      }
      $0[keyPath: field] = choice
      return nil
    }
  }

  private static func share(
    _ name: String, _ help: String, _ field: any WritableKeyPath<Options, Double> & Sendable
  ) -> Options.Flag {
    Options.Flag(name: name, value: "SHARE", help: help) {
      let isPercentage = $1.hasSuffix("%")
      // `Double` also reads `inf` and `nan`: a share is none of these.
      guard let number = Double(isPercentage ? String($1.dropLast()) : $1), number >= 0,
        number <= (isPercentage ? 100 : 1)
      else { return "`\($1)` is no share such as 1% or 0.01" }
      $0[keyPath: field] = isPercentage ? number / 100 : number
      return nil
    }
  }
}
