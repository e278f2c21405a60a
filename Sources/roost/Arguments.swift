internal import CArgp
internal import Glibc
internal import Server

/// The command line, read by glibc's argp; `--help` and wrong usage end the process there.
///
/// Every setting of ``ConfigurationKey/all`` is a flag `--section.key=value`.
enum Arguments {
  private static let devKey: Int32 = 0x100
  private static let configKey: Int32 = 0x101
  private static let announceKey: Int32 = 0x102
  private static let firstSetting: Int32 = 0x200

  /// What stands after `roost` in the help, a command a line.
  private static let commands = [
    "serve", "config print|check|table", "version", "user create NAME", "user password NAME",
    "user bot NAME GUILD", "user logout NAME", "user disable NAME", "user delete NAME", "user reset-mfa NAME",
    "user export NAME FILE",
    "guild create NAME OWNER", "invite create GUILD", "token USER", "backup DIRECTORY", "restore DIRECTORY",
    "doctor",
  ].joined(separator: "\n")

  /// The process's arguments as an ``Invocation``.
  static func parse() -> Invocation {
    var invocation = Invocation()
    // argp ends the table at an option that is all zeros.
    var options = unsafe [
      option("dev", devKey, nil, "Make everything that is missing: certificates, a demo guild, bots"),
      option("config", configKey, "FILE", "Read settings from a YAML file"),
      option("announce", announceKey, "json", "Print the addresses as one JSON line on stdout"),
    ]
    for (index, key) in ConfigurationKey.all.enumerated() {
      unsafe options.append(option(key.name, firstSetting + Int32(index), "VALUE", key.help))
    }
    unsafe options.append(argp_option())
    unsafe withUnsafeMutablePointer(to: &invocation) { target in
      // argp reads the options and writes through `target` during argp_parse only; the copied
      // strings stay for the life of the process.
      unsafe options.withUnsafeBufferPointer { table in
        var description = unsafe argp(
          options: table.baseAddress, parser: receiveOption,
          args_doc: strdup(commands),
          doc: strdup("Self-hosted voice, video and chat server."), children: nil, help_filter: nil,
          argp_domain: nil)
        _ = unsafe argp_parse(
          &description, CommandLine.argc, CommandLine.unsafeArgv, 0, nil, UnsafeMutableRawPointer(target))
      }
    }
    return invocation
  }

  private static func option(_ name: String, _ key: Int32, _ value: String?, _ help: String) -> argp_option {
    // The copies live as long as the process: argp keeps pointers while it prints help.
    unsafe argp_option(
      name: strdup(name), key: key, arg: value.map { unsafe strdup($0) }, flags: 0, doc: strdup(help),
      group: 0)
  }

  /// argp's callback: one option or word.
  private static let receiveOption: argp_parser_t = { key, argument, state in
    // `input` is the invocation that `parse` passed, alive during the call.
    guard let target = unsafe state?.pointee.input.assumingMemoryBound(to: Invocation.self) else { return 0 }
    let text = unsafe argument.map { unsafe String(cString: $0) } ?? ""
    switch key {
    case devKey: unsafe target.pointee.isDev = true
    case configKey: unsafe target.pointee.configFile = text
    case announceKey:
      // Writes to stderr and ends the process.
      if text != "json" { unsafe roost_argp_error(state, "--announce knows json only") }
      unsafe target.pointee.announcesJSON = true
    case 0: unsafe target.pointee.words.append(text)
    case firstSetting..<firstSetting + Int32(ConfigurationKey.all.count):
      let setting = ConfigurationKey.all[Int(key - firstSetting)]
      unsafe target.pointee.flags.append((setting.name, text))
    default: return E2BIG
    }
    return 0
  }
}

/// Ends the process with `status`.
func exitProcess(_ status: Int32) -> Never {
  exit(status)
}
