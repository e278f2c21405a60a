public import Base
internal import HTTPServer

/// The client's side of a WebSocket connection without its socket: octets in, messages and octets out.
///
/// ```
/// upgrading ── 101 ──▶ open ── Close frame ──▶ closed        any ── nonsense ──▶ closed
/// ```
/// For servers that are to be measured, not defended against: it does not check Sec-WebSocket-Accept, and
/// messages are bounded by ``messageCountMax`` only.
public struct WebSocketClient: Sendable {
  /// What came of received octets.
  public enum Event: Hashable, Sendable {
    case opened
    case message([UInt8])
    /// Send these octets: the answer to a ping.
    case reply([UInt8])
    /// The server ends the connection; the code of its Close frame, and why.
    case closed(code: UInt16?, reason: String)
  }

  private enum Phase {
    case upgrading, open, closed
  }

  /// GUILD_CREATE of a guild with 20,000 members is some 8 MB.
  private static let messageCountMax = 32 << 20
  /// Octets of an answer's head.
  private static let headCountMax = 16 << 10

  private let host: String
  private let path: String
  private let subprotocol: String?
  private var random: SeededRandom
  private var phase = Phase.upgrading
  private var input: [UInt8] = []
  private var consumed = 0
  private var message: [UInt8] = []

  /// A client that asks `host` for `path`, and for `subprotocol` if there is one.
  public init(host: String, path: String, subprotocol: String? = nil, random: SeededRandom) {
    self.host = host
    self.path = path
    self.subprotocol = subprotocol
    self.random = random
  }

  /// The request that begins the connection.
  public var upgradeRequest: [UInt8] {
    // A constant key of 16 octets: it protects from caches, and there is none here.
    Array(
      """
      GET \(path) HTTP/1.1\r
      Host: \(host)\r
      Upgrade: websocket\r
      Connection: Upgrade\r
      Sec-WebSocket-Version: 13\r
      Sec-WebSocket-Key: cm9vc3QtbG9hZHRlc3QhIQ==\r
      \(subprotocol.map { "Sec-WebSocket-Protocol: \($0)\r\n" } ?? "")User-Agent: roost-loadtest\r
      \r\n
      """.utf8)
  }

  /// The frame that carries the text `message`.
  public mutating func frame(_ message: [UInt8]) -> [UInt8] {
    WebSocketFrame.octets(.text, message, key: UInt32(truncatingIfNeeded: random.next()), isFinal: true)
  }

  /// A Close frame with `code`.
  public mutating func closeFrame(_ code: UInt16) -> [UInt8] {
    WebSocketFrame.octets(
      .close, WebSocketFrame.closePayload(code, ""), key: UInt32(truncatingIfNeeded: random.next()),
      isFinal: true)
  }

  /// Takes octets of the server; call ``next()`` until it has nothing more.
  public mutating func receive(_ octets: some Sequence<UInt8>) {
    guard phase != .closed else { return }
    if consumed == input.count {
      input.removeAll(keepingCapacity: true)
      consumed = 0
    }
    input.append(contentsOf: octets)
  }

  /// The next thing that the received octets say; `nil` when they say no more.
  public mutating func next() -> Event? {
    while true {
      switch phase {
      case .closed: return nil
      case .upgrading: return upgraded()
      case .open:
        guard let frame = takeFrame() else { return nil }
        if let event = handle(frame) { return event }
      }
    }
  }

  private mutating func upgraded() -> Event? {
    let end: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
    guard input.count >= 4 else { return nil }
    for start in 0...(input.count - 4) where input[start..<(start + 4)].elementsEqual(end) {
      consumed = start + 4
      let line = input.prefix { $0 != 0x0D }
      guard line.starts(with: "HTTP/1.1 101 ".utf8) else {
        return fail("the server answered \(String(decoding: line, as: UTF8.self))")
      }
      phase = .open
      return .opened
    }
    return input.count > WebSocketClient.headCountMax ? fail("the server's answer has no end") : nil
  }

  private struct Frame {
    let opcode: UInt8
    let isFinal: Bool
    let payload: [UInt8]
    let isTooLarge: Bool
  }

  private mutating func takeFrame() -> Frame? {
    let available = input.count - consumed
    guard available >= 2 else { return nil }
    let first = input[consumed]
    let short = Int(input[consumed + 1] & 0x7F)
    let extended = short == 126 ? 2 : short == 127 ? 8 : 0
    guard available >= 2 + extended else { return nil }
    var count = extended == 0 ? short : 0
    for index in 0..<extended {
      guard count < WebSocketClient.messageCountMax else { break }
      count = count << 8 | Int(input[consumed + 2 + index])
    }
    guard count <= WebSocketClient.messageCountMax else {
      return Frame(opcode: first & 0x0F, isFinal: true, payload: [], isTooLarge: true)
    }
    let start = consumed + 2 + extended
    guard input.count - start >= count else { return nil }
    consumed = start + count
    return Frame(
      opcode: first & 0x0F, isFinal: first & 0x80 != 0, payload: Array(input[start..<consumed]),
      isTooLarge: false)
  }

  private mutating func handle(_ frame: Frame) -> Event? {
    guard !frame.isTooLarge, message.count + frame.payload.count <= WebSocketClient.messageCountMax else {
      return fail("a message is larger than \(WebSocketClient.messageCountMax) octets")
    }
    switch WebSocketOpcode(rawValue: frame.opcode) {
    case .text, .binary, .continuation:
      message.append(contentsOf: frame.payload)
      guard frame.isFinal else { return nil }
      let whole = message
      message = []
      return .message(whole)
    case .ping:
      let key = UInt32(truncatingIfNeeded: random.next())
      return .reply(WebSocketFrame.octets(.pong, frame.payload, key: key, isFinal: true))
    case .pong: return nil
    case .close:
      phase = .closed
      guard frame.payload.count >= 2 else { return .closed(code: nil, reason: "") }
      let code = UInt16(frame.payload[0]) << 8 | UInt16(frame.payload[1])
      return .closed(code: code, reason: String(decoding: frame.payload.dropFirst(2), as: UTF8.self))
    case nil: return fail("the server sent a frame of unknown kind")
    }
  }

  private mutating func fail(_ reason: String) -> Event {
    phase = .closed
    return .closed(code: nil, reason: reason)
  }
}
