internal import Base
internal import Glibc
internal import Net

/// The `roost-loadtest` command: arguments in, exit status out.
public enum Command {
  private static let fileCountMax = 256 << 20

  /// Does what the arguments say; 0 done, 1 a threshold is met, 2 wrong usage, 3 the run could not be done.
  public static func run(_ arguments: [String]) -> Int32 {
    do {
      let options = try Options.parse(arguments)
      guard !options.wantsHelp else {
        print(Options.help)
        return 0
      }
      return try perform(options, arguments)
    } catch let error as LoadTestError {
      complain("\(error)")
      if case .usage = error { return 2 }
      return 3
    } catch {
      complain("\(error)")
      return 3
    }
  }

  private static func perform(_ options: Options, _ arguments: [String]) throws -> Int32 {
    let earlier = try options.compareFile.map { file throws(LoadTestError) in
      guard let octets = readFile(file, limit: fileCountMax) else {
        throw .usage("\(file) cannot be read")
      }
      return try RunReport.figures(ofReport: octets)
    }
    let target = try Target(options) { readFile($0, limit: fileCountMax) }
    try raiseDescriptorLimit(for: options)
    var interrupts = Interrupts()
    let startedAt = WallClock.now()
    let run = try LoadRun(options, target, panel: Panel())
    guard !run.usage.isBlind else {
      throw LoadTestError.usage("--server-pid: there is no such process, or it may not be read")
    }
    try run.perform(&interrupts)
    var report = run.report(arguments: arguments, environment: Machine.description)
    report.startedAt = startedAt.milliseconds
    print(report.text)
    if let earlier { print(Comparison(old: earlier, new: report.figures).text) }
    if let file = options.jsonFile { try writeFile(file, report.json) }
    if let file = options.htmlFile { try writeFile(file, Array(report.html.utf8)) }
    return report.hasFailed ? 1 : 0
  }

  /// Three descriptors a member, and some for the process.
  private static func raiseDescriptorLimit(for options: Options) throws(LoadTestError) {
    let wanted = options.memberCount * 3 + 32
    var limit = rlimit()
    // The calls fill and read the structure.
    unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    guard limit.rlim_cur < UInt(wanted) else { return }
    limit.rlim_cur = min(UInt(wanted), limit.rlim_max)
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    guard limit.rlim_cur >= UInt(wanted) else {
      throw .usage(
        "\(options.memberCount) members need \(wanted) descriptors, and \(limit.rlim_max) are allowed: "
          + "raise `ulimit -n` or run several tools")
    }
  }

  private static func print(_ text: String) {
    writeAll(Array(text.utf8), to: STDOUT_FILENO)
  }

  private static func complain(_ text: String) {
    writeAll(Array("roost-loadtest: \(text)\n".utf8), to: STDERR_FILENO)
  }
}
