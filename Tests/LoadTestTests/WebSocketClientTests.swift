import Base
import HTTPServer
import LoadTest
import Testing

@Suite struct WebSocketClientTests {
  private let answer = Array("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n".utf8)

  private func opened() -> WebSocketClient {
    var client = WebSocketClient(host: "h:1", path: "/?v=8", random: SeededRandom(seed: 1))
    client.receive(answer)
    #expect(client.next() == .opened)
    return client
  }

  private func events(_ client: inout WebSocketClient) -> [WebSocketClient.Event] {
    var events: [WebSocketClient.Event] = []
    while let event = client.next() { events.append(event) }
    return events
  }

  @Test func `The request asks for an upgrade`() {
    let client = WebSocketClient(host: "h:1", path: "/?v=8", random: SeededRandom(seed: 1))
    let text = String(decoding: client.upgradeRequest, as: UTF8.self)
    #expect(text.hasPrefix("GET /?v=8 HTTP/1.1\r\nHost: h:1\r\n"))
    #expect(text.hasSuffix("\r\n\r\n"))
    #expect(!text.contains("Sec-WebSocket-Protocol"))
    let janus = WebSocketClient(
      host: "h:1", path: "/", subprotocol: "janus-protocol", random: SeededRandom(seed: 1))
    let asked = String(decoding: janus.upgradeRequest, as: UTF8.self)
    #expect(asked.contains("\r\nSec-WebSocket-Protocol: janus-protocol\r\n"))
  }

  @Test(arguments: [0, 1, 125, 126, 127, 65_535, 65_536, 200_000])
  func `Messages of every length arrive, however the octets are cut`(count: Int) {
    let message = (0..<count).map { UInt8(truncatingIfNeeded: $0 % 251) }
    let stream = WebSocketFrame.octets(.text, message) + WebSocketFrame.octets(.binary, [1])
    for size in [1, 2, 3, 1_000, stream.count] where count < 1_000 || size > 3 {
      var client = opened()
      var found: [WebSocketClient.Event] = []
      for start in stride(from: 0, to: stream.count, by: size) {
        client.receive(stream[start..<min(start + size, stream.count)])
        found += events(&client)
      }
      #expect(found == [.message(message), .message([1])])
    }
  }

  @Test func `The server's framer understands what the client sends`() {
    var client = opened()
    var framer = WebSocketFramer(messageCountMax: 1 << 20)
    var offset = 0
    let frame = client.frame(Array("{\"op\":1}".utf8))
    #expect(framer.next(frame.span, &offset) == .message(.text(Array("{\"op\":1}".utf8))))
    offset = 0
    client.receive(WebSocketFrame.octets(.ping, [7, 7]))
    guard case .reply(let pong)? = client.next() else {
      Issue.record("a ping gets no answer")
      return
    }
    #expect(framer.next(pong.span, &offset) == .pong)
    offset = 0
    let close = client.closeFrame(1000)
    #expect(framer.next(close.span, &offset) == .close(code: 1000))
  }

  @Test func `A close says its code and reason, and nothing follows`() {
    var client = opened()
    client.receive(
      WebSocketFrame.octets(.close, WebSocketFrame.closePayload(4_006, "Session no longer valid")))
    client.receive(WebSocketFrame.octets(.text, [65]))
    #expect(events(&client) == [.closed(code: 4_006, reason: "Session no longer valid")])
  }

  @Test(arguments: ["HTTP/1.1 404 Not Found\r\n\r\n", "HTTP/1.1 1012\r\n\r\n", "nonsense\r\n\r\n"])
  func `A refused upgrade ends the connection with the server's words`(text: String) {
    var client = WebSocketClient(host: "h", path: "/", random: SeededRandom(seed: 1))
    client.receive(Array(text.utf8))
    let line = String(text.prefix { $0 != "\r" && $0 != "\r\n" })
    #expect(events(&client) == [.closed(code: nil, reason: "the server answered \(line)")])
  }

  @Test func `A frame that announces too much ends the connection`() {
    var client = opened()
    client.receive([0x81, 127, 0x7F, 255, 255, 255, 255, 255, 255, 255])
    guard case .closed(nil, _)? = client.next() else {
      Issue.record("no end")
      return
    }
  }
}
