/// One WebSocket message, framed once, for any number of sockets on any loops.
public final class SharedFrame: Sendable {
  private let octets: [UInt8]
  /// Octets of the frame.
  public var count: Int { octets.count }

  /// Frames `message`.
  public init(_ message: WebSocketMessage) {
    octets = []
  }
}
