internal import Base
internal import HTTPServer

/// The HTTP server's application: makes the core when the loop begins to run, then passes everything on.
///
/// Late, because the core must know the real ports, and those are known after the server is made, which
/// takes the application. Lives and dies on the HTTP loop's thread.
final class SignalingLoop: HTTPApplication {
  private let site: Locked<Site?>
  private let services: Services
  private var made: SignalingCore?

  /// Makes the shell; `site` must hold one before the server runs.
  init(site: Locked<Site?>, services: Services) {
    self.site = site
    self.services = services
  }

  private var core: SignalingCore {
    if let made { return made }
    guard let site = site.withLock({ $0 }) else { preconditionFailure("the server runs without a site") }
    let core = SignalingCore(site: site, services: services)
    made = core
    return core
  }

  /// The loop runs; everything that the core needs is known.
  func started(on loop: HTTPLoop) {
    core.started(on: loop)
  }

  /// Answers or passes on one request.
  func received(_ request: HTTPRequest, _ exchange: ExchangeID, on loop: HTTPLoop) {
    core.received(request, exchange, on: loop)
  }

  /// Decides about one WebSocket handshake.
  func upgrade(_ request: HTTPRequest) -> UpgradeDecision {
    core.upgrade(request)
  }

  /// A WebSocket is open.
  func opened(_ socket: WebSocketID, _ request: HTTPRequest, on loop: HTTPLoop) {
    core.opened(socket, request, on: loop)
  }

  /// A WebSocket's message.
  func received(_ message: WebSocketMessage, _ socket: WebSocketID, on loop: HTTPLoop) {
    core.received(message, socket, on: loop)
  }

  /// A WebSocket is gone.
  func closed(_ socket: WebSocketID, code: UInt16?, on loop: HTTPLoop) {
    core.closed(socket, code: code, on: loop)
  }

  /// Mailboxes have something.
  func woken(on loop: HTTPLoop) {
    core.woken(on: loop)
  }

  /// The earliest deadline of the gateways has come.
  func expired(at now: Instant, on loop: HTTPLoop) {
    core.expired(on: loop)
  }

  /// Where a body goes before the application sees it.
  func bodyPlan(_ request: HTTPRequest) -> BodyPlan {
    core.bodyPlan(request)
  }

  /// The last words to every client.
  func stopping(on loop: HTTPLoop) {
    core.stopping(on: loop)
  }
}
