internal import Glibc

/// What an operator asks on the command line beside `serve`.
extension Invocation {
  /// `sysexits.h`: what was asked cannot be done.
  private static let refusedStatus: Int32 = 65

  /// Does one operator's command; the process's exit status.
  func operate(_ configuration: Configuration) -> Int32 {
    do throws(ServerError) {
      guard let text = try answer(configuration) else {
        writeAll(STDERR_FILENO, "roost: wrong words after `\(words.first ?? "")`; try `roost --help`\n")
        return Invocation.usageStatus
      }
      writeAll(STDOUT_FILENO, text)
      return 0
    } catch {
      writeAll(STDERR_FILENO, "roost: \(error)\n")
      return Invocation.refusedStatus
    }
  }

  private func answer(_ configuration: Configuration) throws(ServerError) -> String? {
    let data = configuration.dataDirectory
    switch (words.first, words.dropFirst().first, words.count) {
    case ("backup", let target?, 2): return try backUp(data, to: target)
    case ("restore", let target?, 2): return try Backup(of: data, in: target).restore()
    case ("doctor", nil, 1):
      guard TreeCopy.exists(data + "/roost.db") else { throw .usage("\(data) has no database") }
      let lock = try DataDirectory(data)
      let problems = Doctor(directory: lock.path).problems()
      guard problems.isEmpty else { throw .store(problems.joined(separator: "\n  ")) }
      return "The database, the secret and every file that it names are whole.\n"
    case ("backup", _, _), ("restore", _, _), ("doctor", _, _): return nil
    default:
      var desk = try Operator(configuration)
      return try desk.perform(words)
    }
  }

  /// Copies the database itself when no server runs, else has the server do it.
  private func backUp(_ data: String, to target: String) throws(ServerError) -> String {
    guard TreeCopy.exists(data + "/roost.db") else { throw .usage("\(data) has no database") }
    let absolute = try TreeCopy.absolute(target)
    return try Backup(of: data, in: absolute).make { path throws(ServerError) in
      do throws(ServerError) {
        let lock = try DataDirectory(data)
        try Doctor(directory: lock.path).copyDatabase(to: path)
      } catch .dataDirectory {
        try BackupRequest.send(path, in: data)
      }
    }
  }
}
