public import ChatCore

/// What the composition root does for ``Gateway``.
public enum GatewayAction: Sendable {
  /// Sends one WebSocket message.
  case send(ConnectionID, SocketMessage)
  /// Sends a Close frame and ends the connection; the gateway has forgotten it already.
  case close(ConnectionID, code: UInt16, reason: String)
  /// Asks the chat core. When its mailbox refuses, answer with `.failure(.unavailable)` at once.
  case chat(ChatRequest)
}

/// Actions in the order in which they must be done.
public struct GatewayActions: Sendable {
  /// The actions.
  public private(set) var list: [GatewayAction] = []

  /// No actions.
  public init() {}

  /// Adds one.
  public mutating func append(_ action: GatewayAction) {
    list.append(action)
  }

  /// Takes all of them out.
  public mutating func drain() -> [GatewayAction] {
    let taken = list
    list = []
    return taken
  }
}
