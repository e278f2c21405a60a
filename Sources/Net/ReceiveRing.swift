public import Base
internal import CNet
internal import Glibc

/// Fixed slots for one batch of received datagrams; allocated once, owned by one thread.
///
/// A datagram that does not fit its slot is counted and shows up with no octets.
@safe
public struct ReceiveRing: ~Copyable {
  // Invariants: `slots` has capacity × slotCount octets, `labels` capacity × 4 words, all initialised.
  private let slots: UnsafeMutablePointer<UInt8>
  private let labels: UnsafeMutablePointer<UInt64>

  /// How many datagrams one batch takes.
  public let capacity: Int
  /// How many datagrams the last batch brought.
  public private(set) var count = 0
  /// Datagrams that were larger than a slot, since the start.
  public private(set) var oversizedCount: UInt64 = 0
  /// Errors that the kernel reported instead of datagrams, since the start.
  public private(set) var errorCount: UInt64 = 0

  /// Makes a ring for `capacity` datagrams, 1 to ``NetLimits/batchCountMax``.
  public init(capacity: Int) {
    precondition((1...NetLimits.batchCountMax).contains(capacity))
    self.capacity = capacity
    // Both blocks live as long as the ring; deinit releases them.
    unsafe slots = .allocate(capacity: capacity * NetLimits.slotCount)
    unsafe labels = .allocate(capacity: capacity * 4)
    unsafe slots.initialize(repeating: 0, count: capacity * NetLimits.slotCount)
    unsafe labels.initialize(repeating: 0, count: capacity * 4)
  }

  deinit {
    // Allocated by init, trivial elements.
    unsafe slots.deallocate()
    unsafe labels.deallocate()
  }

  mutating func fill(from descriptor: Int32) -> Int {
    count = 0
    // An error is taken off the socket by being reported: the bound only guards against a broken kernel.
    for _ in 0..<NetLimits.batchCountMax {
      // The capacities of both blocks are those that the call is told.
      let received = unsafe cnet_udp_receive(
        descriptor, slots, NetLimits.slotCount, labels, UInt32(capacity))
      if received >= 0 {
        count = Int(received)
        return count
      }
      switch -received {
      case EAGAIN: return 0
      case EINTR: continue
      default: errorCount &+= 1
      }
    }
    return 0
  }

  /// Lends datagram `index` of the last batch: its whole slot, how many octets it has, and who sent it.
  ///
  /// The octets behind the datagram's are rests of earlier ones and free for use.
  @discardableResult
  public mutating func withDatagram<Result>(
    _ index: Int, _ body: (inout MutableSpan<UInt8>, Int, SocketAddress) -> Result
  ) -> Result {
    precondition(index >= 0 && index < count)
    // `index` is below capacity, so that slot and label are inside their blocks.
    let label = unsafe labels + 4 &* index
    var octets = Int(truncatingIfNeeded: unsafe label[3])
    if octets > NetLimits.slotCount {
      oversizedCount &+= 1
      octets = 0
    }
    let address = unsafe SocketAddress(
      ip: IPAddress(high: label[0], low: label[1]), port: UInt16(truncatingIfNeeded: label[2]))
    // Exactly the octets of this slot, lent for the length of `body` while self is borrowed exclusively.
    var slot = unsafe MutableSpan(
      _unsafeStart: slots + index &* NetLimits.slotCount, count: NetLimits.slotCount)
    return body(&slot, octets, address)
  }
}
