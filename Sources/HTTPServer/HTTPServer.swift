public import Base

/// An HTTP/1.1 and WebSocket server over libevent: one loop, run by one thread.
///
/// Several servers may share a port, one a thread: ``HTTPServerConfiguration/sharesPort``.
public final class HTTPServer: @unchecked Sendable {
  /// Where the listeners are bound, in the configuration's order; port 0 is replaced by the real one.
  public let boundAddresses: [SocketAddress]
  /// Wakes the loop from any thread.
  public let waker: HTTPWaker
  /// What the server has done; to be read from any thread.
  public let statistics: HTTPStatistics

  // Unchecked: the loop is touched by init and, after it, by the one thread in `run` only. Everything else
  // here is immutable and Sendable.
  private let loop: HTTPLoop
  private let contexts: [Locked<TLSContext>]

  /// Binds the listeners; connections wait until ``run()``.
  ///
  /// - Throws: ``HTTPServerError`` when an address cannot be bound or an identity not be read.
  public init(
    configuration: HTTPServerConfiguration, application: sending any HTTPApplication,
    waker: HTTPWaker = HTTPWaker()
  ) throws(HTTPServerError) {
    let base = try EventBase()
    loop = try HTTPLoop(base: base, configuration: configuration, application: application, waker: waker)
    self.waker = waker
    statistics = loop.statistics
    var contexts: [Locked<TLSContext>] = []
    for (index, listener) in configuration.listeners.enumerated() {
      var tls: Locked<TLSContext>?
      if let identity = listener.tls {
        let context = Locked(try TLSContext(identity))
        contexts.append(context)
        tls = context
      }
      loop.listeners.append(
        try Listener(
          index: index, base: base, loop: loop, address: listener.address, tls: tls,
          sharesPort: configuration.sharesPort,
          backlog: configuration.limits.backlog))
    }
    self.contexts = contexts
    boundAddresses = loop.listeners.map { $0.address }
  }

  /// Serves on the calling thread until ``stop()`` and the end of its grace; call it once.
  public func run() {
    loop.run()
  }

  /// Stops gracefully, from any thread: no new connections, Close frames, a deadline.
  public func stop() {
    waker.requestStop()
  }

  /// Serves new connections with another certificate, from any thread; open ones keep theirs.
  ///
  /// - Throws: ``HTTPServerError/identity`` when it cannot be read; then nothing has changed.
  public func replaceIdentity(_ identity: TLSIdentity) throws(HTTPServerError) {
    let context = try TLSContext(identity)
    for place in contexts { place.withLock { $0 = context } }
  }
}
