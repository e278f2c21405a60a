import Base
import Glibc
import HTTPServer
import Testing

/// A blocking TCP client that sends exactly the octets it is told to.
///
/// Every wait ends with data or the end of the stream; a time-out of 20 s only turns a hang into a failure.
final class RawClient {
  private let descriptor: Int32
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
    close(descriptor)
  }

  func send(_ text: String) { send(Array(text.utf8)) }

  func send(_ octets: [UInt8]) {
    var rest = octets[...]
    while !rest.isEmpty {
      // Sends from the slice only; a closed peer is no signal.
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
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
    let count = unsafe chunk.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
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
