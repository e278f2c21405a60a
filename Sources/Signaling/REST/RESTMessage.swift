public import Base
public import ChatCore

/// A request under `/api` or `/.well-known`, as the HTTP server read it.
public struct RESTRequest: Sendable {
  /// The method in capitals.
  public let method: String
  /// The path as it was sent, percent-encoded.
  public let path: String
  /// What follows the question mark, percent-encoded; empty when there is none.
  public let query: String
  /// Field names in any case, in order.
  public let headers: [(String, String)]
  /// The whole body.
  public let body: [UInt8]
  /// Who sent it, for throttling.
  public let remote: IPAddress
  /// The body, when it was taken in as a form with files; `body` is empty then.
  public var upload: Result<UploadedForm, UploadProblem>?

  /// Makes a request of its parts.
  public init(
    method: String, path: String, query: String, headers: [(String, String)], body: [UInt8],
    remote: IPAddress
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
    self.remote = remote
  }

  /// The first field of that name, which must be given in lower case.
  func header(_ name: String) -> String? {
    headers.first { $0.0.utf8.count == name.utf8.count && $0.0.lowercased() == name }?.1
  }
}

/// An answer, without Content-Length.
public struct RESTResponse: Sendable {
  /// The status code.
  public var status: Int
  /// Fields in order.
  public var headers: [(String, String)]
  /// The body, empty for 204.
  public var body: [UInt8]

  /// Makes an answer of its parts.
  public init(status: Int, headers: [(String, String)], body: [UInt8]) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// JSON with the exact content type that client libraries compare.
  static func json(_ status: Int, _ body: [UInt8]) -> RESTResponse {
    RESTResponse(status: status, headers: [("Content-Type", "application/json")], body: body)
  }

  /// 204, which has neither body nor content type.
  static let noContent = RESTResponse(status: 204, headers: [], body: [])
}

/// What the composition root does for ``RESTAPI``.
public enum RESTAction: Sendable {
  /// Answers the exchange `id`, which is over.
  case respond(id: UInt64, RESTResponse)
  /// Asks the chat core; its reply goes to ``RESTAPI/complete(_:_:at:into:)``.
  case chat(ChatRequest)
  /// Hashes a password on the worker; the result goes to ``RESTAPI/hashed(_:_:at:into:)``.
  case hashPassword(id: UInt64, password: String)
  /// Verifies a password on the worker; the result goes to ``RESTAPI/verified(_:_:at:into:)``.
  case verifyPassword(id: UInt64, password: String, hash: String)
  /// Asks a bot's endpoint; the result goes to ``RESTAPI/endpointAnswered(_:_:at:into:)``.
  case askEndpoint(EndpointRequest)
  /// Keeps a picture on the worker; the result goes to ``RESTAPI/kept(_:_:at:into:)``.
  case keepPicture(id: UInt64, octets: [UInt8])
}

/// What became of a ``RESTAction/keepPicture(id:octets:)``.
public enum KeptPicture: Hashable, Sendable {
  /// The picture's blob, after ``Picture/animatedMark`` when it moves.
  case kept(String)
  /// It is no picture in a known format.
  case invalid
  /// The disk did not take it, or too many wait.
  case failed
}
