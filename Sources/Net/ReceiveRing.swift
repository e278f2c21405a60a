public import Base
internal import CNet
internal import Glibc

/// Fixed slots for one batch of received datagrams; allocated once, owned by one thread.
///
/// Where the kernel joins datagrams of one sender (UDP GRO), a slot holds several, of equal size but for
/// the last; they are lent one by one. A datagram that does not fit its slot is counted and shows up with
/// no octets.
@safe
public struct ReceiveRing: ~Copyable {
  // Invariants: `slots` has capacity × slotStride octets, `labels` capacity × 4 words, `datagrams` capacity
  // × segmentCountMax words, all initialised.
  private let slots: UnsafeMutablePointer<UInt8>
  private let labels: UnsafeMutablePointer<UInt64>
  private let datagrams: UnsafeMutablePointer<UInt64>
  /// No multiple of 4 KiB apart, so that the slots' first lines do not compete for one set of the cache.
  private static let slotStride = NetLimits.receiveSlotCount + 192

  /// How many slots one system call fills.
  public let capacity: Int
  /// How many datagrams the last batch brought.
  public private(set) var count = 0
  /// Whether the last batch filled every slot, so that more is likely to wait.
  public private(set) var isFull = false
  /// Datagrams that were larger than a slot, since the start.
  public private(set) var oversizedCount: UInt64 = 0
  /// Errors that the kernel reported instead of datagrams, since the start.
  public private(set) var errorCount: UInt64 = 0

  /// Makes a ring of `capacity` slots, 1 to ``NetLimits/batchCountMax``.
  public init(capacity: Int) {
    precondition((1...NetLimits.batchCountMax).contains(capacity))
    self.capacity = capacity
    // Blocks live as long as the ring; deinit releases them. The large one is zeroed by the kernel, page by
    // page when first used.
    unsafe slots = ZeroedOctets.allocate(capacity * ReceiveRing.slotStride)
    unsafe labels = .allocate(capacity: capacity * 4)
    unsafe labels.initialize(repeating: 0, count: capacity * 4)
    unsafe datagrams = .allocate(capacity: capacity * NetLimits.segmentCountMax)
    unsafe datagrams.initialize(repeating: 0, count: capacity * NetLimits.segmentCountMax)
  }

  deinit {
    // Allocated by init, trivial elements.
    unsafe ZeroedOctets.deallocate(slots)
    unsafe labels.deallocate()
    unsafe datagrams.deallocate()
  }

  mutating func fill(from descriptor: Int32) -> Int {
    count = 0
    isFull = false
    // The layout and the capacities of all blocks are those that the call is told.
    var layout = unsafe cnet_slots(
      octets: slots, stride: ReceiveRing.slotStride, size: NetLimits.receiveSlotCount)
    // An error is taken off the socket by being reported: the bound only guards against a broken kernel.
    for _ in 0..<NetLimits.batchCountMax {
      let received = unsafe cnet_udp_receive(
        descriptor, &layout, labels, UInt32(capacity), datagrams,
        UInt32(capacity * NetLimits.segmentCountMax))
      if received >= 0 {
        count = Int(received)
        // The last datagram's slot: below capacity, as the C function wrote it.
        isFull = unsafe count > 0 && slot(of: datagrams[count - 1]) == capacity - 1
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

  /// When datagram `index` of the last batch reached the machine.
  ///
  /// Where the kernel gives no stamps, when it was taken from the socket.
  public func arrival(_ index: Int) -> Instant {
    precondition(index >= 0 && index < count)
    // `index` is below count, the slot below capacity.
    return unsafe Instant(
      nanoseconds: Int64(truncatingIfNeeded: labels[4 &* slot(of: datagrams[index]) &+ 3]))
  }

  /// Lends datagram `index` of the last batch: exactly its octets, how many, and who sent it.
  @discardableResult
  public mutating func withDatagram<Result>(
    _ index: Int, _ body: (inout MutableSpan<UInt8>, Int, SocketAddress) -> Result
  ) -> Result {
    precondition(index >= 0 && index < count)
    // `index` is below count; slot, offset and octets were written by the C function and lie in their blocks.
    let datagram = unsafe datagrams[index]
    let label = unsafe labels + 4 &* slot(of: datagram)
    var octets = Int(truncatingIfNeeded: datagram & 0xFF_FFFF)
    if octets > NetLimits.slotCount {
      oversizedCount &+= 1
      octets = 0
    }
    let address = unsafe SocketAddress(
      ip: IPAddress(high: label[0], low: label[1]), port: UInt16(truncatingIfNeeded: label[2]))
    // Lent for the length of `body` while self is borrowed exclusively; ends where the next datagram begins.
    var lent = unsafe MutableSpan(
      _unsafeStart: slots + Int(truncatingIfNeeded: datagram >> 32), count: octets)
    return body(&lent, octets, address)
  }

  private func slot(of datagram: UInt64) -> Int {
    Int(truncatingIfNeeded: datagram >> 24 & 0xFF)
  }
}

/// Large blocks that cost memory only where they are used.
enum ZeroedOctets {
  static func allocate(_ count: Int) -> UnsafeMutablePointer<UInt8> {
    // The C library maps large blocks, whose pages read as zero until they are written.
    let block = unsafe calloc(count, 1)
    guard let block = unsafe block else { preconditionFailure("no memory for \(count) octets") }
    // Initialised by calloc; UInt8 is trivial.
    return unsafe block.assumingMemoryBound(to: UInt8.self)
  }

  static func deallocate(_ block: UnsafeMutablePointer<UInt8>) {
    // Came from allocate(_:).
    unsafe free(block)
  }
}
