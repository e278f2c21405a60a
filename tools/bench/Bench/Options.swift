import Base

/// What the command line asks for; anything it does not know is an error.
struct Options {
  /// A part of the run.
  enum Part: String, CaseIterable {
    case fanOut = "fan-out"
    case coalescing, floods, latency, growth, peers, participants, chat
  }

  var isJSON = false
  /// Where the JSON goes beside the table on standard output.
  var jsonFile: String?
  var only: Part?
  var repetitions = 7
  var peers = 10_000

  static let usage = """
    usage: roost-bench [--quick] [--json[=FILE]] [--only=PART] [--repetitions=N] [--peers=N]

    Measures on this machine, in one run: the floor (the tightest loop of seal and send), Roost's packet path
    beside it, DTLS handshakes, and memory. Times are processor time of the measuring thread.

      --quick          3 repetitions, 1,000 peers, 50,000 messages: a look, not a result
      --json           one JSON object instead of the table
      --json=FILE      the table, and the JSON object in a file
      --only=PART      fan-out, coalescing, floods, latency, growth, peers,
                       participants or chat; chat is measured only when it is named
      --repetitions=N  samples of each figure, 3 to 100 (7); the first of a series is thrown away
      --peers=N        peers whose memory is measured, 100 to 10000 (10000)
    """

  enum Outcome {
    case run(Options)
    case help
    case wrong(String)
  }

  func includes(_ part: Part) -> Bool {
    only == nil || only == part
  }

  static func parse(_ arguments: some Sequence<String>) -> Outcome {
    var options = Options()
    for argument in arguments {
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      switch (String(parts[0]), parts.count) {
      case ("--help", 1): return .help
      case ("--json", 1): options.isJSON = true
      case ("--json", 2) where !parts[1].isEmpty: options.jsonFile = String(parts[1])
      case ("--quick", 1):
        options.repetitions = 3
        options.peers = 1_000
      case ("--only", 2):
        guard let part = Part(rawValue: String(parts[1])) else {
          return .wrong(
            "--only takes fan-out, coalescing, floods, latency, growth, peers, participants or chat")
        }
        options.only = part
      case ("--repetitions", 2):
        guard let number = Int(parts[1]), (3...100).contains(number) else {
          return .wrong("--repetitions takes 3 to 100")
        }
        options.repetitions = number
      case ("--peers", 2):
        guard let number = Int(parts[1]), (100...10_000).contains(number) else {
          return .wrong("--peers takes 100 to 10000")
        }
        options.peers = number
      default: return .wrong("unknown argument `\(argument)`")
      }
    }
    return .run(options)
  }
}
