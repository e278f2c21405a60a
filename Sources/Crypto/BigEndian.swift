/// Big-endian words in spans; callers have checked the bounds.
extension MutableSpan where Element == UInt8 {
  /// The word at `offset`.
  func word(at offset: Int) -> UInt32 {
    UInt32(self[offset]) << 24 | UInt32(self[offset + 1]) << 16
      | UInt32(self[offset + 2]) << 8 | UInt32(self[offset + 3])
  }

  /// Writes `word` at `offset`.
  @_lifetime(self: copy self)
  mutating func store(_ word: UInt32, at offset: Int) {
    let octets = bigEndianOctets(word)
    for index in 0..<4 { self[offset + index] = octets[index] }
  }
}

/// The four octets of `word` in network order.
func bigEndianOctets(_ word: UInt32) -> [4 of UInt8] {
  [
    UInt8(truncatingIfNeeded: word >> 24), UInt8(truncatingIfNeeded: word >> 16),
    UInt8(truncatingIfNeeded: word >> 8), UInt8(truncatingIfNeeded: word),
  ]
}
