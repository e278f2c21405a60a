internal import Base
internal import MediaControl
internal import Net
internal import SFU

/// One thread of the media plane: its sockets, its endpoint, its loop.
///
/// It runs to completion and blocks nowhere but in the poll. Datagrams are taken in batches and handled;
/// answers leave before the next wait, and so does the media they bring, or, on a busy machine, when the
/// coalescing window closes: until then the endpoint keeps it. However much of it there is, commands and
/// timers have their turn every ``Limits/slicePackets``.
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
  /// For how long media gathers in the endpoint.
  private var window: CoalescingWindow
  private var received: UInt64 = 0
  private var lateMedia: UInt64 = 0
  /// Whether datagrams came faster than they were taken since the load was last looked at.
  private var isBehind = false

  /// Takes its sockets and the endpoint they serve.
  ///
  /// Packets gather for at most `coalesceMax`.
  init(
    sockets: consuming ShardSockets, endpoint: consuming Endpoint, coalesceMax: Interval
  ) throws(NetError) {
    sink = try ShardSink(first: sockets.first, second: sockets.second)
    window = CoalescingWindow(longest: coalesceMax)
    first = sockets.first
    second = sockets.second
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
    var performedDeferred = Instant.zero

    while !control.hasToStop {
      // Idle, the loop wakes once more to publish, then sleeps until something happens.
      let publishing = isPublished ? Instant.distantFuture : published + Shard.publishInterval
      let deferred = endpoint.deferredDeadline
      let count = try poll.wait(until: min(endpoint.deadline, transmissionDue, publishing, deferred))
      var now = MonotonicClock.now()
      // Commands first: a client that was told its SSRC a moment ago sends its discovery only once, and
      // the admission was posted before it was told.
      for index in 0..<count where poll.ready(index).token == Shard.wakeToken {
        perform(control, at: now)
      }
      for index in 0..<count {
        let ready = poll.ready(index)
        if ready.isWritable { sink.unblock() }
        switch ready.token {
        case Shard.firstToken where ready.isReadable: receiveFirst(into: &ring, control, at: &now)
        case Shard.secondToken where ready.isReadable: receiveSecond(into: &ring, control, at: &now)
        default: break
        }
      }
      if endpoint.deadline <= now { endpoint.expire(at: now, into: &sink, events: &events) }
      if transmissionDue <= now { transmit(control, at: &now) }
      if deferred <= now, count == 0 || now - performedDeferred >= Limits.deferredInterval {
        performedDeferred = now
        endpoint.performDeferred(at: now, into: &sink, events: &events)
      }
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
      if window.isDue(at: now) {
        window.observe(sink.load(isBehind: isBehind), at: now)
        isBehind = false
      }
      control.droppedEvents.add(events.post(to: control.events))
      isPublished = false
      if now - published >= Shard.publishInterval {
        control.publish(statistics(of: ring))
        published = now
        isPublished = count == 0
      }
    }
  }

  private mutating func perform(_ control: ShardThread, at now: Instant) {
    for command in control.takeCommands() {
      endpoint.perform(command, at: now, into: &sink, events: &events)
    }
  }

  private mutating func receiveFirst(
    into ring: inout ReceiveRing, _ control: ShardThread, at now: inout Instant
  ) {
    for _ in 0..<Limits.receiveBatches {
      _ = first.receive(into: &ring)
      handle(&ring, control, at: &now)
      if !ring.isFull { return }
    }
    isBehind = true
  }

  private mutating func receiveSecond(
    into ring: inout ReceiveRing, _ control: ShardThread, at now: inout Instant
  ) {
    for _ in 0..<Limits.receiveBatches {
      _ = second?.receive(into: &ring)
      handle(&ring, control, at: &now)
      if !ring.isFull { return }
    }
    isBehind = true
  }

  /// Gives a batch to the endpoint.
  @inline(always)
  private mutating func handle(
    _ ring: inout ReceiveRing, _ control: ShardThread, at now: inout Instant
  ) {
    received &+= UInt64(ring.count)
    for index in 0..<ring.count {
      let arrival = ring.arrival(index)
      ring.withDatagram(index) { slot, octets, address in
        let age = now - arrival
        // Processor time alone would not tell: others may have had the processor.
        if age > Limits.behindAge { isBehind = true }
        // The oldest media goes first: a listener has given it up, and what is younger gets through.
        if age > Limits.mediaAgeMax, Shard.isMedia(slot.span) {
          lateMedia &+= 1
          return
        }
        endpoint.receive(
          &slot, count: octets, from: address, arrival: arrival, at: now, into: &sink, events: &events)
      }
      if endpoint.isStagingFull { transmit(control, at: &now) }
    }
    if transmissionDue <= now { transmit(control, at: &now) }
  }

  /// When the media that gathers has to leave.
  private var transmissionDue: Instant {
    let since = endpoint.stagedSince
    return since == .distantFuture ? since : since + window.length
  }

  /// Sends all media that waits, in slices; `now` is when the last began.
  private mutating func transmit(_ control: ShardThread, at now: inout Instant) {
    endpoint.transmitStaged(at: now, budget: Limits.slicePackets, into: &sink)
    while endpoint.stagedSince != .distantFuture {
      now = MonotonicClock.now()
      turn(control, at: now)
      endpoint.transmitStaged(at: now, budget: Limits.slicePackets, into: &sink)
    }
  }

  /// Between two slices of a transmission: what must not wait for the rest of it.
  private mutating func turn(_ control: ShardThread, at now: Instant) {
    isBehind = true
    perform(control, at: now)
    if endpoint.deadline <= now { endpoint.expire(at: now, into: &sink, events: &events) }
    control.droppedEvents.add(events.post(to: control.events))
  }

  /// Whether a datagram is RTP, and not RTCP (RFC 5761 §4); nothing is believed that costs more than itself.
  static func isMedia(_ datagram: Span<UInt8>) -> Bool {
    datagram.count > 12 && datagram[0] & 0xC0 == 0x80 && !(192...223).contains(datagram[1])
  }

  private func statistics(of ring: borrowing ReceiveRing) -> ShardStatistics {
    var statistics = ShardStatistics()
    statistics.endpoint = endpoint.statistics
    statistics.received = received
    statistics.lateMedia = lateMedia
    statistics.oversized = ring.oversizedCount
    statistics.receiveErrors = ring.errorCount
    statistics.coalescingWindow = window.length
    statistics.utilisation = window.utilisation
    sink.report(into: &statistics)
    return statistics
  }
}
