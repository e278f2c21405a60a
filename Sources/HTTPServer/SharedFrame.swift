/// One WebSocket message, framed once, for any number of sockets on any loops.
///
/// The octets live until the last socket has sent them.
@safe
public final class SharedFrame: Sendable {
  // Written in init only, so any thread may read; freed by deinit, when nobody has a reference.
  nonisolated(unsafe) private let storage: UnsafeMutableBufferPointer<UInt8>

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
    unsafe storage = .allocate(capacity: frame.count)
    _ = unsafe storage.initialize(fromContentsOf: frame)
  }

  deinit {
    // No reference is left, so no output buffer points here.
    unsafe storage.deallocate()
  }

  /// The frame, for as long as this object lives.
  var octets: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get {
      // Exactly the octets that init made; nobody writes them any more.
      let span = unsafe Span(_unsafeElements: UnsafeBufferPointer(storage))
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// The first octet, for an output buffer that keeps a reference to this object.
  var base: UnsafeRawPointer? { unsafe UnsafeRawPointer(storage.baseAddress) }
}
