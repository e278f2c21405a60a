internal import Glibc

/// The octets of `path`, at most `limit`; `nil` when it cannot be read or is longer.
func readFile(_ path: String, limit: Int) -> [UInt8]? {
  // The path is lent for the call.
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var octets: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 64 << 10)
  while true {
    // read(2) writes at most the chunk's octets.
    let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { return count == 0 ? octets : nil }
    guard octets.count + count <= limit else { return nil }
    octets.append(contentsOf: chunk.prefix(count))
  }
}

/// Writes `octets` to the file `path`, replacing it.
func writeFile(_ path: String, _ octets: [UInt8]) throws(LoadTestError) {
  // The path is lent for the call.
  let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
  guard descriptor >= 0 else { throw .system("write \(path)", errno) }
  defer { close(descriptor) }
  guard writeAll(octets, to: descriptor) else { throw .system("write \(path)", errno) }
}

/// Writes all of `octets` to a descriptor.
@discardableResult
func writeAll(_ octets: [UInt8], to descriptor: Int32) -> Bool {
  var written = 0
  while written < octets.count {
    // Exactly the octets that are left are lent for the call.
    let count = unsafe octets.withUnsafeBytes { bytes in
      unsafe write(descriptor, bytes.baseAddress.map { unsafe $0 + written }, bytes.count - written)
    }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { return false }
    written += count
  }
  return true
}

/// The names in the directory `path`, sorted; empty when it cannot be read.
func directoryEntries(_ path: String) -> [String] {
  // The stream is closed below; entries are copied before the next is read.
  guard let stream = unsafe opendir(path) else { return [] }
  defer { unsafe closedir(stream) }
  var names: [String] = []
  while let entry = unsafe readdir(stream) {
    let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { octets in
      unsafe String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
    }
    if !name.hasPrefix(".") { names.append(name) }
  }
  return names.sorted()
}
