package import Base

/// Where a packet of a layer is kept, and what must be said of it when it is sent again.
package struct KeptPacket: Hashable, Sendable {
  /// Its index, the low 32 bits.
  fileprivate var index: UInt32 = 0
  /// Which of its layer's blocks holds the payload, counted from the first; and where.
  fileprivate var serial: UInt16 = 0
  fileprivate var offset: UInt16 = 0
  /// Octets of the payload; 0 for a place that is empty.
  package fileprivate(set) var count: UInt16 = 0
  /// What its header and descriptor said.
  package fileprivate(set) var shape = VideoFrameShape()
}

/// The last packets of one published layer in plaintext, once for all its subscribers.
///
/// Payloads lie back to back in blocks of the shard's ``Base/OctetArena``; a directory finds them by index.
/// When a packet does not fit, the ring takes a block; blocks that are older than
/// ``Fixed/retentionMax`` and those above ``Fixed/blocksPerLayer`` go back first, oldest first. Who owns a
/// ring must ``release(to:)`` it.
///
/// ```
///   directory    index mod 512 ─▶ (serial, offset, count, shape)
///   blocks       │ serial 7: p p p p p │ serial 8: p p p p p p │ serial 9: p p ◀ end │
/// ```
package struct RetransmissionRing: Sendable {
  private var directory: [KeptPacket] = []
  /// Block numbers by serial modulo their number, and when each was last written.
  private var blocks = InlineArray<32, UInt16>(repeating: 0)
  private var times = InlineArray<32, Instant>(repeating: .zero)
  private var oldest: UInt16 = 0
  /// How many blocks the ring holds.
  package private(set) var blockCount = 0
  /// Where the next payload goes in the newest block.
  private var end = 0

  /// Keeps nothing.
  package init() {}

  /// Keeps a packet; false when no block is to be had or the payload is larger than one.
  package mutating func keep(
    _ index: UInt64, _ shape: VideoFrameShape, _ payload: Span<UInt8>, in arena: inout OctetArena,
    at now: Instant
  ) -> Bool {
    guard payload.count <= arena.blockSize, payload.count <= Int(UInt16.max), !payload.isEmpty else {
      return false
    }
    if blockCount == 0 || end + payload.count > arena.blockSize {
      guard extend(&arena, at: now) else { return false }
    }
    if directory.isEmpty { directory = Array(repeating: KeptPacket(), count: Fixed.packetsPerLayer) }
    let newest = oldest &+ UInt16(blockCount - 1)
    let block = blocks[Int(newest % 32)]
    arena.store(payload, block, at: end)
    times[Int(newest % 32)] = now
    var kept = KeptPacket()
    kept.index = UInt32(truncatingIfNeeded: index)
    kept.serial = newest
    kept.offset = UInt16(end)
    kept.count = UInt16(payload.count)
    kept.shape = shape
    directory[RetransmissionRing.place(of: index)] = kept
    end += payload.count
    return true
  }

  /// The packet `index`, if it is still here.
  package func find(_ index: UInt64) -> KeptPacket? {
    guard !directory.isEmpty else { return nil }
    let kept = directory[RetransmissionRing.place(of: index)]
    guard kept.count > 0, kept.index == UInt32(truncatingIfNeeded: index),
      Int(kept.serial &- oldest) < blockCount
    else { return nil }
    return kept
  }

  /// The payload of a packet that was found since the ring last changed.
  @_lifetime(borrow arena)
  package func payload(_ kept: KeptPacket, in arena: borrowing OctetArena) -> Span<UInt8> {
    arena.octets(blocks[Int(kept.serial % 32)], at: Int(kept.offset), count: Int(kept.count))
  }

  /// Gives all blocks back.
  package mutating func release(to arena: inout OctetArena) {
    while blockCount > 0 { dropOldest(&arena) }
    directory = []
  }

  /// Takes a block, after giving back those that are too old or too many.
  private mutating func extend(_ arena: inout OctetArena, at now: Instant) -> Bool {
    while blockCount > 0, now - times[Int(oldest % 32)] > Fixed.retentionMax { dropOldest(&arena) }
    if blockCount >= Fixed.blocksPerLayer { dropOldest(&arena) }
    var block = arena.take()
    if block == nil, blockCount > 0 {
      // The shard has no more: go round in what there is.
      dropOldest(&arena)
      block = arena.take()
    }
    guard let block else { return false }
    blocks[Int((oldest &+ UInt16(blockCount)) % 32)] = block
    blockCount += 1
    end = 0
    return true
  }

  private mutating func dropOldest(_ arena: inout OctetArena) {
    arena.give(blocks[Int(oldest % 32)])
    oldest &+= 1
    blockCount -= 1
  }

  private static func place(of index: UInt64) -> Int {
    Int(index % UInt64(Fixed.packetsPerLayer))
  }
}
