internal import Base
internal import Crypto

extension Options {
  /// One flag: its name, what follows it, what it means, and how it changes the options.
  struct Flag: Sendable {
    let name: String
    /// What stands for the value in the help; `nil` for a flag without one.
    let value: String?
    let help: String
    /// Takes the value; what is wrong with it, or `nil`.
    let take: @Sendable (inout Options, String) -> String?
  }

  /// Reads the command line without the program's name.
  ///
  /// Strict: a word that is no scenario, an unknown or repeated flag and a value out of range are errors.
  public static func parse(_ arguments: [String]) throws(LoadTestError) -> Options {
    var options = Options()
    var isScenarioGiven = false
    var seen: Set<String> = []
    var index = 0
    while index < arguments.count {
      let word = arguments[index]
      index += 1
      guard word.hasPrefix("-") else {
        guard !isScenarioGiven, let scenario = Scenario(rawValue: word) else {
          throw .usage("`\(word)` is no scenario; there are \(names(Scenario.self))")
        }
        options.scenario = scenario
        isScenarioGiven = true
        continue
      }
      if word == "--help" || word == "-h" {
        options.wantsHelp = true
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts.first ?? "")
      guard let flag = Flag.all.first(where: { "--" + $0.name == name }) else {
        throw .usage("there is no flag \(name); see --help")
      }
      guard flag.name == "fail-if" || seen.insert(name).inserted else {
        throw .usage("\(name) is given twice")
      }
      var value = ""
      if flag.value == nil {
        guard parts.count == 1 else { throw .usage("\(name) takes no value") }
      } else if parts.count == 2 {
        value = String(parts[1])
      } else {
        guard index < arguments.count else { throw .usage("\(name) needs a value") }
        value = arguments[index]
        index += 1
      }
      if let problem = flag.take(&options, value) { throw .usage("\(name): \(problem)") }
    }
    guard isScenarioGiven || options.wantsHelp else {
      throw .usage("which scenario? There are \(names(Scenario.self))")
    }
    guard options.speakers + options.listeners >= 2 else {
      throw .usage("a room needs two members: one who speaks and one who hears")
    }
    guard options.wantsHelp || options.adapter.plays(options.scenario) else {
      throw .usage("\(options.adapter.rawValue) has no scenario \(options.scenario.rawValue)")
    }
    guard options.ice == .own || options.adapter == .roost else {
      throw .usage("--ice: other servers get the tool's own agent")
    }
    guard options.ice == .own || options.memberCount <= niceMembersMax else {
      throw .usage("--ice: at most \(niceMembersMax) members when some have libnice's agent")
    }
    if options.scenario == .video { try options.becomeVideo(given: seen) }
    // What a browser has; cameras of UDP clients are asked for by name.
    if options.scenario.hasLayers, !seen.contains("--transport") { options.transport = .webrtc }
    return options
  }

  /// What video is unless the command line says otherwise: 30 frames a second in packets of a usual size.
  private mutating func becomeVideo(given: Set<String>) throws(LoadTestError) {
    if !given.contains("--packet-octets") { packetOctets = 1_200 }
    if !given.contains("--frame-ms") { frame = .milliseconds(33) }
    guard !given.contains("--transport") || transport == .webrtc else {
      throw .usage("pictures travel by WebRTC only")
    }
    guard packetOctets >= VideoShape.prefixCount + ProbePayload.headerCount else {
      throw .usage(
        "--packet-octets: a packet of video has at least \(VideoShape.prefixCount + ProbePayload.headerCount)"
      )
    }
  }

  /// The text of `--help`.
  public static var help: String {
    var text = """
      Usage: roost-loadtest SCENARIO [FLAGS]
      Drives a running server with synthetic audio over the real wire and measures what arrives.

      Scenarios
        audio        rooms in which everybody who speaks speaks all the time
        video        rooms in which everybody who speaks shows a camera instead
        stage        one speaker of each room after the other has the floor
        join-storm   an audio room, and then many who join it within a second
        simulcast    the speakers of audio rooms show cameras in layers
        mixed        cameras, listeners who come and go, speakers who mute
        churn        listeners leave and come back
        mute-flaps   speakers mute and unmute

      Flags

      """
    for flag in Flag.all {
      let head = "--" + flag.name + (flag.value.map { " " + $0 } ?? "")
      text += "  " + head + String(repeating: " ", count: max(1, 26 - head.count)) + flag.help + "\n"
    }
    return text + """

      Exit status: 0 done, 1 a --fail-if condition is met, 2 wrong usage, 3 the run could not be done.

      """
  }

  static func names<Choice: RawRepresentable<String> & CaseIterable>(_: Choice.Type) -> String {
    Choice.allCases.map(\.rawValue).joined(separator: ", ")
  }
}

/// Reads `20ms`, `1.5s`, `200us`, `300ns`; `nil` without a unit.
func parseInterval(_ text: String) -> Interval? {
  let units: [(String, Double)] = [("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)]
  for (unit, nanoseconds) in units where text.hasSuffix(unit) {
    guard let number = Double(text.dropLast(unit.count)), number.isFinite, abs(number) < 1e9 else {
      continue
    }
    return Interval(nanoseconds: Int64((number * nanoseconds).rounded()))
  }
  return nil
}

/// Bits a second, such as `500k`, `2.5M` or `64000`; `nil` for anything else and above 10 Gbit/s.
func parseBitrate(_ text: String) -> UInt64? {
  let units: [(String, Double)] = [("k", 1e3), ("M", 1e6), ("G", 1e9), ("", 1)]
  for (unit, bits) in units where text.hasSuffix(unit) {
    guard let number = Double(text.dropLast(unit.count)), number.isFinite, number > 0,
      number * bits <= 10e9
    else { continue }
    return UInt64((number * bits).rounded())
  }
  return nil
}
