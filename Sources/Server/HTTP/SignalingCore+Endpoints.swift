internal import Base
internal import ChatCore
internal import HTTPClient
internal import HTTPServer
internal import Signaling

/// Requests to bots' endpoints, and what comes of them.
///
/// Two ask: the REST API, when a bot names an endpoint, and the desk, for each interaction. Bit 61 of a
/// request's number tells them apart, and keeps the desk's own REST and chat requests, for whose answers
/// nobody waits, away from the exchanges' numbers.
extension SignalingCore {
  private static let deskBit: UInt64 = 1 << 61

  /// The REST API verifies an endpoint.
  func askEndpoint(_ request: EndpointRequest) {
    guard !send(request, id: request.id) else { return }
    rest.endpointAnswered(request.id, .failed, at: now, into: &restActions)
  }

  func perform(_ action: InteractionDesk.Action, on loop: HTTPLoop) {
    switch action {
    case .send(let request):
      guard !send(request, id: SignalingCore.deskBit | request.id) else { return }
      desk.answered(request.id, .failed, into: &deskActions)
    case .callBack(let request):
      deskCount += 1
      rest.receive(request, id: SignalingCore.deskBit | deskCount, at: now, into: &restActions)
    case .fail(let interaction):
      deskCount += 1
      post(
        ChatRequest(
          id: ChatRequestOrigin.rest.id(SignalingCore.deskBit | deskCount), actor: .system,
          command: .application(.failInteraction(interaction)), at: now.wall), on: loop)
    }
  }

  /// What came of requests since the last time.
  func takeOutcomes() {
    for outcome in services.outgoing.outcomes.drain() { receive(outcome) }
  }

  private func receive(_ outcome: OutgoingOutcome) {
    let answer: EndpointAnswer =
      switch outcome.result {
      case .success(let answer):
        .answered(
          status: answer.status, contentType: answer.headers["content-type"] ?? "", body: answer.body)
      case .failure: .failed
      }
    if outcome.id & SignalingCore.deskBit == 0 {
      rest.endpointAnswered(outcome.id, answer, at: now, into: &restActions)
    } else {
      desk.answered(outcome.id & ~SignalingCore.deskBit, answer, into: &deskActions)
    }
  }

  /// Bots on the internet must have TLS; those that the operator trusts may be beside the server without.
  private func send(_ request: EndpointRequest, id: UInt64) -> Bool {
    guard var outgoing = OutgoingRequest(id: id, method: "POST", url: request.url),
      OutgoingURL.isSecure(request.url) || services.addressPolicy.trusts(host: outgoing.host)
    else { return false }
    for header in request.headers { outgoing.add(header.name, header.value) }
    outgoing.body = request.body
    outgoing.timeout = EndpointRequest.timeout
    outgoing.answerCountMax = EndpointRequest.answerCountMax
    return services.outgoing.perform(outgoing)
  }
}
