public import Base

/// The verbs of an application: one loop is one thread, its connections and its timer.
public final class HTTPLoop {
  /// Wakes this loop from any thread.
  public let waker: HTTPWaker

  init(waker: HTTPWaker) {
    self.waker = waker
  }

  /// The monotonic clock (`CLOCK_MONOTONIC`).
  public var now: Instant { .zero }

  /// Answers `exchange`; an exchange that is answered or gone is ignored.
  public func respond(_ exchange: ExchangeID, _ response: HTTPResponse) {}

  /// Sends `message`; a socket that is closing or gone is ignored.
  public func send(_ socket: WebSocketID, _ message: WebSocketMessage) {}

  /// Sends octets that are framed once and shared by all receivers.
  public func send(_ socket: WebSocketID, frame: SharedFrame) {}

  /// Sends a Close frame with `code` and up to 123 octets of `reason`, and ends the connection.
  public func close(_ socket: WebSocketID, code: UInt16, reason: String) {}

  /// Unsent octets of `socket`; 0 when it is gone.
  public func bufferedCount(of socket: WebSocketID) -> Int { 0 }

  /// Calls ``HTTPApplication/expired(at:on:)`` once at `deadline`, instead of at what was set before.
  public func setTimer(_ deadline: Instant) {}
}
