internal import Base
internal import HTTPServer
internal import Signaling
internal import Synchronization

/// Requests that are no WebSocket: the API, the page, and what operators watch.
extension SignalingCore {
  func received(_ request: HTTPRequest, _ exchange: ExchangeID, on loop: HTTPLoop) {
    if RESTAPI.serves(path: request.path) {
      ask(request, exchange, on: loop)
      return
    }
    guard request.method == .get || request.method == .head else {
      let response = HTTPResponse(status: 405, headers: [("Allow", "GET, HEAD")])
      loop.respond(exchange, response)
      return
    }
    if request.listener < site.mainListeners, serveFile(request, exchange, on: loop) { return }
    let response =
      switch request.path {
      case "/healthz": SignalingCore.text(200, "ok\n")
      case "/readyz":
        services.isReady.load(ordering: .acquiring)
          ? SignalingCore.text(200, "ready\n") : SignalingCore.text(503, "not ready\n")
      case "/metrics": metrics()
      default:
        request.listener < site.mainListeners
          ? pages.response(to: request) ?? SignalingCore.text(404, "not found\n")
          : SignalingCore.text(404, "not found\n")
      }
    loop.respond(exchange, response)
  }

  /// Passes a request to the REST API; its answer comes later.
  func ask(_ request: HTTPRequest, _ exchange: ExchangeID, on loop: HTTPLoop) {
    if takeUpload(request, exchange, on: loop) { return settle(on: loop) }
    if let body = request.bodyFile { return takeIn(request, body, exchange, on: loop) }
    let id = remember(exchange)
    rest.receive(restRequest(request), id: id, at: now, into: &restActions)
    settle(on: loop)
  }

  func restRequest(_ request: HTTPRequest) -> RESTRequest {
    RESTRequest(
      method: request.method.rawValue, path: request.path, query: request.query,
      headers: request.headers.fields.map { ($0.name, $0.value) }, body: request.body,
      remote: request.remote.ip)
  }

  private func metrics() -> HTTPResponse {
    let families = Metrics.families(
      services: services, gateway: gateway.statistics, voice: voice.statistics,
      voiceSessions: voice.sessionCount, placement: voice.placement, rest: rest.statistics)
    let body = families.map(\.exposition).joined()
    return HTTPResponse(
      status: 200, headers: [("Content-Type", "text/plain; version=0.0.4; charset=utf-8")],
      body: Array(body.utf8))
  }

  private static func text(_ status: Int, _ text: String) -> HTTPResponse {
    HTTPResponse(
      status: status,
      headers: [("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff")],
      body: Array(text.utf8))
  }
}
