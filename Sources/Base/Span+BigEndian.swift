// Network byte order on spans of octets. The span's own bounds check stays on: a caller proves that the
// octets are there, and a wrong proof stops the process instead of reading a neighbour's memory.

extension Span<UInt8> {
  /// The big-endian 16-bit word at `offset`.
  @inlinable
  public func uint16(at offset: Int) -> UInt16 {
    UInt16(self[offset]) << 8 | UInt16(self[offset &+ 1])
  }

  /// The big-endian 32-bit word at `offset`.
  @inlinable
  public func uint32(at offset: Int) -> UInt32 {
    UInt32(uint16(at: offset)) << 16 | UInt32(uint16(at: offset &+ 2))
  }

  /// The big-endian 64-bit word at `offset`.
  @inlinable
  public func uint64(at offset: Int) -> UInt64 {
    UInt64(uint32(at: offset)) << 32 | UInt64(uint32(at: offset &+ 4))
  }
}

extension MutableSpan<UInt8> {
  /// Writes `value` at `offset`, big endian.
  @inlinable
  public mutating func store(_ value: UInt16, at offset: Int) {
    self[offset] = UInt8(truncatingIfNeeded: value >> 8)
    self[offset &+ 1] = UInt8(truncatingIfNeeded: value)
  }

  /// Writes `value` at `offset`, big endian.
  @inlinable
  public mutating func store(_ value: UInt32, at offset: Int) {
    store(UInt16(truncatingIfNeeded: value >> 16), at: offset)
    store(UInt16(truncatingIfNeeded: value), at: offset &+ 2)
  }

  /// Writes `value` at `offset`, big endian.
  @inlinable
  public mutating func store(_ value: UInt64, at offset: Int) {
    store(UInt32(truncatingIfNeeded: value >> 32), at: offset)
    store(UInt32(truncatingIfNeeded: value), at: offset &+ 4)
  }

  /// Copies all of `octets` to `offset`.
  @inlinable
  public mutating func store(_ octets: Span<UInt8>, at offset: Int) {
    for index in 0..<octets.count { self[offset &+ index] = octets[index] }
  }
}
