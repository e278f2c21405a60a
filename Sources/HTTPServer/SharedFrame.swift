/// One WebSocket message, framed once, for any number of sockets on any loops.
///
/// The octets live until the last socket has sent them.
@safe
public final class SharedFrame: Sendable {
  // Written in init only, so any thread may read; freed by deinit, when nobody has a reference.
  nonisolated(unsafe) private let octets: UnsafeMutableBufferPointer<UInt8>

  /// Octets of the frame.
  public let count: Int

  /// Frames `message`.
  public init(_ message: WebSocketMessage) {
    let frame =
      switch message {
      case .text(let payload): WebSocketFrame.octets(.text, payload)
      case .binary(let payload): WebSocketFrame.octets(.binary, payload)
      }
    count = frame.count
    // Exactly as many octets as are copied next.
    unsafe octets = .allocate(capacity: frame.count)
    _ = unsafe octets.initialize(fromContentsOf: frame)
  }

  deinit {
    // No reference is left, so no output buffer points here.
    unsafe octets.deallocate()
  }

  /// The first octet, for an output buffer that keeps a reference to this object.
  var base: UnsafeRawPointer? { unsafe UnsafeRawPointer(octets.baseAddress) }
}
