/// Cross-origin requests: any page may call, because only the token in its hands authorises it.
enum CORS {
  /// On every answer.
  static let headers: [(String, String)] = [
    ("Access-Control-Allow-Origin", "*"),
    (
      "Access-Control-Expose-Headers",
      "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-RateLimit-Reset-After, "
        + "X-RateLimit-Bucket, X-RateLimit-Scope, X-RateLimit-Global, Retry-After, Range, Date"
    ),
  ]

  /// Longer lists of header names are not echoed.
  private static let requestedCountMax = 1_024
  private static let standard =
    "Authorization, Content-Type, X-Audit-Log-Reason, X-Super-Properties, X-Discord-Locale, "
    + "X-Discord-Timezone, X-Debug-Options, X-Fingerprint, X-Context-Properties, X-Track"

  /// The answer to a preflight request.
  static func preflight(_ request: RESTRequest) -> RESTResponse {
    RESTResponse(
      status: 204,
      headers: [
        ("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE, OPTIONS"),
        ("Access-Control-Allow-Headers", allowed(request.header("access-control-request-headers"))),
        ("Access-Control-Max-Age", "86400"), ("Vary", "Access-Control-Request-Headers"),
      ], body: [])
  }

  /// What was asked for, if it is a list of header names.
  private static func allowed(_ requested: String?) -> String {
    guard let requested, !requested.isEmpty, requested.utf8.count <= requestedCountMax,
      requested.utf8.allSatisfy(isListCharacter)
    else { return standard }
    return requested
  }

  private static func isListCharacter(_ octet: UInt8) -> Bool {
    switch octet {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ","),
      UInt8(ascii: " "):
      true
    default: false
    }
  }
}
