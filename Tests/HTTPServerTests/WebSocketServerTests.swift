import Base
import HTTPServer
import Testing

@Suite struct WebSocketServerTests {
  @Test func `A handshake is accepted with the RFC's key and value`() throws {
    try withServer { (server) throws in
      let client = try server.client()
      let answer = try #require(client.upgrade())
      #expect(answer.status == 101)
      #expect(answer.first("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
      #expect(answer.first("upgrade") == "websocket")
      #expect(answer.first("connection") == "Upgrade")
    }
  }

  @Test func `Extensions and subprotocols are declined`() throws {
    try withServer { (server) throws in
      let offers = [
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
        "Sec-WebSocket-Protocol: a, b",
      ]
      let answer = try #require(try server.client().upgrade("/", RawClient.webSocketFields + offers))
      #expect(answer.status == 101)
      #expect(answer.first("sec-websocket-extensions") == nil)
      #expect(answer.first("sec-websocket-protocol") == nil)
    }
  }

  /// A handshake with the field that begins like `replacement` exchanged for it.
  private func fields(_ replacement: String) -> [String] {
    let name = replacement.prefix { $0 != ":" }
    let kept = RawClient.webSocketFields.filter { !$0.hasPrefix(name + ":") }
    return replacement.hasSuffix(": -") ? kept : kept + [replacement]
  }

  static let handshakes: [(String, Int)] = [
    ("Upgrade: h2c, WebSocket", 101), ("Connection: keep-alive, UPGRADE", 101),
    ("Sec-WebSocket-Version: 8", 426), ("Sec-WebSocket-Version: -", 426),
    ("Sec-WebSocket-Version: 13, 8", 426),
    ("Sec-WebSocket-Key: -", 400), ("Sec-WebSocket-Key: YWJj", 400),
    ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR==", 400),
    ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=a", 400),
    ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ!!", 400), ("Connection: close", 400), ("Connection: -", 400),
    ("Upgrade: -", 200), ("Content-Length: 3", 400), ("Transfer-Encoding: chunked", 400), ("Host: -", 400),
  ]

  @Test(arguments: handshakes)
  func `A handshake is judged by its fields`(_ row: (field: String, status: Int)) throws {
    try withServer { (server) throws in
      let answer = try #require(try server.client().upgrade("/", fields(row.field)))
      #expect(answer.status == row.status)
      if row.status == 426 { #expect(answer.first("sec-websocket-version") == "13") }
    }
  }

  @Test func `Two keys, another method or HTTP 1.0 make no handshake`() throws {
    try withServer { (server) throws in
      let fields = RawClient.webSocketFields
      #expect(try server.client().upgrade("/", fields + [fields[3]])?.status == 400)
      let rest = fields.map { $0 + "\r\n" }.joined() + "\r\n"
      #expect(try server.exchange("POST / HTTP/1.1\r\n" + rest).hasPrefix("HTTP/1.1 405"))
      #expect(try server.exchange("GET / HTTP/1.0\r\n" + rest).hasPrefix("HTTP/1.1 400"))
    }
  }

  @Test func `The application may refuse a handshake`() throws {
    try withServer { (server) throws in
      let client = try server.client()
      #expect(client.upgrade("/forbidden")?.status == 403)
      #expect(client.readToEnd().isEmpty)
      #expect(!server.log.all.contains { $0.hasPrefix("opened") })
    }
  }

  @Test func `Messages of every length class come back, frames sent with the handshake too`() throws {
    try withServer { (server) throws in
      let client = try server.client()
      let fields = RawClient.webSocketFields.map { $0 + "\r\n" }.joined()
      let early = WebSocketFrame.octets(.text, Array("early".utf8), key: 1, isFinal: true)
      client.send(Array("GET / HTTP/1.1\r\n\(fields)\r\n".utf8) + early)
      #expect(client.response()?.status == 101)
      #expect(client.frame()?.payload == Array("early".utf8))
      for count in [0, 1, 125, 126, 65_535, 65_536, 100_000] {
        let payload = [UInt8](repeating: 0x62, count: count)
        client.sendFrame(.binary, payload)
        let frame = try #require(client.frame())
        #expect(frame.opcode == 2)
        #expect(frame.payload == payload)
      }
    }
  }

  @Test func `Pings are answered inside a message, pongs are not`() throws {
    try withServer { (server) throws in
      let client = try server.client()
      _ = client.upgrade()
      client.sendFrame(.text, Array("ab".utf8), isFinal: false)
      client.sendFrame(.ping, Array("!".utf8))
      client.sendFrame(.pong, [])
      client.sendFrame(.continuation, Array("cd".utf8))
      let pong = try #require(client.frame())
      #expect(pong.opcode == 10)
      #expect(pong.payload == Array("!".utf8))
      #expect(client.frame()?.payload == Array("abcd".utf8))
    }
  }

  @Test(arguments: WebSocketFramerTests.faults)
  func `A fault is answered with its close code and the end of the stream`(
    _ fault: (name: String, octets: [UInt8], code: UInt16)
  ) throws {
    try withServer { (server) throws in
      let client = try server.client()
      _ = client.upgrade("/?1000")
      client.send(fault.octets)
      #expect(client.closeCode() == fault.code)
      #expect(client.readToEnd().isEmpty)
      server.log.wait(for: "closed nil")
      #expect(
        server.server.statistics.snapshot.closeCodes.contains {
          $0.label == String(fault.code) && $0.count == 1
        })
    }
  }

  @Test func `A fault right behind a message does not cost the Close frame`() throws {
    try withServer { (server) throws in
      for _ in 0..<100 {
        let client = try server.client()
        _ = client.upgrade()
        // In two pieces, so that the echo goes out in the turn in which the fault is read.
        client.sendFrame(.text, Array("first".utf8))
        client.send([0xC1, 0x80])
        #expect(client.frame()?.payload == Array("first".utf8))
        #expect(client.closeCode() == 1002)
      }
    }
  }

  static let closes: [(payload: [UInt8], code: UInt16, seen: String)] = [
    ([], 1005, "1005"), ([0x03, 0xE8], 1000, "1000"), ([0x03, 0xE8, 0x62, 0x79, 0x65], 1000, "1000"),
    ([0x0F, 0xA0], 4000, "4000"),
  ]

  @Test(arguments: closes)
  func `A Close frame is echoed, ends the stream and reaches the application once`(
    _ row: (payload: [UInt8], code: UInt16, seen: String)
  ) throws {
    try withServer { (server) throws in
      let client = try server.client()
      _ = client.upgrade()
      client.sendFrame(.close, row.payload)
      client.sendFrame(.text, Array("too late".utf8))
      let close = try #require(client.frame())
      #expect(close.opcode == 8)
      #expect(close.payload == Array(row.payload.prefix(2)))
      #expect(client.readToEnd().isEmpty)
      server.stop()
      #expect(server.log.all.filter { $0.hasPrefix("closed") } == ["closed \(row.seen)"])
    }
  }

  @Test func `A connection that is lost closes its socket without a code`() throws {
    try withServer { (server) throws in
      do {
        let client = try server.client()
        _ = client.upgrade()
        client.sendFrame(.text, Array("half".utf8), isFinal: false)
      }
      server.log.wait(for: "closed nil")
    }
  }

  @Test func `The application closes with its own code and waits for the peer's`() throws {
    try withServer { (server) throws in
      let client = try server.client()
      _ = client.upgrade()
      client.sendFrame(.text, Array("close".utf8))
      let close = try #require(client.frame())
      #expect(close.payload == WebSocketFrame.closePayload(4009, "as you wish"))
      client.sendFrame(.text, Array("ignored".utf8))
      client.sendFrame(.close, [0x0F, 0xA9])
      #expect(client.readToEnd().isEmpty)
      server.log.wait(for: "closed 4009")
    }
  }

  @Test func `A peer that does not answer a Close frame is dropped`() throws {
    try withServer({ $0.closeTimeout = .milliseconds(20) }) { (server) throws in
      let client = try server.client()
      _ = client.upgrade()
      client.sendFrame(.text, Array("close".utf8))
      #expect(client.closeCode() == 4009)
      #expect(client.readToEnd().isEmpty)
      server.log.wait(for: "closed nil")
      #expect(server.server.statistics.snapshot.count(.closeTimeout) == 1)
    }
  }

  @Test func `A shared frame reaches every socket`() throws {
    try withServer { (server) throws in
      let clients = try (0..<20).map { _ in try server.client() }
      for client in clients { _ = client.upgrade() }
      clients[0].sendFrame(.text, Array("all".utf8))
      for client in clients { #expect(client.frame()?.payload == Array("to all".utf8)) }
    }
  }

  @Test func `A peer that does not read is dropped when its output is full, and counted`() throws {
    try withServer({ $0.outputCountMax = 500_000 }) { (server) throws in
      let client = try server.client(receiveBuffer: 4096)
      _ = client.upgrade()
      client.sendFrame(.text, Array("flood".utf8))
      server.log.wait(for: "closed nil")
      #expect(server.server.statistics.snapshot.count(.output) == 1)
      let buffered = server.log.all.compactMap { Int($0.dropFirst("buffered ".count)) }
      #expect(buffered.allSatisfy { $0 > 0 && $0 <= 500_000 })
      #expect(buffered.count == 1)
    }
  }

  @Test func `A silent peer is pinged, and dropped when it stays silent`() throws {
    try withServer({ limits in
      limits.pingInterval = .milliseconds(20)
      limits.pongTimeout = .milliseconds(200)
    }) { (server) throws in
      let client = try server.client()
      _ = client.upgrade()
      for _ in 0..<3 {
        let ping = try #require(client.frame())
        #expect(ping.opcode == 9)
        client.sendFrame(.pong, ping.payload)
      }
      while let frame = client.frame() { #expect(frame.opcode == 9) }
      server.log.wait(for: "closed nil")
      #expect(server.server.statistics.snapshot.count(.pongTimeout) == 1)
    }
  }

  @Test func `The application's timer fires`() throws {
    try withServer { (server) throws in
      let client = try server.client()
      _ = client.upgrade()
      client.sendFrame(.text, Array("timer".utf8))
      #expect(client.frame()?.payload == Array("expired".utf8))
    }
  }
}
