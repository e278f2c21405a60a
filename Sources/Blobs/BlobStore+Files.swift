import Glibc

/// System calls on whole files.
extension BlobStore {
  /// Linux's O_TMPFILE, which no header shows to Swift.
  static let nameless = 0o20000000 | O_DIRECTORY

  static func failure() -> BlobError {
    errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? .full : .io(errno)
  }

  /// The names in a directory without `.` and `..`; none when it is not there.
  static func names(in path: String) throws(BlobError) -> [String] {
    // The path's C string lives during the call only.
    guard let directory = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    // An entry lives until the next call; its name ends with a zero octet and is copied.
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
        unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Fills as much of `buffer` as the file has at `offset`; 0 at its end, negative when it cannot be read.
  static func read(
    _ descriptor: Int32, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
  ) -> Int {
    while true {
      // The caller lends the buffer for the call.
      let count = unsafe pread(descriptor, buffer.baseAddress, buffer.count, offset)
      if count >= 0 || errno != EINTR { return count }
    }
  }

  static func write(_ octets: Span<UInt8>, to descriptor: Int32) throws(BlobError) {
    var rest = octets
    while !rest.isEmpty {
      // The span's octets are read during the call only.
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        guard errno == EINTR else { throw failure() }
        continue
      }
      rest = rest.extracting(count..<rest.count)
    }
  }
}
