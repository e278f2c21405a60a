internal import Glibc

/// How `roost backup` asks a running server for a copy of its database, which only the server may read.
///
/// The command writes the path of the copy to `backup.request` in the data directory, which only its owner can,
/// sends SIGUSR1 to the process whose number stands in `lock`, and waits for `backup.result`.
enum BackupRequest {
  private static let pathCountMax = 4_096
  /// How long the command waits, in steps of ``stepMicroseconds``: an hour.
  private static let steps = 72_000
  private static let stepMicroseconds: UInt32 = 50_000

  /// What is asked of the server, once.
  static func path(in directory: String) -> String? {
    let file = directory + "/backup.request"
    guard let octets = readFile(file, limit: pathCountMax) else { return nil }
    // The path's C string lives during the call only.
    _ = unsafe unlink(file)
    return String(validating: octets, as: UTF8.self)
  }

  /// The server's answer: nothing is wrong, or what is.
  static func answer(_ problem: String?, in directory: String) {
    _ = replaceFile(directory + "/backup.result", problem ?? "ok", mode: 0o600)
  }

  /// Has the server of `directory` copy its database to `path`.
  static func send(_ path: String, in directory: String) throws(ServerError) {
    let result = directory + "/backup.result"
    // The paths' C strings live during the calls only.
    _ = unsafe unlink(result)
    guard let octets = readFile(directory + "/lock", limit: 32),
      let process = pid_t(String(decoding: octets, as: UTF8.self)), process > 1,
      replaceFile(directory + "/backup.request", path, mode: 0o600), kill(process, SIGUSR1) == 0
    else { throw .dataDirectory(directory, "is in use by a process that cannot be asked for a copy") }
    for _ in 0..<steps {
      if let answer = readFile(result, limit: pathCountMax) {
        _ = unsafe unlink(result)
        let text = String(decoding: answer, as: UTF8.self)
        guard text == "ok" else { throw .store(text) }
        return
      }
      guard kill(process, 0) == 0 else { break }
      usleep(stepMicroseconds)
    }
    throw .store("the server did not answer")
  }
}
