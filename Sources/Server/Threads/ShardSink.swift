internal import Base
internal import MediaControl
internal import Net
internal import SFU

/// The shard's send slots: one queue a socket, chosen by the receiver's address family.
struct ShardSink: ~Copyable, TransmitSink {
  private var first: SendQueue
  private var second: SendQueue?
  /// Whether `second`, if there is one, takes IPv4.
  private let isSecondV4: Bool

  /// Makes the queues of one or two bound sockets.
  init(first: borrowing UDPSocket, second: borrowing UDPSocket?) throws(NetError) {
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

  /// Hands what waits to the kernel; whether something is left for either socket.
  mutating func flush() -> (first: Bool, second: Bool) {
    first.flush()
    second?.flush()
    return (first.count > 0, secondIsWaiting)
  }

  private var secondIsWaiting: Bool {
    switch second {
    case .some(let queue): queue.count > 0
    case .none: false
    }
  }

  /// Adds what was sent and dropped to `statistics`.
  func report(into statistics: inout ShardStatistics) {
    statistics.sent = first.sentCount
    statistics.sendOverflow = first.overflowCount
    statistics.sendRefused = first.refusedCount
    switch second {
    case .some(let queue):
      statistics.sent &+= queue.sentCount
      statistics.sendOverflow &+= queue.overflowCount
      statistics.sendRefused &+= queue.refusedCount
    case .none: break
    }
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
