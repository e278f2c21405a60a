import Base
import ChatCore
import JSON

extension RESTError {
  /// What the chat core's refusal becomes.
  init(_ error: ChatError) {
    switch error {
    case .code(let code): self.init(status: code.status, code: code.rawValue, message: code.message)
    case .form(let problems):
      self = .form(problems.map { FieldError(path: $0.path, code: $0.code, message: $0.message) })
    case .unauthorized: self = .unauthorized
    case .slowMode(let wait):
      self.init(
        status: 429, code: ErrorCode.slowMode.rawValue, message: ErrorCode.slowMode.message)
      retryAfter = wait
    case .unavailable: self = .overloaded
    }
  }

  /// Too many wrong tokens from one address.
  static var tooManyFailures: RESTError {
    var error = RESTError(status: 429, code: 0, message: "You are being rate limited.")
    error.retryAfter = .seconds(60)
    return error
  }

  /// Too many log-ins of one account or address.
  static func limitedLogin(_ wait: Interval) -> RESTError {
    var error = RESTError(status: 429, code: 0, message: "You are being rate limited.")
    error.retryAfter = wait
    return error
  }

  /// The answer.
  var response: RESTResponse {
    if let retryAfter { return RESTError.limited(retryAfter: retryAfter, isGlobal: false, self) }
    return .object(status) {
      $0.field("message", message)
      $0.field("code", code)
      if !fields.isEmpty { $0.object("errors") { ErrorTree(fields).write(to: &$0) } }
    }
  }

  /// 429: without `Via`, libraries conclude that Cloudflare banned them.
  static func limited(retryAfter: Interval, isGlobal: Bool, _ error: RESTError? = nil) -> RESTResponse {
    let seconds = max(0.001, retryAfter.seconds)
    var response = RESTResponse.object(429) {
      $0.field("message", error?.message ?? "You are being rate limited.")
      $0.field("retry_after", Double(Int64(seconds * 1_000)) / 1_000)
      $0.field("global", isGlobal)
      if let code = error?.code, code != 0 { $0.field("code", code) }
    }
    response.headers += [
      ("Via", "1.1 roost"), ("Retry-After", String(Int64(seconds.rounded(.up)))),
      ("X-RateLimit-Scope", isGlobal ? "global" : "user"),
    ]
    if isGlobal { response.headers.append(("X-RateLimit-Global", "true")) }
    return response
  }
}

extension RESTRateLimiter.BucketState {
  /// Discord's headers.
  func headers(at now: WallTime) -> [(String, String)] {
    let after = Double(max(1, resetAfter.milliseconds)) / 1_000
    let reset = Double(now.milliseconds &+ max(1, resetAfter.milliseconds)) / 1_000
    return [
      ("X-RateLimit-Limit", String(limit)), ("X-RateLimit-Remaining", String(remaining)),
      ("X-RateLimit-Reset", String(reset)), ("X-RateLimit-Reset-After", String(after)),
      ("X-RateLimit-Bucket", bucket.name),
    ]
  }
}

/// The `errors` of a 50035: a tree like the body, with a list of problems where one is wrong.
private struct ErrorTree {
  private let problems: [FieldError]
  private let depth: Int

  init(_ problems: [FieldError]) {
    self.init(problems, depth: 0)
  }

  private init(_ problems: [FieldError], depth: Int) {
    self.problems = problems
    self.depth = depth
  }

  func write(to writer: inout JSONWriter) {
    let own = problems.filter { $0.path.count == depth }
    if !own.isEmpty {
      writer.array("_errors") {
        for problem in own {
          $0.object {
            $0.field("code", problem.code)
            $0.field("message", problem.message)
          }
        }
      }
    }
    var seen: [String] = []
    for problem in problems where problem.path.count > depth && !seen.contains(problem.path[depth]) {
      let key = problem.path[depth]
      seen.append(key)
      let below = problems.filter { $0.path.count > depth && $0.path[depth] == key }
      writer.object(named: key) { ErrorTree(below, depth: depth + 1).write(to: &$0) }
    }
  }
}
