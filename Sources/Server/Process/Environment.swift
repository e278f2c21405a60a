internal import Glibc

/// Roost's version, as `roost version` prints it.
let roostVersion = "0.1.0"

/// The environment variables whose names begin with `ROOST_`.
func processEnvironment() -> [String: String] {
  var result: [String: String] = [:]
  // `environ` is read at start, before any thread could change it; it ends with a null pointer.
  var entry = unsafe environ
  while let text = unsafe entry.pointee {
    let line = unsafe String(cString: text)
    unsafe entry += 1
    guard line.hasPrefix("ROOST_"), let equals = line.firstIndex(of: "=") else { continue }
    result[String(line[..<equals])] = String(line[line.index(after: equals)...])
  }
  return result
}
