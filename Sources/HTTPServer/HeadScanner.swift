/// Watches the lines of a request's head for what the parser lets pass.
///
/// llhttp joins a line that begins with white space to the one before (the obsolete folding of RFC 9112
/// §5.2, which a proxy may read differently) and skips any number of empty lines before a request.
struct HeadScanner {
  private var isAtLineStart = true
  private var hasLine = false
  private var isDone = false
  /// Octets of the head so far.
  private(set) var count = 0

  /// Takes the octets from `start` to the end of the head or of the input; `false` at a folded line.
  mutating func accept(_ octets: Span<UInt8>, from start: Int) -> Bool {
    var index = start
    while !isDone, index < octets.count {
      let octet = octets[index]
      index += 1
      count += 1
      switch octet {
      case UInt8(ascii: "\n"):
        isDone = isAtLineStart && hasLine
        isAtLineStart = true
      case UInt8(ascii: "\r") where isAtLineStart: break
      case UInt8(ascii: " "), UInt8(ascii: "\t"):
        if isAtLineStart { return false }
      default:
        isAtLineStart = false
        hasLine = true
      }
    }
    return true
  }
}
