import Base
import ChatCore
import JSON

/// One authenticated request on its way to a command.
struct RESTCall {
  let request: RESTRequest
  let route: RESTRoute
  let parameters: RouteParameters
  let query: FormFields
  /// Whose token it carries; `nil` only on routes that answer without one.
  let claim: TokenClaim?
  let limits: RESTLimits
  /// The secret in the path's token, when it is the authentic one of a webhook.
  var webhookSecret: String?
  /// Finished uploads that the body names.
  var kept: [String: PendingUpload] = [:]

  init(
    _ request: RESTRequest, _ route: RESTRoute, _ parameters: RouteParameters, claim: TokenClaim?,
    limits: RESTLimits
  ) {
    self.request = request
    self.route = route
    self.parameters = parameters
    self.claim = claim
    self.limits = limits
    query = FormFields(request.query)
  }

  /// Who asks the chat core.
  var actor: Actor {
    claim.map { .user($0.user, issued: $0.issued) } ?? .nobody
  }

  /// The asking user, or the one in the path.
  func user(_ name: String) throws(RESTError) -> Snowflake {
    if parameters[name] == nil || parameters[name] == "@me" { return try own() }
    return try id(name)
  }

  func own() throws(RESTError) -> Snowflake {
    guard let claim else { throw .unauthorized }
    return claim.user
  }

  /// The id in the path.
  func id(_ name: String) throws(RESTError) -> Snowflake {
    guard let id = parameters[name].flatMap({ Snowflake($0) }) else {
      throw .form([Self.notSnowflake([name + "_id"], parameters[name] ?? "")])
    }
    return id
  }

  /// What the moderator wrote to explain it, percent-encoded in a header; cut rather than refused.
  var reason: String? {
    guard let text = request.header("x-audit-log-reason") else { return nil }
    let decoded = PercentCoding.decode(text[...], plus: .itself) ?? text
    let kept = String(String.UnicodeScalarView(decoded.unicodeScalars.prefix(Limits.reasonLength)))
    return kept.isEmpty ? nil : kept
  }

  /// The body's fields.
  func form() throws(RESTError) -> FormReader {
    var limits = limits
    if route.takesPicture || route == .executeGitHubWebhook {
      limits.jsonCountMax = max(limits.jsonCountMax, limits.pictureJSONCountMax)
    }
    return FormReader(try RequestBody.object(of: request, limits), path: [])
  }

  /// The rows of a body that is a list of objects.
  func forms() throws(RESTError) -> [FormReader] {
    try RequestBody.list(of: request, limits).enumerated().map { index, object in
      FormReader(object, path: [String(index)])
    }
  }

  /// An id in the query; `nil` when it is not there.
  func queryID(_ name: String) throws(RESTError) -> Snowflake? {
    guard let text = query[name] else { return nil }
    guard let id = Snowflake(text) else { throw .form([Self.notSnowflake([name], text)]) }
    return id
  }

  /// An ISO 8601 time in the query; `nil` when it is not there.
  func queryTime(_ name: String) throws(RESTError) -> WallTime? {
    // Clients that do not encode the plus sign of the offset mean it all the same.
    guard let text = query[name]?.replacing(" ", with: "+") else { return nil }
    guard let time = ISO8601.time(text) else {
      let message = "Could not parse \(text.prefix(32)). Should be ISO8601."
      throw .form([FieldError(path: [name], code: "DATE_TIME_TYPE_PARSE", message: message)])
    }
    return time
  }

  /// A number in the query.
  func queryInt(_ name: String, in range: ClosedRange<Int>, default fallback: Int) throws(RESTError) -> Int {
    guard let text = query[name] else { return fallback }
    guard let number = Int(text) else {
      let message = "Value \"\(text.prefix(32))\" is not int."
      throw .form([FieldError(path: [name], code: "NUMBER_TYPE_COERCE", message: message)])
    }
    guard range.contains(number) else {
      let isLow = number < range.lowerBound
      let message =
        isLow
        ? "int value should be greater than or equal to \(range.lowerBound)."
        : "int value should be less than or equal to \(range.upperBound)."
      let code = isLow ? "NUMBER_TYPE_MIN" : "NUMBER_TYPE_MAX"
      throw .form([FieldError(path: [name], code: code, message: message)])
    }
    return number
  }

  /// A truth value in the query, in any of the forms that libraries send.
  func queryFlag(_ name: String) -> Bool {
    ["true", "True", "1"].contains(query[name])
  }

  static func notSnowflake(_ path: [String], _ text: String) -> FieldError {
    FieldError(
      path: path, code: "NUMBER_TYPE_COERCE", message: "Value \"\(text.prefix(32))\" is not snowflake.")
  }
}
