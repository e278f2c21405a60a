import Base
import COpenSSL
import HTTPServer
import Testing

@Suite struct TLSTests {
  @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
  func `Requests and WebSockets go through TLS 1.2 and 1.3 on one port`(_ version: Int32) throws {
    try withServer(tls: Fixtures.first) { (server) throws in
      let client = try server.client()
      #expect(client.startTLS(maxVersion: version, protocols: ["h2", "http/1.1"]))
      let negotiated = client.negotiated
      #expect(negotiated.version == (version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3"))
      #expect(negotiated.application == "http/1.1")
      #expect(negotiated.subject == "/CN=first")
      client.send("GET /big?200000 HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(client.response()?.body.count == 200_000)
      #expect(client.response()?.text == "/b? ")
      #expect(client.upgrade()?.status == 101)
      let payload = [UInt8](repeating: 3, count: 100_000)
      client.sendFrame(.binary, payload)
      #expect(client.frame()?.payload == payload)
      client.sendFrame(.close, [0x03, 0xE8])
      #expect(client.closeCode() == 1000)
      #expect(client.readToEnd().isEmpty)
    }
  }

  @Test(arguments: ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"])
  func `Every suite of TLS 1.3 carries data both ways, also across new keys`(_ suite: String) throws {
    try withServer(tls: Fixtures.first) { (server) throws in
      let client = try server.client()
      #expect(client.startTLS(suite: suite))
      for _ in 0..<3 {
        client.send("GET /big?70000 HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(client.response()?.body.count == 70_000)
        client.updateKeys()
      }
      #expect(client.upgrade()?.status == 101)
      for count in [0, 1, 16_383, 16_384, 16_385, 50_000] {
        client.updateKeys()
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        client.sendFrame(.binary, payload)
        #expect(client.frame()?.payload == payload)
      }
      client.sendFrame(.close, [0x03, 0xE8])
      #expect(client.closeCode() == 1000)
      #expect(client.readToEnd().isEmpty)
    }
  }

  @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
  func `A client that comes again goes on from its session`(_ version: Int32) throws {
    try withServer(tls: Fixtures.first) { (server) throws in
      let first = try server.client()
      #expect(first.startTLS(maxVersion: version))
      first.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(first.response()?.status == 200)
      let second = try server.client()
      #expect(second.startTLS(maxVersion: version, resuming: first))
      #expect(second.isResumed)
      second.send("GET /big?40000 HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(second.response()?.body.count == 40_000)
    }
  }

  @Test(arguments: [
    [23, 3, 3, 0, 20] + [UInt8](repeating: 7, count: 20), [20, 3, 3, 0, 1, 1], [23, 3, 3, 0xFF, 0xFF],
  ])
  func `A record that was not sealed ends the connection and nothing else`(_ record: [UInt8]) throws {
    try withServer(tls: Fixtures.first) { (server) throws in
      let client = try server.client()
      #expect(client.startTLS())
      client.sendBeside(record)
      #expect(client.readToEnd().isEmpty)
      let good = try server.client()
      #expect(good.startTLS())
      good.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(good.response()?.status == 200)
    }
  }

  @Test func `TLS 1.1, a protocol that is not served, plain HTTP and garbage are refused`() throws {
    try withServer(tls: Fixtures.first) { (server) throws in
      #expect(try !server.client().startTLS(maxVersion: TLS1_1_VERSION))
      #expect(try !server.client().startTLS(protocols: ["h2"]))
      let plain = try server.client()
      plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(!String(decoding: plain.readToEnd(), as: UTF8.self).hasPrefix("HTTP"))
      let good = try server.client()
      #expect(good.startTLS())
      good.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(good.response()?.status == 200)
    }
  }

  @Test func `A handshake that does not come is given up`() throws {
    try withServer(tls: Fixtures.first, { $0.handshakeTimeout = .milliseconds(30) }) { (server) throws in
      let client = try server.client()
      #expect(client.readToEnd().isEmpty)
      #expect(server.server.statistics.snapshot.count(.handshake) == 1)
    }
  }

  @Test func `A renewed certificate serves new connections and leaves old ones alone`() throws {
    try withServer(tls: Fixtures.first) { (server) throws in
      let old = try server.client()
      #expect(old.startTLS())
      #expect(throws: HTTPServerError.identity) {
        try server.server.replaceIdentity(
          TLSIdentity(
            certificateChain: Fixtures.second.certificateChain, privateKey: Fixtures.first.privateKey))
      }
      try server.server.replaceIdentity(Fixtures.second)
      let new = try server.client()
      #expect(new.startTLS())
      #expect(new.negotiated.subject == "/CN=second")
      old.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(old.response()?.status == 200)
    }
  }

  static let wrong = [
    TLSIdentity(certificateChain: "", privateKey: ""),
    TLSIdentity(certificateChain: Fixtures.first.certificateChain, privateKey: ""),
    TLSIdentity(certificateChain: "nonsense", privateKey: Fixtures.first.privateKey),
    TLSIdentity(certificateChain: Fixtures.first.privateKey, privateKey: Fixtures.first.certificateChain),
  ]

  @Test(arguments: wrong.indices)
  func `An identity that is none is an error at the start`(_ index: Int) {
    let configuration = HTTPServerConfiguration(
      listeners: [.init(address: SocketAddress(ip: .loopbackV4, port: 0), tls: TLSTests.wrong[index])])
    #expect(throws: HTTPServerError.identity) {
      _ = try HTTPServer(configuration: configuration, application: TestApplication(TestLog()))
    }
  }
}
