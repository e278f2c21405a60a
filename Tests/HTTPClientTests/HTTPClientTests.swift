import Base
import HTTPClient
import HTTPServer
import Net
import Testing

/// The client against a server of ours on loopback, which only a trusted name may reach.
@Suite struct HTTPClientTests {
  @Test(arguments: [
    ("https://example.org/", "example.org"), ("http://EXAMPLE.org:8080/a?b#c", "example.org"),
    ("https://[::1]:443/x", "::1"), ("http://127.0.0.1", "127.0.0.1"), ("https://a_b-c.d?x", "a_b-c.d"),
  ])
  func `A plain URL has one host`(_ url: String, _ host: String) {
    #expect(OutgoingURL.host(of: url) == host)
  }

  @Test(arguments: [
    "", "example.org", "ftp://example.org/", "file:///etc/passwd", "gopher://x/", "https://", "https:///x",
    "https://user@example.org/", "https://a@b@c/", "http://example.org\\@127.0.0.1/", "http://exa mple.org/",
    "http://%6cocalhost/", "http://a:b:c/", "http://a:99999/", "http://a:-1/", "http://a:+1/", "http://[::1",
    "http://[::1]x/", "http://[]/", "http://[fe80::1%25eth0]/", "http://a\r\nX: y/", "http://é.org/",
    "http://a/\u{0}", "https://" + String(repeating: "a", count: 2_048),
  ])
  func `A URL with two readings is refused`(_ url: String) {
    #expect(OutgoingURL.host(of: url) == nil)
    #expect(OutgoingRequest(id: 1, method: "GET", url: url) == nil)
  }

  @Test(arguments: [
    "localhost", "127.0.0.1", "127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "0", "0.0.0.0", "[::1]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]",
  ])
  func `Loopback is not reached by any of its names`(_ host: String) throws {
    let bench = try ClientBench(trusted: [])
    defer { bench.stop() }
    #expect(try bench.ask("http://\(host):\(bench.port)/").failure == .addressRefused)
    #expect(bench.requests.withLock { $0 }.isEmpty)
  }

  @Test func `A trusted host is asked, and its answer comes whole`() throws {
    let bench = try ClientBench(trusted: ["localhost"])
    defer { bench.stop() }
    let answer = try #require(
      try bench.ask("http://localhost:\(bench.port)/echo?x=1", method: "POST", body: Array("hi".utf8)).answer)
    #expect(answer.status == 200)
    #expect(answer.body == Array("hi".utf8))
    #expect(answer.headers["x-kind"] == "test")
    #expect(bench.requests.withLock { $0 } == ["POST /echo fine"])
  }

  @Test func `A redirection is an answer, and too much of one is none`() throws {
    let bench = try ClientBench(trusted: ["localhost"])
    defer { bench.stop() }
    let moved = try #require(try bench.ask("http://localhost:\(bench.port)/moved").answer)
    #expect(moved.status == 302)
    #expect(moved.headers["location"] == "http://localhost:1/")
    #expect(try bench.ask("http://localhost:\(bench.port)/large").failure == .tooLarge)
  }

  @Test func `Silence ends after the time that was given`() throws {
    let bench = try ClientBench(trusted: ["localhost"])
    defer { bench.stop() }
    #expect(try bench.ask("http://localhost:\(bench.port)/silent", timeout: 50).failure == .timeout)
    #expect(try bench.ask("http://localhost:1/").failure == .unreachable)
  }
}

/// A client and a server, each on a thread of its own.
private final class ClientBench: Sendable {
  let port: UInt16
  let requests: Locked<[String]>
  private let server: HTTPServer
  private let client: HTTPClient
  private let threads: [PinnedThread]
  private let outcome: WakeDescriptor

  init(trusted: [String]) throws {
    let requests = Locked<[String]>([])
    let listener = HTTPServerConfiguration.Listener(
      address: SocketAddress(ip: .loopbackV4, port: 0), tls: nil)
    let server = try HTTPServer(
      configuration: HTTPServerConfiguration(listeners: [listener]), application: Answers(requests))
    let wake = try WakeDescriptor()
    let client = try #require(
      HTTPClient(policy: AddressPolicy(trustedHosts: trusted), capacity: 4) { wake.signal() })
    self.requests = requests
    self.server = server
    self.client = client
    outcome = wake
    port = server.boundAddresses.first?.port ?? 0
    threads = [
      try PinnedThread.start(name: "test-server", cpu: nil) { server.run() },
      try PinnedThread.start(name: "test-client", cpu: nil) { client.run() },
    ]
  }

  func ask(
    _ url: String, method: String = "GET", body: [UInt8] = [], timeout: Int = 10_000
  ) throws -> OutgoingOutcome {
    var request = try #require(OutgoingRequest(id: 7, method: method, url: url))
    request.body = body
    request.timeout = timeout
    request.answerCountMax = 10_000
    request.add("X-Mark", "fine")
    request.add("X-Mark", "split\r\nX-Evil: 1")
    #expect(client.perform(request))
    var poll = try EventPoll()
    try poll.add(outcome.descriptor, token: 0, interest: .readable)
    while true {
      _ = try poll.wait(until: .distantFuture)
      outcome.clear()
      if let outcome = client.outcomes.drain().first {
        #expect(outcome.id == 7)
        return outcome
      }
    }
  }

  func stop() {
    client.stop()
    server.stop()
    for thread in threads { thread.join() }
  }
}

extension OutgoingOutcome {
  fileprivate var answer: OutgoingAnswer? { try? result.get() }

  fileprivate var failure: OutgoingFailure? {
    if case .failure(let failure) = result { failure } else { nil }
  }
}

/// Echoes, redirects, answers with much or not at all.
private final class Answers: HTTPApplication {
  private let requests: Locked<[String]>

  init(_ requests: Locked<[String]>) {
    self.requests = requests
  }

  func received(_ request: HTTPRequest, _ exchange: ExchangeID, on loop: HTTPLoop) {
    let mark = request.headers.fields.filter { $0.name.lowercased() == "x-mark" }.map(\.value)
    requests.withLock {
      $0.append("\(request.method.rawValue) \(request.path) \(mark.joined(separator: "+"))")
    }
    switch request.path {
    case "/silent": break
    case "/moved":
      loop.respond(exchange, HTTPResponse(status: 302, headers: [("Location", "http://localhost:1/")]))
    case "/large":
      loop.respond(
        exchange, HTTPResponse(status: 200, headers: [], body: [UInt8](repeating: 65, count: 20_000)))
    default:
      loop.respond(exchange, HTTPResponse(status: 200, headers: [("X-Kind", "test")], body: request.body))
    }
  }

  func upgrade(_ request: HTTPRequest) -> UpgradeDecision { .reject(HTTPResponse(status: 404)) }
  func opened(_ socket: WebSocketID, _ request: HTTPRequest, on loop: HTTPLoop) {}
  func received(_ message: WebSocketMessage, _ socket: WebSocketID, on loop: HTTPLoop) {}
  func closed(_ socket: WebSocketID, code: UInt16?, on loop: HTTPLoop) {}
  func woken(on loop: HTTPLoop) {}
  func expired(at now: Instant, on loop: HTTPLoop) {}
}
