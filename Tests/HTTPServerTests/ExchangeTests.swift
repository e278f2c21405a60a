import Base
import HTTPServer
import Testing

@Suite struct ExchangeTests {
  @Test func `A request is answered and the connection stays for the next`() throws {
    try withServer { (server) throws in
      let client = try server.client()
      for number in 0..<3 {
        client.send("GET /a?n=\(number) HTTP/1.1\r\nHost: x\r\n\r\n")
        let answer = try #require(client.response())
        #expect(answer.status == 200)
        #expect(answer.text == "/a?n=\(number) ")
        #expect(answer.first("connection") == "keep-alive")
        #expect(answer.first("date")?.hasSuffix("GMT") == true)
      }
    }
  }

  @Test func `Pipelined requests are answered in order, one at a time`() throws {
    try withServer { (server) throws in
      let client = try server.client()
      client.send(
        (0..<50).map { "POST /p?\($0) HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi" }.joined())
      for number in 0..<50 { #expect(client.response()?.text == "/p?\(number) hi") }
    }
  }

  @Test func `A request that waits for the application keeps the ones behind it waiting`() throws {
    try withServer { (server) throws in
      let client = try server.client()
      client.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\nGET /after HTTP/1.1\r\nHost: x\r\n\r\n")
      server.log.wait(for: "GET /held")
      // Another connection's round trip shows that the loop went on.
      #expect(
        try server.exchange("GET /other HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").contains("/other"))
      #expect(!server.log.all.contains("GET /after"))
      server.server.waker.wake()
      #expect(client.response()?.text == "at last")
      #expect(client.response()?.text == "/after? ")
    }
  }

  @Test func `A request is understood however its octets are divided`() throws {
    try withServer { (server) throws in
      let request = Array(
        "POST /a?b HTTP/1.1\r\nHost: x\r\nX-Empty:\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n1\r\nd\r\n0\r\nT: t\r\n\r\n"
          .utf8)
      let client = try server.client()
      for cut in 1..<request.count {
        client.send(Array(request[..<cut]))
        // A round trip on another connection lets the loop see the first part alone.
        if cut % 8 == 0 { _ = try server.exchange("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") }
        client.send(Array(request[cut...]))
        #expect(client.response()?.text == "/a?b abcd", "cut at \(cut)")
      }
      for octet in request { client.send([octet]) }
      #expect(client.response()?.text == "/a?b abcd")
    }
  }

  @Test func `HEAD gets the length and no body`() throws {
    try withServer { (server) throws in
      let client = try server.client()
      client.send("HEAD /big?1234 HTTP/1.1\r\nHost: x\r\n\r\nGET /big?3 HTTP/1.1\r\nHost: x\r\n\r\n")
      let head = try #require(client.response(toHead: true))
      #expect(head.first("content-length") == "1234")
      #expect(client.response()?.text == "aaa")
    }
  }

  @Test func `204 has neither body nor length`() throws {
    try withServer { (server) throws in
      let text = try server.exchange("GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      #expect(text.hasPrefix("HTTP/1.1 204 "))
      #expect(!text.lowercased().contains("content-length"))
      #expect(text.hasSuffix("\r\n\r\n"))
    }
  }

  @Test func `Expect gets 100 Continue before the body is sent, and other expectations 417`() throws {
    try withServer { (server) throws in
      let client = try server.client()
      client.send("POST /e HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
      #expect(client.response(toHead: true)?.status == 100)
      client.send("body")
      #expect(client.response()?.text == "/e? body")
      let text = try server.exchange(
        "POST /e HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\nContent-Length: 4\r\n\r\n")
      #expect(text.hasPrefix("HTTP/1.1 417 "))
    }
  }

  @Test func `A body that would be too long is refused instead of expected`() throws {
    try withServer { (server) throws in
      let client = try server.client()
      client.send("POST /small HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n")
      #expect(client.response()?.status == 413)
      #expect(client.readToEnd().isEmpty)
    }
  }

  @Test func `HTTP 1.0 closes unless asked to stay and needs no Host`() throws {
    try withServer { (server) throws in
      #expect(try server.exchange("GET /old HTTP/1.0\r\n\r\n").contains("/old"))
      let client = try server.client()
      for _ in 0..<2 {
        client.send("GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(client.response()?.text == "/old? ")
      }
    }
  }

  @Test func `A client that ends its stream after its request gets its answer`() throws {
    try withServer { (server) throws in
      let client = try server.client()
      client.send("GET /big?300000 HTTP/1.1\r\nHost: x\r\n\r\n")
      client.finish()
      #expect(client.response()?.body.count == 300_000)
      #expect(client.readToEnd().isEmpty)
    }
  }

  @Test func `Upgrades to other protocols are not taken and the request is served`() throws {
    try withServer { (server) throws in
      let client = try server.client()
      for _ in 0..<2 {
        client.send(
          "GET /h2c HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n"
        )
        #expect(client.response()?.text == "/h2c? ")
      }
    }
  }

  @Test func `An application cannot split a response or say how long it is`() throws {
    try withServer { (server) throws in
      let client = try server.client()
      client.send("GET /split HTTP/1.1\r\nHost: x\r\n\r\n")
      let answer = try #require(client.response())
      #expect(answer.first("set-cookie") == nil)
      #expect(answer.first("x-evil") == nil)
      #expect(answer.first("x-good") == "c")
      #expect(answer.fields.filter { $0.name == "content-length" }.count == 1)
    }
  }

  @Test func `A second answer to one request is ignored`() throws {
    try withServer { (server) throws in
      let client = try server.client()
      client.send("GET /twice HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(client.response()?.text == "one")
      #expect(client.response()?.text == "/b? ")
    }
  }

  @Test func `A peer that reads slowly gets everything, in order`() throws {
    try withServer { (server) throws in
      let client = try server.client(receiveBuffer: 4096)
      client.send((0..<20).map { "GET /big?\(100_000 + $0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
      for number in 0..<20 { #expect(client.response()?.body.count == 100_000 + number) }
    }
  }

  @Test func `Requests are counted by the class of their answers`() throws {
    try withServer { (server) throws in
      _ = try server.exchange("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      _ = try server.exchange("GET /a HTTP/1.1\r\n\r\n")
      let snapshot = server.server.statistics.snapshot
      #expect(snapshot.accepted == 2)
      #expect(snapshot.responses.map { $0.count } == [0, 1, 0, 1, 0])
      #expect(snapshot.count(.malformed) == 1)
      #expect(
        snapshot.families.contains { $0.exposition.contains("roost_http_responses_total{class=\"2xx\"} 1\n") }
      )
    }
  }
}
