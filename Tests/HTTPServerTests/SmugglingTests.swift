import HTTPServer
import Testing

/// Inputs that two HTTP implementations could read differently: each is refused and ends the connection.
@Suite struct SmugglingTests {
  static let requests: [(name: String, text: String, status: Int)] = [
    (
      "length and coding",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400
    ),
    (
      "coding and length",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", 400
    ),
    ("two lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde", 400),
    (
      "two equal lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
      400
    ),
    ("list of lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1\r\n\r\na", 400),
    ("negative length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
    ("signed length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\na", 400),
    ("hexadecimal length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x1\r\n\r\na", 400),
    ("empty length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n", 400),
    (
      "overflowing length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551617\r\n\r\na", 400
    ),
    ("folded line", "GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n", 400),
    ("folded line by tab", "GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n\tb\r\n\r\n", 400),
    ("folded empty value", "GET / HTTP/1.1\r\nHost: x\r\nX:\r\n b\r\n\r\n", 400),
    ("folded first line", "GET / HTTP/1.1\r\n Host: x\r\n\r\n", 400),
    ("bare LF", "GET / HTTP/1.1\nHost: x\n\n", 400),
    ("bare LF after a field", "GET / HTTP/1.1\r\nHost: x\nX: y\r\n\r\n", 400),
    ("bare CR", "GET / HTTP/1.1\r\nHost: x\rX: y\r\n\r\n", 400),
    ("space before colon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
    ("space in a name", "GET / HTTP/1.1\r\nHost: x\r\nX Y: z\r\n\r\n", 400),
    ("no name", "GET / HTTP/1.1\r\nHost: x\r\n: z\r\n\r\n", 400),
    ("NUL in a value", "GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n", 400),
    ("no Host", "GET / HTTP/1.1\r\n\r\n", 400),
    ("two Hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400),
    ("empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400),
    ("Host with a path", "GET / HTTP/1.1\r\nHost: x/y\r\n\r\n", 400),
    ("Host with a space", "GET / HTTP/1.1\r\nHost: x y\r\n\r\n", 400),
    ("encoded NUL", "GET /a%00b HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("encoded line end", "GET /a%0d%0ab HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("dot segments", "GET /a/../../etc HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("encoded dot segments", "GET /a/%2e%2e/etc HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("fragment", "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("relative target", "GET a HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("garbage", "\u{16}\u{3}\u{1} nonsense\r\n\r\n", 501),
    ("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    (
      "chunk size not hexadecimal",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", 400
    ),
    (
      "chunk size overflows",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n", 400
    ),
    (
      "chunk longer than said",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", 400
    ),
    ("coding in HTTP 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    (
      "coding not last",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 501
    ),
    (
      "coding unknown", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501
    ),
    (
      "coding twice",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400
    ),
    ("coding hidden", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
    ("unknown method", "BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 501),
    ("CONNECT", "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", 501),
    ("TRACE", "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", 501),
    ("version 3", "GET / HTTP/3.0\r\nHost: x\r\n\r\n", 505),
    ("version 0.9", "GET /\r\n\r\n", 505),
  ]

  @Test func `Every ambiguous request is refused and what follows it is never read as a request`() throws {
    try withServer { (server) throws in
      for request in SmugglingTests.requests {
        let text = try server.exchange(request.text + "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
        let status = Int(text.dropFirst(9).prefix(3)) ?? 0
        #expect(
          status == request.status || (status == 400 && request.status > 500), "\(request.name): \(text)")
        #expect(text.contains("Connection: close"), "\(request.name)")
        #expect(text.components("HTTP/1.1 ") == 1, "\(request.name): \(text)")
      }
      #expect(!server.log.all.contains { $0.contains("/smuggled") })
    }
  }

  @Test func `The same holds when the octets come one by one`() throws {
    try withServer { (server) throws in
      for request in SmugglingTests.requests {
        let client = try server.client()
        for octet in Array(request.text.utf8) { client.send([octet]) }
        client.send("GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
        let text = String(decoding: client.readToEnd(), as: UTF8.self)
        #expect(text.components("HTTP/1.1 ") == 1, "\(request.name): \(text)")
        #expect(!text.hasPrefix("HTTP/1.1 2"), "\(request.name)")
      }
      #expect(!server.log.all.contains { $0.contains("/smuggled") })
    }
  }

  @Test func `Every truncation and every bit flip of a request leaves the server serving`() throws {
    try withServer { (server) throws in
      let request = Array("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc".utf8)
      for count in 0..<request.count {
        let client = try server.client()
        client.send(Array(request[..<count]))
        client.finish()
        #expect(!String(decoding: client.readToEnd(), as: UTF8.self).hasPrefix("HTTP/1.1 2"))
      }
      for bit in 0..<(request.count * 8) {
        var flipped = request
        flipped[bit / 8] ^= 1 << UInt8(bit % 8)
        let client = try server.client()
        client.send(flipped)
        client.finish()
        _ = client.readToEnd()
      }
      #expect(
        try server.exchange("GET /alive HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").contains("/alive"))
    }
  }
}

extension String {
  /// How often `part` occurs.
  func components(_ part: String) -> Int {
    var count = 0
    var rest = self[...]
    while let range = rest.firstRange(of: part) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }
}
