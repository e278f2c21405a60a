import Glibc

/// Where it was measured.
enum Machine {
  static var description: String {
    var name = utsname()
    // Fills the record.
    unsafe uname(&name)
    // The field is an array of octets that ends with a zero.
    let release = unsafe withUnsafeBytes(of: &name.release) { octets in
      unsafe String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
    }
    return "\(processor), \(sysconf(Int32(_SC_NPROCESSORS_ONLN))) processors, Linux \(release)"
  }

  private static var processor: String {
    let line = contents("/proc/cpuinfo")?.split(separator: "\n").first { $0.hasPrefix("model name") }
    guard let line, let colon = line.firstIndex(of: ":") else { return "unknown processor" }
    return String(line[line.index(after: colon)...].drop { $0 == " " })
  }

  /// The commit of the clone that this runs in, as ten digits; "unknown" elsewhere.
  static var commit: String {
    var folder = "."
    for _ in 0..<8 {
      if let head = contents(folder + "/.git/HEAD") { return String(resolved(head, folder).prefix(10)) }
      folder += "/.."
    }
    return "unknown"
  }

  private static func resolved(_ head: String, _ folder: String) -> Substring {
    guard head.hasPrefix("ref: ") else { return head[...] }
    let name = head.dropFirst(5).prefix { !$0.isNewline }
    if let loose = contents("\(folder)/.git/\(name)") { return loose[...] }
    let packed = contents(folder + "/.git/packed-refs")?.split(separator: "\n")
    return packed?.first { $0.hasSuffix(" \(name)") }?.prefix { $0 != " " } ?? "unknown"
  }

  /// Replaces what the file has.
  static func write(_ text: String, toFile path: String) throws {
    // The file is opened and closed here.
    guard let file = unsafe fopen(path, "w") else { throw BenchError.file(path) }
    let count = unsafe fputs(text, file)
    guard unsafe fclose(file) == 0, count >= 0 else { throw BenchError.file(path) }
  }

  private static func contents(_ path: String) -> String? {
    // The file is opened and closed here.
    guard let file = unsafe fopen(path, "r") else { return nil }
    defer { unsafe fclose(file) }
    var octets: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while octets.count < 4 << 20 {
      // As many octets as the array has.
      let count = unsafe fread(&chunk, 1, chunk.count, file)
      guard count > 0 else { break }
      octets += chunk.prefix(count)
    }
    return String(decoding: octets, as: UTF8.self)
  }
}
