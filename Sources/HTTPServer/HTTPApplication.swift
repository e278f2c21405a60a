public import Base

/// Names one request that waits for its answer; useless once it is answered or its connection is gone.
public struct ExchangeID: Hashable, Sendable {
  let connection: ConnectionID
  let number: UInt32
}

/// Names one open WebSocket; useless once it is closed.
public struct WebSocketID: Hashable, Sendable {
  let connection: ConnectionID
}

/// Index and generation of a slot in the loop's table.
package struct ConnectionID: Hashable, Sendable {
  let index: UInt32
  let generation: UInt32

  package init(index: UInt32, generation: UInt32) {
    self.index = index
    self.generation = generation
  }
}

/// A whole WebSocket message.
public enum WebSocketMessage: Hashable, Sendable {
  /// Valid UTF-8: checked when it comes in, the sender's promise when it goes out.
  case text([UInt8])
  /// Any octets.
  case binary([UInt8])
}

/// What becomes of a valid WebSocket handshake.
public enum UpgradeDecision: Sendable {
  /// Go on; a message of more than `maxMessageCount` octets closes the connection with 1009.
  case accept(maxMessageCount: Int)
  /// Answer with an ordinary response instead.
  case reject(HTTPResponse)
}

/// What a server serves.
///
/// Every call comes on the loop's thread, one at a time; no method of ``HTTPLoop`` calls the application
/// before it returns, so an application may keep its own state open across such calls.
public protocol HTTPApplication: AnyObject {
  /// The loop begins to run.
  func started(on loop: HTTPLoop)

  /// A request arrived whole; answer it now or later with ``HTTPLoop/respond(_:_:)``.
  func received(_ request: HTTPRequest, _ exchange: ExchangeID, on loop: HTTPLoop)

  /// A valid WebSocket handshake arrived.
  func upgrade(_ request: HTTPRequest) -> UpgradeDecision

  /// An accepted WebSocket is open.
  func opened(_ socket: WebSocketID, _ request: HTTPRequest, on loop: HTTPLoop)

  /// A message arrived whole.
  func received(_ message: WebSocketMessage, _ socket: WebSocketID, on loop: HTTPLoop)

  /// The WebSocket is gone; called once for each opened one, whoever ended it.
  ///
  /// `code` is that of the peer's Close frame, 1005 when the frame had none; `nil` when none came.
  func closed(_ socket: WebSocketID, code: UInt16?, on loop: HTTPLoop)

  /// ``HTTPWaker/wake()`` was called since the last time, once or more often, from any thread.
  func woken(on loop: HTTPLoop)

  /// The instant of ``HTTPLoop/setTimer(_:)`` has passed.
  func expired(at now: Instant, on loop: HTTPLoop)

  /// Where the body of `request`, whose head alone has arrived, goes and how long it may be.
  func bodyPlan(_ request: HTTPRequest) -> BodyPlan

  /// The server was told to stop: the last moment to send messages before all sockets are closed.
  func stopping(on loop: HTTPLoop)
}

extension HTTPApplication {
  /// Does nothing.
  public func started(on loop: HTTPLoop) {}

  /// Keeps bodies in memory, with the limit as configured.
  public func bodyPlan(_ request: HTTPRequest) -> BodyPlan { .memory(countMax: nil) }

  /// Does nothing.
  public func stopping(on loop: HTTPLoop) {}
}
