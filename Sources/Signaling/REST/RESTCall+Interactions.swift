import Base
import ChatCore
import JSON

/// Interactions: what people's clients ask, and what bots answer first; the rest goes by the webhooks' routes.
extension RESTCall {
  func interactionCommand() throws(RESTError) -> ChatCommand {
    switch route {
    case .interact: return .interact(try interactionRequest())
    default:
      return .respond(
        interaction: try id("interaction"), token: parameters["token"] ?? "", try interactionResponse())
    }
  }

  private func interactionRequest() throws(RESTError) -> InteractionRequest {
    var form = try form()
    for key in ["type", "application_id", "channel_id", "data"] where form.value(key) == nil {
      form.note(key, "BASE_TYPE_REQUIRED", "This field is required")
    }
    let kind = form.int("type").flatMap(InteractionKind.init(rawValue:))
    if kind == nil { form.note("type", "BASE_TYPE_CHOICES", "Value must be one of {2, 3, 4, 5}.") }
    let application = form.snowflake("application_id")
    let channel = form.snowflake("channel_id")
    let data = form.plainObject("data")
    let session = form.string("session_id")
    let message = form.snowflake("message_id")
    let nonce = RESTCall.nonce(&form)
    try form.check()
    guard let kind, let application, let channel, let data else { throw .badRequest }
    var request = InteractionRequest(
      kind: kind, applicationID: application, channelID: channel, data: data)
    request.sessionID = session
    request.nonce = nonce
    request.messageID = message
    return request
  }

  private func interactionResponse() throws(RESTError) -> InteractionResponse {
    var form = try form()
    if form.value("type") == nil { form.note("type", "BASE_TYPE_REQUIRED", "This field is required") }
    let type = form.int("type")
    var data = form.nested("data") ?? FormReader(JSONObject([]), path: ["data"])
    let response: InteractionResponse?
    switch type {
    case 4?: response = .message(self.draft(&data, mentions: .usersOnly))
    case 5?: response = .deferredMessage(RESTCall.flags(&data) ?? [])
    case 6?: response = .deferredUpdate
    case 7?: response = .update(self.messageChanges(&data, mentions: .usersOnly))
    case 8?: response = .choices(data.plainList("choices") ?? [])
    case 9?: response = .modal(form.plainObject("data") ?? .object([]))
    default:
      response = nil
      form.note("type", "BASE_TYPE_CHOICES", "Value must be one of {4, 5, 6, 7, 8, 9}.")
    }
    form.note(data)
    try form.check()
    guard let response else { throw .badRequest }
    return response
  }
}
