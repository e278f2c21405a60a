/// Path and query of a request target (RFC 9112 §3.2), checked and still percent-encoded.
///
/// Takes origin form, absolute form (whose authority then stands for Host) and the `*` of OPTIONS. Refuses
/// fragments, octets outside printable ASCII, broken percent-encoding, encoded control characters in the
/// path, and `.` or `..` segments, encoded or not: what comes out can be mapped to names safely.
package struct RequestTarget: Hashable, Sendable {
  package let path: String
  package let query: String

  package init?(_ target: [UInt8], method: HTTPMethod) {
    guard target.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else { return nil }
    if target == [UInt8(ascii: "*")] {
      guard method == .options else { return nil }
      (path, query) = ("*", "")
      return
    }
    guard let origin = RequestTarget.originForm(target[...]) else { return nil }
    let mark = origin.firstIndex(of: UInt8(ascii: "?"))
    let path = origin[..<(mark ?? origin.endIndex)]
    guard RequestTarget.isSafe(path) else { return nil }
    // An absolute form may have no path; RFC 9110 §4.2.3 reads it as "/".
    self.path = path.isEmpty ? "/" : String(decoding: path, as: UTF8.self)
    query = mark.map { String(decoding: origin[($0 + 1)...], as: UTF8.self) } ?? ""
  }

  private static func originForm(_ target: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    if target.first == UInt8(ascii: "/") { return target }
    for scheme in ["http://", "https://"] {
      guard HTTPHeaders.equal(target.prefix(scheme.utf8.count), scheme.utf8) else { continue }
      let rest = target.dropFirst(scheme.utf8.count)
      let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
      return end == rest.startIndex ? nil : rest[end...]
    }
    return nil
  }

  private static func isSafe(_ path: ArraySlice<UInt8>) -> Bool {
    var segment: [UInt8] = []
    var index = path.startIndex
    while index < path.endIndex {
      var octet = path[index]
      index += 1
      if octet == UInt8(ascii: "/") {
        if isDots(segment) { return false }
        segment = []
        continue
      }
      if octet == UInt8(ascii: "%") {
        guard index + 1 < path.endIndex, let high = digit(path[index]), let low = digit(path[index + 1])
        else { return false }
        octet = high << 4 | low
        index += 2
        guard octet >= 0x20, octet != 0x7F else { return false }
      }
      // Three octets tell a dot segment from every other.
      if segment.count < 3 { segment.append(octet) }
    }
    return !isDots(segment)
  }

  private static func isDots(_ segment: [UInt8]) -> Bool {
    segment == [0x2E] || segment == [0x2E, 0x2E]
  }

  private static func digit(_ octet: UInt8) -> UInt8? {
    switch octet {
    case 0x30...0x39: octet - 0x30
    case 0x41...0x46: octet - 0x41 + 10
    case 0x61...0x66: octet - 0x61 + 10
    default: nil
    }
  }
}
