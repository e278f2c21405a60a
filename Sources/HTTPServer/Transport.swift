import Base
import CEvent
import COpenSSL
import Glibc

/// Owns one connection's bufferevent: its socket, its TLS session, its input and its output.
///
/// Callbacks are deferred to the loop, so none runs inside a call of this type. They go to the connection
/// that owns the transport and end with it.
@safe
struct Transport: ~Copyable {
  private let base: EventBase
  private let event: OpaquePointer
  private let session: OpaquePointer?

  /// Takes `descriptor` over and begins the TLS handshake, if any; `nil`, closing it, without memory.
  static func make(base: EventBase, descriptor: Int32, tls: TLSContext?) -> Transport? {
    var yes: Int32 = 1
    // The option's value is an Int32 of that size; without TCP_NODELAY a TLS handshake waits 40 ms.
    unsafe setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    let options = Int32(bitPattern: BEV_OPT_CLOSE_ON_FREE.rawValue | BEV_OPT_DEFER_CALLBACKS.rawValue)
    guard let tls else {
      // The bufferevent takes the descriptor over, if it can be made.
      guard let event = unsafe bufferevent_socket_new(base.pointer, descriptor, options) else {
        close(descriptor)
        return nil
      }
      return unsafe Transport(base: base, event: event, session: nil)
    }
    guard let session = unsafe tls.makeSession() else {
      close(descriptor)
      return nil
    }
    // The bufferevent takes descriptor and session over, if it can be made.
    guard
      let event = unsafe bufferevent_openssl_socket_new(
        base.pointer, descriptor, session, BUFFEREVENT_SSL_ACCEPTING, options)
    else {
      unsafe SSL_free(session)
      close(descriptor)
      return nil
    }
    // A peer that closes TCP without close_notify has ended its stream, no more.
    unsafe bufferevent_openssl_set_allow_dirty_shutdown(event, 1)
    return unsafe Transport(base: base, event: event, session: session)
  }

  private init(base: EventBase, event: OpaquePointer, session: OpaquePointer?) {
    self.base = base
    // Owned from here on.
    unsafe self.event = event
    unsafe self.session = session
  }

  deinit {
    // Frees session and descriptor too; pending deferred callbacks find no function any more.
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

  /// Octets that have arrived and are not consumed.
  var inputCount: Int {
    // The input belongs to the bufferevent.
    unsafe evbuffer_get_length(bufferevent_get_input(event))
  }

  /// Lends all input to `body` and drops as many octets as it returns.
  func consume(_ body: (Span<UInt8>) -> Int) {
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
    // libevent copies the octets before the closure ends.
    unsafe octets.withUnsafeBytes { _ = unsafe bufferevent_write(event, $0.baseAddress, $0.count) }
  }

  /// Queues `frame` without copying it; the output keeps a reference until it is sent.
  func write(_ frame: SharedFrame) {
    // The retained reference is released by the callback, which libevent calls once, or at once on failure.
    let context = unsafe Unmanaged.passRetained(frame).toOpaque()
    let result = unsafe evbuffer_add_reference(
      bufferevent_get_output(event), frame.base, frame.count,
      { _, _, context in unsafe context.map { unsafe Unmanaged<SharedFrame>.fromOpaque($0) }?.release() },
      context)
    if result != 0 { unsafe Unmanaged<SharedFrame>.fromOpaque(context).release() }
  }

  /// Ends our half of the stream, once the output is empty: close_notify under TLS, then FIN.
  func shutdownOutput() {
    // The session belongs to the bufferevent; errors do not matter any more.
    if let session = unsafe session {
      unsafe SSL_shutdown(session)
      ERR_clear_error()
    }
    shutdown(unsafe bufferevent_getfd(event), Int32(SHUT_WR))
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
    let isConnected = Int32(what) & BEV_EVENT_CONNECTED != 0
    let isEnd = Int32(what) & BEV_EVENT_EOF != 0
    connection.loop.turn { isConnected ? connection.handshaken() : connection.lost(isEnd: isEnd) }
  }
}
