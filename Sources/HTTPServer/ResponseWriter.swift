/// Writes response heads.
///
/// The server alone says how long a message is and whether the connection stays: an application's own
/// Content-Length, Connection and Transfer-Encoding are left out. A field that could break the line
/// structure (response splitting) is left out whole.
enum ResponseWriter {
  /// The head and, except for HEAD, 204 and 304, the body.
  static func octets(_ response: HTTPResponse, isHead: Bool, keepsAlive: Bool, date: String) -> [UInt8] {
    // What is not a final status would leave the client waiting for one.
    let status = 200...599 ~= response.status ? response.status : 500
    let hasLength = status != 204 && status != 304
    let hasBody = hasLength && !isHead
    var octets: [UInt8] = []
    octets.reserveCapacity(256 + (hasBody ? response.body.count : 0))
    octets.append(contentsOf: "HTTP/1.1 \(status) \(HTTPStatus.phrase(status))\r\n".utf8)
    for (name, value) in response.headers where isAllowed(name, value) {
      append(name, value, to: &octets)
    }
    append("Date", date, to: &octets)
    if hasLength {
      append("Content-Length", String(response.file?.range.count ?? response.body.count), to: &octets)
    }
    append("Connection", keepsAlive ? "keep-alive" : "close", to: &octets)
    octets.append(contentsOf: "\r\n".utf8)
    // A file's octets follow in pieces.
    if hasBody, response.file == nil { octets.append(contentsOf: response.body) }
    return octets
  }

  /// The head that ends a WebSocket handshake.
  static func switching(accept: String) -> [UInt8] {
    let head =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      + "Sec-WebSocket-Accept: \(accept)\r\n\r\n"
    return Array(head.utf8)
  }

  private static func append(_ name: String, _ value: String, to octets: inout [UInt8]) {
    octets.append(contentsOf: name.utf8)
    octets.append(contentsOf: ": ".utf8)
    octets.append(contentsOf: value.utf8)
    octets.append(contentsOf: "\r\n".utf8)
  }

  private static func isAllowed(_ name: String, _ value: String) -> Bool {
    HTTPHeaders.isName(name.utf8) && HTTPHeaders.isValue(value.utf8)
      && !["Content-Length", "Connection", "Transfer-Encoding", "Date"].contains {
        HTTPHeaders.equal($0.utf8, name.utf8)
      }
  }
}
