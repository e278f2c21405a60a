package import Base
internal import MediaControl
package import Net
package import SFU

/// One thread's part of the media plane: its sockets, its endpoint, what it has sent and is to tell.
package struct Shard: ~Copyable {
  fileprivate var first: UDPSocket
  fileprivate var second: UDPSocket?
  fileprivate var sink: ShardSink
  fileprivate var relays: RelayReaders
  fileprivate let bell: SleepBell
  fileprivate var endpoint: Endpoint
  fileprivate var events = EventBuffer()
  /// For how long media gathers in the endpoint.
  fileprivate var window: CoalescingWindow

  /// Takes its sockets, its ways to the other shards and the endpoint they serve.
  ///
  /// Packets gather for at most `coalesceMax`.
  package init(
    sockets: consuming ShardSockets, relays: consuming ShardRelays, endpoint: consuming Endpoint,
    coalesceMax: Interval
  ) throws(NetError) {
    sink = try ShardSink(first: sockets.first, second: sockets.second, relays: relays.writers)
    self.relays = relays.readers
    bell = relays.bell
    window = CoalescingWindow(longest: coalesceMax)
    first = sockets.first
    second = sockets.second
    self.endpoint = endpoint
  }

  /// Serves until `control` says to stop.
  consuming func run(_ control: ShardThread) throws(NetError) {
    var running = try RunningShard(self, control)
    try running.run()
  }
}

/// A shard at work, on its thread: the pieces that ``ShardLoop`` puts in order.
///
/// It blocks nowhere but in the poll.
private struct RunningShard: ~Copyable, ShardWork {
  private static let wakeToken: UInt64 = 0
  private static let firstToken: UInt64 = 1
  private static let secondToken: UInt64 = 2
  /// Statistics that others read are at most this old while packets flow.
  private static let publishInterval = Interval.milliseconds(200)

  private var shard: Shard
  private let control: ShardThread
  private var poll: EventPoll
  private var ring = ReceiveRing(capacity: Limits.receiveSlots)
  /// Commands that were taken from the mailbox and not carried out yet.
  private var commands: ArraySlice<MediaCommand> = []
  private var received: UInt64 = 0
  /// Sockets that are watched for room.
  private var isWaiting = (first: false, second: false)

  init(_ shard: consuming Shard, _ control: ShardThread) throws(NetError) {
    var poll = try EventPoll()
    try poll.add(control.wakeDescriptor, token: RunningShard.wakeToken, interest: .readable)
    try poll.add(shard.first.descriptor, token: RunningShard.firstToken, interest: .readable)
    if let second = shard.second?.descriptor {
      try poll.add(second, token: RunningShard.secondToken, interest: .readable)
    }
    self.poll = poll
    self.shard = shard
    self.control = control
  }

  mutating func run() throws(NetError) {
    var loop = ShardLoop()
    var published = Instant.zero
    var isPublished = false
    while !control.hasToStop {
      // Idle, the loop wakes once more to publish, then sleeps until something happens.
      let publishing = isPublished ? Instant.distantFuture : published + RunningShard.publishInterval
      let turn = try loop.turn(&self, wakeBy: publishing)
      if shard.window.isDue(at: turn.at) {
        shard.window.observe(shard.sink.load(isBehind: loop.takeIsBehind()), at: turn.at)
      }
      control.droppedEvents.add(shard.events.post(to: control.events))
      isPublished = false
      if turn.at - published >= RunningShard.publishInterval {
        control.publish(statistics(loop))
        published = turn.at
        isPublished = turn.isIdle
      }
    }
  }

  // The pieces.

  var now: Instant { MonotonicClock.now() }
  var timerDue: Instant { shard.endpoint.deadline }
  var deferredDue: Instant { shard.endpoint.deferredDeadline }
  var transmissionDue: Instant {
    let since = shard.endpoint.stagedSince
    return since == .distantFuture ? since : since + shard.window.length
  }

  mutating func wait(until deadline: Instant) throws(NetError) -> ShardReadiness {
    var readiness: ShardReadiness = []
    shard.bell.lieDown()
    let count = try poll.wait(until: shard.relays.isEmpty ? deadline : .zero)
    shard.bell.rise()
    for index in 0..<count {
      let ready = poll.ready(index)
      if ready.isWritable {
        shard.sink.unblock()
        readiness.insert(.writable)
      }
      guard ready.isReadable else { continue }
      switch ready.token {
      case RunningShard.wakeToken: readiness.insert(.commands)
      case RunningShard.firstToken: readiness.insert(.first)
      default: readiness.insert(.second)
      }
    }
    return readiness
  }

  mutating func performCommands(limit: Int, at now: Instant) -> Bool {
    if commands.isEmpty { commands = control.takeCommands()[...] }
    for command in commands.prefix(limit) {
      shard.endpoint.perform(command, at: now, into: &shard.sink, events: &shard.events)
    }
    commands = commands.dropFirst(limit)
    return !commands.isEmpty
  }

  mutating func takeRelayed(limit: Int, at now: Instant) -> Int {
    RunningShard.takeRelayed(limit, of: &shard.relays, &shard.endpoint, at: now, into: &shard.sink)
  }

  /// Static, because a frame of a ring is lent out while the endpoint works.
  private static func takeRelayed(
    _ limit: Int, of relays: inout RelayReaders, _ endpoint: inout Endpoint, at now: Instant,
    into sink: inout ShardSink
  ) -> Int {
    relays.read(limit: limit) { shard, frame, origin in
      endpoint.receiveRelayed(frame, from: shard, arrival: origin, at: now, into: &sink)
    }
  }

  mutating func expire(at now: Instant) {
    shard.endpoint.expire(at: now, into: &shard.sink, events: &shard.events)
  }

  mutating func transmit(budget: Int, at now: Instant) {
    shard.endpoint.transmitStaged(at: now, budget: budget, into: &shard.sink)
  }

  mutating func performDeferred(at now: Instant) {
    shard.endpoint.performDeferred(at: now, into: &shard.sink, events: &shard.events)
  }

  mutating func flush() throws(NetError) {
    let left = shard.sink.flush()
    if left.first != isWaiting.first {
      try poll.change(
        shard.first.descriptor, token: RunningShard.firstToken,
        interest: left.first ? .readableAndWritable : .readable)
    }
    if left.second != isWaiting.second, let second = shard.second?.descriptor {
      try poll.change(
        second, token: RunningShard.secondToken, interest: left.second ? .readableAndWritable : .readable)
    }
    isWaiting = left
  }

  mutating func takeBatch(from socket: ShardSocket) {
    switch socket {
    case .first: _ = shard.first.receive(into: &ring)
    case .second: _ = shard.second?.receive(into: &ring)
    }
    received &+= UInt64(ring.count)
  }

  var batchCount: Int { ring.count }
  var isBatchFull: Bool { ring.isFull }

  mutating func urgency(_ index: Int) -> DatagramUrgency {
    ring.withDatagram(index) { slot, _, _ in DatagramUrgency(of: slot.span) }
  }

  func arrival(_ index: Int) -> Instant { ring.arrival(index) }

  mutating func give(_ index: Int, at now: Instant) {
    RunningShard.give(index, of: &ring, to: &shard, at: now)
  }

  /// Static, because a slot of the ring is lent out while the endpoint works.
  @inline(always)
  private static func give(
    _ index: Int, of ring: inout ReceiveRing, to shard: inout Shard, at now: Instant
  ) {
    let arrival = ring.arrival(index)
    ring.withDatagram(index) { slot, octets, address in
      shard.endpoint.receive(
        &slot, count: octets, from: address, arrival: arrival, at: now, into: &shard.sink,
        events: &shard.events)
    }
  }

  private func statistics(_ loop: ShardLoop) -> ShardStatistics {
    var statistics = ShardStatistics()
    statistics.at = now
    statistics.busy = ThreadClock.busy()
    statistics.endpoint = shard.endpoint.statistics
    statistics.received = received
    statistics.lateMedia = loop.lateMedia
    statistics.oversized = ring.oversizedCount
    statistics.receiveErrors = ring.errorCount
    statistics.coalescingWindow = shard.window.length
    statistics.utilisation = shard.window.utilisation
    shard.sink.report(into: &statistics)
    return statistics
  }
}

extension DatagramUrgency {
  /// Judges by the first octets (RFC 7983, RFC 5761 §4): nothing is believed that costs more than itself.
  init(of datagram: Span<UInt8>) {
    guard datagram.count > 12 else {
      self = .other
      return
    }
    switch datagram[0] {
    case 0...3: self = .check
    case 128...191: self = (192...223).contains(datagram[1]) ? .other : .media
    default: self = .other
    }
  }
}
