public import Base
internal import CNet
internal import Glibc

/// Fixed slots for datagrams that wait to be sent, oldest first; owned by one thread.
///
/// ``transmit(to:_:)`` writes into the next slot and allocates nothing. A full queue is flushed; when the
/// kernel takes nothing either, the oldest datagram is dropped and counted, because in a call the newest
/// is worth more. It holds its own duplicate of the socket's descriptor.
@safe
public struct SendQueue: ~Copyable {
  // Invariants: `slots` has capacity × slotCount octets, `labels` capacity × 4 words, all initialised;
  // capacity is a power of two; 0 <= first < capacity; 0 <= waiting <= capacity.
  @usableFromInline let slots: UnsafeMutablePointer<UInt8>
  @usableFromInline let labels: UnsafeMutablePointer<UInt64>
  @usableFromInline let mask: Int
  @usableFromInline var first = 0
  @usableFromInline var waiting = 0
  private let descriptor: Int32
  private let isV6: Int32

  /// How many datagrams wait at most.
  public let capacity: Int
  /// How many datagrams wait.
  public var count: Int { waiting }
  /// Datagrams that the kernel took, since the start.
  public private(set) var sentCount: UInt64 = 0
  /// Datagrams that were dropped because queue and kernel were full, since the start.
  public private(set) var overflowCount: UInt64 = 0
  /// Datagrams that the kernel refused: unreachable, too large, the wrong family.
  public private(set) var refusedCount: UInt64 = 0

  /// Makes a queue for `capacity` datagrams, a power of two, that leave through `socket`.
  public init(socket: borrowing UDPSocket, capacity: Int) throws(NetError) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0)
    let copy = cnet_duplicate(socket.descriptor)
    guard copy >= 0 else { throw NetError(.duplicate, socket.localAddress.description, code: -copy) }
    descriptor = copy
    isV6 = cnet_udp_is_v6(copy)
    self.capacity = capacity
    mask = capacity - 1
    // Both blocks live as long as the queue; deinit releases them.
    unsafe slots = .allocate(capacity: capacity * NetLimits.slotCount)
    unsafe labels = .allocate(capacity: capacity * 4)
    unsafe slots.initialize(repeating: 0, count: capacity * NetLimits.slotCount)
    unsafe labels.initialize(repeating: 0, count: capacity * 4)
  }

  deinit {
    cnet_close(descriptor)
    // Allocated by init, trivial elements.
    unsafe slots.deallocate()
    unsafe labels.deallocate()
  }

  /// Lets `write` fill the next slot and queues it for `address`.
  ///
  /// `write` gives how many octets it wrote, 0 for "nothing after all". The slot has
  /// ``NetLimits/slotCount`` octets with rests of earlier datagrams.
  @inlinable
  public mutating func transmit(
    to address: SocketAddress, _ write: (inout MutableSpan<UInt8>) -> Int
  ) {
    if waiting == capacity { makeRoom() }
    let index = (first &+ waiting) & mask
    // `index` is below capacity; the slot is lent for the length of `write`, self being exclusive.
    var slot = unsafe MutableSpan(
      _unsafeStart: slots + index &* NetLimits.slotCount, count: NetLimits.slotCount)
    let octets = write(&slot)
    guard octets > 0 else { return }
    precondition(octets <= NetLimits.slotCount)
    // Four words for each slot, `index` below capacity.
    unsafe labels[4 &* index] = address.ip.high
    unsafe labels[4 &* index &+ 1] = address.ip.low
    unsafe labels[4 &* index &+ 2] = UInt64(address.port)
    unsafe labels[4 &* index &+ 3] = UInt64(octets)
    waiting &+= 1
  }

  @usableFromInline
  mutating func makeRoom() {
    flush()
    guard waiting == capacity else { return }
    overflowCount &+= 1
    advance(1)
  }

  /// Hands what waits to the kernel, in batches; keeps what the kernel has no room for.
  ///
  /// When something is left, watch the socket for writability and call again.
  public mutating func flush() {
    while waiting > 0 {
      let run = min(waiting, capacity &- first, NetLimits.batchCountMax)
      // `first + run` does not reach behind either block.
      let sent = unsafe cnet_udp_send(
        descriptor, isV6, slots + first &* NetLimits.slotCount, NetLimits.slotCount,
        labels + 4 &* first, UInt32(run))
      if sent > 0 {
        sentCount &+= UInt64(sent)
        advance(Int(sent))
        continue
      }
      switch -sent {
      case EINTR: continue
      case EAGAIN, ENOBUFS, ENOMEM: return
      default:
        // The error is that of the first datagram: EMSGSIZE, ECONNREFUSED, ENETUNREACH, EPERM …
        refusedCount &+= 1
        advance(1)
      }
    }
  }

  private mutating func advance(_ taken: Int) {
    first = (first &+ taken) & mask
    waiting &-= taken
  }
}
