import Base
import Glibc
import HTTPServer

/// The server that conformance suites and load generators run against: echoes WebSocket messages, answers
/// every request with its body or "ok".
///
///     EchoServer <port> [--tls <certificate.pem> <key.pem>] [--limit <octets>] [--gateway]
///
/// `--gateway` answers messages as a gateway would as far as a framing probe asks: a heartbeat is
/// acknowledged, everything else closed with 4002. It prints one line when it listens, and counts on SIGTERM.
@main
struct Main {
  static func main() {
    guard let options = Options(CommandLine.arguments) else {
      fail("usage: EchoServer <port> [--tls <certificate> <key>] [--limit <octets>] [--gateway]")
    }
    var limits = HTTPLimits()
    limits.halfOpenPerAddressMax = limits.halfOpenMax
    limits.outputCountMax = 64 * 1024 * 1024
    let configuration = HTTPServerConfiguration(
      listeners: [
        .init(address: SocketAddress(ip: .loopbackV4, port: options.port), tls: options.identity)
      ], limits: limits)
    let application = EchoApplication(limit: options.limit, isGateway: options.isGateway)
    do {
      let server = try HTTPServer(configuration: configuration, application: application)
      print("listening \(server.boundAddresses.map { $0.port })")
      // The line must be out before a script that waits for it goes on.
      fflush(nil)
      server.run()
    } catch {
      fail("\(error)")
    }
  }

  static func fail(_ message: String) -> Never {
    print(message)
    exit(2)
  }
}

struct Options {
  let port: UInt16
  var identity: TLSIdentity?
  var limit = 16 * 1024 * 1024
  var isGateway = false

  init?(_ arguments: [String]) {
    guard arguments.count >= 2, let port = UInt16(arguments[1]) else { return nil }
    self.port = port
    var rest = arguments.dropFirst(2)
    while let option = rest.popFirst() {
      switch option {
      case "--tls":
        guard let certificate = rest.popFirst().flatMap(text), let key = rest.popFirst().flatMap(text)
        else { return nil }
        identity = TLSIdentity(certificateChain: certificate, privateKey: key)
      case "--limit":
        guard let limit = rest.popFirst().flatMap({ Int($0) }) else { return nil }
        self.limit = limit
      case "--gateway": isGateway = true
      default: return nil
      }
    }
  }
}

/// The file at `path`, of at most 64 KiB.
private func text(_ path: String) -> String? {
  // The path is lent for the call.
  let descriptor = unsafe open(path, O_RDONLY)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var octets = [UInt8](repeating: 0, count: 64 * 1024)
  // Reads at most what the array holds.
  let count = unsafe octets.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
  return count > 0 ? String(decoding: octets[..<count], as: UTF8.self) : nil
}

final class EchoApplication: HTTPApplication {
  private let limit: Int
  private let isGateway: Bool

  init(limit: Int, isGateway: Bool) {
    self.limit = limit
    self.isGateway = isGateway
  }

  func received(_ request: HTTPRequest, _ exchange: ExchangeID, on loop: HTTPLoop) {
    let body = request.body.isEmpty ? Array("ok\n".utf8) : request.body
    loop.respond(exchange, HTTPResponse(status: 200, headers: [("Content-Type", "text/plain")], body: body))
  }

  func upgrade(_ request: HTTPRequest) -> UpgradeDecision { .accept(maxMessageCount: limit) }

  func opened(_ socket: WebSocketID, _ request: HTTPRequest, on loop: HTTPLoop) {
    if isGateway {
      loop.send(socket, .text(Array(#"{"op":10,"d":{"heartbeat_interval":41250}}"#.utf8)))
    }
  }

  func received(_ message: WebSocketMessage, _ socket: WebSocketID, on loop: HTTPLoop) {
    guard isGateway else { return loop.send(socket, message) }
    let octets =
      switch message {
      case .text(let octets), .binary(let octets): octets
      }
    guard octets.starts(with: Array(#"{"op":1,"#.utf8)) else {
      return loop.close(socket, code: 4002, reason: "not a heartbeat")
    }
    loop.send(socket, .text(Array(#"{"op":11}"#.utf8)))
  }

  func closed(_ socket: WebSocketID, code: UInt16?, on loop: HTTPLoop) {}
  func woken(on loop: HTTPLoop) {}
  func expired(at now: Instant, on loop: HTTPLoop) {}
}
