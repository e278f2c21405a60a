import Base
import ChatCore
import JSON

/// The endpoint of an application is taken only from a bot that checks signatures.
///
/// PATCH ─▶ is it a bot? ─▶ PING with a forged signature must be refused with 401
///       ─▶ PING with a good one must be answered `{"type":1}` ─▶ the chat core keeps it
extension RESTAPI {
  /// How far the verification of an endpoint has come.
  enum EndpointCheck: Sendable {
    case application
    case forged(Snowflake)
    case genuine(Snowflake)
  }

  /// The chat core said whose application it is, so that a PING can be sent.
  mutating func verifyEndpoint(
    _ changes: ApplicationChanges, _ url: String, of application: Snowflake, id: UInt64,
    isForged: Bool, at now: Moment, into actions: inout [RESTAction]
  ) {
    guard let exchange = exchanges[id] else { return }
    let ping = EndpointRequest.ping(application: application)
    guard
      let request = EndpointRequest(
        id: id, to: url, for: application, body: ping, keys: keys, isForged: isForged, at: now.wall)
    else { return finish(id, RESTError.overloaded.response, exchange, at: now, into: &actions) }
    exchanges[id]?.stage = .endpoint(
      changes, url, isForged ? .forged(application) : .genuine(application))
    actions.append(.askEndpoint(request))
  }

  /// An endpoint answered a PING, or did not.
  public mutating func endpointAnswered(
    _ id: UInt64, _ answer: EndpointAnswer, at now: Moment, into actions: inout [RESTAction]
  ) {
    guard let exchange = exchanges[id], case .endpoint(let changes, let url, let check) = exchange.stage
    else { return }
    switch (check, answer) {
    case (.forged(let application), .answered(401, _, _)):
      verifyEndpoint(
        changes, url, of: application, id: id, isForged: false, at: now, into: &actions)
    case (.genuine, .answered(200, _, let body)) where RESTAPI.isPong(body):
      exchanges[id]?.stage = .reply
      ask(.application(.modify(changes)), as: exchange.actor, id: id, at: now, into: &actions)
    default:
      let problem = FieldError(
        path: ["interactions_endpoint_url"], code: "APPLICATION_INTERACTIONS_ENDPOINT_URL_INVALID",
        message: "The specified interactions endpoint url could not be verified.")
      finish(id, RESTError.form([problem]).response, exchange, at: now, into: &actions)
    }
  }

  private static func isPong(_ body: [UInt8]) -> Bool {
    (try? JSONValue.parse(body, limits: .standard))?["type"]?.int == 1
  }
}
