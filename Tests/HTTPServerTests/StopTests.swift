import Base
import HTTPServer
import Testing

@Suite struct StopTests {
  @Test func `Stopping closes WebSockets with 1001, idle connections, and then the port`() throws {
    let server = try TestServer(limits: HTTPLimits(), tls: nil)
    let socket = try server.client()
    _ = socket.upgrade()
    let idle = try server.client()
    idle.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(idle.response()?.status == 200)
    server.server.stop()
    #expect(socket.closeCode() == 1001)
    socket.sendFrame(.close, [0x03, 0xE9])
    #expect(socket.readToEnd().isEmpty)
    #expect(idle.readToEnd().isEmpty)
    server.stop()
    #expect(server.log.all.suffix(2) == ["stopping", "closed 1001"])
    #expect(throws: NotConnected.self) { try server.client() }
    #expect(server.server.statistics.snapshot.open == 0)
  }

  @Test func `An answer that is under way is still given`() throws {
    let server = try TestServer(limits: HTTPLimits(), tls: nil)
    let client = try server.client()
    client.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n")
    server.log.wait(for: "GET /held")
    server.stop()
    let answer = try #require(client.response())
    #expect(answer.text == "at last")
    #expect(answer.first("connection") == "close")
  }

  @Test func `Peers that do not go are left at the deadline`() throws {
    var limits = HTTPLimits()
    limits.stopTimeout = .milliseconds(50)
    let server = try TestServer(limits: limits, tls: nil)
    let client = try server.client()
    _ = client.upgrade()
    server.stop()
    #expect(server.log.all.last == "closed nil")
  }

  @Test func `An address in use is an error with its errno`() throws {
    try withServer { (server) throws in
      let configuration = HTTPServerConfiguration(
        listeners: [.init(address: server.server.boundAddresses[0], tls: nil)])
      #expect(throws: HTTPServerError.bind(server.server.boundAddresses[0], code: 98)) {
        _ = try HTTPServer(configuration: configuration, application: TestApplication(TestLog()))
      }
    }
  }

  @Test func `Servers may share a port when both say so`() throws {
    var configuration = HTTPServerConfiguration(
      listeners: [.init(address: SocketAddress(ip: .loopbackV4, port: 0), tls: nil)])
    configuration.sharesPort = true
    let first = try HTTPServer(configuration: configuration, application: TestApplication(TestLog()))
    configuration.listeners[0].address = first.boundAddresses[0]
    let second = try HTTPServer(configuration: configuration, application: TestApplication(TestLog()))
    #expect(first.boundAddresses == second.boundAddresses)
  }

  @Test func `An IPv6 listener beside an IPv4 one takes the same port`() throws {
    var configuration = HTTPServerConfiguration(
      listeners: [.init(address: SocketAddress(ip: IPAddress(high: 0, low: 0), port: 0), tls: nil)])
    let six = try HTTPServer(configuration: configuration, application: TestApplication(TestLog()))
    configuration.listeners[0].address = SocketAddress(ip: IPAddress(v4: 0), port: six.boundAddresses[0].port)
    let four = try HTTPServer(configuration: configuration, application: TestApplication(TestLog()))
    #expect(four.boundAddresses[0].port == six.boundAddresses[0].port)
  }
}
