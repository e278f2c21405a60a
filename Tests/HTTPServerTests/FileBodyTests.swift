import Base
import HTTPServer
import Testing

@Suite struct FileBodyTests {
  @Test(arguments: [0, 1, 1_000, 262_144, 262_145, 1_900_000])
  func `A body goes into a file and a file goes out as a body`(_ count: Int) throws {
    try withServer { (server) throws in
      let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
      let client = try server.client()
      for _ in 0..<2 {
        client.send(Array("POST /file HTTP/1.1\r\nHost: x\r\nContent-Length: \(count)\r\n\r\n".utf8) + body)
        let answer = try #require(client.response())
        #expect(answer.status == 200 && answer.body == body)
      }
    }
  }

  @Test func `A peer that does not read holds one piece of the file in memory, not all of it`() throws {
    try withServer({ $0.stallTimeout = .milliseconds(200) }) { (server) throws in
      let client = try server.client(receiveBuffer: 4096)
      let body = [UInt8](repeating: 5, count: 16_000_000)
      let head = "POST /file HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      client.send(Array(head.utf8) + Array("f42400\r\n".utf8) + body + Array("\r\n0\r\n\r\n".utf8))
      server.log.wait(for: "POST /file")
      // Cut off where it stood still: the server gave up, and never wrote the rest.
      while server.server.statistics.snapshot.limits.first(where: { $0.0 == .stall })?.1 == 0 {
        _ = try server.exchange("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      }
      #expect(client.readToEnd().count < body.count)
    }
  }

  @Test func `Too long a body, a refused one and a file that is too short end the connection`() throws {
    try withServer { (server) throws in
      let long = "POST /little HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n"
      let client = try server.client()
      client.send(Array(long.utf8) + [UInt8](repeating: 0x61, count: 1_001))
      #expect(client.response()?.status == 413)
      let refused = try server.exchange("POST /closed HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc")
      #expect(refused.hasPrefix("HTTP/1.1 401") && refused.hasSuffix("not you"))
      let cut = try server.exchange("GET /cut HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(cut.contains("Content-Length: 10") && cut.hasSuffix("\r\n\r\n"))
      #expect(!server.log.all.contains("POST /closed"))
    }
  }

  @Test func `The answer to HEAD names the length of a file and sends none of it`() throws {
    try withServer { (server) throws in
      let client = try server.client()
      client.send("HEAD /cut HTTP/1.1\r\nHost: x\r\n\r\nGET /after HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(client.response(toHead: true)?.first("content-length") == "10")
      #expect(client.response()?.text == "/after? ")
    }
  }
}
