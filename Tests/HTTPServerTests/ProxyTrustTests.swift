import Base
import HTTPServer
import Testing

/// Listeners without TLS, behind a proxy.
@Suite struct ProxyTrustTests {
  private static let proxy = SocketAddress(ip: .loopbackV4, port: 4000)

  private func client(_ said: [String], trusting others: [String] = []) -> String {
    let trust = ProxyTrust(addresses: Set(others.compactMap { IPAddress($0) }))
    let headers = HTTPHeaders(said.map { ("X-Forwarded-For", $0) })
    return trust.client(of: headers, through: ProxyTrustTests.proxy).ip.description
  }

  @Test func `The client is the last address that is no proxy, whatever is said before it`() {
    #expect(client([]) == "127.0.0.1")
    #expect(client(["203.0.113.9"]) == "203.0.113.9")
    #expect(client(["10.1.1.1, 203.0.113.9"]) == "203.0.113.9")
    #expect(client(["10.1.1.1", "203.0.113.9"]) == "203.0.113.9")
    #expect(client(["203.0.113.9, 10.0.0.2"], trusting: ["10.0.0.2"]) == "203.0.113.9")
    #expect(client(["198.51.100.1, 203.0.113.9, 10.0.0.2"], trusting: ["10.0.0.2"]) == "203.0.113.9")
    #expect(client(["2001:db8::7"]) == IPAddress("2001:db8::7")?.description)
    #expect(client(["[2001:db8::7]:99"]) == IPAddress("2001:db8::7")?.description)
    #expect(client(["203.0.113.9:1234"]) == "203.0.113.9")
  }

  @Test(arguments: ["", ",", "unknown", "203.0.113.9, _hidden", "999.1.1.1", " ", "::::"])
  func `What is no address leaves the request to the proxy`(_ said: String) {
    #expect(client([said]) == "127.0.0.1")
  }

  @Test func `Others than this machine and the listed ones are not served`() {
    let trust = ProxyTrust(addresses: Set(["10.0.0.2"].compactMap { IPAddress($0) }))
    let served = ["127.0.0.1", "127.9.9.9", "::1", "10.0.0.2", "10.0.0.3", "203.0.113.9", "2001:db8::7"]
      .compactMap { IPAddress($0) }.map { trust.trusts($0) }
    #expect(served == [true, true, true, true, false, false, false])
  }

  @Test func `Requests through a proxy come from its clients, and it may hold any number open`() throws {
    try withServer(proxies: ProxyTrust(addresses: []), { $0.halfOpenPerAddressMax = 1 }) { (server) throws in
      let waiting = try (0..<3).map { _ in try server.client() }
      let client = try server.client()
      client.send("GET /remote HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n")
      #expect(client.response()?.text == "203.0.113.9")
      #expect(server.server.statistics.snapshot.count(.halfOpenPerAddress) == 0)
      withExtendedLifetime(waiting) {}
    }
  }
}
