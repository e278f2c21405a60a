import Base

/// One TCP connection: a state machine between a transport, a parser or framer, and the application.
///
///     handshaking ─▶ head ─▶ body ─▶ answering ─▶ (flushing ─▶) head …        one exchange at a time
///                     │        │          └ sending ┘   a file goes out in pieces
///                     │        └──────────┴──▶ lingering ─▶ ended             errors, Connection: close
///                     └─▶ webSocket ─▶ (closing ─▶) lingering ─▶ ended
///
/// Owned by the loop's table, used on the loop's thread. While a request is answered, reading pauses, so a
/// peer that pipelines fills its own kernel's buffers and not ours.
final class Connection {
  enum Phase {
    /// TLS is negotiated.
    case handshaking
    /// Between two requests, or inside a head.
    case head
    /// The head is taken; the body arrives.
    case body
    /// The application has the request.
    case answering
    /// The answer's head is out, its file follows.
    case sending
    /// Answered; the peer has to read before its next request is taken.
    case flushing
    /// A WebSocket is open.
    case webSocket
    /// Our Close frame is sent, the peer's is awaited.
    case closing
    /// Output goes out, then FIN; what still arrives is discarded, so that no reset destroys our last words.
    case lingering
    /// Out of the table.
    case ended
  }

  let loop: HTTPLoop
  let transport: Transport
  let remote: SocketAddress
  let isTLS: Bool
  /// Index of the listener that accepted it.
  let listener: Int
  /// The place in the loop's table.
  var id = ConnectionID(index: .max, generation: 0)

  var phase = Phase.head
  /// Whether no head has arrived yet.
  var isHalfOpen = true
  /// When to look again, and the earliest entry of the loop's queue that will.
  var deadline = Instant.distantFuture
  var armed = Instant.distantFuture

  // HTTP.
  var parser: RequestParser?
  var head: RequestHead?
  var exchange: UInt32 = 0
  var isHeadRequest = false
  var keepsAlive = false
  /// The parser stopped after a head and goes on even without further octets.
  var hasPausedHead = false
  var bodyDeadline = Instant.distantFuture
  /// What of the answer's file is still to be sent.
  var outgoing: FileBody?

  // WebSocket.
  var framer: WebSocketFramer?
  /// Opened, and the application does not know yet that it is gone.
  var isOpenSocket = false
  var isPinged = false
  /// The code of the Close frame that we sent first.
  var sentCode: UInt16?

  // The end.
  /// More unsent output than allowed: to be dropped when the application has returned.
  var isDoomed = false
  var peerHasEnded = false
  var hasShutdown = false
  var discardedCount = 0
  var outputCountSeen = 0

  private var isReading = true
  private var isFeeding = false

  init(loop: HTTPLoop, transport: consuming Transport, remote: SocketAddress, isTLS: Bool, listener: Int) {
    self.loop = loop
    self.transport = transport
    self.remote = remote
    self.isTLS = isTLS
    self.listener = listener
  }

  var limits: HTTPLimits { loop.limits }

  /// Begins, when the connection stands in the table.
  func start() {
    transport.start(self)
    if isTLS {
      phase = .handshaking
      loop.setDeadline(self, loop.now + limits.handshakeTimeout)
    } else {
      handshaken()
    }
  }

  /// The transport carries octets now.
  func handshaken() {
    guard phase != .ended else { return }
    phase = .head
    loop.setDeadline(self, loop.now + limits.headerTimeout)
  }

  /// Input arrived, or may be taken again.
  func readable() {
    guard phase != .ended else { return }
    isFeeding = true
    var event = transport.consume { feed($0) }
    if event == .handshaken {
      handshaken()
      event = transport.consume { feed($0) }
    }
    isFeeding = false
    switch event {
    case .more, .handshaken: break
    case .ended: lost(isEnd: true)
    case .failed: broken()
    }
    let isWaiting = phase == .answering || phase == .sending || phase == .flushing
    if phase != .ended { setReading(!isWaiting) }
  }

  /// Lets left-over input be looked at as soon as the application has returned.
  func resume() {
    if !isFeeding { loop.enqueue(self) }
  }

  /// What was put off while the application ran.
  func settle() {
    if isDoomed {
      loop.statistics.count(.output)
      end()
    } else if phase == .head || phase == .lingering {
      setReading(true)
      readable()
    }
  }

  private func setReading(_ isReading: Bool) {
    guard isReading != self.isReading else { return }
    self.isReading = isReading
    transport.setReading(isReading)
  }

  private func feed(_ octets: Span<UInt8>) -> Int {
    var offset = 0
    while true {
      switch phase {
      case .head, .body:
        guard parse(octets, &offset) else { return offset }
      case .webSocket, .closing:
        guard receiveFrames(octets, &offset) else { return offset }
      case .lingering:
        discardedCount += octets.count - offset
        if discardedCount > limits.lingerCountMax { end() }
        return octets.count
      case .handshaking, .answering, .sending, .flushing, .ended:
        return offset
      }
    }
  }

  /// The output was empty when this was put off; since then more may have been written.
  func drained() {
    guard phase != .ended, transport.outputCount == 0 else { return }
    switch phase {
    case .sending: sendPiece()
    case .flushing: awaitRequest()
    case .lingering: endOutput()
    case .handshaking, .head, .body, .answering, .webSocket, .closing, .ended: break
    }
  }

  /// The peer ended its stream (`isEnd`), or the connection broke.
  func lost(isEnd: Bool) {
    guard phase != .ended else { return }
    guard isEnd else { return end() }
    peerHasEnded = true
    switch phase {
    case .answering, .sending:
      // A client may end its stream after its request and still wants the answer.
      keepsAlive = false
    case .head, .flushing, .lingering:
      guard transport.outputCount > 0 else { return end() }
      linger()
    case .handshaking, .body, .webSocket, .closing, .ended:
      end()
    }
  }

  /// Lets the output go out and ends the connection.
  func linger() {
    guard phase != .ended else { return }
    parser = nil
    head = nil
    framer = nil
    phase = .lingering
    outputCountSeen = transport.outputCount
    guard outputCountSeen > 0 else { return endOutput() }
    loop.setDeadline(self, loop.now + limits.stallTimeout)
    resume()
  }

  private func endOutput() {
    guard !hasShutdown else { return }
    hasShutdown = true
    transport.shutdownOutput()
    // Also when the peer has ended: the table lets go when the present callback has returned.
    loop.setDeadline(self, peerHasEnded ? loop.now : loop.now + limits.lingerTimeout)
    resume()
  }

  /// TLS failed: the alert goes out if it can, and nothing after it.
  private func broken() {
    guard phase != .ended else { return }
    transport.shutdownOutput()
    end()
  }

  /// Leaves the table; the transport closes with the last reference.
  func end() {
    guard phase != .ended else { return }
    phase = .ended
    socketEnded(code: nil)
    parser = nil
    framer = nil
    outgoing = nil
    loop.remove(self)
  }

  /// The deadline has passed.
  func expire() {
    switch phase {
    case .handshaking:
      loop.statistics.count(.handshake)
      end()
    case .head:
      guard parser?.hasBegun == true else { return endIdle() }
      refuse(.headTimeout)
    case .body: refuse(.bodyTimeout)
    case .answering: refuse(.noAnswer)
    case .sending, .flushing: expireOutput()
    case .webSocket: expireSilence()
    case .closing:
      loop.statistics.count(.closeTimeout)
      end()
    case .lingering: hasShutdown ? end() : expireOutput()
    case .ended: break
    }
  }

  private func endIdle() {
    if isHalfOpen { loop.statistics.count(.headerTimeout) }
    end()
  }

  /// Unsent output may be old as long as it shrinks.
  private func expireOutput() {
    let count = transport.outputCount
    guard count < outputCountSeen else {
      loop.statistics.count(.stall)
      return end()
    }
    outputCountSeen = count
    loop.setDeadline(self, loop.now + limits.stallTimeout)
  }
}
