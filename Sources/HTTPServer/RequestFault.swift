/// Why a request is refused by the server itself; each ends the connection after its answer.
enum RequestFault: Error, Hashable, Sendable {
  /// Not HTTP, or ambiguous in a way that smuggling uses.
  case malformed
  case badHost
  case badTarget
  case urlTooLong
  case headerTooLong
  case tooManyFields
  case bodyTooLong
  case headTimeout
  case bodyTimeout
  case unknownMethod
  case unknownCoding
  case unknownVersion
  case unknownExpectation
  case noAnswer
  /// The disk does not take the body.
  case noRoom

  var status: Int {
    switch self {
    case .malformed, .badHost, .badTarget: 400
    case .headTimeout, .bodyTimeout: 408
    case .bodyTooLong: 413
    case .urlTooLong: 414
    case .unknownExpectation: 417
    case .headerTooLong, .tooManyFields: 431
    case .unknownMethod, .unknownCoding: 501
    case .noAnswer: 503
    case .unknownVersion: 505
    case .noRoom: 507
    }
  }

  /// The limit that was hit, if it is one.
  var limit: LimitHit? {
    switch self {
    case .malformed, .badHost, .badTarget: .malformed
    case .urlTooLong: .url
    case .headerTooLong: .headerCount
    case .tooManyFields: .headerFields
    case .bodyTooLong: .bodyCount
    case .headTimeout: .headerTimeout
    case .bodyTimeout: .bodyTimeout
    case .noAnswer: .responseTimeout
    case .noRoom: .bodyUnwritten
    case .unknownMethod, .unknownCoding, .unknownVersion, .unknownExpectation: nil
    }
  }

  /// The answer, in the form of the API's errors.
  var response: HTTPResponse {
    let text = "{\"message\": \"\(status): \(HTTPStatus.phrase(status))\", \"code\": 0}"
    return HTTPResponse(
      status: status, headers: [("Content-Type", "application/json")], body: Array(text.utf8))
  }
}
