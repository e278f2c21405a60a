internal import Base
internal import MediaControl
internal import Net
internal import SFU

/// The shard's send slots: one queue a socket, chosen by the receiver's address family, and the window for
/// which they gather.
struct ShardSink: ~Copyable, TransmitSink {
  private var first: SendQueue
  private var second: SendQueue?
  /// Whether `second`, if there is one, takes IPv4.
  private let isSecondV4: Bool
  private var window: CoalescingWindow
  /// When the oldest gathering packet came into a queue.
  private var gatheringSince: Instant?
  /// Whether the kernel had no room: then writability is waited for, not time.
  private var isBlocked = false

  /// Makes the queues of one or two bound sockets, whose packets gather for at most `coalesceMax`.
  init(first: borrowing UDPSocket, second: borrowing UDPSocket?, coalesceMax: Interval) throws(NetError) {
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
    window = CoalescingWindow(longest: coalesceMax)
  }

  /// Says when that came which the next packets forward; `nil` when they forward nothing.
  mutating func origin(_ arrival: Instant?) {
    first.origin = arrival
    second?.origin = arrival
  }

  /// Offers a slot of the queue that reaches `address`.
  @inline(always)
  mutating func transmit(to address: SocketAddress, _ write: (inout MutableSpan<UInt8>) -> Int) {
    if second != nil, address.ip.isV4 == isSecondV4 {
      second?.transmit(to: address, write)
    } else {
      first.transmit(to: address, write)
    }
  }

  /// When what gathers has to leave.
  var deadline: Instant {
    guard let gatheringSince, !isBlocked else { return .distantFuture }
    return gatheringSince + window.length
  }

  /// Packets that were handed to the kernel or wait for it.
  var packetCount: UInt64 {
    var count = first.sentCount &+ UInt64(first.count)
    switch second {
    case .some(let queue): count &+= queue.sentCount &+ UInt64(queue.count)
    case .none: break
    }
    return count
  }

  /// A socket takes datagrams again.
  mutating func unblock() {
    isBlocked = false
    gatheringSince = .zero
  }

  /// Hands over what has gathered long enough; whether the kernel left something for either socket.
  mutating func flushDue(at now: Instant) -> (first: Bool, second: Bool) {
    if waitingCount > 0, gatheringSince == nil { gatheringSince = now }
    if let since = gatheringSince, since + window.length <= now {
      first.flush()
      second?.flush()
      isBlocked = waitingCount > 0
      gatheringSince = nil
    }
    return isBlocked ? (first.count > 0, secondCount > 0) : (false, false)
  }

  /// Whether it is time to look at the load.
  func isLoadDue(at now: Instant) -> Bool {
    window.isDue(at: now)
  }

  /// Lets the window follow the load of the thread that calls.
  mutating func observeLoad(isBehind: Bool, at now: Instant) {
    var runs = first.runCount
    switch second {
    case .some(let queue): runs &+= queue.runCount
    case .none: break
    }
    let load = CoalescingWindow.Load(
      busy: ThreadClock.busy(), packets: packetCount &- UInt64(waitingCount), runs: runs, isBehind: isBehind)
    window.observe(load, at: now)
    first.gather(window.length > .zero)
    second?.gather(window.length > .zero)
  }

  private var waitingCount: Int { first.count + secondCount }

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
    statistics.coalescingWindow = window.length
    statistics.utilisation = window.utilisation
  }
}

/// What the queues of a shard have counted together.
struct SendStatistics: Sendable {
  private(set) var packets: UInt64 = 0
  private(set) var runs: UInt64 = 0
  private(set) var segmentationRefused: UInt64 = 0
  private(set) var overflow: UInt64 = 0
  private(set) var refused: UInt64 = 0
  private(set) var latency = LatencyHistogram()

  mutating func add(_ queue: borrowing SendQueue) {
    packets &+= queue.sentCount
    runs &+= queue.runCount
    segmentationRefused &+= queue.segmentationRefusedCount
    overflow &+= queue.overflowCount
    refused &+= queue.refusedCount
    latency.merge(queue.latency)
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
