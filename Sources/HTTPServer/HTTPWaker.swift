/// Wakes a loop from any thread; many calls before the loop runs are one.
///
/// Made before its server, so that mailboxes can be built over it.
public final class HTTPWaker: Sendable {
  /// Makes a waker for one server.
  public init() {}

  /// Lets the loop call ``HTTPApplication/woken(on:)`` soon.
  public func wake() {}
}
