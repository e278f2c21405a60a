extension IPAddress: CustomStringConvertible {
  /// The longest text: eight groups of four digits and seven colons.
  public static let textCountMax = 39

  /// Dotted decimal for IPv4, RFC 5952 for IPv6.
  public var description: String {
    var octets = InlineArray<39, UInt8>(repeating: 0)
    var span = octets.mutableSpan
    let count = write(into: &span, at: 0) ?? 0
    var text = ""
    for index in 0..<count { text.unicodeScalars.append(Unicode.Scalar(octets[index])) }
    return text
  }

  /// Writes ``description`` as ASCII at `offset` and gives the number of octets.
  ///
  /// `nil`, with nothing written, when fewer than ``textCountMax`` octets are left. Allocates nothing.
  public func write(into text: inout MutableSpan<UInt8>, at offset: Int) -> Int? {
    guard offset >= 0, offset <= text.count, text.count &- offset >= IPAddress.textCountMax
    else { return nil }
    var end = offset
    if let v4 {
      for index in 0..<4 {
        if index > 0 { IPAddress.append(0x2E, to: &text, &end) }
        IPAddress.append(decimal: UInt8(truncatingIfNeeded: v4 >> (24 - 8 * index)), to: &text, &end)
      }
    } else {
      writeGroups(to: &text, &end)
    }
    return end - offset
  }

  // RFC 5952 §4: no leading zeros, lower case, `::` for the first longest run of at least two zero groups.
  private func writeGroups(to text: inout MutableSpan<UInt8>, _ end: inout Int) {
    let run = longestZeroRun
    var index = 0
    while index < 8 {
      if index == run.lowerBound, run.count >= 2 {
        IPAddress.append(0x3A, to: &text, &end)
        IPAddress.append(0x3A, to: &text, &end)
        index = run.upperBound
        continue
      }
      if index > 0, !(index == run.upperBound && run.count >= 2) { IPAddress.append(0x3A, to: &text, &end) }
      IPAddress.append(hexadecimal: group(index), to: &text, &end)
      index += 1
    }
  }

  private func group(_ index: Int) -> UInt16 {
    let word = index < 4 ? high : low
    return UInt16(truncatingIfNeeded: word >> (48 - 16 * UInt64(index & 3)))
  }

  private var longestZeroRun: Range<Int> {
    var longest = 0..<0
    var start = 0
    for index in 0..<8 {
      if group(index) != 0 {
        start = index + 1
      } else if index + 1 - start > longest.count {
        longest = start..<(index + 1)
      }
    }
    return longest
  }

  private static func append(_ octet: UInt8, to text: inout MutableSpan<UInt8>, _ end: inout Int) {
    text[end] = octet
    end += 1
  }

  private static func append(decimal value: UInt8, to text: inout MutableSpan<UInt8>, _ end: inout Int) {
    if value >= 100 { append(0x30 + value / 100, to: &text, &end) }
    if value >= 10 { append(0x30 + value / 10 % 10, to: &text, &end) }
    append(0x30 + value % 10, to: &text, &end)
  }

  private static func append(hexadecimal value: UInt16, to text: inout MutableSpan<UInt8>, _ end: inout Int) {
    var started = false
    for position in 0..<4 {
      let digit = UInt8(truncatingIfNeeded: value >> UInt16(12 - 4 * position) & 0xF)
      if digit == 0, !started, position < 3 { continue }
      started = true
      append(digit < 10 ? 0x30 + digit : 0x57 + digit, to: &text, &end)
    }
  }
}
