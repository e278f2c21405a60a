public import Base

/// An HTTP/1.1 and WebSocket server over libevent: one loop, run by one thread.
public final class HTTPServer: Sendable {
  /// Where the listeners are bound, in the configuration's order; port 0 is replaced by the real one.
  public let boundAddresses: [SocketAddress]
  /// Wakes the loop from any thread.
  public let waker: HTTPWaker

  /// Binds the listeners; connections wait until ``run()``.
  public init(
    configuration: HTTPServerConfiguration, application: sending any HTTPApplication,
    waker: HTTPWaker = HTTPWaker()
  ) throws(HTTPServerError) {
    boundAddresses = []
    self.waker = waker
  }

  /// Serves on the calling thread until ``stop()`` and the end of its grace.
  public func run() {}

  /// Stops gracefully, from any thread: no new connections, Close frames, a deadline.
  public func stop() {}

  /// Serves new connections with another certificate, from any thread.
  public func replaceIdentity(_ identity: TLSIdentity) throws(HTTPServerError) {}
}
