import Base
import COpenSSL
import Glibc
import HTTPServer
import Testing

/// A blocking TCP client that sends exactly the octets it is told to.
///
/// Every wait ends with data or the end of the stream; a time-out of 20 s only turns a hang into a failure.
@safe
final class RawClient {
  private let descriptor: Int32
  /// The TLS client session, after ``startTLS(_:)``.
  private var session: OpaquePointer?
  private var buffer: [UInt8] = []

  init(_ address: SocketAddress, receiveBuffer: Int32? = nil) throws {
    descriptor = socket(address.ip.isV4 ? AF_INET : AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
    if var count = receiveBuffer {
      // The option is an Int32.
      unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &count, 4)
    }
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    // The option is a timeval.
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var target = sockaddr_in()
    target.sin_family = sa_family_t(AF_INET)
    target.sin_port = address.port.bigEndian
    target.sin_addr.s_addr = (address.ip.v4 ?? 0).bigEndian
    // A sockaddr_in is made to be used as a sockaddr of its size.
    let result = unsafe withUnsafePointer(to: &target) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw NotConnected() }
  }

  deinit {
    // The client owns its session.
    if let session = unsafe session { unsafe SSL_free(session) }
    close(descriptor)
  }

  /// Turns the connection into a TLS one; `false` when the server refuses the handshake.
  ///
  /// `suite` is the one of TLS 1.3 to offer alone; `resuming` takes another client's session.
  func startTLS(
    maxVersion: Int32 = TLS1_3_VERSION, protocols: [String] = [], suite: String? = nil,
    resuming other: RawClient? = nil
  ) -> Bool {
    var signals = sigset_t()
    // OpenSSL writes without MSG_NOSIGNAL: a server that closes early must not end the tests.
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGPIPE)
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    let offer = protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
    // The session keeps its own reference to the context.
    let context = unsafe SSL_CTX_new(TLS_client_method())
    defer { unsafe SSL_CTX_free(context) }
    // SSL_CTRL_SET_MAX_PROTO_VERSION.
    unsafe SSL_CTX_ctrl(context, 124, Int(maxVersion), nil)
    if !offer.isEmpty { unsafe SSL_CTX_set_alpn_protos(context, offer, UInt32(offer.count)) }
    // The session is freed by deinit.
    unsafe session = SSL_new(context)
    unsafe SSL_set_fd(session, descriptor)
    if let suite { unsafe SSL_set_ciphersuites(session, suite) }
    if let other {
      let ticket = unsafe SSL_get1_session(other.session)
      // The session takes a reference of its own.
      unsafe SSL_set_session(session, ticket)
      unsafe SSL_SESSION_free(ticket)
    }
    return unsafe SSL_connect(session) == 1
  }

  /// What TLS negotiated: version, application protocol, and the subject of the server's certificate.
  var negotiated: (version: String, application: String, subject: String) {
    var name: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    // The session is alive; what it lends is copied.
    unsafe SSL_get0_alpn_selected(session, &name, &count)
    let application = unsafe String(
      decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
    let certificate = unsafe SSL_get1_peer_certificate(session)
    defer { unsafe X509_free(certificate) }
    let text = unsafe X509_NAME_oneline(X509_get_subject_name(certificate), nil, 0)
    defer { unsafe CRYPTO_free(text, nil, 0) }
    let subject = unsafe text.map { unsafe String(cString: $0) } ?? ""
    return (unsafe String(cString: SSL_get_version(session)), application, subject)
  }

  /// Whether the handshake went on from another connection's session.
  var isResumed: Bool {
    // The session is alive.
    unsafe SSL_session_reused(session) == 1
  }

  /// Changes our keys with the next data, and asks the server to change its own.
  func updateKeys() {
    // The session is alive; 1 is SSL_KEY_UPDATE_REQUESTED.
    _ = unsafe SSL_key_update(session, 1)
  }

  /// Sends octets as they are, past TLS.
  func sendBeside(_ octets: [UInt8]) {
    // Sends from the array only.
    _ = unsafe octets.withUnsafeBytes {
      unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
  }

  func send(_ text: String) { send(Array(text.utf8)) }

  func send(_ octets: [UInt8]) {
    var rest = octets[...]
    while !rest.isEmpty {
      // Sends from the slice only; a closed peer is no signal.
      let count = unsafe rest.withUnsafeBytes {
        if let session = unsafe session {
          return unsafe Int(SSL_write(session, $0.baseAddress, Int32($0.count)))
        }
        return unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// Ends our half of the stream.
  func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Reads more; `false` at the end of the stream, also when it is reset.
  private func fill() -> Bool {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    // Reads at most what the array holds.
    let count = unsafe chunk.withUnsafeMutableBytes {
      if let session = unsafe session {
        return unsafe Int(SSL_read(session, $0.baseAddress, Int32($0.count)))
      }
      return unsafe recv(descriptor, $0.baseAddress, $0.count, 0)
    }
    if count < 0, errno == EAGAIN { Issue.record("nothing arrived within the patience of the test") }
    guard count > 0 else { return false }
    buffer.append(contentsOf: chunk[..<count])
    return true
  }

  /// Exactly `count` octets, fewer at the end of the stream.
  func read(_ count: Int) -> [UInt8] {
    while buffer.count < count, fill() {}
    let taken = Array(buffer.prefix(count))
    buffer.removeFirst(taken.count)
    return taken
  }

  /// Everything up to the end of the stream.
  func readToEnd() -> [UInt8] {
    while fill() {}
    defer { buffer = [] }
    return buffer
  }

  /// Octets up to and including the empty line.
  private func readHead() -> String? {
    let mark = Array("\r\n\r\n".utf8)
    var searched = 0
    while true {
      while searched + 4 <= buffer.count {
        if buffer[searched..<(searched + 4)].elementsEqual(mark) {
          return String(decoding: read(searched + 4), as: UTF8.self)
        }
        searched += 1
      }
      guard fill() else { return nil }
    }
  }

  /// One response; `nil` when the stream ends first.
  func response(toHead: Bool = false) -> Answer? {
    guard let head = readHead(), var answer = Answer(head) else { return nil }
    if !toHead, let count = answer.first("content-length").flatMap({ Int($0) }) { answer.body = read(count) }
    return answer
  }

  /// Opens a WebSocket and gives back the status.
  func upgrade(_ path: String = "/", _ fields: [String] = RawClient.webSocketFields) -> Answer? {
    send("GET \(path) HTTP/1.1\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n")
    return response()
  }

  static let webSocketFields = [
    "Host: localhost", "Upgrade: websocket", "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
  ]

  func sendFrame(_ opcode: WebSocketOpcode, _ payload: [UInt8], isFinal: Bool = true) {
    send(WebSocketFrame.octets(opcode, payload, key: 0x1234_5678, isFinal: isFinal))
  }

  /// One frame from the server, which must not be masked; `nil` at the end of the stream.
  func frame() -> (opcode: UInt8, payload: [UInt8])? {
    let start = read(2)
    guard start.count == 2 else { return nil }
    #expect(start[1] & 0x80 == 0)
    var count = Int(start[1])
    if count >= 126 { count = read(count == 126 ? 2 : 8).reduce(0) { $0 << 8 | Int($1) } }
    return (start[0] & 0x0F, read(count))
  }

  /// The code of the next Close frame, skipping others; 1005 for an empty one, `nil` at the end.
  func closeCode() -> UInt16? {
    while let frame = frame() {
      guard frame.opcode == 8 else { continue }
      return frame.payload.count >= 2 ? UInt16(frame.payload[0]) << 8 | UInt16(frame.payload[1]) : 1005
    }
    return nil
  }
}

/// Nobody listens.
struct NotConnected: Error {}

struct Answer {
  let status: Int
  let fields: [(name: String, value: String)]
  var body: [UInt8] = []

  init?(_ head: String) {
    let lines = head.split(separator: "\r\n")
    guard let first = lines.first, first.hasPrefix("HTTP/1.1 "),
      let status = Int(first.dropFirst(9).prefix(3))
    else { return nil }
    self.status = status
    fields = lines.dropFirst().map { line in
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count > 1 ? parts[1].drop { $0 == " " } : ""
      return (parts[0].lowercased(), String(value))
    }
  }

  var text: String { String(decoding: body, as: UTF8.self) }

  func first(_ name: String) -> String? { fields.first { $0.name == name }?.value }
}
