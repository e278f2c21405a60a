import Base
import CEvent
import Glibc

/// Owns one listening socket and its libevent listener.
@safe
final class Listener {
  /// Its place in the configuration.
  let index: Int
  /// Where it is bound.
  let address: SocketAddress
  /// What TLS shows; exchanged by ``HTTPServer/replaceIdentity(_:)`` from any thread; `nil` for plain HTTP.
  let tls: Locked<TLSContext>?
  private let base: EventBase
  private let listener: OpaquePointer
  private unowned let loop: HTTPLoop

  init(
    index: Int, base: EventBase, loop: HTTPLoop, address: SocketAddress, tls: Locked<TLSContext>?,
    sharesPort: Bool,
    backlog: Int
  ) throws(HTTPServerError) {
    var flags = LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC
    if !address.ip.isV4 { flags |= LEV_OPT_BIND_IPV6ONLY }
    if sharesPort { flags |= LEV_OPT_REUSEABLE_PORT }
    // Bound disabled and without a callback; `start` gives it one when self exists.
    let listener = unsafe address.withSystemAddress { system, count in
      unsafe evconnlistener_new_bind(
        base.pointer, nil, nil, flags | LEV_OPT_DISABLED, Int32(clamping: backlog), system, count)
    }
    guard let listener = unsafe listener else { throw .bind(address, code: errno) }
    unsafe self.listener = listener
    self.index = index
    self.base = base
    self.loop = loop
    self.tls = tls
    // The listener owns the descriptor, which is only asked for its name.
    self.address = SocketAddress(descriptor: unsafe evconnlistener_get_fd(listener)) ?? address
    // The listener is freed by deinit, so the unretained pointer is valid whenever it is called.
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe evconnlistener_set_cb(listener, Listener.accept, context)
    unsafe evconnlistener_set_error_cb(listener, Listener.fail)
  }

  deinit {
    // self owns the listener; the base is still alive.
    unsafe evconnlistener_free(listener)
  }

  /// Accepts connections, or leaves them in the kernel's queue.
  func setAccepting(_ isAccepting: Bool) {
    // self owns the listener.
    _ = unsafe isAccepting ? evconnlistener_enable(listener) : evconnlistener_disable(listener)
  }

  private static let accept:
    @convention(c) (
      OpaquePointer?, Int32, UnsafeMutablePointer<sockaddr>?, Int32, UnsafeMutableRawPointer?
    ) -> Void = { _, descriptor, system, count, context in
      // `context` is the listener that registered this callback, `system` the peer's address.
      guard let listener = unsafe owner(context, Listener.self) else { return }
      unsafe listener.loop.accepted(
        descriptor, from: SocketAddress(system: system, count: count), through: listener)
    }

  private static let fail: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Void = { _, context in
    // `context` is the listener that registered this callback.
    guard let listener = unsafe owner(context, Listener.self) else { return }
    listener.loop.acceptFailed()
  }
}
