import Base

/// One `a=` line of a session description (RFC 8866 §5.13): where its name and its value lie.
///
/// ```
///  a=ice-ufrag:tvjo␍␊         a=rtcp-mux␊
///    ╰─ name ─╯ ╰┴─ value       ╰ name ─╯   value is empty
/// ```
struct SDPAttribute {
  let name: Range<Int>
  let value: Range<Int>
}

/// A walk over the attribute lines of a description, which may end in LF or CRLF.
///
/// Lines of other types are skipped. Refused: more than ``WireLimits/descriptionLineCount`` lines and more
/// than ``WireLimits/descriptionCount`` octets.
struct SDPWalk {
  private var offset = 0
  private var lineCount = 0

  mutating func next(in text: Span<UInt8>) throws(WireError) -> SDPAttribute? {
    guard text.count <= WireLimits.descriptionCount else { throw .excessive }
    while offset < text.count {
      lineCount += 1
      guard lineCount <= WireLimits.descriptionLineCount else { throw .excessive }
      let line = takeLine(in: text)
      guard line.count > 2, text[line.lowerBound] == 0x61, text[line.lowerBound + 1] == 0x3D else { continue }
      let start = line.lowerBound + 2
      var colon = start
      while colon < line.upperBound, text[colon] != 0x3A { colon += 1 }
      return SDPAttribute(name: start..<colon, value: min(colon + 1, line.upperBound)..<line.upperBound)
    }
    return nil
  }

  private mutating func takeLine(in text: Span<UInt8>) -> Range<Int> {
    let start = offset
    var end = start
    while end < text.count, text[end] != 0x0A { end += 1 }
    offset = end + 1
    if end > start, text[end - 1] == 0x0D { end -= 1 }
    return start..<end
  }
}

extension Span<UInt8> {
  /// Whether the octets of `range` are those of `text`, ASCII letters of either case being equal.
  func equals(_ text: StaticString, in range: Range<Int>) -> Bool {
    let expected = text.description.utf8
    guard range.count == expected.count else { return false }
    for (octet, index) in zip(expected, range) where lowercased(octet) != lowercased(self[index]) {
      return false
    }
    return true
  }

  /// The next word of `range` up to a space, which is taken away together with it.
  func word(of range: inout Range<Int>) -> Range<Int> {
    var start = range.lowerBound
    while start < range.upperBound, self[start] == 0x20 { start += 1 }
    var end = start
    while end < range.upperBound, self[end] != 0x20 { end += 1 }
    range = end..<range.upperBound
    return start..<end
  }

  /// The decimal number that fills `range`; `nil` when it has other characters or more than nine digits.
  func decimal(in range: Range<Int>) -> Int? {
    guard (1...9).contains(range.count) else { return nil }
    var value = 0
    for index in range {
      guard (0x30...0x39).contains(self[index]) else { return nil }
      value = value * 10 + Int(self[index] - 0x30)
    }
    return value
  }

  /// The octets of `range` as text; wrong UTF-8 is repaired.
  func text(in range: Range<Int>) -> String {
    var octets: [UInt8] = []
    octets.reserveCapacity(range.count)
    for index in range { octets.append(self[index]) }
    return String(decoding: octets, as: UTF8.self)
  }
}

private func lowercased(_ octet: UInt8) -> UInt8 {
  (0x41...0x5A).contains(octet) ? octet | 0x20 : octet
}
