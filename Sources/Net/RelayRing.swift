public import Base
internal import Synchronization

/// Frames on their way from one thread to one other: a bounded ring of octets without locks.
///
/// A ``RelayWriter`` fills a frame in place and publishes it; a ``RelayReader`` is lent it in place and frees
/// it. There is at most one of each. Nothing is allocated after `init`, and a ring without room refuses.
///
/// ```
///          tail ▼ freed by the reader            head ▼ published by the writer
///   ┌───────────┬──────────┬─────────┬────────────────┬────────────────────────────┐
///   │   free    │ origin   │ count   │ frame, padded  │           free             │
///   │           │ 8 octets │ 8       │ to 16 octets   │                            │
///   └───────────┴──────────┴─────────┴────────────────┴────────────────────────────┘
/// ```
///
/// Invariants: head and tail only grow, by multiples of 16, and tail ≤ head ≤ tail + capacity; their places
/// in the ring are taken modulo the capacity, a power of two. A frame lies in one piece: where the rest of the
/// ring is too short for the longest, a skip (a count of all ones) leads back to the beginning. Only the
/// writer writes outside [tail, head) and head itself, only the reader writes tail: so neither ever waits.
@safe
public final class RelayRing: @unchecked Sendable {
  // Sendable: each octet is touched by one end at a time, as the indices say; the indices are atomic.
  fileprivate let octets: UnsafeMutablePointer<UInt8>
  fileprivate let capacity: Int
  fileprivate let head = Atomic<Int>(0)
  // Away from head's cache line: each end writes its own.
  private let distance = InlineArray<16, UInt64>(repeating: 0)
  fileprivate let tail = Atomic<Int>(0)

  /// Octets before a frame: its origin and its count.
  fileprivate static let labelCount = 16
  /// Octets of the longest record.
  fileprivate static let recordMax = recordCount(NetLimits.relayFrameCount)
  /// Instead of a count: go on at the beginning.
  fileprivate static let skipCount = UInt64.max

  /// Makes an empty ring of `capacity` octets, a power of two of at least 16 KiB.
  public init(capacity: Int) {
    precondition(capacity >= 16_384 && capacity.nonzeroBitCount == 1)
    self.capacity = capacity
    // Lives as long as both ends; pages that no frame reached cost no memory.
    unsafe octets = ZeroedOctets.allocate(capacity)
  }

  deinit {
    // Allocated by init.
    unsafe ZeroedOctets.deallocate(octets)
  }

  fileprivate static func recordCount(_ count: Int) -> Int { (labelCount &+ count &+ 15) & ~15 }

  fileprivate func label(at place: Int, origin: Int64, count: UInt64) {
    // `place` is a multiple of 16 below the capacity: two aligned words fit.
    let label = unsafe UnsafeMutableRawPointer(octets + place)
    unsafe label.storeBytes(of: origin, as: Int64.self)
    unsafe (label + 8).storeBytes(of: count, as: UInt64.self)
  }

  fileprivate func label(at place: Int) -> (origin: Int64, count: UInt64) {
    // `place` is a multiple of 16 below the capacity, and a label was written there.
    let label = unsafe UnsafeRawPointer(octets + place)
    return unsafe (label.load(as: Int64.self), (label + 8).load(as: UInt64.self))
  }
}

/// The sending end of a ``RelayRing``; owned by one thread.
public struct RelayWriter: ~Copyable {
  private let ring: RelayRing
  private let bell: SleepBell
  private var head = 0
  /// The reader's tail when it was last looked at; it may have grown since.
  private var knownTail = 0

  /// Makes the one writer of `ring`; `bell` wakes the reader's thread if it sleeps.
  public init(_ ring: RelayRing, bell: SleepBell) {
    self.ring = ring
    self.bell = bell
  }

  /// Offers a slot of ``NetLimits/relayFrameCount`` octets for one frame; false when there is no room.
  ///
  /// `fill` writes the frame from the front and gives its octets; 0 publishes nothing. `origin` goes with it.
  public mutating func write(origin: Instant, _ fill: (inout MutableSpan<UInt8>) -> Int) -> Bool {
    let place = head & (ring.capacity &- 1)
    let rest = ring.capacity &- place
    let skip = rest < RelayRing.recordMax ? rest : 0
    guard hasRoom(for: skip &+ RelayRing.recordMax) else { return false }
    let begin = skip > 0 ? 0 : place
    // `hasRoom` proved that the slot is free; it ends before the ring does.
    var slot = unsafe MutableSpan(
      _unsafeStart: ring.octets + begin + RelayRing.labelCount, count: NetLimits.relayFrameCount)
    let count = fill(&slot)
    guard count > 0, count <= NetLimits.relayFrameCount else { return count == 0 }
    if skip > 0 { ring.label(at: place, origin: 0, count: RelayRing.skipCount) }
    ring.label(at: begin, origin: origin.nanoseconds, count: UInt64(count))
    head &+= skip &+ RelayRing.recordCount(count)
    ring.head.store(head, ordering: .sequentiallyConsistent)
    bell.ring()
    return true
  }

  private mutating func hasRoom(for count: Int) -> Bool {
    if head &+ count &- knownTail <= ring.capacity { return true }
    knownTail = ring.tail.load(ordering: .acquiring)
    return head &+ count &- knownTail <= ring.capacity
  }
}

/// The receiving end of a ``RelayRing``; owned by one thread.
public struct RelayReader: ~Copyable {
  private let ring: RelayRing
  private var tail = 0
  /// The writer's head when it was last looked at; it may have grown since.
  private var knownHead = 0

  /// Makes the one reader of `ring`.
  public init(_ ring: RelayRing) {
    self.ring = ring
  }

  /// Whether no frame waits; after ``SleepBell/lieDown()``, whether the thread may sleep.
  public var isEmpty: Bool { ring.head.load(ordering: .sequentiallyConsistent) == tail }

  /// Lends the oldest frame with its origin and frees it; false when there is none.
  public mutating func read(_ body: (Span<UInt8>, Instant) -> Void) -> Bool {
    if tail == knownHead { knownHead = ring.head.load(ordering: .acquiring) }
    guard tail != knownHead else { return false }
    var label = ring.label(at: tail & (ring.capacity &- 1))
    if label.count == RelayRing.skipCount {
      // A skip is published together with the frame behind it.
      tail &+= ring.capacity &- tail & (ring.capacity &- 1)
      label = ring.label(at: 0)
    }
    let begin = tail & (ring.capacity &- 1)
    let count = Int(truncatingIfNeeded: label.count)
    // Written by the writer before it published: the record lies below head, hence in the ring.
    let frame = unsafe Span(
      _unsafeStart: UnsafePointer(ring.octets) + begin + RelayRing.labelCount, count: count)
    body(frame, Instant(nanoseconds: label.origin))
    tail &+= RelayRing.recordCount(count)
    ring.tail.store(tail, ordering: .releasing)
    return true
  }
}
