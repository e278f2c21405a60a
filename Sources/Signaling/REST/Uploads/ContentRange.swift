/// Which octets of a file a PUT brings, or asks about (RFC 9110 §14.4).
///
///     bytes 0-524287/2000000     a piece
///     bytes 0-524287/*           a piece of a file whose length is not known yet
///     bytes */2000000, bytes */* no piece: how much has arrived?
///
/// Refuses everything else: other units, signs, spaces within, a last octet before the first or beyond the
/// length, numbers of more than 18 digits.
public enum ContentRange: Hashable, Sendable {
  /// The octets `first` to `last`, of `total` if that is said.
  case piece(first: Int, last: Int, total: Int?)
  /// None; of `total` if that is said.
  case question(total: Int?)

  /// Reads the field; `nil` when it is none of these.
  public init?(_ field: String) {
    guard field.utf8.count <= 64, field.lowercased().hasPrefix("bytes ") else { return nil }
    let parts = field.dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let total = ContentRange.number(parts[1])
    guard total != nil || parts[1] == "*" else { return nil }
    if parts[0] == "*" {
      self = .question(total: total)
      return
    }
    let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let first = ContentRange.number(ends[0]), let last = ContentRange.number(ends[1]),
      first <= last, last < total ?? .max
    else { return nil }
    self = .piece(first: first, last: last, total: total)
  }

  private static func number(_ text: Substring) -> Int? {
    guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return Int(text)
  }
}
