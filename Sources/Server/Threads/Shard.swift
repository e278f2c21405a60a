internal import Base
internal import MediaControl
internal import Net
internal import SFU

/// One thread of the media plane: its sockets, its endpoint, its loop.
///
/// It runs to completion and blocks nowhere but in the poll.
/// Datagrams are taken in batches, handled, and what they cause is sent before the next wait: a forwarded
/// packet waits for nothing but the packets before it in its batch.
struct Shard: ~Copyable {
  private static let wakeToken: UInt64 = 0
  private static let firstToken: UInt64 = 1
  private static let secondToken: UInt64 = 2
  /// Statistics that others read are at most this old while packets flow.
  private static let publishInterval = Interval.milliseconds(200)

  private var first: UDPSocket
  private var second: UDPSocket?
  private var sink: ShardSink
  private var endpoint: Endpoint
  private var events = EventBuffer()
  private var received: UInt64 = 0

  /// Takes one or two bound sockets, of different families, and the endpoint they serve.
  init(first: consuming UDPSocket, second: consuming UDPSocket?, endpoint: consuming Endpoint)
    throws(NetError)
  {
    let sink = try ShardSink(first: first, second: second)
    self.sink = sink
    self.first = first
    self.second = second
    self.endpoint = endpoint
  }

  /// Serves until `control` says to stop.
  mutating func run(_ control: ShardThread) throws(NetError) {
    // Local, because its slots are lent out while the endpoint works.
    var ring = ReceiveRing(capacity: Limits.receiveSlots)
    var poll = try EventPoll()
    try poll.add(control.wakeDescriptor, token: Shard.wakeToken, interest: .readable)
    try poll.add(first.descriptor, token: Shard.firstToken, interest: .readable)
    let secondDescriptor = second?.descriptor
    if let secondDescriptor {
      try poll.add(secondDescriptor, token: Shard.secondToken, interest: .readable)
    }
    var isWaiting = (first: false, second: false)
    var published = Instant.zero
    var isPublished = false

    while !control.hasToStop {
      // Idle, the loop wakes once more to publish, then sleeps until something happens.
      let deadline =
        isPublished ? endpoint.deadline : min(endpoint.deadline, published + Shard.publishInterval)
      let count = try poll.wait(until: deadline)
      let now = MonotonicClock.now()
      // Commands first: a client that was told its SSRC a moment ago sends its discovery only once, and
      // the admission was posted before it was told.
      for index in 0..<count where poll.ready(index).token == Shard.wakeToken {
        perform(control.takeCommands(), at: now)
      }
      for index in 0..<count {
        let ready = poll.ready(index)
        switch ready.token {
        case Shard.firstToken where ready.isReadable: receiveFirst(into: &ring, at: now)
        case Shard.secondToken where ready.isReadable: receiveSecond(into: &ring, at: now)
        default: break
        }
      }
      if endpoint.deadline <= now { endpoint.expire(at: now, into: &sink, events: &events) }
      let left = sink.flush()
      if left.first != isWaiting.first {
        try poll.change(
          first.descriptor, token: Shard.firstToken,
          interest: left.first ? .readableAndWritable : .readable)
      }
      if left.second != isWaiting.second, let secondDescriptor {
        try poll.change(
          secondDescriptor, token: Shard.secondToken,
          interest: left.second ? .readableAndWritable : .readable)
      }
      isWaiting = left
      control.droppedEvents.add(events.post(to: control.events))
      isPublished = false
      if now - published >= Shard.publishInterval {
        control.publish(statistics(of: ring))
        published = now
        isPublished = count == 0
      }
    }
  }

  private mutating func perform(_ commands: [MediaCommand], at now: Instant) {
    for command in commands {
      endpoint.perform(command, at: now, into: &sink, events: &events)
    }
  }

  private mutating func receiveFirst(into ring: inout ReceiveRing, at now: Instant) {
    for _ in 0..<Limits.receiveBatches {
      let count = first.receive(into: &ring)
      handle(count, of: &ring, at: now)
      if count < ring.capacity { return }
    }
  }

  private mutating func receiveSecond(into ring: inout ReceiveRing, at now: Instant) {
    for _ in 0..<Limits.receiveBatches {
      let count = second?.receive(into: &ring) ?? 0
      handle(count, of: &ring, at: now)
      if count < ring.capacity { return }
    }
  }

  @inline(always)
  private mutating func handle(_ count: Int, of ring: inout ReceiveRing, at now: Instant) {
    received &+= UInt64(count)
    for index in 0..<count {
      ring.withDatagram(index) { slot, octets, address in
        endpoint.receive(&slot, count: octets, from: address, at: now, into: &sink, events: &events)
      }
    }
  }

  private func statistics(of ring: borrowing ReceiveRing) -> ShardStatistics {
    var statistics = ShardStatistics()
    statistics.endpoint = endpoint.statistics
    statistics.received = received
    statistics.oversized = ring.oversizedCount
    statistics.receiveErrors = ring.errorCount
    sink.report(into: &statistics)
    return statistics
  }
}
