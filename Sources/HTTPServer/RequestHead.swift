import Base

/// A request's head as the parser saw it, before the rules.
struct RawHead: Sendable {
  var method: HTTPMethod?
  var minorVersion: UInt8 = 1
  var majorVersion: UInt8 = 1
  var target: [UInt8] = []
  var headers = HTTPHeaders([])
}

/// A request's head that keeps the rules of RFC 9112, and what they say about its body and connection.
struct RequestHead: Sendable {
  var request: HTTPRequest
  /// `nil` when there is no length: no body, or a chunked one.
  let contentCount: Int?
  let isChunked: Bool
  let expectsContinue: Bool
  let isHTTP11: Bool

  var hasBody: Bool { isChunked || (contentCount ?? 0) > 0 }

  /// Whether this asks for a WebSocket; other upgrades are not taken and the request is served as it is.
  var asksForWebSocket: Bool { request.headers.list("Upgrade", contains: "websocket") }

  init(_ raw: RawHead, remote: SocketAddress, isTLS: Bool) throws(RequestFault) {
    guard raw.majorVersion == 1, raw.minorVersion <= 1 else { throw .unknownVersion }
    isHTTP11 = raw.minorVersion == 1
    guard let method = raw.method else { throw .unknownMethod }
    guard let target = RequestTarget(raw.target, method: method) else { throw .badTarget }
    let hosts = raw.headers.all("Host")
    guard hosts.count == 1 || (hosts.isEmpty && !isHTTP11) else { throw .badHost }
    if let host = hosts.first, !RequestHead.isHost(host) { throw .badHost }
    (contentCount, isChunked) = try RequestHead.framing(raw.headers, isHTTP11: isHTTP11)
    expectsContinue = try RequestHead.expectation(raw.headers, isHTTP11: isHTTP11)
    request = HTTPRequest(
      method: method, path: target.path, query: target.query, headers: raw.headers, body: [], remote: remote,
      isTLS: isTLS)
  }

  /// Exactly one of Content-Length and `Transfer-Encoding: chunked`, or neither: nothing to disagree about.
  private static func framing(
    _ headers: HTTPHeaders, isHTTP11: Bool
  ) throws(RequestFault) -> (Int?, Bool) {
    let lengths = headers.all("Content-Length")
    let codings = headers.all("Transfer-Encoding")
    guard lengths.isEmpty || codings.isEmpty, lengths.count <= 1, codings.count <= 1 else { throw .malformed }
    if let coding = codings.first {
      guard isHTTP11 else { throw .malformed }
      guard HTTPHeaders.equal(coding.utf8, "chunked".utf8) else { throw .unknownCoding }
      return (nil, true)
    }
    guard let length = lengths.first else { return (nil, false) }
    guard !length.isEmpty, length.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { throw .malformed }
    guard let count = Int(length) else { throw .bodyTooLong }
    return (count, false)
  }

  private static func expectation(_ headers: HTTPHeaders, isHTTP11: Bool) throws(RequestFault) -> Bool {
    guard isHTTP11, let expectation = headers.first("Expect") else { return false }
    guard HTTPHeaders.equal(expectation.utf8, "100-continue".utf8) else { throw .unknownExpectation }
    return true
  }

  /// `uri-host [ ":" port ]` as far as characters go; an empty Host is allowed by RFC 9112 §3.2 but names nothing.
  private static func isHost(_ host: String) -> Bool {
    !host.isEmpty
      && host.utf8.allSatisfy { octet in
        switch octet {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-._~!$&'()*+,;=:[]%".utf8.contains(octet)
        }
      }
  }
}
