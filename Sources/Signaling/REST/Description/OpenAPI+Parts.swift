import JSON

/// What many operations share: errors, headers, security.
extension OpenAPI {
  /// An answer that is no success.
  struct Failure {
    let status: Int
    let name: String
    let text: String
    let schema: Schema
    let isPossible: @Sendable (RESTRoute, _ takesBody: Bool) -> Bool

    var json: JSONValue {
      let content = JSONValue.fields([("application/json", .fields([("schema", schema.json)]))])
      var fields: [(String, JSONValue)] = [("description", .string(text))]
      if status == 429 {
        fields.append(
          (
            "headers",
            .fields([
              ("Retry-After", OpenAPI.header(.integer(0...86_400), "Seconds to wait, rounded up")),
              ("X-RateLimit-Scope", OpenAPI.header(.oneOf("user", "global", "shared"), "Whose limit it is")),
              ("Via", OpenAPI.header(.string, "Always there; libraries expect it")),
            ])
          ))
      }
      fields.append(("content", content))
      return .fields(fields)
    }
  }

  /// Every way to be refused.
  ///
  /// 500 is not among them: it is a defect wherever it appears.
  static let errors: [Failure] = [
    Failure(
      status: 400, name: "BadRequest",
      text: "The request is not what the route takes; `errors` names each field", schema: .error
    ) { _, _ in true },
    Failure(status: 401, name: "Unauthorized", text: "No token, or one that does not hold", schema: .error) {
      _, _ in true
    },
    Failure(status: 403, name: "Forbidden", text: "The account may not do this", schema: .error) {
      _, _ in true
    },
    Failure(
      status: 404, name: "NotFound", text: "What the path or the body names is not there", schema: .error
    ) { _, _ in true },
    Failure(status: 413, name: "TooLarge", text: "The body is too large", schema: .error) { _, takesBody in
      takesBody
    },
    Failure(status: 429, name: "RateLimited", text: "Too many requests", schema: .rateLimit) { _, _ in true },
    Failure(
      status: 503, name: "Overloaded", text: "Try again later; nothing was done", schema: .error
    ) { _, _ in true },
  ]

  /// The headers of a route with a bucket of its own.
  static let rateHeaders: [(name: String, schema: Schema, text: String)] = [
    ("X-RateLimit-Limit", .integer, "Requests in a window"),
    ("X-RateLimit-Remaining", .integer, "Requests left in this window"),
    ("X-RateLimit-Reset", .number, "When the window ends, in seconds since 1970"),
    ("X-RateLimit-Reset-After", .number, "When the window ends, in seconds from now"),
    ("X-RateLimit-Bucket", .string, "Routes with the same name share a limit"),
  ]

  static func header(_ schema: Schema, _ text: String) -> JSONValue {
    .fields([("description", .string(text)), ("schema", schema.json)])
  }

  static let securitySchemes = JSONValue.fields([
    ("person", scheme("The token of a person's account, bare")),
    ("bot", scheme("The token of a bot after `Bot` and a space")),
  ])

  private static func scheme(_ text: String) -> JSONValue {
    .fields([
      ("type", .string("apiKey")), ("in", .string("header")), ("name", .string("Authorization")),
      ("description", .string(text)),
    ])
  }
}

extension Schema {
  static let error = reference("Error")
  static let rateLimit = reference("RateLimit")
}
