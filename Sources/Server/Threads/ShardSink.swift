internal import Base
internal import MediaControl
package import Net
internal import SFU

/// The shard's send slots: one queue a socket, chosen by the receiver's address family.
struct ShardSink: ~Copyable, TransmitSink {
  private var first: SendQueue
  private var second: SendQueue?
  /// Whether `second`, if there is one, takes IPv4.
  private let isSecondV4: Bool
  private var relays: RelayWriters
  /// Whether the kernel had no room: then nothing is tried before a socket is writable.
  private var isBlocked = false

  /// Makes the queues of one or two bound sockets; frames for other shards go by `relays`.
  init(
    first: borrowing UDPSocket, second: borrowing UDPSocket?, relays: consuming RelayWriters
  ) throws(NetError) {
    let firstQueue = try SendQueue(socket: first, capacity: Limits.sendSlots)
    var secondQueue: SendQueue?
    var isSecondV4 = false
    switch second {
    case .some(let socket):
      isSecondV4 = socket.localAddress.ip.isV4
      secondQueue = try SendQueue(socket: socket, capacity: Limits.sendSlots)
    case .none: break
    }
    self.first = firstQueue
    self.second = secondQueue
    self.isSecondV4 = isSecondV4
    self.relays = relays
  }

  /// Offers a slot of the queue that reaches `address`.
  @inline(always)
  mutating func transmit(
    to address: SocketAddress, origin: Instant?, _ write: (inout MutableSpan<UInt8>) -> Int
  ) {
    if second != nil, address.ip.isV4 == isSecondV4 {
      second?.transmit(to: address, origin: origin, write)
    } else {
      first.transmit(to: address, origin: origin, write)
    }
  }

  /// Offers a slot of the ring to `shard`.
  @inline(always)
  mutating func relay(
    to shard: ShardID, origin: Instant, _ write: (inout MutableSpan<UInt8>) -> Int
  ) -> Bool {
    relays.write(to: shard, origin: origin, write)
  }

  /// A socket takes datagrams again.
  mutating func unblock() {
    isBlocked = false
  }

  /// Hands over what waits; whether the kernel left something for either socket.
  mutating func flush() -> (first: Bool, second: Bool) {
    if !isBlocked {
      first.flush()
      second?.flush()
      isBlocked = first.count + secondCount > 0
    }
    return isBlocked ? (first.count > 0, secondCount > 0) : (false, false)
  }

  /// What the thread that calls has done so far.
  func load(isBehind: Bool) -> CoalescingWindow.Load {
    var packets = first.sentCount
    var runs = first.runCount
    switch second {
    case .some(let queue):
      packets &+= queue.sentCount
      runs &+= queue.runCount
    case .none: break
    }
    return CoalescingWindow.Load(busy: ThreadClock.busy(), packets: packets, runs: runs, isBehind: isBehind)
  }

  private var secondCount: Int {
    switch second {
    case .some(let queue): queue.count
    case .none: 0
    }
  }

  /// Adds what was sent and dropped to `statistics`.
  func report(into statistics: inout ShardStatistics) {
    statistics.sends.add(first)
    switch second {
    case .some(let queue): statistics.sends.add(queue)
    case .none: break
    }
  }
}

/// What the queues of a shard have counted together.
package struct SendStatistics: Sendable {
  package private(set) var packets: UInt64 = 0
  private(set) var runs: UInt64 = 0
  private(set) var segmentationRefused: UInt64 = 0
  private(set) var overflow: UInt64 = 0
  private(set) var refused: UInt64 = 0
  package private(set) var latency = LatencyHistogram()

  mutating func add(_ queue: borrowing SendQueue) {
    packets &+= queue.sentCount
    runs &+= queue.runCount
    segmentationRefused &+= queue.segmentationRefusedCount
    overflow &+= queue.overflowCount
    refused &+= queue.refusedCount
    latency.merge(queue.latency)
  }

  mutating func add(_ other: SendStatistics) {
    packets &+= other.packets
    runs &+= other.runs
    segmentationRefused &+= other.segmentationRefused
    overflow &+= other.overflow
    refused &+= other.refused
    latency.merge(other.latency)
  }
}

/// Collects what the endpoint reports within one turn of the loop.
struct EventBuffer: MediaEventSink {
  private(set) var events: [MediaEvent] = []

  /// Takes one event.
  mutating func emit(_ event: MediaEvent) {
    events.append(event)
  }

  /// Posts all events in order; how many were refused.
  mutating func post(to mailbox: Mailbox<MediaEvent>) -> UInt64 {
    guard !events.isEmpty else { return 0 }
    var refused: UInt64 = 0
    for event in events where !mailbox.post(event) { refused += 1 }
    events.removeAll(keepingCapacity: true)
    return refused
  }
}
