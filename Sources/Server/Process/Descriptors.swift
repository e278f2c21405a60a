internal import Glibc

/// Writes all of `text` to `descriptor`; what a closed pipe does not take is lost.
func writeAll(_ descriptor: Int32, _ text: String) {
  _ = writeAll(descriptor, Array(text.utf8))
}

/// Writes all octets; `false` when the descriptor takes no more, with the reason in `errno`.
func writeAll(_ descriptor: Int32, _ octets: [UInt8]) -> Bool {
  var octets = octets[...]
  while !octets.isEmpty {
    // The pointer is used during the call only.
    let count = unsafe octets.withUnsafeBytes { bytes in
      unsafe write(descriptor, bytes.baseAddress, bytes.count)
    }
    if count < 0 {
      guard errno == EINTR else { return false }
    } else {
      octets = octets.dropFirst(count)
    }
  }
  return true
}

/// The octets of a whole file of at most `limit`; `nil` when it cannot be read or is longer.
package func readFile(_ path: String, limit: Int) -> [UInt8]? {
  // The path's C string lives during the call only.
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var octets: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 16_384)
  while true {
    // The buffer is used during the call only.
    let count = unsafe chunk.withUnsafeMutableBytes { bytes in
      unsafe read(descriptor, bytes.baseAddress, bytes.count)
    }
    if count < 0, errno == EINTR { continue }
    guard count >= 0, octets.count + count <= limit else { return nil }
    if count == 0 { return octets }
    octets += chunk.prefix(count)
  }
}

/// Replaces a file's content: written beside it, synced, renamed over it.
///
/// `mode` is the new file's.
func replaceFile(_ path: String, _ text: String, mode: mode_t) -> Bool {
  let temporary = path + ".new"
  // The paths' C strings live during the calls only.
  _ = unsafe unlink(temporary)
  let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
  guard descriptor >= 0 else { return false }
  writeAll(descriptor, text)
  let isSynced = fsync(descriptor) == 0
  close(descriptor)
  guard isSynced else { return false }
  return unsafe rename(temporary, path) == 0
}
