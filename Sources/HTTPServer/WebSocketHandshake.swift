import COpenSSL

/// The server's side of RFC 6455 §4.2: what a handshake must have, and the answer to it.
///
/// No extension and no subprotocol is ever accepted: permessage-deflate would cost 88 KiB a connection.
enum WebSocketHandshake {
  /// The value of Sec-WebSocket-Accept, or the refusal.
  static func judge(_ head: RequestHead) -> Result<String, Refusal> {
    let headers = head.request.headers
    guard head.request.method == .get else {
      return .failure(Refusal(status: 405, headers: [("Allow", "GET")]))
    }
    guard head.isHTTP11, !head.hasBody, headers.list("Connection", contains: "upgrade") else {
      return .failure(Refusal(status: 400, headers: []))
    }
    guard headers.all("Sec-WebSocket-Version") == ["13"] else {
      return .failure(
        Refusal(status: 426, headers: [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")]))
    }
    let keys = headers.all("Sec-WebSocket-Key")
    guard keys.count == 1, let key = keys.first, isKey(key) else {
      return .failure(Refusal(status: 400, headers: []))
    }
    return .success(accept(key))
  }

  struct Refusal: Error {
    let status: Int
    let headers: [(String, String)]

    var response: HTTPResponse {
      let text = "{\"message\": \"\(status): \(HTTPStatus.phrase(status))\", \"code\": 0}"
      return HTTPResponse(
        status: status, headers: headers + [("Content-Type", "application/json")], body: Array(text.utf8))
    }
  }

  /// Base64 of the SHA-1 of the key and RFC 6455's constant.
  static func accept(_ key: String) -> String {
    let text = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
    var digest = [UInt8](repeating: 0, count: 20)
    // SHA1 reads `text.count` octets and writes 20, which is what the digest has.
    unsafe text.withUnsafeBufferPointer { input in
      unsafe digest.withUnsafeMutableBufferPointer { output in
        _ = unsafe SHA1(input.baseAddress, input.count, output.baseAddress)
      }
    }
    return base64(digest)
  }

  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Whether `key` is base64 of 16 octets: 22 digits, of which the last has four zero bits, and `==`.
  private static func isKey(_ key: String) -> Bool {
    let octets = Array(key.utf8)
    return octets.count == 24 && octets[22...].elementsEqual("==".utf8)
      && octets[..<21].allSatisfy(alphabet.contains) && "AQgw".utf8.contains(octets[21])
  }

  private static func base64(_ octets: [UInt8]) -> String {
    var text: [UInt8] = []
    for start in stride(from: 0, to: octets.count, by: 3) {
      let group = octets[start..<min(start + 3, octets.count)]
      var word = 0
      for index in 0..<3 {
        word = word << 8 | (start + index < group.endIndex ? Int(group[start + index]) : 0)
      }
      for digit in 0..<4 {
        text.append(digit <= group.count ? alphabet[word >> (18 - 6 * digit) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
