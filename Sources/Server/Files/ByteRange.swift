/// The one range that a Range field asks for (RFC 9110 §14.2).
///
/// Several ranges, other units and what does not parse are ignored, as the RFC allows: the whole is sent.
enum ByteRange: Equatable {
  /// The whole file.
  case whole
  /// A piece of it, never empty.
  case piece(Range<Int>)
  /// Nothing that the file has: 416.
  case unsatisfiable

  /// What `field` asks of a file of `count` octets.
  init(_ field: String?, of count: Int) {
    self = .whole
    guard let field, field.hasPrefix("bytes="), !field.contains(",") else { return }
    let parts = field.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
      return
    }
    switch (Int(parts[0]), Int(parts[1])) {
    case (let first?, let last?):
      guard first <= last else { return }
      self = first < count ? .piece(first..<min(last, count - 1) + 1) : .unsatisfiable
    case (let first?, nil) where parts[1].isEmpty:
      self = first < count ? .piece(first..<count) : .unsatisfiable
    case (nil, let suffix?) where parts[0].isEmpty:
      self = suffix > 0 && count > 0 ? .piece(max(0, count - suffix)..<count) : .unsatisfiable
    default: break
    }
  }
}
