internal import Blobs
internal import Crypto
internal import Glibc

/// Files and folders for backups; every copy is synced before it is counted.
enum TreeCopy {
  private static let pieceCount = 256 * 1024

  /// Whether anything is at `path`.
  static func exists(_ path: String) -> Bool {
    // The path's C string lives during the call only; so for all calls below.
    unsafe access(path, F_OK) == 0
  }

  /// `path` from the root on, because a server has another working directory.
  static func absolute(_ path: String) throws(ServerError) -> String {
    if path.hasPrefix("/") { return path }
    // getcwd allocates what free takes back; the text is copied between.
    guard let folder = unsafe getcwd(nil, 0) else { throw failure(path) }
    defer { unsafe free(folder) }
    return unsafe String(cString: folder) + "/" + path
  }

  /// Makes a folder for its owner only, if it is not there.
  static func makeFolder(_ path: String) throws(ServerError) {
    guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure(path) }
  }

  /// Renames and syncs the folder of the new name.
  static func rename(_ old: String, to new: String) throws(ServerError) {
    guard unsafe Glibc.rename(old, new) == 0 else { throw failure(new) }
    let folder = new.lastIndex(of: "/").map { String(new[..<$0]) } ?? "."
    try sync(folder.isEmpty ? "/" : folder)
  }

  /// Removes an unfinished backup, if there is one.
  static func remove(_ path: String) throws(ServerError) {
    guard exists(path) else { return }
    for name in names(path) {
      let inner = "\(path)/\(name)"
      if isFolder(inner) { try remove(inner) } else { _ = unsafe unlink(inner) }
    }
    guard unsafe rmdir(path) == 0 else { throw failure(path) }
  }

  /// Copies the blobs that are not there yet; how many.
  static func copyBlobs(from source: String, to target: String) throws(ServerError) -> Int {
    try makeFolder(target)
    var count = 0
    for folder in names(source).sorted() where folder.utf8.count == 2 {
      try makeFolder("\(target)/\(folder)")
      for name in names("\(source)/\(folder)") where BlobStore.isHash(folder + name) {
        let place = "\(target)/\(folder)/\(name)"
        guard !exists(place) else { continue }
        // Swept since it was listed: nothing names it.
        guard exists("\(source)/\(folder)/\(name)") else { continue }
        try copy("\(source)/\(folder)/\(name)", to: place + ".part")
        try rename(place + ".part", to: place)
        count += 1
      }
    }
    try sync(target)
    return count
  }

  /// Copies one file for its owner only, and syncs it.
  static func copy(_ source: String, to target: String) throws(ServerError) {
    let input = unsafe open(source, O_RDONLY | O_CLOEXEC)
    guard input >= 0 else { throw failure(source) }
    defer { close(input) }
    let output = unsafe open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard output >= 0 else { throw failure(target) }
    defer { close(output) }
    while true {
      // The kernel copies between the two files; no offsets are passed, so both move on.
      let count = sendfile(output, input, nil, pieceCount)
      if count == 0 { break }
      guard count > 0 || errno == EINTR else { throw failure(target) }
    }
    guard fsync(output) == 0 else { throw failure(target) }
  }

  /// The SHA-256 of a file in hexadecimal digits; `nil` when it cannot be read.
  static func hash(_ path: String) -> String? {
    let input = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard input >= 0, let hash = RunningSHA256() else { return nil }
    defer { close(input) }
    var buffer = [UInt8](repeating: 0, count: pieceCount)
    while true {
      // The buffer lives during the call.
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(input, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { break }
      hash.update(buffer.span.extracting(0..<count))
    }
    return hash.finish().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private static func names(_ path: String) -> [String] {
    guard let folder = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    // An entry lives until the next call; its name ends with a zero octet and is copied.
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
        unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    // A local of the right type.
    return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Syncs a file or a folder.
  static func sync(_ folder: String) throws(ServerError) {
    let descriptor = unsafe open(folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(folder) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure(folder) }
  }

  private static func failure(_ path: String) -> ServerError {
    .store("\(path): \(errorText())")
  }
}
