import Glibc
import Testing

/// A folder of its own that goes with the value.
final class TemporaryFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/roost-stores-XXXXXX".utf8CString)
    // mkdtemp writes the name into the template, which is long enough and ends with a zero.
    let made = unsafe template.withUnsafeMutableBufferPointer { name in
      // The pointer is used within this closure only.
      unsafe name.baseAddress.map { unsafe mkdtemp($0) != nil } ?? false
    }
    try #require(made)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for name in ["chat.db", "chat.db-wal", "chat.db-shm", "chat.db-journal", "log"] {
      _ = unsafe unlink(path + "/" + name)
    }
    _ = unsafe rmdir(path)
  }

  var database: String { path + "/chat.db" }
}

/// The octets of a file; none when it is not there.
func readFile(_ path: String) -> [UInt8] {
  let descriptor = unsafe open(path, O_RDONLY)
  guard descriptor >= 0 else { return [] }
  defer { close(descriptor) }
  var result: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 65_536)
  while true {
    // read fills at most the array's octets.
    let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    guard count > 0 else { return result }
    result += chunk[..<count]
  }
}

/// Makes a file of octets.
func writeFile(_ path: String, _ octets: [UInt8]) {
  let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  guard descriptor >= 0 else { return }
  defer { close(descriptor) }
  // write reads at most the array's octets.
  let count = unsafe octets.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
  #expect(count == octets.count)
}
