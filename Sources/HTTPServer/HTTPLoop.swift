public import Base

/// The verbs of an application: one loop is one thread, its connections and its timer.
///
/// Everything runs in turns: libevent calls back, one connection or the application does its part, what
/// that put off is settled, the timer is set. No verb calls the application before it returns.
public final class HTTPLoop {
  /// Wakes this loop from any thread.
  public let waker: HTTPWaker

  /// The monotonic clock (`CLOCK_MONOTONIC`) at the beginning of the present turn.
  public private(set) var now = EventBase.now()

  let base: EventBase
  let application: any HTTPApplication
  let limits: HTTPLimits
  let statistics = HTTPStatistics()
  let proxies: ProxyTrust?
  let parserSettings = ParserSettings()
  let ciphers = RecordCiphers()
  var isStopping = false
  var listeners: [Listener] = []
  var connections: Slab<Connection>
  var door = Door()
  private let stopCode: UInt16
  private var pending: [Connection] = []
  /// A connection remembers the earliest entry it has here.
  private var deadlines = DeadlineQueue<Wakeup>()
  private var applicationDeadline = Instant.distantFuture
  private var stopDeadline = Instant.distantFuture
  private var dateSecond = -1
  private var dateText = ""
  private var armed = Instant.distantFuture
  private var timer: LoopEvent?
  private var wakeUp: LoopEvent?

  init(
    base: EventBase, configuration: HTTPServerConfiguration, application: any HTTPApplication,
    waker: HTTPWaker
  ) throws(HTTPServerError) {
    self.base = base
    self.application = application
    self.waker = waker
    limits = configuration.limits
    proxies = configuration.proxies
    stopCode = configuration.stopCode
    connections = Slab(capacity: max(1, configuration.limits.connectionsMax))
    guard waker.descriptor >= 0 else { throw .loop }
    // Each callback unwraps this loop and hands over.
    unsafe timer = try LoopEvent(base: base, descriptor: -1, context: self) { _, _, context in
      unsafe HTTPLoop.unwrap(context)?.timerFired()
    }
    unsafe wakeUp = try LoopEvent(base: base, descriptor: waker.descriptor, context: self) { _, _, context in
      unsafe HTTPLoop.unwrap(context)?.wakerFired()
    }
  }

  /// The Date of answers, written once a second.
  var date: String {
    let second = EventBase.wallSeconds()
    if second != dateSecond { (dateSecond, dateText) = (second, HTTPDate.text(second)) }
    return dateText
  }

  // MARK: Verbs

  /// Answers `exchange`; an exchange that is answered or gone is ignored.
  public func respond(_ exchange: ExchangeID, _ response: HTTPResponse) {
    connection(exchange.connection)?.respond(exchange.number, response)
  }

  /// Sends `message`; a socket that is closing or gone is ignored.
  public func send(_ socket: WebSocketID, _ message: WebSocketMessage) {
    guard let connection = connection(socket.connection), connection.phase == .webSocket else { return }
    statistics.messagesOut.add()
    switch message {
    case .text(let payload): connection.write(WebSocketFrame.octets(.text, payload))
    case .binary(let payload): connection.write(WebSocketFrame.octets(.binary, payload))
    }
  }

  /// Sends octets that are framed once and shared by all receivers.
  public func send(_ socket: WebSocketID, frame: SharedFrame) {
    guard let connection = connection(socket.connection), connection.phase == .webSocket else { return }
    statistics.messagesOut.add()
    connection.write(frame)
  }

  /// Sends a Close frame with `code` and up to 123 octets of `reason`, and ends the connection.
  public func close(_ socket: WebSocketID, code: UInt16, reason: String) {
    connection(socket.connection)?.close(code, reason)
  }

  /// Unsent octets of `socket`; 0 when it is gone.
  public func bufferedCount(of socket: WebSocketID) -> Int {
    guard let connection = connection(socket.connection), connection.isOpenSocket else { return 0 }
    return connection.transport.outputCount
  }

  /// Calls ``HTTPApplication/expired(at:on:)`` once at `deadline`, instead of at what was set before.
  public func setTimer(_ deadline: Instant) {
    applicationDeadline = deadline
  }

  // MARK: Turns

  /// Runs one callback of libevent.
  func turn(_ body: () -> Void) {
    now = EventBase.now()
    body()
    settle()
    arm()
  }

  /// Runs until stopped.
  func run() {
    turn {
      updateAccepting()
      application.started(on: self)
    }
    base.run()
    listeners = []
    forEachConnection { $0.end() }
    settle()
    // Transports are freed by libevent's next pass.
    base.settle()
  }

  func enqueue(_ connection: Connection) {
    pending.append(connection)
  }

  /// Lets `connection` be looked at when `instant` has come, instead of at what was set before.
  func setDeadline(_ connection: Connection, _ instant: Instant) {
    connection.deadline = instant
    guard instant < connection.armed else { return }
    connection.armed = instant
    deadlines.insert(Wakeup(instant: instant, connection: connection.id), due: instant)
  }

  private func settle() {
    while !pending.isEmpty {
      let batch = pending
      pending = []
      for connection in batch { connection.settle() }
    }
    if isStopping, connections.count == 0 { base.stop() }
  }

  private func arm() {
    let next = min(min(deadlines.earliest, applicationDeadline), min(stopDeadline, door.pausedUntil))
    guard next < armed else { return }
    armed = next
    timer?.fire(after: next - now)
  }

  private func timerFired() {
    armed = .distantFuture
    turn {
      while let wakeup = deadlines.popDue(at: now) { expire(wakeup) }
      if applicationDeadline <= now {
        applicationDeadline = .distantFuture
        application.expired(at: now, on: self)
      }
      if door.pausedUntil <= now {
        door.pausedUntil = .distantFuture
        updateAccepting()
      }
      if stopDeadline <= now { base.stop() }
    }
  }

  /// When a connection is to be looked at.
  private struct Wakeup {
    let instant: Instant
    let connection: ConnectionID
  }

  private func expire(_ wakeup: Wakeup) {
    // One that is not the connection's earliest any more is stale.
    guard let connection = connection(wakeup.connection), connection.armed == wakeup.instant else { return }
    connection.armed = .distantFuture
    if connection.deadline <= now {
      connection.expire()
    } else {
      setDeadline(connection, connection.deadline)
    }
  }

  private func wakerFired() {
    turn {
      if waker.clear(), !isStopping { beginStop() }
      application.woken(on: self)
    }
  }

  private func beginStop() {
    application.stopping(on: self)
    isStopping = true
    stopDeadline = now + limits.stopTimeout
    listeners = []
    forEachConnection { connection in
      switch connection.phase {
      case .webSocket: connection.close(stopCode, "")
      case .handshaking, .head: connection.linger()
      case .body, .answering, .sending, .flushing, .closing, .lingering, .ended: break
      }
    }
  }

  private func forEachConnection(_ body: (Connection) -> Void) {
    for index in 0..<connections.capacity {
      guard let handle = connections.handle(at: index) else { continue }
      body(connections[handle])
    }
  }

  func connection(_ id: ConnectionID) -> Connection? {
    let handle = Handle<Connection>(index: id.index, generation: id.generation)
    return connections.contains(handle) ? connections[handle] : nil
  }

  private static func unwrap(_ context: UnsafeMutableRawPointer?) -> HTTPLoop? {
    // `context` is the loop that owns the event.
    unsafe owner(context, HTTPLoop.self)
  }
}
