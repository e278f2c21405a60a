import Base
import CAllocations
import MediaControl
import SFU

/// A send slot that is used again and again, as a shard's are.
struct CostSlot: TransmitSink {
  var octets = [UInt8](repeating: 0, count: 1_500)
  var sent = 0
  var relayed = 0
  /// Octets of the frame that was relayed last.
  var frameCount = 0

  mutating func transmit(
    to address: SocketAddress, origin: Instant?, _ write: (inout MutableSpan<UInt8>) -> Int
  ) {
    var span = octets.mutableSpan
    if write(&span) > 0 { sent += 1 }
  }

  mutating func relay(
    to shard: ShardID, origin: Instant, _ write: (inout MutableSpan<UInt8>) -> Int
  ) -> Bool {
    var span = octets.mutableSpan
    frameCount = write(&span)
    if frameCount > 0 { relayed += 1 }
    return true
  }
}

/// Heap blocks and references that the endpoint asked for.
struct Cost {
  var blocks: UInt64 = 0
  var references: UInt64 = 0
  private var before: (blocks: UInt64, references: UInt64) = (0, 0)

  mutating func begin() {
    before = (roost_allocation_count(), roost_reference_count())
  }

  mutating func end() {
    blocks += roost_allocation_count() - before.blocks
    references += roost_reference_count() - before.references
  }
}
