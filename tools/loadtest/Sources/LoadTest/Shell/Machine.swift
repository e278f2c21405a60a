internal import Glibc

/// What the tool runs on, for the report.
enum Machine {
  private static let fileCountMax = 1 << 20

  /// Name and value: host, kernel, processor, how many.
  static var description: [(name: String, value: String)] {
    var system = utsname()
    // The call fills the structure; its texts end with a zero.
    unsafe uname(&system)
    let host = unsafe withUnsafeBytes(of: &system.nodename) { unsafe text($0) }
    let kernel = unsafe withUnsafeBytes(of: &system.release) { unsafe text($0) }
    return [
      ("host", host), ("kernel", kernel), ("processor", processor),
      ("processors", String(sysconf(Int32(_SC_NPROCESSORS_ONLN)))),
    ]
  }

  private static var processor: String {
    let octets = readFile("/proc/cpuinfo", limit: fileCountMax) ?? []
    let lines = String(decoding: octets, as: UTF8.self).split(separator: "\n")
    guard let line = lines.first(where: { $0.hasPrefix("model name") }), let colon = line.firstIndex(of: ":")
    else { return "unknown" }
    return String(line[line.index(after: colon)...].drop { $0 == " " })
  }

  private static func text(_ octets: UnsafeRawBufferPointer) -> String {
    // The buffer is lent for the call.
    unsafe String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
  }
}
