import Base
import HTTPServer
import Testing

@Suite struct LimitTests {
  private func status(_ server: TestServer, _ request: String) throws -> Int {
    let text = try server.exchange(request)
    #expect(text.contains("Connection: close"))
    return Int(text.dropFirst(9).prefix(3)) ?? 0
  }

  @Test func `Targets, headers and bodies have their limits, each with its status and counter`() throws {
    try withServer { limits in
      limits.urlCountMax = 100
      limits.headerCountMax = 1000
      limits.headerFieldsMax = 10
      limits.bodyCountMax = 50
    } _: { (server) throws in
      let close = "Connection: close\r\n\r\n"
      let url = String(repeating: "u", count: 99)
      #expect(try server.exchange("GET /\(url) HTTP/1.1\r\nHost: x\r\n\(close)").hasPrefix("HTTP/1.1 200"))
      #expect(try status(server, "GET /\(url)u HTTP/1.1\r\nHost: x\r\n\(close)") == 414)
      #expect(
        try status(
          server, "GET / HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "v", count: 1000))\r\n\(close)") == 431
      )
      #expect(
        try status(
          server, "GET / HTTP/1.1\r\nHost: x\r\n\(String(repeating: "n", count: 1001)): v\r\n\(close)") == 431
      )
      let fields = String(repeating: "a: b\r\n", count: 10)
      #expect(try status(server, "GET / HTTP/1.1\r\nHost: x\r\n\(fields)\(close)") == 431)
      #expect(try status(server, String(repeating: "\r\n", count: 4000) + "GET / HTTP/1.1\r\n") == 431)
      let body = String(repeating: "b", count: 51)
      #expect(try status(server, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 51\r\n\r\n\(body)") == 413)
      #expect(
        try status(server, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999\r\n\r\n") == 413)
      #expect(
        try status(
          server, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n33\r\n\(body)\r\n0\r\n\r\n"
        ) == 413)
      #expect(try status(server, "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n") == 413)
      let snapshot = server.server.statistics.snapshot
      #expect(snapshot.count(.url) == 1)
      #expect(snapshot.count(.headerCount) == 3)
      #expect(snapshot.count(.headerFields) == 1)
      #expect(snapshot.count(.bodyCount) == 4)
    }
  }

  @Test func `A refusal reaches a client that goes on sending`() throws {
    try withServer {
      $0.bodyCountMax = 1000
    } _: { (server) throws in
      let client = try server.client()
      client.send(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n"
          + String(repeating: "x", count: 500_000))
      #expect(client.response()?.status == 413)
    }
  }

  @Test func `A head that does not come is answered 408, a connection without one is closed`() throws {
    try withServer {
      $0.headerTimeout = .milliseconds(30)
    } _: { (server) throws in
      let silent = try server.client()
      let slow = try server.client()
      slow.send("GET / HTTP/1.1\r\nHo")
      #expect(slow.response()?.status == 408)
      #expect(slow.readToEnd().isEmpty)
      #expect(silent.readToEnd().isEmpty)
      #expect(server.server.statistics.snapshot.count(.headerTimeout) == 2)
    }
  }

  @Test func `Sending an octet now and then does not prolong a head`() throws {
    try withServer {
      $0.headerTimeout = .milliseconds(60)
    } _: { (server) throws in
      let client = try server.client()
      client.send("GET / HTTP/1.1\r\nX: ")
      // Feeds one octet for each answer of another connection, until the server has had enough.
      var rounds = 0
      while server.server.statistics.snapshot.count(.headerTimeout) == 0, rounds < 100_000 {
        client.send("a")
        _ = try server.exchange("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        rounds += 1
      }
      #expect(client.response()?.status == 408)
    }
  }

  @Test func `A body that does not come is answered 408`() throws {
    try withServer {
      $0.bodyTimeout = .milliseconds(30)
    } _: { (server) throws in
      let client = try server.client()
      client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc")
      #expect(client.response()?.status == 408)
      #expect(client.readToEnd().isEmpty)
      #expect(server.server.statistics.snapshot.count(.bodyTimeout) == 1)
    }
  }

  @Test func `An application that does not answer is answered for with 503`() throws {
    try withServer {
      $0.responseTimeout = .milliseconds(30)
    } _: { (server) throws in
      let client = try server.client()
      client.send("GET /never HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(client.response()?.status == 503)
      #expect(client.readToEnd().isEmpty)
    }
  }

  @Test func `An idle connection is closed without a word`() throws {
    try withServer {
      $0.idleTimeout = .milliseconds(30)
    } _: { (server) throws in
      let client = try server.client()
      client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(client.response()?.status == 200)
      #expect(client.readToEnd().isEmpty)
    }
  }

  @Test func `A peer that does not read its answer is dropped`() throws {
    try withServer {
      $0.stallTimeout = .milliseconds(50)
    } _: { (server) throws in
      let client = try server.client(receiveBuffer: 4096)
      client.send("GET /big?20000000 HTTP/1.1\r\nHost: x\r\n\r\n")
      while server.server.statistics.snapshot.count(.stall) == 0 {
        _ = try server.exchange("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      }
      #expect(client.readToEnd().count < 20_000_000)
    }
  }

  @Test func `At the limit of half-open connections accepting pauses until one is done`() throws {
    try withServer { limits in
      limits.halfOpenMax = 3
      limits.headerTimeout = .seconds(30)
    } _: { (server) throws in
      let open = try (0..<3).map { _ in try server.client() }
      let waiting = try server.client()
      waiting.send("GET /waiting HTTP/1.1\r\nHost: x\r\n\r\n")
      // The answer to a half-open one makes room; only then can the waiting one be served.
      open[0].send("GET /first HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(open[0].response()?.text == "/first? ")
      #expect(waiting.response()?.text == "/waiting? ")
      let order = server.log.all.filter { $0.hasPrefix("GET") }
      #expect(order == ["GET /first", "GET /waiting"])
      #expect(server.server.statistics.snapshot.count(.halfOpen) >= 1)
    }
  }

  @Test func `One address has a share of the half-open connections`() throws {
    try withServer { limits in
      limits.halfOpenPerAddressMax = 2
      limits.headerTimeout = .seconds(30)
    } _: { (server) throws in
      let open = try (0..<2).map { _ in try server.client() }
      #expect(try server.client().readToEnd().isEmpty)
      open[0].send("GET /first HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(open[0].response()?.status == 200)
      #expect(
        try server.exchange("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").hasPrefix(
          "HTTP/1.1 200"))
      #expect(server.server.statistics.snapshot.count(.halfOpenPerAddress) == 1)
    }
  }

  @Test func `At the limit of connections the next one waits for an end`() throws {
    try withServer {
      $0.connectionsMax = 2
    } _: { (server) throws in
      var clients = try (0..<2).map { _ in try server.client() }
      for client in clients {
        client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(client.response()?.status == 200)
      }
      let waiting = try server.client()
      waiting.send("GET /waiting HTTP/1.1\r\nHost: x\r\n\r\n")
      clients[0].send("GET /b HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(clients[0].response()?.status == 200)
      #expect(!server.log.all.contains("GET /waiting"))
      clients.removeFirst()
      #expect(waiting.response()?.text == "/waiting? ")
    }
  }
}
