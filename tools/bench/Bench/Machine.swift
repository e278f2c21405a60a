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
    // The file is opened and closed here.
    guard let file = unsafe fopen("/proc/cpuinfo", "r") else { return "unknown processor" }
    defer { unsafe fclose(file) }
    var line = [CChar](repeating: 0, count: 512)
    // As many octets as the array has.
    while unsafe fgets(&line, 512, file) != nil {
      let octets = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      let text = String(decoding: octets, as: UTF8.self)
      guard text.hasPrefix("model name"), let colon = text.firstIndex(of: ":") else { continue }
      return String(text[text.index(after: colon)...].dropFirst().prefix { $0 != "\n" })
    }
    return "unknown processor"
  }
}
