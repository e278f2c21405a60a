/// Equal blocks of octets that are taken and given back by number.
///
/// One piece of address space, reserved at `init`; a block's pages are touched when it is first taken, and
/// the block that came back last is taken next, so that memory follows use. Taking and giving are O(1) and
/// allocate nothing. Owned by one thread; who holds a block's number may use it.
@safe
public struct OctetArena: ~Copyable {
  // Invariant: octets of blocks 0 ..< touched are initialised; nothing else is ever read or lent.
  private let octets: UnsafeMutablePointer<UInt8>
  private var free: [UInt16] = []
  private var touched = 0

  /// How many blocks there are.
  public let blockCount: Int
  /// Octets of a block.
  public let blockSize: Int

  /// Reserves `blockCount` blocks, at most 65,535, of `blockSize` octets.
  public init(blockCount: Int, blockSize: Int) {
    precondition(blockCount >= 0 && blockCount <= Int(UInt16.max) && blockSize > 0)
    self.blockCount = blockCount
    self.blockSize = blockSize
    // Lives as long as the arena; deinit releases it.
    unsafe octets = .allocate(capacity: blockCount * blockSize)
    free.reserveCapacity(blockCount)
  }

  deinit {
    unsafe octets.deallocate()
  }

  /// Blocks that are taken.
  public var count: Int { touched - free.count }

  /// Takes a block, with whatever it held before; `nil` when all are taken.
  public mutating func take() -> UInt16? {
    if let block = free.popLast() { return block }
    guard touched < blockCount else { return nil }
    // The block lies within the allocation and is initialised before anybody knows its number.
    unsafe (octets + touched * blockSize).initialize(repeating: 0, count: blockSize)
    touched += 1
    return UInt16(touched - 1)
  }

  /// Gives a block back that was taken.
  public mutating func give(_ block: UInt16) {
    precondition(Int(block) < touched && free.count < touched)
    free.append(block)
  }

  /// The `count` octets at `offset` of a taken block.
  @_lifetime(borrow self)
  public func octets(_ block: UInt16, at offset: Int, count: Int) -> Span<UInt8> {
    precondition(Int(block) < touched && offset >= 0 && count >= 0 && offset + count <= blockSize)
    // The precondition proves the range initialised; the arena outlives the span.
    let span = unsafe Span(_unsafeStart: octets + Int(block) * blockSize + offset, count: count)
    return unsafe _overrideLifetime(span, borrowing: self)
  }

  /// Copies `source` to `offset` of a taken block.
  public mutating func store(_ source: Span<UInt8>, _ block: UInt16, at offset: Int) {
    precondition(Int(block) < touched && offset >= 0 && offset + source.count <= blockSize)
    guard !source.isEmpty else { return }
    // The precondition proves the room; the arena's block and a foreign span do not overlap.
    unsafe source.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      unsafe (octets + Int(block) * blockSize + offset).update(from: start, count: buffer.count)
    }
  }
}
