import Base
import Server

/// A shard whose work costs virtual time, as much as the real one's costs processor time.
struct VirtualShard: ShardWork {
  /// A datagram on its way, or a packet that waits to be sent.
  struct Datagram {
    enum Kind { case check, media, handshake, report }
    let at: Instant
    let kind: Kind
    /// Members that hear the packet.
    var listeners = 0
    var socket = ShardSocket.first
  }

  /// Kernel and user space for one datagram each way, measured by `roost-bench`, and one DTLS flight.
  private static let batchCost = Interval.microseconds(1)
  private static let receiveCost = Interval.microseconds(1)
  private static let checkCost = Interval.microseconds(4)
  private static let sendCost = Interval(nanoseconds: 2_500)
  private static let commandCost = Interval.microseconds(3)
  private static let flightCost = Interval.microseconds(350)
  private static let pollCost = Interval(nanoseconds: 500)
  /// What a socket's buffer holds.
  private static let kernelCapacity = 8_000
  private static let stagedCapacity = 2_048

  private(set) var now = Instant.zero + .seconds(1)
  var timerDue = Instant.distantFuture
  /// What will arrive, earliest first, and how much of it has.
  private var agenda: [Datagram] = []
  private var arrived = 0
  private var commandAgenda: [Instant] = []
  private var commandsPosted = 0
  private var commandsTaken = 0

  /// When other shards relay frames, earliest first, and how many of them were taken.
  var frames: [Instant] = []
  private(set) var framesTaken = 0
  private(set) var frameDelays: [Interval] = []

  private var kernel: [[Datagram]] = [[], []]
  private var batch: [Datagram] = []
  private(set) var isBatchFull = false
  private var staged: [Datagram] = []
  private var stagedFirst = 0
  /// Listeners of the first staged packet that have it.
  private var served = 0
  private var flights = 0

  // What happened.
  private(set) var given: [Datagram] = []
  private(set) var mediaDelays: [(at: Instant, delay: Interval)] = []
  private(set) var checkDelays: [Interval] = []
  private(set) var commandDelays: [Interval] = []
  private(set) var flightsDone = 0
  private(set) var lostInKernel = 0
  private(set) var shed = 0
  private(set) var late = 0
  private(set) var waits = 0
  private(set) var expiries = 0

  mutating func plan(_ datagrams: [Datagram]) {
    agenda = (agenda[arrived...] + datagrams).sorted { $0.at < $1.at }
    arrived = 0
  }

  mutating func planCommands(_ instants: [Instant]) {
    commandAgenda += instants
    commandAgenda.sort()
  }

  /// Lets the machine take the processor away.
  mutating func sleep(_ interval: Interval) {
    spend(interval)
  }

  /// Runs the loop until `end`.
  mutating func run(_ loop: inout ShardLoop, until end: Instant) {
    while now < end { _ = loop.turn(&self, wakeBy: end) }
  }

  // ShardWork.

  var transmissionDue: Instant { stagedFirst < staged.count ? staged[stagedFirst].at : .distantFuture }
  var deferredDue: Instant { flights > 0 ? .zero : .distantFuture }
  var batchCount: Int { batch.count }

  mutating func wait(until deadline: Instant) throws(Never) -> ShardReadiness {
    waits += 1
    spend(VirtualShard.pollCost)
    if readiness.isEmpty {
      var next = deadline
      if arrived < agenda.count { next = min(next, agenda[arrived].at) }
      if commandsPosted < commandAgenda.count { next = min(next, commandAgenda[commandsPosted]) }
      if framesTaken < frames.count { next = min(next, frames[framesTaken]) }
      if next > now { spend(next - now) }
    }
    return readiness
  }

  private var readiness: ShardReadiness {
    var readiness: ShardReadiness = []
    if commandsTaken < commandsPosted { readiness.insert(.commands) }
    if !kernel[0].isEmpty { readiness.insert(.first) }
    if !kernel[1].isEmpty { readiness.insert(.second) }
    return readiness
  }

  mutating func performCommands(limit: Int, at now: Instant) -> Bool {
    for _ in 0..<min(limit, commandsPosted - commandsTaken) {
      commandDelays.append(self.now - commandAgenda[commandsTaken])
      commandsTaken += 1
      spend(VirtualShard.commandCost)
    }
    return commandsTaken < commandsPosted
  }

  mutating func takeRelayed(limit: Int, at now: Instant) -> Int {
    var taken = 0
    while framesTaken < frames.count, frames[framesTaken] <= now, taken < limit {
      frameDelays.append(now - frames[framesTaken])
      framesTaken += 1
      taken += 1
      spend(VirtualShard.receiveCost)
    }
    return taken
  }

  mutating func expire(at now: Instant) {
    expiries += 1
    timerDue = .distantFuture
  }

  mutating func transmit(budget: Int, at now: Instant) {
    var left = budget
    while left > 0, stagedFirst < staged.count {
      let packet = staged[stagedFirst]
      if served == 0, now - packet.at > Limits.mediaAgeMax {
        late += 1
        stagedFirst += 1
        continue
      }
      let count = min(left, packet.listeners - served)
      spend(VirtualShard.sendCost * Int64(count))
      left -= count
      served += count
      guard served == packet.listeners else { break }
      mediaDelays.append((packet.at, self.now - packet.at))
      served = 0
      stagedFirst += 1
    }
    if stagedFirst == staged.count { (staged, stagedFirst) = ([], 0) }
  }

  mutating func performDeferred(at now: Instant) {
    flights -= 1
    flightsDone += 1
    spend(VirtualShard.flightCost)
  }

  mutating func flush() throws(Never) {}

  mutating func takeBatch(from socket: ShardSocket) {
    spend(VirtualShard.batchCost)
    let index = socket == .first ? 0 : 1
    batch = Array(kernel[index].prefix(Limits.receiveSlots))
    kernel[index].removeFirst(batch.count)
    isBatchFull = batch.count == Limits.receiveSlots
  }

  func urgency(_ index: Int) -> DatagramUrgency {
    switch batch[index].kind {
    case .check: .check
    case .media: .media
    case .handshake, .report: .other
    }
  }

  func arrival(_ index: Int) -> Instant { batch[index].at }

  mutating func give(_ index: Int, at now: Instant) {
    let datagram = batch[index]
    given.append(datagram)
    spend(VirtualShard.receiveCost)
    switch datagram.kind {
    case .check:
      spend(VirtualShard.checkCost)
      checkDelays.append(self.now - datagram.at)
    case .media:
      if staged.count - stagedFirst == VirtualShard.stagedCapacity {
        shed += 1
        // The first one may be in the middle of its round.
        if served > 0 { staged.remove(at: stagedFirst + 1) } else { stagedFirst += 1 }
      }
      staged.append(datagram)
    case .handshake: flights += 1
    case .report: break
    }
  }

  /// Time passes, and what is on its way arrives.
  private mutating func spend(_ interval: Interval) {
    now = now + interval
    while arrived < agenda.count, agenda[arrived].at <= now {
      let index = agenda[arrived].socket == .first ? 0 : 1
      if kernel[index].count < VirtualShard.kernelCapacity {
        kernel[index].append(agenda[arrived])
      } else {
        lostInKernel += 1
      }
      arrived += 1
    }
    while commandsPosted < commandAgenda.count, commandAgenda[commandsPosted] <= now { commandsPosted += 1 }
  }
}
