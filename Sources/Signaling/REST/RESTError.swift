import Base

/// An error answer of the REST API: Discord's body `{"message","code","errors"?}` and an HTTP status.
struct RESTError: Error, Hashable, Sendable {
  let status: Int
  let code: Int
  let message: String
  /// What is wrong with which field, for 50035.
  var fields: [FieldError] = []
  /// How long to wait, for 429.
  var retryAfter: Interval?

  init(status: Int, code: Int, message: String) {
    self.status = status
    self.code = code
    self.message = message
  }

  static let badRequest = RESTError(status: 400, code: 0, message: "400: Bad Request")
  static let unauthorized = RESTError(status: 401, code: 0, message: "401: Unauthorized")
  static let notFound = RESTError(status: 404, code: 0, message: "404: Not Found")
  static let methodNotAllowed = RESTError(status: 405, code: 0, message: "405: Method Not Allowed")
  static let tooLarge = RESTError(status: 413, code: 40005, message: "Request entity too large")
  static let internalError = RESTError(status: 500, code: 0, message: "500: Internal Server Error")
  static let overloaded = RESTError(
    status: 503, code: 130_000, message: "API resource is currently overloaded. Try again a little later")
  static let invalidJSON = RESTError(
    status: 400, code: 50109, message: "The request body contains invalid JSON.")
  static let invalidWebhookToken = RESTError(status: 401, code: 50027, message: "Invalid Webhook Token")
  static let invalidVersion = RESTError(status: 400, code: 50041, message: "Invalid API version provided")
  static let filesRefused = RESTError(
    status: 400, code: 50046, message: "Invalid file uploaded: files are taken with messages only")
  /// The same for an unknown name and a wrong password.
  static let invalidLogin = RESTError.form(
    ["login", "password"].map {
      FieldError(path: [$0], code: "INVALID_LOGIN", message: "Login or password is invalid.")
    })

  /// The ticket of a log-in is forged or too old.
  static let invalidTicket = RESTError(status: 401, code: 60006, message: "Invalid two-factor auth ticket")

  /// The password that was to confirm something is wrong.
  static let wrongPassword = RESTError.form([
    FieldError(path: ["password"], code: "PASSWORD_DOES_NOT_MATCH", message: "Passwords does not match.")
  ])

  /// 50035 with what is wrong with each field.
  static func form(_ fields: [FieldError]) -> RESTError {
    var error = RESTError(status: 400, code: 50035, message: "Invalid Form Body")
    error.fields = fields
    return error
  }
}

/// What is wrong with one field of a request.
struct FieldError: Hashable, Sendable {
  /// Keys and array indexes from the body's root; empty for the body itself.
  let path: [String]
  let code: String
  let message: String

  static func required(_ path: [String]) -> FieldError {
    FieldError(path: path, code: "BASE_TYPE_REQUIRED", message: "This field is required")
  }
}
