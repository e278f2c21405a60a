/// One request to a server that somebody else named.
public struct OutgoingRequest: Hashable, Sendable {
  /// Names it in ``OutgoingOutcome``.
  public let id: UInt64
  /// The method in capitals.
  public var method: String
  /// Absolute, `http` or `https`.
  public var url: String
  /// The URL's host, which decides where the connection may go; see ``HTTPClient``.
  public var host: String
  /// Fields in order; neither name nor value may hold a line end.
  public var headers: [(name: String, value: String)] { fields.map { ($0.name, $0.value) } }
  private var fields: [Field] = []
  /// The whole body; empty sends none.
  public var body: [UInt8] = []
  /// Milliseconds from the start to the last octet.
  public var timeout: Int = 3_000
  /// Octets of an answer; a longer one fails.
  public var answerCountMax: Int = 1 << 20

  private struct Field: Hashable, Sendable {
    let name: String
    let value: String
  }

  /// Makes a request without fields and body.
  ///
  /// `nil` when `url` is none that can be asked: another scheme, no host, user names in it, or characters
  /// that do not belong there.
  public init?(id: UInt64, method: String, url: String) {
    guard let host = OutgoingURL.host(of: url) else { return nil }
    self.id = id
    self.method = method
    self.url = url
    self.host = host
  }

  /// Adds a field; one with a line end or another control character is left out.
  public mutating func add(_ name: String, _ value: String) {
    let isSafe = { (text: String) in text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }
    if isSafe(name), isSafe(value) { fields.append(Field(name: name, value: value)) }
  }
}

/// An answer; redirections are answers, too, and never followed.
public struct OutgoingAnswer: Hashable, Sendable {
  /// The status code.
  public let status: Int
  /// The fields' names in lower case, with their values.
  public let headers: [String: String]
  /// The whole body.
  public let body: [UInt8]
}

/// Why there is no answer.
public enum OutgoingFailure: Error, Hashable, Sendable {
  /// The name leads only to addresses where the server does not go.
  case addressRefused
  /// Nobody is there, or TLS fails.
  case unreachable
  /// It took too long.
  case timeout
  /// The answer is longer than was allowed.
  case tooLarge
  /// Too many requests wait.
  case overloaded
}

/// What came of a request.
public struct OutgoingOutcome: Sendable {
  /// The request's id.
  public let id: UInt64
  /// The answer, or why there is none.
  public let result: Result<OutgoingAnswer, OutgoingFailure>

  /// Makes an outcome of its parts.
  public init(id: UInt64, result: Result<OutgoingAnswer, OutgoingFailure>) {
    self.id = id
    self.result = result
  }
}
