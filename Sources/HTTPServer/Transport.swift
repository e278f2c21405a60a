import Base
import CEvent
import Glibc

/// Owns one connection's bufferevent: its socket, its input and its output, and its TLS.
///
/// Callbacks are deferred to the loop, so none runs inside a call of this type. They go to the connection
/// that owns the transport and end with it.
@safe
struct Transport: ~Copyable {
  private let base: EventBase
  private let event: OpaquePointer
  private let tls: TLSConnection?

  /// Octets of ciphertext that are taken from the kernel ahead: the longest record, and some.
  private static let inputCountMax = 32 << 10

  /// Takes `descriptor` over and awaits the TLS handshake, if any; `nil`, closing it, without memory.
  static func make(
    base: EventBase, descriptor: Int32, tls context: TLSContext?, ciphers: RecordCiphers
  ) -> Transport? {
    var yes: Int32 = 1
    // The option's value is an Int32 of that size; without TCP_NODELAY a TLS handshake waits 40 ms.
    unsafe setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    var tls: TLSConnection?
    if let context {
      guard let made = TLSConnection(context, ciphers: ciphers) else {
        close(descriptor)
        return nil
      }
      tls = made
    }
    let options = Int32(bitPattern: BEV_OPT_CLOSE_ON_FREE.rawValue | BEV_OPT_DEFER_CALLBACKS.rawValue)
    // The bufferevent takes the descriptor over, if it can be made.
    guard let event = unsafe bufferevent_socket_new(base.pointer, descriptor, options) else {
      close(descriptor)
      return nil
    }
    // Beyond the mark libevent leaves the rest in the kernel.
    if tls != nil { unsafe bufferevent_setwatermark(event, Int16(EV_READ), 0, inputCountMax) }
    return unsafe Transport(base: base, event: event, tls: tls)
  }

  private init(base: EventBase, event: OpaquePointer, tls: TLSConnection?) {
    self.base = base
    // Owned from here on.
    unsafe self.event = event
    self.tls = tls
  }

  deinit {
    // Frees the descriptor too; pending deferred callbacks find no function any more.
    unsafe bufferevent_free(event)
  }

  /// Sends callbacks to `connection`, which owns this transport, and begins to read.
  func start(_ connection: Connection) {
    // The connection owns the bufferevent, so the unretained pointer is valid whenever a callback runs.
    let context = unsafe Unmanaged.passUnretained(connection).toOpaque()
    unsafe bufferevent_setcb(event, Transport.readable, Transport.drained, Transport.changed, context)
    setReading(true)
  }

  /// Reads on, or leaves what arrives in the kernel.
  func setReading(_ isReading: Bool) {
    // self owns the bufferevent.
    _ =
      unsafe isReading
      ? bufferevent_enable(event, Int16(EV_READ)) : bufferevent_disable(event, Int16(EV_READ))
  }

  /// Unsent octets.
  var outputCount: Int {
    // The output belongs to the bufferevent.
    unsafe evbuffer_get_length(bufferevent_get_output(event))
  }

  /// Lends all input to `body` and drops as many octets as it returns; what became of TLS meanwhile.
  ///
  /// After ``TLSConnection/Event/handshaken`` call again.
  func consume(_ body: (Span<UInt8>) -> Int) -> TLSConnection.Event {
    guard let tls else {
      consumeInput(body)
      return .more
    }
    while true {
      var event = TLSConnection.Event.more
      consumeInput { octets in
        var offset = 0
        event = tls.receive(octets, &offset)
        return offset
      }
      // The alert of a connection that is over goes out with ``shutdownOutput()``.
      if event != .failed { submit(tls) }
      guard !tls.plain.isEmpty else { return event }
      // Taken out while it is lent.
      let lent = tls.plain
      tls.plain = []
      let used = body(lent.span)
      if used < lent.count { tls.plain = Array(lent[used...]) }
      // What is left waits for the application; more is taken in when that is done.
      if event != .more || used < lent.count || inputCount == 0 { return event }
    }
  }

  private var inputCount: Int {
    // The input belongs to the bufferevent.
    unsafe evbuffer_get_length(bufferevent_get_input(event))
  }

  private func consumeInput(_ body: (Span<UInt8>) -> Int) {
    let input = unsafe bufferevent_get_input(event)
    let count = unsafe evbuffer_get_length(input)
    // Makes the input contiguous: at most one read (16 KiB) and what was left of the one before.
    guard count > 0, let start = unsafe evbuffer_pullup(input, -1) else { return }
    let octets = unsafe UnsafeBufferPointer(start: start, count: count)
    // Nothing reads into the input before `body` returns: callbacks are deferred.
    let used = unsafe body(octets.span)
    unsafe evbuffer_drain(input, max(0, min(used, count)))
  }

  /// Queues a copy of `octets`.
  func write(_ octets: [UInt8]) {
    guard let tls else { return enqueue(octets) }
    _ = tls.send(octets.span)
    submit(tls)
  }

  /// Queues `frame`: without TLS the output keeps a reference instead of a copy, until it is sent.
  func write(_ frame: SharedFrame) {
    if let tls {
      _ = tls.send(frame.octets)
      return submit(tls)
    }
    // The retained reference is released by the callback, which libevent calls once, or at once on failure.
    let context = unsafe Unmanaged.passRetained(frame).toOpaque()
    let result = unsafe evbuffer_add_reference(
      bufferevent_get_output(event), frame.base, frame.count,
      { _, _, context in unsafe context.map { unsafe Unmanaged<SharedFrame>.fromOpaque($0) }?.release() },
      context)
    if result != 0 { unsafe Unmanaged<SharedFrame>.fromOpaque(context).release() }
  }

  private func submit(_ tls: TLSConnection) {
    if !tls.output.isEmpty { enqueue(tls.takeOutput()) }
  }

  private func enqueue(_ octets: [UInt8]) {
    // libevent copies the octets before the closure ends.
    unsafe octets.withUnsafeBytes { _ = unsafe bufferevent_write(event, $0.baseAddress, $0.count) }
  }

  /// Ends our half of the stream, once the output is empty: close_notify under TLS, then FIN.
  func shutdownOutput() {
    let descriptor = unsafe bufferevent_getfd(event)
    if let tls {
      tls.close()
      let octets = tls.takeOutput()
      // Exactly the array's octets; what the kernel does not take the peer does without.
      _ = unsafe octets.withUnsafeBytes {
        unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
    }
    shutdown(descriptor, Int32(SHUT_WR))
  }

  private static let readable: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Void = {
    _, context in
    // `context` is the connection that owns the bufferevent.
    guard let connection = unsafe owner(context, Connection.self) else { return }
    connection.loop.turn { connection.readable() }
  }

  private static let drained: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Void = {
    _, context in
    // `context` is the connection that owns the bufferevent.
    guard let connection = unsafe owner(context, Connection.self) else { return }
    connection.loop.turn { connection.drained() }
  }

  private static let changed: @convention(c) (OpaquePointer?, Int16, UnsafeMutableRawPointer?) -> Void = {
    _, what, context in
    // `context` is the connection that owns the bufferevent.
    guard let connection = unsafe owner(context, Connection.self) else { return }
    let isEnd = Int32(what) & BEV_EVENT_EOF != 0
    connection.loop.turn { connection.lost(isEnd: isEnd) }
  }
}
