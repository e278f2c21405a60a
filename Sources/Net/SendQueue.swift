public import Base
internal import CNet
internal import Glibc

/// Fixed slots for datagrams that wait to be sent; owned by one thread.
///
/// ``transmit(to:_:)`` writes into a free slot and allocates nothing. Datagrams for one destination that
/// wait together and are equally long, the last perhaps shorter, form a run, and a run leaves as one
/// segmented send (UDP GSO); where the kernel refuses that, one by one. One destination's datagrams never
/// overtake each other. A full queue is flushed; when the kernel takes nothing either, the oldest datagram
/// is dropped and counted, because in a call the newest is worth more. It holds its own duplicate of the
/// socket's descriptor.
@safe
public struct SendQueue: ~Copyable {
  // Invariants: for each of `capacity` slots, a power of two, `slots` has slotStride octets, `labels` 4 words,
  // `links`, `origins` and `heads` one element, all initialised. Every slot is in exactly one chain of
  // `links`: that of free slots from `free`, or that of a run, of which the first `headCount` elements of
  // `heads` from `firstHead` on, going round, name the first slots, oldest first.
  @usableFromInline let slots: UnsafeMutablePointer<UInt8>
  private let labels: UnsafeMutablePointer<UInt64>
  private let links: UnsafeMutablePointer<UInt32>
  private let origins: UnsafeMutablePointer<Int64>
  private let heads: UnsafeMutablePointer<UInt32>
  @usableFromInline var free: UInt32 = 0
  @usableFromInline var waiting = 0
  private var firstHead = 0
  private var headCount = 0
  private var runs: RunTable
  private var isBlocked = false
  private let descriptor: Int32
  private let isV6: Int32
  /// A line more than a datagram's room: at 2 KiB apart the slots would share two sets of the nearest cache.
  @usableFromInline static let slotStride = NetLimits.slotCount + 64
  private static let noSlot = UInt32.max
  /// Places of the table of runs that one batch's destinations fill by a quarter.
  private static let batchPlaces = 4 * NetLimits.batchCountMax

  /// How many datagrams wait at most.
  public let capacity: Int
  /// How many datagrams wait.
  public var count: Int { waiting }
  /// When that which is being answered or forwarded came; the next datagrams' latency counts from there.
  public var origin: Instant?
  /// Whether datagrams gather until ``flush()``; otherwise a full batch leaves at once.
  public private(set) var isGathering = false
  /// Whether runs leave as segmented sends; for good not once the kernel has refused one.
  public private(set) var isSegmenting = true
  /// Datagrams that the kernel took, since the start.
  public private(set) var sentCount: UInt64 = 0
  /// Runs, of one datagram or several, that they left as.
  public private(set) var runCount: UInt64 = 0
  /// Segmented sends that the kernel refused.
  public private(set) var segmentationRefusedCount: UInt64 = 0
  /// Datagrams that were dropped because queue and kernel were full, since the start.
  public private(set) var overflowCount: UInt64 = 0
  /// Datagrams that the kernel refused: unreachable, too large, the wrong family.
  public private(set) var refusedCount: UInt64 = 0
  /// From ``origin`` to the return of the system call that sent.
  public private(set) var latency = LatencyHistogram()

  /// Makes a queue for `capacity` datagrams, a power of two, that leave through `socket`.
  public init(socket: borrowing UDPSocket, capacity: Int) throws(NetError) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0 && capacity < Int(SendQueue.noSlot))
    let copy = cnet_duplicate(socket.descriptor)
    guard copy >= 0 else { throw NetError(.duplicate, socket.localAddress.description, code: -copy) }
    descriptor = copy
    isV6 = cnet_udp_is_v6(copy)
    self.capacity = capacity
    runs = RunTable(capacity: max(2 * capacity, SendQueue.batchPlaces))
    runs.reset(places: SendQueue.batchPlaces)
    // All blocks live as long as the queue; deinit releases them. Slots cost memory once they are used.
    unsafe slots = ZeroedOctets.allocate(capacity * SendQueue.slotStride)
    unsafe labels = .allocate(capacity: capacity * 4)
    unsafe links = .allocate(capacity: capacity)
    unsafe origins = .allocate(capacity: capacity)
    unsafe heads = .allocate(capacity: capacity)
    unsafe labels.initialize(repeating: 0, count: capacity * 4)
    // Their pages are few; written here, they are there.
    unsafe origins.initialize(repeating: 0, count: capacity)
    unsafe heads.initialize(repeating: 0, count: capacity)
    for slot in 0..<capacity {
      unsafe (links + slot).initialize(to: slot == capacity - 1 ? SendQueue.noSlot : UInt32(slot + 1))
    }
  }

  deinit {
    cnet_close(descriptor)
    // Allocated by init, trivial elements.
    unsafe ZeroedOctets.deallocate(slots)
    unsafe labels.deallocate()
    unsafe links.deallocate()
    unsafe origins.deallocate()
    unsafe heads.deallocate()
  }

  /// Lets `write` fill a slot and queues it for `address`.
  ///
  /// `write` gives how many octets it wrote, 0 for "nothing after all". The slot has
  /// ``NetLimits/slotCount`` octets with rests of earlier datagrams.
  @inlinable
  public mutating func transmit(
    to address: SocketAddress, _ write: (inout MutableSpan<UInt8>) -> Int
  ) {
    if waiting == capacity { makeRoom() }
    // Not all slots wait, so `free` is one; it is lent for the length of `write`, self being exclusive.
    var slot = unsafe MutableSpan(
      _unsafeStart: slots + Int(free) &* SendQueue.slotStride, count: NetLimits.slotCount)
    let octets = write(&slot)
    guard octets > 0 else { return }
    precondition(octets <= NetLimits.slotCount)
    enqueue(octets, for: address)
  }

  /// Lets datagrams gather, so that runs grow, or leave in full batches as soon as they can.
  public mutating func gather(_ isGathering: Bool) {
    guard isGathering != self.isGathering else { return }
    self.isGathering = isGathering
    endRuns()
  }

  /// Hands what waits to the kernel, in batches; keeps what the kernel has no room for.
  ///
  /// When something is left, watch the socket for writability and call again.
  public mutating func flush() {
    isBlocked = false
    guard headCount > 0 else { return }
    endRuns()
    while headCount > 0, !isBlocked {
      let count = min(headCount, capacity &- firstHead, NetLimits.batchCountMax)
      let sent = send(count, isSegmented: isSegmenting)
      if sent > 0 { release(Int(sent)) } else { refused(-sent) }
    }
  }

  @usableFromInline
  mutating func makeRoom() {
    flush()
    guard waiting == capacity else { return }
    overflowCount &+= 1
    dropOldest()
  }

  @usableFromInline
  mutating func enqueue(_ octets: Int, for address: SocketAddress) {
    let slot = free
    let index = Int(slot)
    // `slot` is free, hence below capacity; so is what `runs` gives back, which has been enqueued.
    unsafe free = links[index]
    unsafe links[index] = SendQueue.noSlot
    unsafe labels[4 &* index] = address.ip.high
    unsafe labels[4 &* index &+ 1] = address.ip.low
    unsafe labels[4 &* index &+ 2] = UInt64(address.port)
    unsafe labels[4 &* index &+ 3] = UInt64(octets)
    // `index` is below capacity, as above.
    unsafe origins[index] = origin?.nanoseconds ?? .min
    waiting &+= 1
    if isSegmenting, let last = runs.append(slot, octets: octets, for: address) {
      unsafe links[Int(last)] = slot
      return
    }
    unsafe heads[(firstHead &+ headCount) & (capacity &- 1)] = slot
    headCount &+= 1
    if headCount >= NetLimits.batchCountMax, !isGathering, !isBlocked { flush() }
  }

  private mutating func endRuns() {
    runs.reset(places: isGathering ? 2 * capacity : SendQueue.batchPlaces)
  }

  /// One system call for the first `count` runs, which lie side by side in `heads`.
  private func send(_ count: Int, isSegmented: Bool) -> Int32 {
    // The layout of all blocks is that of the invariants; `firstHead + count` does not reach behind `heads`.
    var layout = unsafe cnet_slots(
      octets: slots, stride: SendQueue.slotStride, size: NetLimits.slotCount)
    return unsafe cnet_udp_send(
      descriptor, isV6, &layout, labels, links, heads + firstHead, UInt32(count), isSegmented ? 1 : 0)
  }

  /// Deals with an error, which is that of the first run.
  private mutating func refused(_ code: Int32) {
    switch code {
    case EINTR: return
    case EAGAIN, ENOBUFS, ENOMEM: isBlocked = true
    default:
      if isSegmenting, isRunLong, resend(code) { return }
      // It is the datagram's own: EMSGSIZE, ECONNREFUSED, ENETUNREACH, EPERM …
      refusedCount &+= 1
      dropOldest()
    }
  }

  private var isRunLong: Bool {
    // There is a first run, else nothing could be refused.
    unsafe links[Int(heads[firstHead])] != SendQueue.noSlot
  }

  /// Sends the first run one by one; whether that went better than segmented.
  ///
  /// If it did, the kernel or the device does not segment: no run is made any more. But a run that is
  /// refused for the size of its datagrams may only have met a narrow path.
  private mutating func resend(_ code: Int32) -> Bool {
    let sent = send(1, isSegmented: false)
    if sent == -EAGAIN || sent == -ENOBUFS || sent == -ENOMEM {
      isBlocked = true
      return true
    }
    guard sent > 0 else { return false }
    segmentationRefusedCount &+= 1
    // The first slot of a run, as in isRunLong.
    let octets = unsafe labels[4 &* Int(heads[firstHead]) &+ 3]
    if code != EINVAL && code != EMSGSIZE || octets <= SendQueue.everyPathCount { isSegmenting = false }
    release(Int(sent))
    return true
  }

  /// Octets of a datagram that fits every path that carries WebRTC.
  private static let everyPathCount = 1_200

  /// Frees the first `count` datagrams, which the kernel took.
  private mutating func release(_ count: Int) {
    let now = MonotonicClock.now().nanoseconds
    sentCount &+= UInt64(count)
    var origin = Int64.min
    var together = 0
    for _ in 0..<count {
      // `count` datagrams wait at least, so that there is a first one; its slot is below capacity.
      let next = unsafe origins[Int(heads[firstHead])]
      if next != origin {
        record(together, since: origin, at: now)
        origin = next
        together = 0
      }
      together &+= 1
      if freeFirst() { runCount &+= 1 }
    }
    record(together, since: origin, at: now)
  }

  private mutating func record(_ packets: Int, since origin: Int64, at now: Int64) {
    guard origin != .min, packets > 0 else { return }
    latency.record(Interval(nanoseconds: now &- origin), packets: packets)
  }

  private mutating func dropOldest() {
    _ = freeFirst()
  }

  /// Frees the first slot of the first run; whether the run ends with it.
  private mutating func freeFirst() -> Bool {
    // The caller knows that something waits; slots are below capacity.
    let slot = unsafe heads[firstHead]
    let next = unsafe links[Int(slot)]
    unsafe links[Int(slot)] = free
    free = slot
    waiting &-= 1
    guard next == SendQueue.noSlot else {
      unsafe heads[firstHead] = next
      return false
    }
    firstHead = (firstHead &+ 1) & (capacity &- 1)
    headCount &-= 1
    return true
  }
}
