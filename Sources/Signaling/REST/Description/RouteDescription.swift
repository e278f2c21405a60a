import JSON

/// What a route takes and answers, for people, for generators of clients and for the tests that send what it
/// allows and what it does not.
///
/// Every ``RESTRoute`` has one, in the table of its topic beside this file; a test names those that lack it.
/// Path parameters, errors, security and rate-limit headers follow from the route itself.
struct RouteDescription: Sendable {
  /// What a request carries.
  enum Body: Sendable {
    case none
    /// `application/json`.
    case json(Schema)
    /// `application/json`, or `multipart/form-data` with `payload_json`, and files where the route takes them.
    case form(Schema)
  }

  /// An answer of success.
  enum Answer: Sendable {
    /// A status with JSON.
    case json(Int, Schema)
    /// A status without a body.
    case empty(Int)

    static func ok(_ schema: Schema) -> Answer { .json(200, schema) }
    static func created(_ schema: Schema) -> Answer { .json(201, schema) }
    static let done = Answer.empty(204)

    var status: Int {
      switch self {
      case .json(let status, _), .empty(let status): status
      }
    }
  }

  /// One sentence without a full stop.
  let summary: String
  /// Parameters after the question mark by name; all may be left out, unless the name ends in an
  /// exclamation mark.
  let query: KeyValuePairs<String, Schema>
  let body: Body
  let answers: [Answer]

  init(
    _ summary: String, query: KeyValuePairs<String, Schema> = [:], body: Body = .none, _ answers: Answer...
  ) {
    self.summary = summary
    self.query = query
    self.body = body
    self.answers = answers
  }

  /// Every table; a new one is added here.
  private static let tables: [[RESTRoute: RouteDescription]] = [
    accounts, personal, relationships, applications, interactions, guilds, members, roles, channels, threads,
    messages, uploads, searches, invites, webhooks,
  ]

  /// The descriptions of all routes.
  static let all: [RESTRoute: RouteDescription] = tables.reduce(into: [:]) { all, table in
    all.merge(table) { first, _ in first }
  }
}

extension RESTRoute {
  /// What each parameter of a path may be; those that are not named here are ids.
  static let parameterSchemas: [String: Schema] = [
    "user": .text(matching: "^([0-9]{1,20}|@me)$"),
    "message": .text(matching: "^([0-9]{1,20}|@original)$"),
    "emoji": .string(1...100),
    "token": .string(1...200),
    "upload": .text(matching: "^[0-9a-f]{1,16}-[0-9a-f]{32}$"),
    "code": .string(1...64),
  ]
}
