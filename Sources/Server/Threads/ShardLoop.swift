package import Base

/// What a shard can do, one bounded piece at a time; ``ShardLoop`` decides which and when.
///
/// ``Shard`` does it with sockets and an endpoint, the tests in virtual time.
package protocol ShardWork: ~Copyable {
  /// What went wrong with a descriptor; never, in virtual time.
  associatedtype Failure: Error

  /// The present.
  var now: Instant { get }
  /// When something is to be done whether or not anything arrives: timers, statistics.
  var timerDue: Instant { get }
  /// When the oldest media that waits to be sent has to leave.
  var transmissionDue: Instant { get }
  /// When deferred work may be done.
  var deferredDue: Instant { get }

  /// Waits until something arrives or `deadline` has come; polls once when that is past.
  ///
  /// Does not wait while frames of other shards do.
  mutating func wait(until deadline: Instant) throws(Failure) -> ShardReadiness

  /// Carries out waiting commands, at most `limit`; whether more wait.
  mutating func performCommands(limit: Int, at now: Instant) -> Bool
  /// Takes in frames that other shards relayed, at most `limit` of each; how many there were.
  mutating func takeRelayed(limit: Int, at now: Instant) -> Int
  /// Does everything whose time has come, or as much as is bounded.
  mutating func expire(at now: Instant)
  /// Sends media that waits: about `budget` packets.
  mutating func transmit(budget: Int, at now: Instant)
  /// Does one unit of deferred work.
  mutating func performDeferred(at now: Instant)
  /// Hands over to the kernel what was sent.
  mutating func flush() throws(Failure)

  /// Takes a batch of datagrams from a socket.
  mutating func takeBatch(from socket: ShardSocket)
  /// How many datagrams the batch has.
  var batchCount: Int { get }
  /// Whether more datagrams are likely to wait behind the batch.
  var isBatchFull: Bool { get }
  /// What datagram `index` of the batch is, as far as its turn depends on it.
  mutating func urgency(_ index: Int) -> DatagramUrgency
  /// When datagram `index` of the batch reached the machine.
  func arrival(_ index: Int) -> Instant
  /// Gives datagram `index` of the batch to the endpoint.
  mutating func give(_ index: Int, at now: Instant)
}

/// A shard has one socket or two.
package enum ShardSocket: Sendable {
  case first, second
}

/// What waits for a shard when it wakes.
package struct ShardReadiness: OptionSet, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let commands = ShardReadiness(rawValue: 1)
  package static let first = ShardReadiness(rawValue: 2)
  package static let second = ShardReadiness(rawValue: 4)
  /// A socket takes datagrams again.
  package static let writable = ShardReadiness(rawValue: 8)
}

/// How long a datagram can wait.
package enum DatagramUrgency: Sendable {
  /// STUN and IP discovery: dear to be late with, cheap to answer, never too old.
  case check
  /// RTP: worthless once it is too old.
  case media
  /// RTCP, DTLS and whatever else there is.
  case other
}

/// The order of a shard's work, and what it drops when there is too much: pure, in virtual time too.
///
/// ```
///   wait ─▶ commands ─▶ batches of datagrams: checks first, late media dropped
///        ─▶ frames of other shards ─▶ timers ─▶ one slice of media ─▶ flush ─▶ one unit of deferred work, if nothing else waits
/// ```
///
/// Every step is bounded, so that each comes again however much of the others there is. Receiving is cheap
/// and sending dear: so all that has arrived is taken before a slice is sent, and what cannot be sent in
/// time is dropped here and in the endpoint, oldest first, not by the kernel, which would drop connectivity
/// checks and the newest media alike. Joining, that is deferred work, has its turn every
/// ``Limits/deferredInterval`` on a shard that never rests.
package struct ShardLoop {
  /// RTP that had waited too long for the shard.
  package private(set) var lateMedia: UInt64 = 0
  /// Whether datagrams came faster than they were served since ``takeIsBehind()``.
  private var isBehind = false
  /// What is left of the last turn, so that the next one does not wait.
  private var hasCommands = false
  private var hasDatagrams: ShardReadiness = []
  private var performedDeferred = Instant.zero

  package init() {}

  /// Whether the shard was behind since the last call.
  package mutating func takeIsBehind() -> Bool {
    defer { isBehind = false }
    return isBehind
  }

  /// Waits for something and does it; gives when it woke and whether there was nothing to do.
  package mutating func turn<Work: ShardWork & ~Copyable>(
    _ work: inout Work, wakeBy wake: Instant
  ) throws(Work.Failure) -> (at: Instant, isIdle: Bool) {
    let hasRest = hasCommands || !hasDatagrams.isEmpty
    let due = min(work.timerDue, work.transmissionDue, work.deferredDue, wake)
    let ready = try work.wait(until: hasRest ? .zero : due)
    let now = work.now
    // Commands first: a client that was told its SSRC a moment ago sends its discovery only once, and the
    // admission was posted before it was told.
    if hasCommands || ready.contains(.commands) {
      hasCommands = work.performCommands(limit: Limits.turnCommands, at: now)
    }
    let sockets = ready.union(hasDatagrams)
    hasDatagrams = []
    if sockets.contains(.first), receive(from: .first, &work, at: now) { hasDatagrams.insert(.first) }
    if sockets.contains(.second), receive(from: .second, &work, at: now) { hasDatagrams.insert(.second) }
    let frames = work.takeRelayed(limit: Limits.turnFrames, at: now)
    if work.timerDue <= now { work.expire(at: now) }
    if work.transmissionDue <= now {
      work.transmit(budget: Limits.slicePackets, at: now)
      if work.transmissionDue <= now { isBehind = true }
    }
    try work.flush()
    let isIdle = ready.isEmpty && !hasRest && frames == 0
    if work.deferredDue <= now, isIdle || now - performedDeferred >= Limits.deferredInterval {
      performedDeferred = now
      work.performDeferred(at: now)
      try work.flush()
    }
    return (now, isIdle)
  }

  /// Takes what waits at a socket, in batches; whether more is likely to wait.
  private mutating func receive<Work: ShardWork & ~Copyable>(
    from socket: ShardSocket, _ work: inout Work, at now: Instant
  ) -> Bool {
    for _ in 0..<Limits.turnBatches {
      work.takeBatch(from: socket)
      handle(&work, at: now)
      if !work.isBatchFull { return false }
    }
    isBehind = true
    return true
  }

  /// Gives a batch to the endpoint: checks before everything else.
  ///
  /// Their order among the others does not matter: a check only ever makes an address known, so that what
  /// came from there before it is believed rather than dropped.
  private mutating func handle<Work: ShardWork & ~Copyable>(_ work: inout Work, at now: Instant) {
    let count = work.batchCount
    var others = 0
    for index in 0..<count {
      if work.urgency(index) == .check { work.give(index, at: now) } else { others &+= 1 }
    }
    guard others > 0 else { return }
    for index in 0..<count {
      let urgency = work.urgency(index)
      guard urgency != .check else { continue }
      let age = now - work.arrival(index)
      // Processor time alone would not tell: others may have had the processor.
      if age > Limits.behindAge { isBehind = true }
      // The oldest media goes first: a listener has given it up, and what is younger gets through.
      if urgency == .media, age > Limits.mediaAgeMax {
        lateMedia &+= 1
      } else {
        work.give(index, at: now)
      }
    }
  }
}
