internal import Base
internal import Crypto
internal import Net

/// One run: the members, the loop that moves them, and what was measured.
///
/// Everything happens on the thread that calls ``perform()``: one epoll for all sockets, an open-loop
/// schedule for sending, a sweep for timers. Phases:
///
/// ```
/// joining ── all connected or failed ──▶ settling (1 s) ──▶ measuring ──▶ draining (1 s) ──▶ leaving ──▶ done
/// ```
final class LoadRun {
  enum Phase {
    case joining, settling, measuring, draining, leaving, done
  }

  /// After the last member began to join, so long is waited for it.
  static let joinTimeout = Interval.seconds(30)
  /// Between the last join and the measured time, and for the last packets to arrive.
  static let settleTime = Interval.seconds(1)
  /// How long a server may take to answer a goodbye.
  static let leaveTimeout = Interval.seconds(1)
  /// Timers have this grain: they repeat what was lost and keep connections alive.
  static let sweepInterval = Interval.milliseconds(50)
  /// How often members look at what they miss of cameras.
  static let requestInterval = Interval.milliseconds(20)
  /// Datagrams that one system call takes from a member's socket.
  static let receiveSlots = 16
  /// Late turns that are caught up with before sockets have their turn again.
  static let turnsMax = 64

  let options: Options
  let target: Target
  let gatewayTarget: GatewayTarget
  let tls: TLSClient
  let contexts: [DTLSContext]
  let plan: ScenarioPlan
  let members: [Member]
  /// Who has which lane of the schedule.
  let lanes: [Int]
  /// The members of each room.
  let rooms: [[Int]]
  let run: UInt32
  let opensEvery: Int

  var random: SeededRandom
  var poll: EventPoll
  var ring: ReceiveRing
  /// When the datagram under hand reached the machine, as its kernel says; `nil` where that is not known.
  var arrival: Instant?
  var slot = [UInt8](repeating: 0, count: NetLimits.slotCount)
  var mediaEvents: [MediaTransportEvent] = []
  /// Which lane speaks under an SSRC.
  var laneOfSSRC: [UInt32: Int] = [:]
  /// Which speaker's camera is seen under an SSRC.
  var videoOfSSRC: [UInt32: Int] = [:]
  var cameras = DelayLine<CameraTurn>(capacity: LoadRun.turnsCapacity)
  var missingAt = Instant.zero
  /// The stage's moderator; `nil` unless there is a stage.
  var moderator: StageModerator?
  var moderatorConnection: (any StreamConnection)?
  /// libnice's thread, once somebody needs it.
  var niceLoop: NiceLoop?
  var underWay = DelayLine<LinkedDatagram>(capacity: LoadRun.linkCapacity)
  var voiceTargets: [String: GatewayTarget] = [:]

  var phase = Phase.joining
  var phaseEnd = Instant.distantFuture
  var startedAt = Instant.zero
  var markedAt = Instant.zero
  var stoppedAt = Instant.zero
  var connectedNext = 0
  var stepNext = 0
  var sweepAt = Instant.zero
  var secondAt = Instant.zero
  var schedule: SendSchedule?
  var measurements = Measurements()
  var usage: Usage
  var panel: Panel
  /// What the server's counters grew by.
  var counters: [(name: String, amount: Double)] = []
  var wasInterrupted = false

  init(_ options: Options, _ target: Target, panel: Panel) throws {
    self.options = options
    self.target = target
    self.panel = panel
    gatewayTarget = try LoadRun.gatewayTarget(
      target.gateway, query: options.adapter == .roost ? "?v=10&encoding=json" : "", options)
    tls = try TLSClient(authorityFile: target.authorityFile)
    random = SeededRandom(seed: options.seed)
    run = UInt32(truncatingIfNeeded: MonotonicClock.now().nanoseconds >> 10)
    opensEvery = options.opensEvery
    contexts = try LoadRun.contexts(options)
    let roster = Roster(options)
    plan = ScenarioPlan(options, roster)
    var members: [Member] = []
    var rooms = [[Int]](repeating: [], count: options.rooms)
    for (index, seat) in roster.seats.enumerated() {
      members.append(
        Member(
          index: index, seat: seat, token: target.tokens[index], usesWebRTC: options.usesWebRTC(index),
          speakerCount: options.speakers))
      rooms[seat.room].append(index)
    }
    if !options.link.isPerfect {
      for member in members {
        member.uplink = EmulatedLink(options.link, seed: random.next())
        member.downlink = EmulatedLink(options.link, seed: random.next())
      }
    }
    self.members = members
    self.rooms = rooms
    lanes = members.indices.filter { members[$0].seat.speaker != nil }
    poll = try EventPoll()
    ring = ReceiveRing(capacity: LoadRun.receiveSlots)
    usage = Usage(pid: options.serverPID)
    moderator = target.moderator.flatMap { token in
      target.channels.first.map {
        StageModerator(authority: gatewayTarget.authority, guild: target.guild, channel: $0, token: token)
      }
    }
  }

  private static func contexts(_ options: Options) throws -> [DTLSContext] {
    guard (0..<2).contains(where: options.usesWebRTC) else { return [] }
    // A browser makes a certificate for each page; one for all members costs less and changes nothing
    // for the server, which compares the announced fingerprint either way.
    let certificate = try Certificate.selfSigned(at: WallClock.now())
    return try options.profiles.map {
      try DTLSContext(certificate: certificate, mtu: 1_200, profiles: [$0])
    }
  }

  /// Resolves a gateway's address and refuses what is not the operator's own.
  static func gatewayTarget(
    _ text: String, query: String, _ options: Options
  ) throws(LoadTestError) -> GatewayTarget {
    guard let url = TargetURL(text) else { throw .usage("`\(text)` is no wss:// or ws:// address") }
    let address = try resolve(url.host, port: url.port)
    guard address.ip.isPrivate || options.ownsTarget else {
      throw .usage(
        "\(url.host) (\(address.ip)) is neither this machine nor a private network; "
          + "if it is yours to load, say --i-own-this-target")
    }
    return GatewayTarget(
      address: address, host: url.host, authority: url.authority,
      path: url.path.contains("?") ? url.path : url.path + query, isSecure: url.isSecure,
      subprotocol: options.adapter.subprotocol)
  }

  /// Runs to the end, or to an interrupt.
  func perform(_ interrupts: inout Interrupts) throws {
    let before = options.adapter == .roost ? MetricsFetch.fetch(gatewayTarget, tls) : nil
    let now = MonotonicClock.now()
    startedAt = now
    secondAt = now + .seconds(1)
    usage.start(at: now)
    while phase != .done {
      try turn(interrupts.count())
    }
    for member in members { member.disconnect(to: .idle) }
    panel.end()
    if let before, let after = MetricsFetch.fetch(gatewayTarget, tls) {
      counters = MetricsText.growth(from: before, to: after)
    }
  }

  private func turn(_ interruptCount: Int) throws {
    let count = try wait()
    var now = MonotonicClock.now()
    for index in 0..<count {
      let ready = poll.ready(index)
      guard ready.token != LoadRun.moderatorToken else {
        advanceModerator(at: now)
        continue
      }
      let member = members[Int(ready.token >> 2)]
      if ready.token & 3 == Channel.media {
        receive(member)
      } else {
        advance(member, ready.token & 3 == Channel.gateway, at: now)
      }
      sendDue(at: MonotonicClock.now())
    }
    now = MonotonicClock.now()
    deliverLinked(at: now)
    sendDue(at: now)
    filmDue(at: now)
    if options.scenario.hasLayers, now >= missingAt {
      missingAt = now + LoadRun.requestInterval
      requestMissing(at: now)
    }
    if now >= sweepAt {
      sweepAt = now + LoadRun.sweepInterval
      sweep(at: now)
      advanceModerator(at: now)
    }
    if interruptCount > 0, !wasInterrupted, phase != .leaving, phase != .done {
      wasInterrupted = true
      if phase == .measuring { stop(at: now) } else if phase != .draining { finish(at: now) }
    }
    advancePhase(at: now)
    if now >= secondAt, phase != .leaving, phase != .done { endSecond(at: now) }
  }

  /// Waits for a socket or for what is due; with `--poll`, looks at the sockets in steps instead.
  private func wait() throws -> Int {
    guard let every = options.pollEvery else { return try poll.wait(until: deadline) }
    let count = try poll.wait(until: .zero)
    guard count == 0 else { return count }
    SleepingThread.sleep(until: min(deadline, MonotonicClock.now() + every))
    return try poll.wait(until: .zero)
  }

  /// Whether speakers speak.
  var isSending: Bool { phase == .joining || phase == .settling || phase == .measuring }

  private var deadline: Instant {
    var deadline = min(sweepAt, secondAt, phaseEnd)
    if isSending, let due = schedule?.nextDue { deadline = min(deadline, due) }
    if let due = cameras.nextDue { deadline = min(deadline, due) }
    if options.scenario.hasLayers { deadline = min(deadline, missingAt) }
    if let due = underWay.nextDue { deadline = min(deadline, due) }
    if phase == .measuring, stepNext < plan.steps.count {
      deadline = min(deadline, markedAt + plan.steps[stepNext].at)
    }
    return deadline
  }
}

/// Which of a member's sockets an event is about.
enum Channel {
  static let gateway: UInt64 = 0
  static let voice: UInt64 = 1
  static let media: UInt64 = 2
}
