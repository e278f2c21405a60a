internal import Glibc

/// The directory of everything that a server keeps, locked against a second process.
///
/// The lock ends with the process, however it ends. Owned by the running server.
struct DataDirectory: ~Copyable {
  let path: String
  private let lock: Int32

  /// Makes the directory if needed and takes its lock.
  ///
  /// - Throws: ``ServerError`` when it cannot be made or another process has it.
  init(_ path: String) throws(ServerError) {
    // The path's C string lives during the call only; so for open.
    if unsafe mkdir(path, 0o700) != 0, errno != EEXIST {
      throw .dataDirectory(path, "cannot be made: \(errorText())")
    }
    let descriptor = unsafe open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .dataDirectory(path, "cannot be written: \(errorText())") }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw .dataDirectory(path, "is in use by another process")
    }
    self.path = path
    lock = descriptor
    // Who has it, for `roost backup`; a number that is not written means only that it cannot ask.
    ftruncate(descriptor, 0)
    writeAll(descriptor, "\(getpid())")
  }

  deinit {
    close(lock)
  }

  /// The path of the file `name` in it.
  func file(_ name: String) -> String { path + "/" + name }
}

/// What the last failed system call said.
func errorText() -> String {
  errorText(errno)
}

/// The system's text for an error number.
func errorText(_ code: Int32) -> String {
  // strerror's storage is copied at once; only start-up code calls this, on one thread.
  unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
}
