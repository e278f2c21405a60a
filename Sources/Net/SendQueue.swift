public import Base
internal import CNet
internal import Glibc

/// Datagrams that wait to be sent, one behind the other in memory; owned by one thread.
///
/// ``transmit(to:origin:_:)`` lets its caller write where the last datagram ends, and allocates nothing.
/// Datagrams for one destination that come one after the other and are equally long, the last perhaps
/// shorter, form a run, and a run leaves as one segmented send (UDP GSO); where the kernel refuses that, one
/// by one. They leave in order, a full batch of runs at once, the rest with ``flush()``. A full queue is
/// flushed; when the kernel takes nothing either, the oldest datagram is dropped and counted, because in a
/// call the newest is worth more. It holds its own duplicate of the socket's descriptor.
@safe
public struct SendQueue: ~Copyable {
  // Invariants: `octets` has octetCount octets, `labels` 4 words and `origins` one for each of `capacity`
  // datagrams, a power of two, all initialised. The datagrams that wait have the `waiting` labels from `first`
  // on, going round. Their octets lie in that order between the first's begin and `tail`, going round at most
  // once, where a datagram never lies across the end. While nothing waits, `tail` is 0: so a queue that is
  // flushed in time uses the same few lines of cache again and again.
  //
  // There is always room to write: `capacity - 1` datagrams that wait, the octets skipped at the end and the
  // one being written are less than capacity + 2 slots.
  @usableFromInline let octets: UnsafeMutablePointer<UInt8>
  private let octetCount: Int
  private let labels: UnsafeMutablePointer<UInt64>
  private let origins: UnsafeMutablePointer<Int64>
  private var first = 0
  @usableFromInline var waiting = 0
  @usableFromInline var tail = 0
  /// Runs that wait.
  private var runsWaiting = 0
  /// The run that the next datagram may continue; its count is 0 when there is none.
  private var run = Run()
  private var isBlocked = false
  private let descriptor: Int32
  private let isV6: Int32

  private struct Run {
    var address = SocketAddress(ip: IPAddress(high: 0, low: 0), port: 0)
    var count = 0
    var octets = 0
    /// Octets of every datagram but the last, which may be shorter.
    var segment = 0
  }

  /// How many datagrams wait at most.
  public let capacity: Int
  /// How many datagrams wait.
  public var count: Int { waiting }
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
  /// From a datagram's origin to the return of the system call that sent it.
  public private(set) var latency = LatencyHistogram()

  /// Makes a queue for `capacity` datagrams, a power of two, that leave through `socket`.
  public init(socket: borrowing UDPSocket, capacity: Int) throws(NetError) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0 && capacity <= 1 << 20)
    let copy = cnet_duplicate(socket.descriptor)
    guard copy >= 0 else { throw NetError(.duplicate, socket.localAddress.description, code: -copy) }
    descriptor = copy
    isV6 = cnet_udp_is_v6(copy)
    self.capacity = capacity
    octetCount = (capacity + 2) * NetLimits.slotCount
    // All blocks live as long as the queue; deinit releases them. Octets cost memory once they are used.
    unsafe octets = ZeroedOctets.allocate(octetCount)
    unsafe labels = .allocate(capacity: capacity * 4)
    unsafe origins = .allocate(capacity: capacity)
    unsafe labels.initialize(repeating: 0, count: capacity * 4)
    // Their pages are few; written here, they are there.
    unsafe origins.initialize(repeating: 0, count: capacity)
  }

  deinit {
    cnet_close(descriptor)
    // Allocated by init, trivial elements.
    unsafe ZeroedOctets.deallocate(octets)
    unsafe labels.deallocate()
    unsafe origins.deallocate()
  }

  /// Lets `write` fill a slot and queues it for `address`.
  ///
  /// `origin` is when that came which is being forwarded; the datagram's latency counts from there. `write`
  /// gives how many octets it wrote, 0 for "nothing after all". The slot has ``NetLimits/slotCount`` octets
  /// with rests of earlier datagrams.
  @inlinable
  public mutating func transmit(
    to address: SocketAddress, origin: Instant? = nil, _ write: (inout MutableSpan<UInt8>) -> Int
  ) {
    makeRoom(for: address)
    // From `tail` on a slot is free, see the invariants; it is lent for the length of `write`, self being
    // exclusive.
    var slot = unsafe MutableSpan(_unsafeStart: octets + tail, count: NetLimits.slotCount)
    let octets = write(&slot)
    guard octets > 0 else { return }
    precondition(octets <= NetLimits.slotCount)
    enqueue(octets, for: address, origin)
  }

  /// Hands what waits to the kernel, in batches; keeps what the kernel has no room for.
  ///
  /// When something is left, watch the socket for writability and call again.
  public mutating func flush() {
    isBlocked = false
    while waiting > 0, !isBlocked {
      let sent = send(waiting, isSegmented: isSegmenting)
      if sent > 0 { release(Int(sent)) } else { refused(-sent) }
    }
  }

  /// Sees to it that a datagram for `address` can be written at `tail` and labelled.
  @usableFromInline
  mutating func makeRoom(for address: SocketAddress) {
    // A full batch leaves before the next run begins, so that its last run is whole.
    let isBatch = runsWaiting >= NetLimits.batchCountMax && run.address != address
    if isBatch && !isBlocked || waiting == capacity { flush() }
    if waiting == capacity {
      overflowCount &+= 1
      dropOldest()
    }
    if tail > octetCount &- NetLimits.slotCount { tail = 0 }
  }

  @usableFromInline
  mutating func enqueue(_ octets: Int, for address: SocketAddress, _ origin: Instant?) {
    let index = (first &+ waiting) & (capacity &- 1)
    let isContinued = continues(octets, for: address)
    // `index` is below capacity, which is a power of two.
    unsafe labels[4 &* index] = address.ip.high
    unsafe labels[4 &* index &+ 1] = address.ip.low
    unsafe labels[4 &* index &+ 2] = UInt64(tail) << 32 | UInt64(address.port)
    unsafe labels[4 &* index &+ 3] = (isContinued ? 1 << 32 : 0) | UInt64(octets)
    unsafe origins[index] = origin?.nanoseconds ?? .min
    waiting &+= 1
    tail &+= octets
    if isContinued {
      run.count &+= 1
      run.octets &+= octets
    } else {
      runsWaiting &+= 1
      run = Run(address: address, count: 1, octets: octets, segment: octets)
    }
  }

  /// Whether a datagram of so many octets may be the next of the run.
  ///
  /// Only the last datagram of a run may be shorter than the others, and none longer; and they lie side by
  /// side, which the first one behind the end of the memory does not.
  private func continues(_ octets: Int, for address: SocketAddress) -> Bool {
    isSegmenting && run.count > 0 && run.address == address && octets <= run.segment
      && run.octets == run.segment &* run.count && run.count < NetLimits.runCountMax
      && run.octets &+ octets <= NetLimits.runOctetsMax && tail > 0
  }

  /// One system call for at most `count` datagrams.
  private func send(_ count: Int, isSegmented: Bool) -> Int32 {
    // The layout of all blocks is that of the invariants; the labels go round after `capacity`.
    unsafe cnet_udp_send(
      descriptor, isV6, octets, labels, UInt32(first), UInt32(count), UInt32(capacity &- 1),
      isSegmented ? 1 : 0)
  }

  /// Deals with an error, which is that of the first run.
  private mutating func refused(_ code: Int32) {
    switch code {
    case EINTR: return
    case EAGAIN, ENOBUFS, ENOMEM: isBlocked = true
    default:
      if isSegmenting, firstRunCount > 1, resend(code) { return }
      // It is the datagram's own: EMSGSIZE, ECONNREFUSED, ENETUNREACH, EPERM …
      refusedCount &+= 1
      dropOldest()
    }
  }

  /// Datagrams of the first run.
  private var firstRunCount: Int {
    var count = min(waiting, 1)
    while count < waiting, isContinuation(first &+ count) { count &+= 1 }
    return count
  }

  private func isContinuation(_ position: Int) -> Bool {
    // The mask keeps the index below capacity.
    unsafe labels[4 &* (position & (capacity &- 1)) &+ 3] >> 32 != 0
  }

  /// Sends the first run one by one; whether that went better than segmented.
  ///
  /// If it did, the kernel or the device does not segment: no run is made any more. But a run that is
  /// refused for the size of its datagrams may only have met a narrow path.
  private mutating func resend(_ code: Int32) -> Bool {
    let sent = send(firstRunCount, isSegmented: false)
    if sent == -EAGAIN || sent == -ENOBUFS || sent == -ENOMEM {
      isBlocked = true
      return true
    }
    guard sent > 0 else { return false }
    segmentationRefusedCount &+= 1
    // Something waits, so that there is a first label.
    let octets = unsafe labels[4 &* first &+ 3] & 0xFFFF_FFFF
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
      // `first` is below capacity.
      let next = unsafe origins[first]
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

  /// Frees the first datagram; whether a run ends with it.
  private mutating func freeFirst() -> Bool {
    first = (first &+ 1) & (capacity &- 1)
    waiting &-= 1
    let isLast = waiting == 0 || !isContinuation(first)
    if isLast { runsWaiting &-= 1 }
    if waiting == 0 {
      tail = 0
      run.count = 0
    }
    return isLast
  }
}
