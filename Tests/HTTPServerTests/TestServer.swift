import Base
import Dispatch
import Foundation
import Glibc
import HTTPServer
import Testing

/// A server on its own thread and an ephemeral port, for the length of `body`.
func withServer(
  tls: TLSIdentity? = nil, proxies: ProxyTrust? = nil, _ adjust: (inout HTTPLimits) -> Void = { _ in },
  _ body: (TestServer) throws -> Void
) throws {
  var limits = HTTPLimits()
  adjust(&limits)
  let server = try TestServer(limits: limits, tls: tls, proxies: proxies)
  defer { server.stop() }
  try body(server)
}

final class TestServer {
  let server: HTTPServer
  let log: TestLog
  private let ended = DispatchSemaphore(value: 0)
  private var isStopped = false

  init(limits: HTTPLimits, tls: TLSIdentity?, proxies: ProxyTrust? = nil) throws {
    var configuration = HTTPServerConfiguration(
      listeners: [.init(address: SocketAddress(ip: .loopbackV4, port: 0), tls: tls)], limits: limits)
    configuration.proxies = proxies
    let log = TestLog()
    server = try HTTPServer(configuration: configuration, application: TestApplication(log))
    self.log = log
    let (server, ended) = (server, ended)
    Thread.detachNewThread {
      server.run()
      ended.signal()
    }
  }

  func client(receiveBuffer: Int32? = nil) throws -> RawClient {
    try RawClient(server.boundAddresses[0], receiveBuffer: receiveBuffer)
  }

  /// Sends `request` on a new connection and ends our half: all that the server says before it closes.
  func exchange(_ request: String) throws -> String {
    let client = try client()
    client.send(request)
    return String(decoding: client.readToEnd(), as: UTF8.self)
  }

  /// Stops and waits for the loop's end; the server answers within its own deadline.
  func stop() {
    guard !isStopped else { return }
    isStopped = true
    server.stop()
    #expect(ended.wait(timeout: .now() + 20) == .success)
  }
}

/// What the application saw, readable from the test's thread while the loop runs.
final class TestLog: Sendable {
  private let lines = Locked<[String]>([])
  private let added = DispatchSemaphore(value: 0)

  func add(_ line: String) {
    lines.withLock { $0.append(line) }
    added.signal()
  }

  var all: [String] { lines.withLock { $0 } }

  /// Waits until `line` was added.
  func wait(for line: String) {
    while !all.contains(line) {
      guard added.wait(timeout: .now() + 20) == .success else {
        Issue.record("never saw \(line), only \(all)")
        return
      }
    }
  }
}

/// Serves what the tests ask for by path and by message.
final class TestApplication: HTTPApplication {
  private let log: TestLog
  private var held: [ExchangeID] = []
  private var sockets: [WebSocketID] = []

  init(_ log: TestLog) {
    self.log = log
  }

  func started(on loop: HTTPLoop) { log.add("started") }

  func bodyPlan(_ request: HTTPRequest) -> BodyPlan {
    switch request.path {
    case "/small": .memory(countMax: 10)
    case "/file": .file(temporaryFile(), offset: 3, countMax: 20_000_000)
    case "/little": .file(temporaryFile(), offset: 0, countMax: 1_000)
    case "/closed": .refuse(HTTPResponse(status: 401, body: Array("not you".utf8)))
    default: .memory(countMax: nil)
    }
  }

  func received(_ request: HTTPRequest, _ exchange: ExchangeID, on loop: HTTPLoop) {
    log.add("\(request.method.rawValue) \(request.path)")
    switch request.path {
    case "/held":
      held.append(exchange)
    case "/never":
      break
    case "/big":
      let count = Int(request.query) ?? 0
      loop.respond(exchange, HTTPResponse(status: 200, body: [UInt8](repeating: 0x61, count: count)))
    case "/file":
      // What came in goes out again, without what stands before it.
      var response = HTTPResponse(status: 200)
      response.file = request.bodyFile
      loop.respond(exchange, response)
    case "/cut":
      var response = HTTPResponse(status: 200)
      response.file = FileBody(temporaryFile(), 0..<10)
      loop.respond(exchange, response)
    case "/remote":
      let octets = Array(request.remote.ip.description.utf8)
      loop.respond(exchange, HTTPResponse(status: 200, body: octets))
    case "/nothing":
      loop.respond(exchange, HTTPResponse(status: 204))
    case "/split":
      let fields = [("X-Evil", "a\r\nSet-Cookie: b"), ("Content-Length", "1"), ("X-Good", "c")]
      loop.respond(exchange, HTTPResponse(status: 200, headers: fields, body: [0x61]))
    case "/twice":
      loop.respond(exchange, HTTPResponse(status: 200, body: Array("one".utf8)))
      loop.respond(exchange, HTTPResponse(status: 200, body: Array("two".utf8)))
    default:
      let answer = "\(request.path)?\(request.query) " + String(decoding: request.body, as: UTF8.self)
      loop.respond(exchange, HTTPResponse(status: 200, body: Array(answer.utf8)))
    }
  }

  func upgrade(_ request: HTTPRequest) -> UpgradeDecision {
    if request.path == "/forbidden" { return .reject(HTTPResponse(status: 403)) }
    return .accept(maxMessageCount: Int(request.query) ?? 100_000)
  }

  func opened(_ socket: WebSocketID, _ request: HTTPRequest, on loop: HTTPLoop) {
    sockets.append(socket)
    log.add("opened \(request.path)")
  }

  func received(_ message: WebSocketMessage, _ socket: WebSocketID, on loop: HTTPLoop) {
    guard case .text(let octets) = message else { return loop.send(socket, message) }
    switch String(decoding: octets, as: UTF8.self) {
    case "close":
      loop.close(socket, code: 4009, reason: "as you wish")
      loop.send(socket, .text(Array("never sent".utf8)))
    case "all":
      let frame = SharedFrame(.text(Array("to all".utf8)))
      for socket in sockets { loop.send(socket, frame: frame) }
    case "flood":
      let frame = SharedFrame(.binary([UInt8](repeating: 7, count: 100_000)))
      for _ in 0..<1000 { loop.send(socket, frame: frame) }
      log.add("buffered \(loop.bufferedCount(of: socket))")
    case "timer":
      loop.setTimer(loop.now + .milliseconds(1))
    default:
      loop.send(socket, message)
    }
  }

  func closed(_ socket: WebSocketID, code: UInt16?, on loop: HTTPLoop) {
    log.add("closed \(code.map { String($0) } ?? "nil")")
  }

  func woken(on loop: HTTPLoop) {
    for exchange in held { loop.respond(exchange, HTTPResponse(status: 200, body: Array("at last".utf8))) }
    held = []
  }

  func expired(at now: Instant, on loop: HTTPLoop) {
    for socket in sockets { loop.send(socket, .text(Array("expired".utf8))) }
  }

  func stopping(on loop: HTTPLoop) { log.add("stopping") }
}

/// An empty file without a name.
func temporaryFile() -> BodyFile {
  // The path's C string lives during the call only; the flags are O_TMPFILE's.
  BodyFile(owning: unsafe open("/tmp", 0o20000000 | O_DIRECTORY | O_RDWR | O_CLOEXEC, 0o600))
}
