public import Base
internal import COpenSSL

/// One end of a DTLS 1.2 session for SRTP: datagrams and instants in, datagrams and keys out.
///
/// Owned by a transport. After any call, take what ``nextDatagram(into:)`` has and read ``deadline`` and
/// ``state`` again. Instants never decrease. Feed it only datagrams of an address that ICE has validated:
/// the first messages of a handshake cannot be authenticated.
///
/// Lost flights are sent again octet for octet by our own ``DTLSTimer``: what the peer had received already
/// it drops as a replayed record, what was lost it sees for the first time, and it repeats its own flight
/// by its own timer. The OpenSSL object costs 75 KB: ``finish()`` frees it when the keys are taken.
@safe
public struct DTLSSession: ~Copyable, @unchecked Sendable {
  // Sendable: this value is the only owner of the SSL object and the exchange; neither has thread affinity.
  private let context: DTLSContext
  private let exchange = DatagramExchange()
  private let role: DTLSRole
  private var session: OpaquePointer?
  private var timer = DTLSTimer()
  private var flight: [[UInt8]] = []
  private var pending: [[UInt8]] = []
  private var lateAnswerCount = 0

  /// Where the session stands.
  public private(set) var state = DTLSState.handshaking

  /// Waits as the server for a client's first message.
  ///
  /// - Throws: `unavailable` when OpenSSL is out of memory.
  public init(_ context: DTLSContext) throws(CryptoError) {
    try self.init(context, .server)
  }

  /// Begins a handshake as the client.
  ///
  /// - Throws: `unavailable` when OpenSSL is out of memory.
  public init(client context: DTLSContext, at now: Instant) throws(CryptoError) {
    try self.init(context, .client)
    let nothing: [UInt8] = []
    run(nothing.span, at: now)
  }

  private init(_ context: DTLSContext, _ role: DTLSRole) throws(CryptoError) {
    self.context = context
    self.role = role
    // Freed in `finish` or deinit; the exchange is a field of this value and goes later.
    unsafe session = try context.makeSession(role, over: exchange)
  }

  deinit {
    // The only owner frees; nil after `finish` is a no-op.
    unsafe SSL_free(session)
  }

  /// When ``expire(at:)`` must be called; `nil` while no flight waits for an answer.
  public var deadline: Instant? { timer.deadline }

  /// Takes a datagram of the peer; never traps, and drops what is not DTLS.
  public mutating func receive(_ datagram: Span<UInt8>, at now: Instant) {
    guard !datagram.isEmpty, datagram.count <= Limits.dtlsDatagramMax else { return }
    run(datagram, at: now)
  }

  /// Sends the last flight again if its time has come.
  public mutating func expire(at now: Instant) {
    switch timer.expire(at: now) {
    case .early: return
    case .retransmit: pending = flight
    case .giveUp: fail()
    }
  }

  /// Copies the next datagram to send into `slot` and returns its octets; `nil` when there is none.
  ///
  /// A slot must have room for the context's MTU; a datagram that does not fit is dropped.
  public mutating func nextDatagram(into slot: inout MutableSpan<UInt8>) -> Int? {
    while !pending.isEmpty {
      let datagram = pending.removeFirst()
      guard datagram.count <= slot.count else { continue }
      for index in datagram.indices { slot[index] = datagram[index] }
      return datagram.count
    }
    return nil
  }

  /// Frees the handshake's memory once the session is established; the state stays.
  ///
  /// A peer whose last flight was answered but who lost the answer is still helped: the answer is kept. The
  /// peer's closing alert can no longer be read. Does nothing during the handshake.
  public mutating func finish() {
    guard state != .handshaking else { return }
    // The only owner frees; the field is cleared so that it happens once.
    unsafe SSL_free(session)
    unsafe session = nil
    timer.disarm()
  }

  /// Tells the peer that the session ends, if it is still known here.
  public mutating func close() {
    guard let session = unsafe session, case .established = state else { return }
    // Writes one alert into the exchange.
    ERR_clear_error()
    unsafe SSL_shutdown(session)
    pending += exchange.take()
    state = .closed
    finish()
  }

  private mutating func run(_ datagram: Span<UInt8>, at now: Instant) {
    // Alive unless `finish` cleared it.
    guard let session = unsafe session else { return answerLate(datagram) }
    var progress = DTLSProgress.waiting
    let wasEstablished = state != .handshaking
    exchange.lending(datagram) {
      // Only this value uses the SSL object, and it is alive: checked above.
      unsafe progress = wasEstablished ? .drain(session) : .handshake(session)
    }
    let written = exchange.take()
    if !written.isEmpty {
      flight = written
      pending = written
      timer.arm(at: now)
    } else if wasEstablished {
      // OpenSSL answers only repetitions under new record numbers; ours keep the old ones.
      answerLate(datagram)
    }
    switch progress {
    case .waiting: break
    case .finished: establish()
    case .closed: state = .closed
    case .failed: fail()
    }
    if state != .handshaking { timer.disarm() }
  }

  private mutating func establish() {
    // Alive unless `finish` cleared it.
    guard state == .handshaking, let session = unsafe session else { return }
    // The session is alive and its handshake complete.
    guard let keys = unsafe DTLSKeys(session) else { return fail() }
    switch role {
    case .server:
      state = .established(
        ingress: keys.client, egress: keys.server, peerFingerprint: keys.peerFingerprint)
    case .client:
      state = .established(
        ingress: keys.server, egress: keys.client, peerFingerprint: keys.peerFingerprint)
    }
  }

  private mutating func fail() {
    state = .failed
    finish()
  }

  /// Sends the kept last flight again when a client, having lost it, repeats its own.
  ///
  /// Such a record is not checked, so answers are few; they tell nobody anything new.
  private mutating func answerLate(_ datagram: Span<UInt8>) {
    guard case .established = state, role == .server, DTLSRecords.containFinished(datagram),
      lateAnswerCount < Limits.dtlsLateAnswersMax
    else { return }
    lateAnswerCount += 1
    pending = flight
  }
}
