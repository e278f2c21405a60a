import ChatCore
import JSON

/// A bot's own application.
extension RESTCall {
  func applicationPlan() throws(RESTError) -> RESTPlan {
    var form = try form()
    var changes = ApplicationChanges()
    changes.description = form.change("description") { $0.string($1) }
    changes.interactionsEndpoint = form.clearable("interactions_endpoint_url") { $0.string($1) }
    if case .set("") = changes.interactionsEndpoint { changes.interactionsEndpoint = .set(nil) }
    for key in ["icon", "cover_image"] { form.refusePicture(key) }
    try form.check()
    guard case .set(let url?) = changes.interactionsEndpoint else {
      return .ask(.application(.modify(changes)))
    }
    guard url.utf8.count <= Limits.endpointLength else {
      form.note(
        "interactions_endpoint_url", "BASE_TYPE_MAX_LENGTH",
        "Must be \(Limits.endpointLength) or fewer in length.")
      throw .form(form.problems)
    }
    return .verifyEndpoint(changes, url)
  }
}
